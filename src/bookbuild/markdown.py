"""A page as plain Markdown, for a reader who has no Sphinx.

It is written from the page as Sphinx has resolved it: every claim, glued value, number and
reference is there as the reader of the book sees it. What comes out is CommonMark with tables,
``$...$`` for maths and ``<details>`` for what opens: GitHub, JupyterLab and Colab read that.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.errors import ExtensionError

from bookbuild.chain import chain_step
from bookbuild.slides import slides_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# What Markdown would take for its own, within a line and at its beginning.
MARKS = re.compile(r"[\\`*\[\]<$~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
FIRST_MARK = re.compile(r"^(\d*)(>|[-+#.)](?=[\s#-]|$))")
# The language of a cell or a listing, as a notebook's reader knows it.
LANGUAGES = {"ipython3": "python", "none": "", "default": ""}
FACELESS = (nodes.target, nodes.comment, slides_link)
TITLES = {"doc", "std-ref"}
"""The classes of a reference whose text is the title of a page or a section."""
CARDS = {"lesson-card", "question"}
ASKING = {"lesson-question", "question-text"}


class Writer:
    """Turns docutils' nodes into Markdown.

    Parameters
    ----------
    link : callable
        Gives a reference's address, or nothing where a reader has no use for one: then the
        text stands alone.
    picture : callable
        Gives the address of a picture that no cell draws, or nothing where there is none.
    page : str
        Where the page is published, or nothing: what works nowhere else leads there.
    """

    def __init__(
        self,
        link: Callable[[nodes.Element], str],
        picture: Callable[[nodes.Element], str],
        page: str = "",
    ) -> None:
        self.link = link
        self.picture = picture
        self.page = page

    def write(self, kind: str, node: nodes.Node) -> str:
        """Return a node, written by the method that is named after its kind and its class.

        Raises
        ------
        ExtensionError
            Where there is none: nothing is left out in silence.
        """
        name = type(node).__name__
        method = getattr(self, f"{kind}_{name}", None)
        if method is None:
            raise ExtensionError(
                f"{node.source}: a notebook has no {kind} form of {name!r}; "
                "give it one in bookbuild.markdown"
            )
        return str(method(node))

    # --- Blocks -------------------------------------------------------------------------

    def block(self, node: nodes.Node) -> str:
        """Return a block without its line's end; nothing for what has no face."""
        return "" if isinstance(node, FACELESS) else self.write("block", node)

    def blocks(self, children: Iterable[nodes.Node]) -> str:
        """Return blocks with an empty line between any two."""
        return "\n\n".join(filter(None, map(self.block, children)))

    def block_section(self, node: nodes.Element) -> str:
        """Return what it holds."""
        return self.blocks(node.children)

    block_figure = block_section

    def block_container(self, node: nodes.Element) -> str:
        """Return what it holds, in a card as a quotation."""
        text = self.blocks(node.children)
        return quoted(text) if CARDS & {*node["classes"]} else text

    def block_paragraph(self, node: nodes.Element) -> str:
        """Return one line; what a card asks is strong."""
        text = FIRST_MARK.sub(r"\1\\\2", self.inlines(node).strip())
        return around("**", text) if ASKING & {*node["classes"]} else text

    def block_caption(self, node: nodes.Element) -> str:
        """Return it in italics."""
        return around("*", self.inlines(node))

    def block_image(self, node: nodes.Element) -> str:
        """Return a picture, or what is to be seen on it."""
        alt, address = escaped(node["alt"]), self.picture(node)
        return f"![{alt}]({address})" if address else f"*Picture: {alt}*"

    def block_admonition(self, node: nodes.Element) -> str:
        """Return a quotation below its title."""
        title, *rest = node.children
        return quoted(f"**{self.inlines(title)}**\n\n{self.blocks(rest)}")

    def block_note(self, node: nodes.Element) -> str:
        """Return a quotation below the name of its kind."""
        kind = type(node).__name__.capitalize()
        return quoted(f"**{kind}**\n\n{self.blocks(node.children)}")

    block_tip = block_warning = block_note

    def block_bullet_list(self, node: nodes.Element) -> str:
        """Return the items, each behind a dash."""
        return self.items(node, ["-"] * len(node.children))

    def block_enumerated_list(self, node: nodes.Element) -> str:
        """Return the items, each behind its number."""
        first = node.get("start", 1)
        numbers = range(first, first + len(node.children))
        return self.items(node, [f"{number}." for number in numbers])

    def items(self, node: nodes.Element, marks: Iterable[str]) -> str:
        """Return a list's items, with empty lines between where one has several blocks."""
        texts = [
            f"{mark} {indented(self.blocks(item.children), len(mark) + 1)}"
            for mark, item in zip(marks, node.children, strict=True)
        ]
        loose = any(len(item.children) > 1 for item in node.children)
        return ("\n\n" if loose else "\n").join(texts)

    def block_literal_block(self, node: nodes.Element) -> str:
        """Return fenced code."""
        language = LANGUAGES.get(node["language"], node["language"])
        code = node.astext().rstrip("\n")
        fence = ticks(code, least=3)
        return f"{fence}{language}\n{code}\n{fence}"

    def block_math_block(self, node: nodes.Element) -> str:
        """Return a displayed formula, with its number where others refer to it."""
        tag = rf" \tag{{{node['number']}}}" if node.get("label") else ""
        return f"$$\n{node.astext().strip()}{tag}\n$$"

    def block_table(self, node: nodes.Element) -> str:
        """Return a table below its head."""
        rows = [
            [self.entry(entry) for entry in row.children]
            for row in node.findall(nodes.row)
        ]
        rows.insert(1, ["---"] * len(rows[0]))
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def entry(self, node: nodes.Node) -> str:
        """Return a table's entry as one line."""
        text = "<br>".join(map(self.block, node.children))
        return text.replace("\\\n", "<br>").replace("|", r"\|")

    def block_choice(self, node: nodes.Element) -> str:
        """Return what opens below its first child: a choice with its feedback, an answer."""
        first, *rest = node.children
        opened = self.blocks(rest)
        return (
            f"<details>\n<summary>{self.summary(first)}</summary>\n\n"
            f"{opened}\n\n</details>"
        )

    block_dropdown_main = block_choice

    def block_chain(self, node: nodes.Element) -> str:
        """Return the steps in a row, the page's own strong."""
        steps = [
            f"**{step.astext()}**" if step["current"] else step.astext()
            for step in node.findall(chain_step)
        ]
        return " → ".join(steps)

    def block_widget(self, node: nodes.Element) -> str:
        """Return what there is to do without it, below a title that leads to it."""
        title = linked(around("**", escaped(node["title"])), self.page)
        return quoted(f"{title}\n\n{self.blocks(node.children)}")

    # --- Inlines ------------------------------------------------------------------------

    def inlines(self, parent: nodes.Node) -> str:
        """Return the text that a block holds."""
        return "".join(self.write("inline", each) for each in parent.children)

    def inline_Text(self, node: nodes.Node) -> str:  # noqa: N802 (docutils' name)
        """Return plain text that stays plain."""
        return escaped(node.astext().replace("\n", " "))

    def inline_inline(self, node: nodes.Element) -> str:
        """Return the text without its role."""
        return self.inlines(node)

    inline_number_reference = inline_exercise_subtitle = inline_inline

    def inline_emphasis(self, node: nodes.Element) -> str:
        """Return it in italics."""
        return around("*", self.inlines(node))

    def inline_strong(self, node: nodes.Element) -> str:
        """Return it in bold."""
        return around("**", self.inlines(node))

    def inline_literal(self, node: nodes.Element) -> str:
        """Return code."""
        text = node.astext()
        fence = ticks(text, least=1)
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{pad}{text}{pad}{fence}"

    def inline_math(self, node: nodes.Element) -> str:
        """Return a formula in the line."""
        return f"${' '.join(node.astext().split())}$"

    def inline_reference(self, node: nodes.Element) -> str:
        """Return a link, or its text: a title in italics."""
        text, address = self.inlines(node), self.link(node)
        if address:
            return linked(text, address)
        inner = node.findall(nodes.inline)
        is_title = any(TITLES & {*each["classes"]} for each in inner)
        return around("*", text) if is_title else text

    def inline_target(self, _node: nodes.Element) -> str:
        """Return nothing: an anchor."""
        return ""

    def inline_raw(self, node: nodes.Element) -> str:
        """Return a line's break, the one thing that MyST writes in each format itself.

        Raises
        ------
        ExtensionError
            Where it is anything else.
        """
        text = node.astext().strip()
        if node["format"] == "html" and text not in ("<br>", "<br />"):
            raise ExtensionError(
                f"{node.source}: a notebook has no form of raw HTML: {text}"
            )
        return "\\\n" if node["format"] == "html" else ""

    def summary(self, node: nodes.Node) -> str:
        """Return the line that opens something, in HTML: Markdown is not read there."""
        if isinstance(node, nodes.raw):
            return ""
        if isinstance(node, nodes.Text):
            return escape(node.astext(), quote=False)
        if isinstance(node, nodes.math):
            return escape(self.inline_math(node), quote=False)
        text = "".join(map(self.summary, node.children))
        return (
            f"<code>{text}</code>" if isinstance(node, nodes.literal) else text
        )


def escaped(text: str) -> str:
    """Return text with a backslash before each mark that Markdown would take for its own."""
    return MARKS.sub(r"\\\g<0>", text)


def around(mark: str, text: str) -> str:
    """Return text between two marks, which have to stand close to its words."""
    return re.sub(r"^(\s*)(.*\S)(\s*)$", rf"\1{mark}\2{mark}\3", text)


def linked(text: str, address: str) -> str:
    """Return Markdown as a link, or as it is where there is no address."""
    return f"[{text}]({address})" if address else text


def quoted(text: str) -> str:
    """Return Markdown as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def indented(text: str, by: int) -> str:
    """Return Markdown whose lines after the first begin further to the right."""
    return re.sub(r"\n(?!\n)", "\n" + " " * by, text)


def ticks(code: str, *, least: int) -> str:
    """Return more backticks than stand anywhere in a row in the code."""
    longest = max(map(len, re.findall("`+", code)), default=0)
    return "`" * max(least, longest + 1)
