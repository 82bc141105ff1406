"""What the book must know of a model to train it, keep it and ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Arrays = Sequence[NDArray[Any]]


class Recipe(NamedTuple):
    """How a model is trained, taken apart, put together and asked."""

    train: Callable[..., tuple[Any, ArrayLike]]
    """From pixels (n, 784), labels (n,) and a seed to the model and the cost of each epoch."""
    take_apart: Callable[[Any], Arrays]
    """From the model to its weights and biases."""
    put_together: Callable[[Arrays], Any]
    """The way back."""
    ask: Callable[[Any, ArrayLike], NDArray[Any]]
    """From the model and pixels (n, 784) to ten values for each record."""
