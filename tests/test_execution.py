"""What is kept of a page that has run."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_output

from bookbuild import execution

if TYPE_CHECKING:
    from nbformat import NotebookNode


def stream(name: str, text: str) -> NotebookNode:
    return new_output("stream", name=name, text=text)


@given(st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.text())))
def test_no_text_is_lost_and_no_neighbours_have_one_name(
    pieces: list[tuple[str, str]],
) -> None:
    outputs = [stream(*piece) for piece in pieces]
    whole = execution.joined(outputs)
    for name in ("stdout", "stderr"):
        said = [piece for which, piece in pieces if which == name]
        assert "".join(said) == "".join(o.text for o in whole if o.name == name)
    names = [output.name for output in whole]
    assert all(one != two for one, two in pairwise(names))
    assert outputs == [stream(*piece) for piece in pieces]


def test_a_figure_stands_between_what_is_printed_before_and_after() -> None:
    figure = new_output("display_data", data={"text/plain": "a figure"})
    outputs = [stream("stdout", "a"), figure, stream("stdout", "b")]
    assert execution.joined(outputs) == outputs
    assert execution.joined([figure, figure]) == [figure, figure]
