"""How the convolutional network is trained, kept and asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annbook import convolution
from annbook.models.recipe import Recipe

if TYPE_CHECKING:
    from annbook.models.recipe import Arrays


def _put_together(arrays: Arrays) -> Any:
    model = convolution.new_model()
    model.set_weights(arrays)
    return model


RECIPE = Recipe(
    train=convolution.train,
    take_apart=lambda model: model.get_weights(),
    put_together=_put_together,
    ask=convolution.predict,
)
