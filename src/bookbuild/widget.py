"""Places on a page where something can be tried: a script fills them, and only there is it loaded.

.. code-block:: markdown

    :::{widget} predictor Turn the dial
    :glue: truth

    What stands here is read where scripts are off.
    :::

The first word names the script ``widgets/predictor.js`` (or those that ``book_widgets`` gives for
that name), the others are the title. ``glue`` names values that the page's cells glued (plain
numbers, texts, and lists or dicts of them): the script gets them, so that it starts from what the
page has computed.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from bookbuild.claims import ClaimError, glued_text

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

GROUND = "widgets/widget.js"
"""The script that all others stand on."""


class widget(nodes.General, nodes.Element):  # noqa: N801 (docutils names nodes so)
    """One such place; its content is for readers without scripts."""


class WidgetDirective(SphinxDirective):
    """``{widget} name Title`` with the fallback as its content."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"glue": directives.unchanged}  # noqa: RUF012 (docutils' own way)

    def run(self) -> list[nodes.Node]:
        """Return the place.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            Where the title or the content is missing, or a value was not glued.
        """
        name, _, title = self.arguments[0].partition(" ")
        if not title or not self.content:
            raise self.error("a widget has a name, a title and a fallback")
        node = widget(name=name, title=title, settings=self.settings())
        node += self.parse_content_to_nodes()
        used = self.env.metadata[self.env.docname].setdefault("widgets", [])
        if name not in used:
            used.append(name)
        return [node]

    def settings(self) -> dict[str, Any]:
        """Return the glued values that the script gets, by name."""
        keys = self.options.get("glue", "").split()
        return {key: self.value(key) for key in keys}

    def value(self, key: str) -> Any:
        """Return a glued value; what it prints as must be plain Python."""
        try:
            text = glued_text(self.state.document, key)
        except ClaimError as error:
            raise self.error(str(error)) from None
        try:
            value = ast.literal_eval(text)
            json.dumps(value)
        except (SyntaxError, TypeError, ValueError):
            advice = "glue plain numbers, texts, and lists or dicts of them"
            raise self.error(
                f"the glued value {text} is no plain value: {advice}"
            ) from None
        return value


def visit_widget(self: HTML5Translator, node: widget) -> None:
    """Open the place, and in it the fallback."""
    title = self.encode(node["title"])
    settings = self.attval(json.dumps(node["settings"]))
    self.body.append(
        f'<section class="widget" data-widget="{self.attval(node["name"])}" '
        f'data-settings="{settings}" aria-label="{self.attval(node["title"])}">\n'
        f'<p class="widget-title">{title}</p>\n<div class="widget-fallback">\n'
    )


def depart_widget(self: HTML5Translator, _node: widget) -> None:
    """Close both."""
    self.body.append("</div>\n</section>\n")


def scripts(app: Sphinx, pagename: str) -> list[str]:
    """Return the scripts of a page's widgets, in the order in which they run."""
    used = app.env.metadata.get(pagename, {}).get("widgets", [])
    files = dict.fromkeys([GROUND] if used else [])
    for name in used:
        files |= dict.fromkeys(
            app.config.book_widgets.get(name, [f"widgets/{name}.js"])
        )
    return list(files)


def add_scripts(
    app: Sphinx, pagename: str, _template: str, _context: Any, _doctree: Any
) -> None:
    """Load on a page the scripts of its widgets, and on other pages none."""
    for file in scripts(app, pagename):
        # Deferred scripts run in their order, once the page is there.
        app.add_js_file(file, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, and ``book_widgets``, the scripts of widgets with several."""
    app.add_config_value("book_widgets", {}, "html", dict)
    app.add_node(widget, html=(visit_widget, depart_widget))
    app.add_directive("widget", WidgetDirective)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
