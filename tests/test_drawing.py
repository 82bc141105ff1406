"""Drawn digits: one pen, any size, any place, and still the digit that was thinned."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annbook import drawing, mnist, preparation

Array = np.ndarray[Any, np.dtype[Any]]

DIGITS = mnist.scale(mnist.load().test_images[:40]).reshape(-1, 28, 28)


def drawn(seed: int = 0, images: Array = DIGITS) -> list[Array]:
    return list(drawing.draw_digits(images, np.random.default_rng(seed)))


def pieces(shape: Array) -> int:
    """Return in how many pieces a shape is; pixels that touch at a corner hang together."""
    count, _ = cv2.connectedComponents(shape.astype(np.uint8), connectivity=8)
    return int(count)


def longer_side(canvas: Array) -> int:
    digit = preparation.crop(canvas)
    assert digit is not None
    return max(digit.shape)


def test_a_canvas_has_280_pixels_a_side_from_paper_to_ink() -> None:
    for canvas in drawn():
        assert canvas.shape == (280, 280)
        assert (canvas.min(), canvas.max()) == (0, 1)


def test_drawings_are_of_all_sizes_and_in_all_places() -> None:
    canvases = drawn()
    sizes = np.array([longer_side(canvas) for canvas in canvases])
    assert sizes.min() >= 79
    assert sizes.max() <= 221
    assert sizes.std() > 25
    centres = np.array([preparation.centre_of_mass(each) for each in canvases])
    assert centres.std(axis=0).min() > 20


def test_the_seed_decides_size_and_place() -> None:
    first, again, other = drawn(3), drawn(3), drawn(4)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_more_digits_than_are_thinned_at_a_time_come_in_order() -> None:
    many = np.concatenate([DIGITS] * 3)
    generator = np.random.default_rng(0)
    for digit, canvas in zip(
        many, drawing.draw_digits(many, generator), strict=True
    ):
        (line,) = drawing.thin(drawing.enlarge(digit[np.newaxis]) > 0.5)
        assert pieces(canvas > 0.5) <= pieces(line)
        pixels = preparation.place(canvas)
        assert pixels is not None
        likeness = [
            np.vdot(pixels, each) / np.linalg.norm(each) for each in DIGITS
        ]
        # It is more like itself than like nearly all of the others.
        assert np.sum(likeness > likeness[_number(digit)]) <= 3


def _number(digit: Array) -> int:
    (found,) = [
        i for i, each in enumerate(DIGITS) if np.array_equal(each, digit)
    ]
    return found


@pytest.mark.parametrize("level", [0, 0.5])
def test_an_image_without_ink_gives_an_empty_canvas(level: float) -> None:
    # What is not more than half is none.
    (canvas,) = drawn(images=np.full((1, 28, 28), level))
    assert canvas.shape == (280, 280)
    assert not canvas.any()


def test_no_images_give_no_drawing() -> None:
    assert drawn(images=np.zeros((0, 28, 28))) == []


@pytest.mark.parametrize("length", [80, 150, 220])
@pytest.mark.parametrize("upright", [True, False])
def test_the_pen_is_16_pixels_wide_at_any_size(
    length: float, upright: bool
) -> None:
    line = np.zeros((40, 40), bool)
    line[5:35, 20] = True
    canvas = drawing.trace(line if upright else line.T, length, (0.5, 0.5))
    widths = canvas.sum(axis=1 if upright else 0)[110:170]
    # The pen touches down every few pixels, which leaves the edge a little wavy.
    assert 15 < widths.mean() < 16.1
    assert widths.min() > 14
    assert longer_side(canvas) == pytest.approx(length, abs=1)


@pytest.mark.parametrize(
    ("position", "corner"),
    [
        ((0, 0), (0, 0)),
        ((1, 0), (180, 0)),
        ((0, 1), (0, 264)),
        ((0.5, 0.5), (90, 132)),
    ],
)
def test_a_drawing_lies_where_it_is_put(
    position: tuple[float, float], corner: tuple[int, int]
) -> None:
    line = np.zeros((40, 40), bool)
    line[5:35, 20] = True
    canvas = drawing.trace(line, 100, position)
    rows, columns = (np.flatnonzero(canvas.any(axis=side)) for side in (1, 0))
    assert (rows[0], columns[0]) == corner


def test_a_dot_is_as_large_as_the_pen() -> None:
    dot = np.zeros((5, 5), bool)
    dot[2, 2] = True
    canvas = drawing.trace(dot, 200, (0, 0))
    assert canvas.sum() == pytest.approx(np.pi * 8**2, rel=0.02)


# Thinning.

shapes = hnp.arrays(
    bool, st.tuples(st.just(2), st.integers(1, 12), st.integers(1, 12))
)


def zhang_suen(shape: Array) -> Array:
    """Return a shape thinned pixel by pixel, as their paper words it."""
    line = np.pad(shape, 1).astype(int)
    # P2 to P9: from the north clockwise.
    around = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]  # fmt: skip
    while True:
        before = line.copy()
        for first in (True, False):
            old = line.copy()
            for y, x in np.argwhere(old):
                p = [old[y + down, x + right] for down, right in around]
                p2, _, p4, _, p6, _, p8, _ = p
                turns = sum(
                    one < other
                    for one, other in zip(p, [*p[1:], p2], strict=True)
                )
                kept = (
                    p2 * p4 * p6 + p4 * p6 * p8
                    if first
                    else p2 * p4 * p8 + p2 * p6 * p8
                )
                if 2 <= sum(p) <= 6 and turns == 1 and not kept:
                    line[y, x] = 0
        if np.array_equal(line, before):
            return np.asarray(line[1:-1, 1:-1], bool)


@given(shapes)
def test_thinning_is_that_of_zhang_and_suen(shapes: Array) -> None:
    expected = [zhang_suen(shape) for shape in shapes]
    np.testing.assert_array_equal(drawing.thin(shapes), expected)


@given(shapes)
def test_a_thinned_shape_lies_in_the_shape_and_is_thin_already(
    shapes: Array,
) -> None:
    lines = drawing.thin(shapes)
    assert not (lines & ~shapes).any()
    np.testing.assert_array_equal(drawing.thin(lines), lines)


def test_thinning_treats_every_shape_by_itself() -> None:
    inside = drawing.enlarge(DIGITS) > 0.5
    together = drawing.thin(inside)
    alone = np.concatenate([drawing.thin(each[np.newaxis]) for each in inside])
    np.testing.assert_array_equal(together, alone)


def test_a_digit_thinned_hangs_together_as_it_did_and_has_its_loops() -> None:
    inside = drawing.enlarge(DIGITS) > 0.5
    for shape, line in zip(inside, drawing.thin(inside), strict=True):
        assert pieces(line) == pieces(shape)
        outside, around = ~np.pad(shape, 1), ~np.pad(line, 1)
        loops, kept = (
            cv2.connectedComponents(each.astype(np.uint8), connectivity=4)[0]
            for each in (outside, around)
        )
        assert kept == loops


@pytest.mark.parametrize("upright", [True, False])
def test_the_line_lies_in_the_middle_of_the_stroke(upright: bool) -> None:
    bar = np.zeros((1, 60, 30), bool)
    bar[:, 5:55, 10:21] = True
    shapes = bar if upright else bar.transpose(0, 2, 1)
    found = np.argwhere(drawing.thin(shapes)[0])
    across = found[:, 1 if upright else 0]
    assert np.abs(across - 15).max() <= 1
    assert len(found) > 35


def test_a_thinned_digit_has_lines_and_no_areas() -> None:
    for line in drawing.thin(drawing.enlarge(DIGITS) > 0.5):
        around = preparation.count_around(line)[line]
        # Only where lines meet do many pixels of them lie together.
        assert (around <= 5).mean() > 0.9


# Enlarging.


def test_an_image_is_enlarged_as_opencv_does_it_between_pixels() -> None:
    image = np.random.default_rng(0).random((9, 7))
    padded = np.pad(image, 1)
    expected = cv2.resize(padded, (18, 22), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(
        drawing.enlarge(image[np.newaxis])[0], expected[2:-2, 2:-2], atol=1e-9
    )


# Strokes by hand, and a photo of them.


def test_strokes_go_from_point_to_point() -> None:
    canvas = drawing.strokes(["20,30 100,30 100,200", "250,250"])
    assert canvas[30, 20:101].min() == 1
    assert canvas[30:201, 100].min() == 1
    assert canvas[250, 250] == 1
    assert canvas[100, 60] == canvas[200, 200] == 0
    assert canvas[30:200, 140:].sum() == 0
    rows, columns = (np.flatnonzero(canvas.any(axis=side)) for side in (1, 0))
    assert (rows[0], rows[-1] + 1, columns[0]) == (22, 258, 12)


@pytest.mark.parametrize("point", ["7,50", "50,7", "273,50", "50,273"])
def test_a_stroke_that_would_leave_the_canvas_is_refused(point: str) -> None:
    with pytest.raises(ValueError, match="points must be from 8 to 272"):
        drawing.strokes([f"100,100 {point}"])


@pytest.mark.parametrize(
    "path", ["100", "100,50,20", "10,20,30,40", "10,20 30", "a,b", ""]
)
def test_a_stroke_that_is_written_in_another_way_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        drawing.strokes([path])


def test_a_photograph_is_darkest_at_the_ink_and_reproducible() -> None:
    ink = drawing.strokes(["140,40 140,240"])
    photo = drawing.photograph(ink, np.random.default_rng(0))
    assert photo.dtype == np.uint8
    assert photo[ink == 1].max() < photo[ink == 0].min()
    # The light comes from the left.
    assert photo[:, :20].mean() > photo[:, -20:].mean() + 50
    again = drawing.photograph(ink, np.random.default_rng(0))
    np.testing.assert_array_equal(photo, again)


def test_ink_leaves_three_tenths_of_a_light_from_the_top_left() -> None:
    paper, covered = (
        drawing.photograph(np.full((200, 400), ink), np.random.default_rng(1))
        / 255
        for ink in (0.0, 1.0)
    )
    corners = [part[:, ::380] for part in (paper[:20], paper[-20:])]
    np.testing.assert_allclose(
        [part.mean(axis=0) for part in corners],
        [[0.85, 0.47], [0.75, 0.37]],
        atol=0.02,
    )
    assert covered.mean() / paper.mean() == pytest.approx(0.3, abs=0.005)
    # The noise of a pixel.
    assert np.diff(paper, axis=0).std() == pytest.approx(
        np.sqrt(2) * 0.01, rel=0.1
    )


@pytest.mark.slow
def test_the_way_of_preparing_decides_what_is_read() -> None:
    # A stand-in for a model: the mean of the training images that show each digit.
    data = mnist.load()
    known, labels = (
        mnist.scale(data.train_images[:4000]),
        data.train_labels[:4000],
    )
    means = np.stack(
        [known[labels == digit].mean(axis=0) for digit in range(10)]
    )
    canvases = drawn(
        images=mnist.scale(data.test_images[:300]).reshape(-1, 28, 28)
    )
    ways = {
        "shrunk": lambda c: preparation.resample(c, 0.1, (0, 0), (0, 0)),
        "placed": preparation.place,
    }
    right = {}
    for name, way in ways.items():
        pixels = np.stack([way(canvas) for canvas in canvases]).reshape(
            -1, 1, 784
        )
        answers = ((pixels - means) ** 2).sum(axis=2).argmin(axis=1)
        right[name] = (answers == data.test_labels[:300]).mean()
    assert right["shrunk"] < 0.4
    assert right["placed"] > 0.65
