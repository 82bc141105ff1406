"""How softmax regression is trained, kept and asked."""

from __future__ import annotations

import tensorflow as tf

from annbook import softmax
from annbook.models.recipe import Recipe

RECIPE = Recipe(
    train=softmax.train,
    take_apart=list,
    put_together=lambda arrays: softmax.Model(*map(tf.Variable, arrays)),
    ask=lambda model, pixels: softmax.predict(model, pixels).numpy(),
)
