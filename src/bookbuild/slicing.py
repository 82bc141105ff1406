"""A lesson cut into slides, by rule: nothing is written for the slides alone.

- Every section, exercise's solution included, begins a slide with its heading.
- What the page shows (a cell with its output, the package's code, a formula, a table, a list)
  stands on exactly one slide, with the sentence before it, which asks, and the sentence after it,
  which reads the result.
- A figure, a place to try, a question and an exercise have a slide for themselves. The code that
  only draws a figure folds under it.
- Of other prose a slide shows short paragraphs whole, and of long ones the sentences with
  something in bold. A sentence that leans on the one before it brings that along. What is not
  shown in full is in the speaker's notes, and so is what a place to try would lead to.
- Short pieces of a section share a slide as far as its height allows, evenly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.locale import admonitionlabels

from bookbuild import sentences
from bookbuild.room import HEIGHT, WIDTH, fold, kind, pieces, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FEW = 4.0
"""Lines of text that are too few for a slide."""

SHORT = 2 * WIDTH
"""A paragraph of so many characters is shown whole."""

ALONE = {
    "exercise_node",
    "exercise_enumerable_node",
    "figure",
    "grid",
    "question",
    "widget",
}
"""What shares its slide with nothing but sentences."""

INTRODUCED = {
    "bullet_list",
    "cell",
    "definition_list",
    "enumerated_list",
    "figure",
    "grid",
    "literal_block",
    "math_block",
    "source",
    "table",
}
"""What the last sentence before it leads to."""

UNSEEN = (nodes.target, nodes.comment, nodes.substitution_definition)


@dataclass
class Unit:
    """What must not be torn apart: a thing with the sentences around it, or sentences alone."""

    lead: list[nodes.Element] = field(default_factory=list)
    thing: nodes.Element | None = None
    tail: list[nodes.Element] = field(default_factory=list)
    folded: list[nodes.Element] = field(default_factory=list)
    notes: list[nodes.Element] = field(default_factory=list)

    def shown(self) -> list[nodes.Element]:
        """Return what a slide shows of it, in its order; what folds comes last on the slide."""
        things = [] if self.thing is None else [self.thing]
        return [*self.lead, *things, *self.tail]

    def kind(self) -> str:
        """Return the kind of its thing."""
        return "text" if self.thing is None else kind(self.thing)

    def is_alone(self) -> bool:
        """Return whether no other thing may stand beside it."""
        return self.kind() in ALONE


@dataclass
class Part:
    """A run of a section under one heading; ``ids`` are empty where it only goes on."""

    heading: Sequence[nodes.Node]
    anchor: str
    ids: list[str]
    blocks: list[nodes.Element] = field(default_factory=list)


@dataclass
class Slide:
    """One slide: its heading, what it shows, and what the speaker reads.

    ``anchor`` is where the page has it, ``ids`` are the names of the section that it begins.
    """

    heading: Sequence[nodes.Node]
    anchor: str
    ids: list[str]
    shown: list[nodes.Element]
    notes: list[nodes.Element]
    kind: str = "text"


# --- From a page to parts -----------------------------------------------------------------


def content(node: nodes.Element) -> Iterator[nodes.Element]:
    """Yield the blocks of a section or solution without its title and nested wrappers."""
    for child in elements(node):
        if isinstance(child, (nodes.title, *UNSEEN)):
            continue
        if isinstance(child, nodes.section) and not has_title(child):
            yield from content(child)
        else:
            yield child


def elements(node: nodes.Element) -> list[nodes.Element]:
    """Return the elements right inside another: all but bare text."""
    return [each for each in node.children if isinstance(each, nodes.Element)]


def has_title(node: nodes.Element) -> bool:
    """Return whether a section has a heading of its own."""
    return bool(node.children) and isinstance(node.children[0], nodes.title)


def parts(section: nodes.Element) -> Iterator[Part]:
    """Yield the runs of a section: its own, and those of its solutions and subsections."""
    title, ids = section[0], list(section["ids"])
    run = Part(title.children, ids[0], ids)
    for block in content(section):
        if is_section(block) or kind(block) == "solution_node":
            if run.blocks or run.ids:
                yield run
            yield from parts(block)
            run = Part(title.children, ids[0], [])
        else:
            run.blocks.append(block)
    if run.blocks or run.ids:
        yield run


# --- From a part to units -----------------------------------------------------------------


def units(blocks: Sequence[nodes.Element]) -> list[Unit]:
    """Return a part's blocks, each with the sentences that belong to it.

    A part that has nothing but prose is shown whole where one slide holds it.
    """
    if not any(map(is_thing, blocks)) and total(blocks) <= HEIGHT:
        return [Unit(tail=[block.deepcopy()]) for block in blocks]
    found: list[Unit] = []
    ahead = Unit()
    for index, block in enumerate(blocks):
        if isinstance(block, nodes.paragraph):
            before, after = blocks[index - 1 : index], blocks[index + 1 :]
            ahead = spread(
                block,
                found,
                after=kind(before[0]) if before else "paragraph",
                asks=kind(after[0]) if after else "paragraph",
            )
        elif kind(block) == "dropdown_main" and found:
            found[-1].tail.append(block.deepcopy())
        else:
            for piece in pieces(block):
                ahead.thing, ahead.folded = as_shown(piece)
                found.append(ahead)
                ahead = Unit()
    return found


def is_thing(block: nodes.Element) -> bool:
    """Return whether a block is more than a paragraph of prose."""
    return not isinstance(block, nodes.paragraph)


def spread(
    paragraph: nodes.paragraph, found: list[Unit], *, after: str, asks: str
) -> Unit:
    """Give a paragraph's sentences to the units before it, or return them for the one after it.

    Parameters
    ----------
    paragraph : nodes.paragraph
        The prose.
    found : list of Unit
        The units so far; one of the paragraph's own is added where it needs one.
    after : str
        The kind of what stands right before the paragraph. It reads a thing; but what comes after
        a place to try would give the answer away.
    asks : str
        The kind of what stands right after the paragraph.
    """
    said = sentences.sentences(paragraph)
    reads = after not in {"paragraph", "widget"}
    ahead = sentences_ahead(said, reads=reads, asks=asks)
    chosen = key_sentences(said, shorts=after != "widget")
    if reads and 0 not in ahead:
        # A question is no reading without its answer.
        chosen |= {0, 1} & set(range(len(said))) if asks_first(said) else {0}
    behind = sorted(chosen - ahead)
    unit = Unit(sentences.joined(said, sorted(ahead)))
    if not reads and (behind or not ahead):
        found.append(Unit())
    if behind:
        found[-1].tail += sentences.joined(said, behind)
    if len(behind) + len(ahead) < len(said):
        (unit if ahead else found[-1]).notes.append(plain(paragraph))
    return unit


def sentences_ahead(
    said: Sequence[Sequence[nodes.Node]], *, reads: bool, asks: str
) -> set[int]:
    """Return which sentences of a paragraph lead to what stands right after it."""
    last = len(said) - 1
    if asks == "widget":
        return set(range(last + 1))
    leads = last > 0 or not reads or sentences.text_of(said[last])[-1] in ":?"
    if asks not in INTRODUCED or not leads:
        return set()
    ahead = sentences.supported(said, {last}, first=int(reads))
    return ahead | {0} if 1 in ahead and asks_first(said) else ahead


def asks_first(said: Sequence[Sequence[nodes.Node]]) -> bool:
    """Return whether a paragraph begins with a question."""
    return sentences.text_of(said[0]).endswith("?")


def key_sentences(
    said: Sequence[Sequence[nodes.Node]], *, shorts: bool
) -> set[int]:
    """Return which sentences a slide shows: all of a short paragraph, else what is in bold."""
    everything = set(range(len(said)))
    if shorts and sum(len(sentences.text_of(each)) for each in said) <= SHORT:
        return everything
    keys = {i for i in everything if sentences.is_key(said[i])}
    return sentences.supported(said, keys)


def as_shown(block: nodes.Element) -> tuple[nodes.Element, list[nodes.Element]]:
    """Return a copy of a thing as a slide shows it, and what folds at the slide's foot."""
    copy = block.deepcopy()
    if kind(copy) in admonitionlabels:
        # Writing the page has given it its label as a title, and will do so again.
        copy.remove(elements(copy)[0])
    folded: list[nodes.Element] = []
    if kind(copy) == "figure" and "cell" in copy["classes"]:
        for child in [
            c for c in elements(copy) if "cell_input" in c["classes"]
        ]:
            copy.remove(child)
            folded.append(fold("", child, summary="Code of this figure"))
    return copy, folded


def plain(node: nodes.Element) -> nodes.Element:
    """Return a copy without anything that can be linked to: the notes say it a second time."""
    copy = node.deepcopy()
    for element in copy.findall(nodes.Element):
        element["ids"] = []
    return copy


# --- From units to slides -----------------------------------------------------------------


def fits(together: Sequence[Unit], most: float) -> bool:
    """Return whether units may share a slide of so many lines."""
    things = [unit for unit in together if unit.thing is not None]
    alone = [unit for unit in things if unit.is_alone()]
    return (not alone or len(things) == 1) and room(together) <= most


def room(together: Sequence[Unit]) -> float:
    """Return how many lines of text units are high, roughly."""
    return sum(total(unit.shown()) + total(unit.folded) for unit in together)


def packed(queue: Sequence[Unit], most: float) -> list[list[Unit]]:
    """Return the units on as few slides as hold them in their order."""
    slides: list[list[Unit]] = []
    for unit in queue:
        if slides and (not unit.shown() or fits([*slides[-1], unit], most)):
            slides[-1].append(unit)
        else:
            slides.append([unit])
    return without_scraps(slides)


def without_scraps(slides: list[list[Unit]]) -> list[list[Unit]]:
    """Return the slides, those with next to nothing on them joined to others.

    A few sentences join what follows, or else what goes before. A small thing joins what goes
    before where the text need not become much smaller for it.
    """
    kept: list[list[Unit]] = []
    ahead: list[Unit] = []
    for together in slides:
        slide = [*ahead, *together]
        ahead = []
        if all(unit.thing is None for unit in slide) and room(slide) < FEW:
            ahead = slide
        elif (
            kept
            and room(slide) < FEW + 1
            and fits([*kept[-1], *slide], HEIGHT + FEW)
        ):
            kept[-1] += slide
        else:
            kept.append(slide)
    if ahead and kept:
        kept[-1] += ahead
    return kept or [ahead]


def balanced(queue: Sequence[Unit]) -> list[list[Unit]]:
    """Return the units on as few slides as can be, none of them fuller than it must be."""
    best = packed(queue, HEIGHT)
    for less in range(1, int(HEIGHT)):
        tried = packed(queue, HEIGHT - less)
        if len(tried) > len(best):
            break
        best = min(best, tried, key=fullest)
    return best


def fullest(slides: Sequence[Sequence[Unit]]) -> float:
    """Return how many lines the fullest of several slides has."""
    return max(map(room, slides))


def slides_of(part: Part) -> Iterator[Slide]:
    """Yield the slides of a part; without blocks, one with its heading alone."""
    ids = part.ids
    for together in balanced(units(part.blocks)):
        alone = [unit for unit in together if unit.is_alone()]
        yield Slide(
            heading=[node.deepcopy() for node in part.heading],
            anchor=part.anchor,
            ids=ids,
            shown=[
                *(node for unit in together for node in unit.shown()),
                *(node for unit in together for node in unit.folded),
            ],
            notes=[node for unit in together for node in unit.notes],
            kind=alone[0].kind() if alone else "text",
        )
        ids = []


def title_slide(page: nodes.Element, head: Sequence[nodes.Element]) -> Slide:
    """Return the slide with a page's title and what stands at its head."""
    return Slide(
        heading=[node.deepcopy() for node in page[0].children],
        anchor=page["ids"][0],
        ids=list(page["ids"]),
        shown=[block.deepcopy() for block in head],
        notes=[],
        kind="title",
    )


def deck(page: nodes.Element) -> list[Slide]:
    """Return the slides of a lesson: its title with the card, then its sections.

    What a page says between the card and its first section is for the speaker, unless it shows
    something or has a word in bold.
    """
    blocks = [each for each in content(page) if not is_section(each)]
    cards = [index for index, block in enumerate(blocks) if is_card(block)]
    start = cards[0] + 1 if cards else 0
    title = title_slide(page, blocks[:start])
    opening = Part(title.heading, title.anchor, [], blocks[start:])
    if any(is_thing(each) or has_key(each) for each in opening.blocks):
        first = list(slides_of(opening))
    else:
        first, title.notes = [], [plain(each) for each in opening.blocks]
    sections = filter(is_section, elements(page))
    found = [part for section in sections for part in parts(section)]
    return [
        title,
        *first,
        *(each for part in found for each in slides_of(part)),
    ]


def is_card(node: nodes.Element) -> bool:
    """Return whether a block is the card at a lesson's head."""
    return isinstance(node, nodes.container) and (
        "lesson-card" in node["classes"]
    )


def is_section(node: nodes.Element) -> bool:
    """Return whether a block has blocks and a heading of its own."""
    return isinstance(node, nodes.section)


def has_key(block: nodes.Element) -> bool:
    """Return whether a paragraph has something in bold."""
    return any(True for _ in block.findall(nodes.strong))
