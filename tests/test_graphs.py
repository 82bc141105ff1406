"""Graphs: what collapses stays connected, and layers lead one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annbook.graphs import Graph, Operation, collapse, layers

MODEL: Graph = {
    "x": Operation("Placeholder", ()),
    "W": Operation("Placeholder", ()),
    "read": Operation("Read", ("W",)),
    "copy": Operation("Copy", ("read",)),
    "product": Operation("MatMul", ("x", "copy")),
    "b": Operation("Placeholder", ()),
    "sum": Operation("Add", ("product", "b")),
}


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Draw a graph whose nodes take the results of earlier ones."""
    graph: Graph = {}
    for name in map(str, range(draw(st.integers(0, 9)))):
        inputs = (
            draw(st.lists(st.sampled_from([*graph]), unique=True))
            if graph
            else []
        )
        graph[name] = Operation(draw(st.sampled_from("ab")), tuple(inputs))
    return graph


def reachable(graph: Graph, name: str) -> set[str]:
    """Return all nodes that lead to one."""
    found: set[str] = set()
    waiting = [*graph[name].inputs]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += graph[source].inputs
    return found


def test_a_path_through_what_is_left_out_becomes_an_edge() -> None:
    assert collapse(MODEL, {"Placeholder", "MatMul", "Add"}) == {
        "x": Operation("Placeholder", ()),
        "W": Operation("Placeholder", ()),
        "product": Operation("MatMul", ("x", "W")),
        "b": Operation("Placeholder", ()),
        "sum": Operation("Add", ("product", "b")),
    }


@given(graphs())
def test_nodes_that_stay_are_reached_from_the_same_nodes(graph: Graph) -> None:
    kept = collapse(graph, {"a"})
    for name in kept:
        assert reachable(kept, name) == reachable(graph, name) & set(kept)


def test_two_paths_from_one_node_to_another_are_one_edge() -> None:
    graph = {
        "x": Operation("a", ()),
        "left": Operation("b", ("x",)),
        "right": Operation("b", ("x",)),
        "sum": Operation("a", ("left", "right")),
    }
    assert collapse(graph, {"a"})["sum"].inputs == ("x",)


def test_a_missing_node_is_named() -> None:
    with pytest.raises(ValueError, match="sum takes the result of x"):
        collapse({"sum": Operation("Add", ("x",))}, {"Add"})


def test_the_layers_of_a_model() -> None:
    shown = collapse(MODEL, {"Placeholder", "MatMul", "Add"})
    assert layers(shown) == [["x", "W"], ["product", "b"], ["sum"]]


@given(graphs())
def test_every_node_stands_once_and_every_edge_leads_to_a_later_layer(
    graph: Graph,
) -> None:
    rows = layers(graph)
    assert sorted(name for row in rows for name in row) == sorted(graph)
    depth = {name: at for at, row in enumerate(rows) for name in row}
    for name, (_, inputs) in graph.items():
        assert all(depth[source] < depth[name] for source in inputs)
