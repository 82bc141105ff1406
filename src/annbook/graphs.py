"""A model as a graph: operations, and which of them takes whose result."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping


class Operation(NamedTuple):
    """What a node of a graph does, and the nodes whose results it takes."""

    kind: str
    """TensorFlow's name for it, such as MatMul."""
    inputs: tuple[str, ...]
    """Names of nodes."""


Graph = dict[str, Operation]
"""The nodes by name, each after those whose results it takes."""


def collapse(graph: Mapping[str, Operation], kinds: Collection[str]) -> Graph:
    """Return the nodes of these kinds alone, joined where a path led through others.

    Parameters
    ----------
    graph : mapping of str to Operation
        Without a circle.
    kinds : collection of str
        What to keep.

    Raises
    ------
    ValueError
        Where a node takes the result of one that is not there.
    """
    return {
        name: Operation(kind, tuple(dict.fromkeys(_before(graph, name, kinds))))
        for name, (kind, _) in graph.items()
        if kind in kinds
    }


def _before(
    graph: Mapping[str, Operation], name: str, kinds: Collection[str]
) -> Iterator[str]:
    """Yield the nearest nodes of these kinds that lead to a node."""
    for source in graph[name].inputs:
        if source not in graph:
            raise ValueError(
                f"{name} takes the result of {source}: no such node"
            )
        if graph[source].kind in kinds:
            yield source
        else:
            yield from _before(graph, source, kinds)


def layers(graph: Mapping[str, Operation]) -> list[list[str]]:
    """Return the nodes in layers, such that every edge leads from one layer to a later one.

    A node stands right after the last of its inputs, and one without inputs right before
    the first node that takes its result.

    Parameters
    ----------
    graph : mapping of str to Operation
        Each node after those whose results it takes.
    """
    depth: dict[str, int] = {}
    for name, (_, inputs) in graph.items():
        depth[name] = 1 + max((depth[source] for source in inputs), default=-1)
    for name, (_, inputs) in graph.items():
        takers = [depth[n] for n, (_, i) in graph.items() if name in i]
        if takers and not inputs:
            depth[name] = min(takers) - 1
    count = 1 + max(depth.values(), default=-1)
    return [[n for n in graph if depth[n] == at] for at in range(count)]
