"""How the network with a hidden layer is trained, kept and asked."""

from __future__ import annotations

from annbook import hidden, network
from annbook.models.recipe import Recipe

RECIPE = Recipe(
    train=hidden.train,
    take_apart=lambda layers: [part for layer in layers for part in layer],
    put_together=lambda arrays: [
        network.Layer(*arrays[at : at + 2]) for at in range(0, len(arrays), 2)
    ],
    ask=network.predict,
)
