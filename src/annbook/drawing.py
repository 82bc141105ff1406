"""stub"""

from __future__ import annotations
from typing import Any
import numpy as np

CANVAS = 280
PEN = 16


def _neighbours(padded):
    """eight neighbours p2..p9 clockwise from above"""
    h, w = padded.shape[-2] - 2, padded.shape[-1] - 2
    return [
        padded[..., 1 + dy : 1 + dy + h, 1 + dx : 1 + dx + w]
        for dy, dx in [
            (-1, 0),
            (-1, 1),
            (0, 1),
            (1, 1),
            (1, 0),
            (1, -1),
            (0, -1),
            (-1, -1),
        ]
    ]


def thin(shape):
    shape = shape.copy()
    while True:
        before = shape.sum()
        for first in (True, False):
            pad = np.pad(shape, [(0, 0)] * (shape.ndim - 2) + [(1, 1), (1, 1)])
            ring = _neighbours(pad)
            count = sum(r.astype(np.int8) for r in ring)
            turns = sum(
                (~a & b).astype(np.int8)
                for a, b in zip(ring, ring[1:] + ring[:1])
            )
            n, _, e, _, s, _, w, _ = ring
            a, b = (
                (~(n & e & s), ~(e & s & w))
                if first
                else (~(n & e & w), ~(n & s & w))
            )
            shape &= ~((count >= 2) & (count <= 6) & (turns == 1) & a & b)
        if shape.sum() == before:
            return shape
