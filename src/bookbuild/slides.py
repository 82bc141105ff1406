"""The slide view of every lesson, beside its page: ``theory/predictor.slides.html``.

It is made of the page's own text in the same build; `bookbuild.slicing` has the rule. The pages
have a template of their own: no theme, one style sheet and one script (``_static/slides``).
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils import new_document

from bookbuild import room, slicing, widget
from bookbuild.files import write_text
from bookbuild.sentences import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

SUFFIX = ".slides"

STYLES = {"_static/pygments.css", "_static/book.css"}
"""What the slides take over from the page's look, where the page has it."""

WAYS = {"slides_link", "launch"}
"""The ways that lead from a page's card to its other forms."""


class slides_link(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """The way from a lesson's card to its slides; only in HTML is there one."""


def visit_link(self: HTML5Translator, _node: slides_link) -> None:
    """Write the link, where this build has slides to link to."""
    if has_slides(self.builder.name):
        target = Path(self.builder.current_docname).name + SUFFIX
        self.body.append(
            f'<p class="lesson-slides"><a href="{self.attval(target)}.html">'
            "Show this page as slides</a></p>\n"
        )
    raise nodes.SkipNode


def skip(_self: Any, _node: nodes.Node) -> None:
    """Write nothing."""
    raise nodes.SkipNode


def visit_fold(self: HTML5Translator, node: room.fold) -> None:
    """Open the disclosure."""
    summary = self.encode(node["summary"])
    self.body.append(f'<details class="fold"><summary>{summary}</summary>\n')


def depart_fold(self: HTML5Translator, _node: room.fold) -> None:
    """Close it."""
    self.body.append("</details>\n")


def has_slides(builder: str) -> bool:
    """Return whether a builder makes slide views: the one that makes a file for each page."""
    return builder == "html"


# --- Writing ------------------------------------------------------------------------------


def numbered(found: Sequence[slicing.Slide]) -> list[tuple[int, int]]:
    """Return for each slide which one it is under its heading, and of how many.

    The title is not one of them: under it, the same words are the opening's heading.
    """
    names = ["", *(text_of(each.heading) for each in found[1:])]
    totals, so_far = Counter(names), Counter[str]()
    places = []
    for name in names:
        so_far[name] += 1
        places.append((so_far[name], totals[name]))
    return places


def html_of(app: Sphinx, settings: Any, children: Iterable[nodes.Node]) -> str:
    """Return blocks or words of a resolved page as HTML."""
    document = new_document("slide", settings)
    document += list(children)
    for node in list(document.findall(nodes.Element)):
        if node.tagname in WAYS:
            node.parent.remove(node)
    translator = app.builder.create_translator(document, app.builder)
    document.walkabout(translator)
    return "".join(translator.body)  # type: ignore[attr-defined]


def rendered(app: Sphinx, doctree: nodes.document) -> list[dict[str, Any]]:
    """Return what the template needs of each slide of a page."""
    found = slicing.deck(next(doctree.findall(nodes.section)))
    return [
        {
            "slide": each,
            "part": part,
            "parts": parts,
            "heading": html_of(
                app, doctree.settings, [nodes.inline("", "", *each.heading)]
            ),
            "body": html_of(app, doctree.settings, each.shown),
            "notes": html_of(app, doctree.settings, each.notes),
        }
        for each, (part, parts) in zip(found, numbered(found), strict=True)
    ]


def write_slides(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write a lesson's slides when its page is written."""
    if not has_slides(app.builder.name) or doctree is None:
        return
    if not any(map(slicing.is_card, doctree.findall(nodes.container))):
        return
    more = {
        "slides": rendered(app, doctree),
        "slides_styles": [
            style
            for style in context["css_files"]
            if os.fspath(style.filename) in STYLES
        ],
        "slides_scripts": widget.scripts(app, pagename),
        "slides_page": Path(pagename).name + ".html",
    }
    text = app.builder.templates.render("slides.html", {**context, **more})
    write_text(Path(app.outdir, pagename + SUFFIX + ".html"), text)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the nodes and the writing, which comes after all that a page is given."""
    app.add_node(
        slides_link,
        html=(visit_link, None),
        latex=(skip, None),
        text=(skip, None),
    )
    app.add_node(room.fold, html=(visit_fold, depart_fold))
    app.connect("html-page-context", write_slides, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
