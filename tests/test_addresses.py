"""The addresses of the book: what was promised once leads somewhere for ever."""

from __future__ import annotations

import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st
from test_pages import BOOK, PAGES, ROOT, front_matter, read

from bookbuild import addresses, addresslist
from bookbuild.addresses import Address, read_address
from bookbuild.anchors import Anchor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Rendered

    Render = Callable[..., Rendered]


# --- The book's own ---------------------------------------------------------------------


def promised() -> set[Address]:
    return addresses.read_promises((BOOK / addresses.LABELS).read_text("utf-8"))


def redirects() -> dict[Address, Address]:
    text = (BOOK / addresses.REDIRECTS).read_text("utf-8")
    return addresses.read_redirects(text)


def test_every_address_that_was_promised_leads_somewhere() -> None:
    found = addresses.read_book(BOOK)
    faults = addresses.broken(promised(), found, redirects())
    assert not faults, "\n".join(faults)


def test_every_address_is_promised() -> None:
    faults = addresses.unlisted(promised(), addresses.read_book(BOOK))
    assert not faults, "\n".join(faults)


def test_the_list_is_as_the_program_writes_it() -> None:
    text = (BOOK / addresses.LABELS).read_text("utf-8")
    assert addresses.write_promises(promised()) == text


@pytest.mark.parametrize("name", PAGES)
def test_every_question_has_a_label(name: str) -> None:
    lines = read(name).splitlines()
    for number, line in enumerate(lines):
        if line.startswith(":::{question}"):
            assert re.fullmatch(r"\(question-[a-z0-9-]+\)=", lines[number - 1])


def test_every_address_stands_in_the_built_page() -> None:
    built = ROOT / "_build" / "html"
    if not (built / "reference" / "addresses.html").exists():
        pytest.skip("the book is not built: run nox -s book first")
    ids = {
        page: set(
            re.findall(
                r'\bid="([^"]+)"',
                (built / f"{page}.html").read_text(encoding="utf-8"),
            )
        )
        for page in PAGES
    }
    lost = [
        str(a) for a in addresses.read_book(BOOK) if a.label not in ids[a.page]
    ]
    assert not lost, f"not in the built book, or it is an old one: {lost}"


# --- What is a label --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("(a-b)=\n# Title\n", ["a-b"]),
        ("(old)=\n(new)=\n# Title\n", ["old", "new"]),
        ("```{exercise} Alone\n:label: exercise-a\n```", ["exercise-a"]),
        ("```{code-cell}\n---\n  name: fig-a\n---\n```", ["fig-a"]),
        ("$$ a = b $$ (eq-a)\n", ["equation-eq-a"]),
        ("$$\na\n$$ (eq-a)\n", ["equation-eq-a"]),
        ("```markdown\n(a-b)=\n# Title\n```\n(c)=\n# C\n", ["c"]),
        ("kernelspec: {name: python3}\nf(a)=\n(a)= b\n", []),
    ],
)
def test_labels_are_read_from_a_page(text: str, labels: list[str]) -> None:
    assert addresses.read_labels(text) == labels


# --- What was promised and is gone ------------------------------------------------------

FOUND = {read_address(each) for each in ("a#a", "a#a-x", "b#b", "b#b-x")}


@pytest.mark.parametrize(
    ("promise", "lines", "complaint"),
    [
        ("a#a-x", "", None),
        ("a#gone", "", "a#gone was promised and is gone; put the label back"),
        ("a#b-x", "", "add the line 'a#b-x b#b-x' to redirects.txt"),
        ("a#b-x", "a#b-x b#b-x", None),
        ("a#gone", "a#gone b#b-x", None),
        ("a#gone", "a#gone b#gone", "a#gone was promised"),
        ("old#b-x", "", "old#b-x was promised"),
        ("old#b-x", "old b", None),
        ("old#b-y", "old b", "old#b-y was promised"),
        ("old#b-y", "old b\nb#b-y a#a-x", None),
        ("older#b-x", "older old\nold b", None),
        ("c#c", "c d\nd c", "c#c was promised"),
        ("a#c", "a#c a#d\na#d a#c", "a#c was promised"),
    ],
)
def test_a_promise_is_kept_by_a_label_or_a_redirect(
    promise: str, lines: str, complaint: str | None
) -> None:
    faults = addresses.broken(
        {read_address(promise)}, FOUND, addresses.read_redirects(lines)
    )
    assert len(faults) == (complaint is not None)
    assert complaint is None or complaint in faults[0]


def test_a_new_address_is_named_with_the_command_that_adds_it() -> None:
    (fault,) = addresses.unlisted(FOUND - {Address("b-x", "b")}, FOUND)
    assert fault.startswith("b#b-x is new; run nox -s labels")


NAMES = st.from_regex(r"[a-z][a-z-]{0,5}", fullmatch=True)
ADDRESSES = st.builds(Address, NAMES, NAMES)


@given(st.sets(ADDRESSES))
def test_a_list_that_is_written_is_read_again(some: set[Address]) -> None:
    text = addresses.write_promises(some)
    assert addresses.read_promises(text) == some
    assert text.splitlines() == sorted(text.splitlines(), key=str.split)


@given(st.dictionaries(ADDRESSES, ADDRESSES), ADDRESSES)
def test_following_redirects_ends(
    moves: dict[Address, Address], address: Address
) -> None:
    end = addresses.follow(address, moves)
    assert end in {address, *moves.values()}


@pytest.mark.parametrize(
    "line", ["a", "a b c", "a b#c", "a#b c", "a b\na c", "a#x b#x\na#x c#x"]
)
def test_a_line_that_says_no_redirect_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"redirects.txt, line \d: write"):
        addresses.read_redirects("# a remark\n\n" + line)


def test_the_command_adds_and_never_takes_away(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("(new)=\n# New\n", encoding="utf-8")
    (tmp_path / "labels.txt").write_text("gone b\n", encoding="utf-8")
    command = [sys.executable, addresses.__file__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "1 new addresses in labels.txt\n"
    assert (tmp_path / "labels.txt").read_text("utf-8") == "gone b\nnew a\n"
    assert {path.name for path in tmp_path.iterdir()} == {"a.md", "labels.txt"}


# --- Built ------------------------------------------------------------------------------

INDEX = """\
(home)=
# A book

```{toctree}
new
```

```{addresses}
```
"""
NEW = """\
(new-old-name)=
(new)=
# New *page*

(new-part)=
## A part
"""


def test_what_has_moved_leads_on_and_every_address_is_listed(
    render: Render,
) -> None:
    lines = "deep/old new\nindex#new-part new#new-part\n"
    built = render(INDEX, {"new.md": NEW, "redirects.txt": lines})
    assert built.warnings == ""
    page = built.page("deep/old")
    assert page.select_one("main a")["href"] == "../new.html"
    assert page.select_one("link[rel=canonical]")["href"] == "../new.html"
    assert page.select_one("noscript meta")["content"] == "0; url=../new.html"
    assert page.script["src"] == "../_static/moved.js"
    assert not page.script.text.strip()
    assert not list(built.folder.glob("*.json"))
    note = built.page("index").select_one("p.moved")
    assert (note["id"], note.a["href"]) == ("new-part", "new.html#new-part")
    assert note.text == "This part is now on the page New page."
    # A heading that was renamed carries both labels.
    assert {"new", "new-old-name"} <= {
        t["id"] for t in built.page("new").select("[id]")
    }
    listed = built.page("index").select("table.addresses code")
    shown = [code.text for code in listed]
    assert shown[0] == "index.html#home"
    assert shown[-1] == "new.html#new-part"
    assert len(shown) == 3


def listing(anchors: list[Anchor], title: str = "New") -> Any:
    """Return what Sphinx knows of a page with a list, and of a page that is listed."""
    return SimpleNamespace(
        metadata={"index": {"addresses": True}, "new": {"anchors": anchors}},
        titles={
            "index": nodes.title(text="A book"),
            "new": nodes.title(text=title),
        },
        toctree_includes={"index": ["new"]},
    )


PART = Anchor("section", "new-part", "A part", 12)
CHANGES = {
    "nothing": (listing([PART]), False),
    "a word": (listing([PART._replace(words=13)]), False),
    "a part's title": (listing([PART._replace(title="B")]), True),
    "a part's label": (listing([PART._replace(label="b")]), True),
    "a part more": (listing([PART, PART]), True),
    "the page's title": (listing([PART], "Old"), True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_list_is_written_again_where_it_shows_something_else(
    change: str,
) -> None:
    before, (after, again) = listing([PART]), CHANGES[change]
    app: Any = SimpleNamespace(config=SimpleNamespace(root_doc="index"))
    assert addresslist.pages_with_lists(app, before) == ["index"]
    after.book_anchors = before.book_anchors
    assert addresslist.pages_with_lists(app, after) == ["index"] * again


def test_a_list_of_redirects_that_cannot_be_read_ends_the_build(
    render: Render,
) -> None:
    with pytest.raises(Exception, match=r"redirects.txt, line 1: write"):
        render("# A book\n", {"redirects.txt": "old\n"})


# --- The page for instructors -----------------------------------------------------------

INSTRUCTORS = read("reference/instructors")


def blocks() -> dict[str, list[str]]:
    """Return the beliefs that the page for instructors lists for each lesson."""
    parts = re.split(
        r"^\*\*\{doc\}`/(\S+)`\.\*\* ", INSTRUCTORS, flags=re.MULTILINE
    )
    return {
        page: re.findall(r"^- (.+)$", text.split("\n(")[0], re.MULTILINE)
        for page, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_every_lesson_has_its_beliefs_in_the_books_order() -> None:
    folders = ("theory/", "workshop/", "beyond/")
    lessons = [
        name
        for name in re.findall(r"^(\w+/[\w-]+)$", read("index"), re.MULTILINE)
        if name.startswith(folders) and "minutes" in front_matter(name)
    ]
    assert list(blocks()) == lessons
    assert all(blocks().values())


@pytest.mark.parametrize("page", blocks())
def test_a_belief_shows_at_a_place_on_the_lessons_own_page(page: str) -> None:
    found = addresses.read_book(BOOK)
    for belief in blocks()[page]:
        assert belief.startswith("*"), belief
        labels = re.findall(r"\{ref\}`[^`<]+<([^`>]+)>`", belief)
        assert labels, belief
        assert {Address(label, page) for label in labels} <= found, belief


def test_the_book_is_cited_as_its_citation_file_says() -> None:
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (title,) = re.findall(r"^title: (.+)$", cited, re.MULTILINE)
    (author,) = re.findall(r"^  - name: (.+)$", cited, re.MULTILINE)
    (year,) = re.findall(r"^date-released: (\d{4})", cited, re.MULTILINE)
    (entry,) = re.findall(r"```bibtex\n(.*?)```", INSTRUCTORS, re.DOTALL)
    plain = re.sub(r"[{}]", "", entry)
    for value in (title, author, year):
        assert f"= {value}," in plain
