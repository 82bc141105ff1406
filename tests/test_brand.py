"""The book's marks are those that its code draws."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from bookbuild import brand

BRAND = ROOT / "book" / "_static" / "brand"


def test_the_committed_logo_is_the_one_that_the_code_draws() -> None:
    committed = (BRAND / "logo.svg").read_text(encoding="utf-8")
    assert committed == brand.logo()


@pytest.mark.parametrize("name", ["icon", "card"])
def test_the_committed_picture_is_the_one_that_the_code_draws(
    name: str,
) -> None:
    drawn = getattr(brand, name)()
    with Image.open(BRAND / f"{name}.png") as file:
        committed = file.convert("RGBA")
    assert committed.size == drawn.size
    difference = np.abs(np.asarray(drawn, int) - np.asarray(committed, int))
    # The file has few colours, which shows at some edges; one letter changes twice as much.
    is_off = (difference > 32).any(axis=2)
    assert is_off.mean() < 4e-4


def test_the_card_has_the_size_that_other_sites_ask_for() -> None:
    assert brand.card().size == (1200, 630)


def test_no_node_of_the_logo_leaves_its_square() -> None:
    root = ElementTree.fromstring(brand.logo())
    circles = [item for item in root if item.tag.endswith("circle")]
    assert len(circles) == brand.NODES + 1  # and an eye
    for circle in circles:
        for axis in ("cx", "cy"):
            middle, radius = float(circle.get(axis)), float(circle.get("r"))
            assert radius <= middle <= brand.SIDE - radius


def test_the_body_is_a_chain_of_equal_steps_along_the_stroke() -> None:
    stroke, nodes = brand.stroke(), brand.nodes()
    assert nodes[0] == pytest.approx(stroke[0])
    assert nodes[-1] == pytest.approx(stroke[-1])
    steps = np.hypot(*np.diff(nodes, axis=0).T)
    length = np.hypot(*np.diff(stroke, axis=0).T).sum() / (brand.NODES - 1)
    assert (steps <= length + 1e-9).all()
    assert steps[-1] == pytest.approx(length)
