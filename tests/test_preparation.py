"""A reader's picture ends where MNIST's digits are, whatever it was: size, place, light, file."""

from __future__ import annotations

import itertools
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import norm

from annbook import drawing, mnist
from annbook import preparation as p

Array = np.ndarray[Any, np.dtype[Any]]

SEVEN = drawing.strokes(["60,50 200,60 110,230"])
A_FEW = [
    SEVEN,
    drawing.strokes(["140,40 140,240"]),
    drawing.strokes(["90,90 190,90 190,190 90,190 90,90"]),
]

inks = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=30),
    elements=st.sampled_from([0, 0, 0.25, 0.5, 1]),
).filter(np.any)


def placed(ink: Array) -> Array:
    result = p.place(ink)
    assert result is not None
    return result


def prepared(picture: Array) -> Array:
    result = p.prepare(picture)
    assert result is not None
    return result


# From ink to the model's input.


@given(inks)
def test_pixels_are_float32_from_0_to_1_and_the_darkest_is_1(
    ink: Array,
) -> None:
    pixels = placed(ink)
    assert (pixels.shape, pixels.dtype) == ((28, 28), np.float32)
    assert pixels.min() >= 0
    assert pixels.max() == 1


@given(inks, st.integers(0, 9), st.integers(0, 9))
def test_it_does_not_matter_where_on_the_canvas_one_draws(
    ink: Array, down: int, across: int
) -> None:
    moved = np.pad(ink, ((down, 9), (across, 4)))
    np.testing.assert_allclose(placed(moved), placed(ink), atol=1e-6)


@given(inks, st.integers(2, 5))
def test_it_does_not_matter_how_large_one_draws(ink: Array, times: int) -> None:
    larger = np.kron(ink, np.ones((times, times)))
    np.testing.assert_allclose(placed(larger), placed(ink), atol=1e-6)


@given(inks)
def test_rows_and_columns_are_treated_alike(ink: Array) -> None:
    np.testing.assert_allclose(placed(ink.T), placed(ink).T, atol=1e-6)


@pytest.mark.parametrize("ink", A_FEW)
def test_the_centre_of_mass_lies_on_the_middle_of_pixel_14(ink: Array) -> None:
    # Read off where each pixel i spans i to i + 1, without this module's help.
    pixels = placed(ink).astype(float)
    middles = np.arange(28) + 0.5
    centre = pixels.sum(axis=1) @ middles, pixels.sum(axis=0) @ middles
    assert np.array(centre) / pixels.sum() == pytest.approx(
        [14.5, 14.5], abs=0.01
    )


def test_mnist_has_its_own_digits_there() -> None:
    images = mnist.scale(mnist.load().train_images[:4000]).reshape(-1, 28, 28)
    centres = [p.centre_of_mass(image) for image in images]
    np.testing.assert_allclose(np.mean(centres, axis=0), p.CENTRE, atol=0.05)
    # It moved them by whole pixels: none is off by more than about half of one.
    assert np.abs(np.subtract(centres, p.CENTRE)).max() < 0.6
    longer = [
        max(image.shape) for image in map(p.crop, images) if image is not None
    ]
    assert np.median(longer) == p.LONGER_SIDE


def test_a_digit_of_mnist_hardly_changes() -> None:
    images = mnist.scale(mnist.load().test_images[:200]).reshape(-1, 28, 28)
    again = np.stack([placed(image) for image in images])
    assert np.abs(again - images).mean() < 0.03


def test_the_longer_side_becomes_20_pixels() -> None:
    pixels = placed(np.ones((100, 60)))
    # It is balanced, so that it spans 4.5 to 24.5 and 8.5 to 20.5.
    down, across = pixels[:, 14], pixels[14]
    assert down.tolist() == [0] * 4 + [0.5] + [1] * 19 + [0.5] + [0] * 3
    np.testing.assert_allclose(
        across, [0] * 8 + [0.5] + [1] * 11 + [0.5] + [0] * 7, atol=1e-6
    )


def test_a_thin_tall_stroke_stays_thin() -> None:
    pixels = placed(np.ones((100, 6)))
    assert np.flatnonzero(pixels[14]).tolist() == [13, 14, 15]
    assert np.flatnonzero(pixels[:, 14]).tolist() == list(range(4, 25))


def test_one_pixel_of_ink_becomes_a_square() -> None:
    ink = np.zeros((50, 40))
    ink[3, 4] = 0.2
    np.testing.assert_allclose(placed(ink), placed(np.ones((7, 7))))


def test_faint_strokes_are_made_darker() -> None:
    np.testing.assert_allclose(placed(SEVEN / 3), placed(SEVEN), atol=1e-6)


def test_what_reaches_over_an_edge_is_cut_off() -> None:
    ink = np.zeros((100, 20))
    ink[:20] = 1
    ink[:, :1] = 1
    pixels = placed(ink)
    assert pixels[27].any()
    assert not pixels[:8].any()


@pytest.mark.parametrize("level", [0.0, 0.9 / 255])
def test_an_empty_canvas_gives_nothing(level: float) -> None:
    assert p.place(np.full((280, 280), level)) is None
    assert p.crop(np.full((280, 280), level)) is None


def test_one_grey_level_is_ink() -> None:
    canvas = np.zeros((5, 6))
    canvas[2, 3] = 1 / 255
    assert p.bounding_box(canvas) == (slice(2, 3), slice(3, 4))


@pytest.mark.parametrize(
    "ink",
    [
        np.full((2, 2), np.nan),
        np.full((2, 2), np.inf),
        np.array([[0, 1.01]]),
        np.array([[-0.01, 1]]),
        np.zeros((0, 5)),
        np.zeros(5),
        np.zeros((2, 2, 3)),
    ],
    ids=["nan", "infinite", "above 1", "below 0", "empty", "a row", "coloured"],
)
def test_what_is_no_ink_is_refused(ink: Array) -> None:
    with pytest.raises(ValueError, match="ink must"):
        p.place(ink)


@pytest.mark.parametrize("shape", [(280, 280), (100, 100), (97, 61), (28, 28)])
def test_shrinking_is_opencv_s_area_averaging(shape: tuple[int, int]) -> None:
    ink = np.random.default_rng(1).random(shape)
    scale = 28 / max(shape)
    rows, columns = (round(side * scale) for side in shape)
    # OpenCV fills a whole number of pixels: the shorter side is stretched to it.
    down = p.overlaps(shape[0], rows / shape[0], 0, 0)
    across = p.overlaps(shape[1], columns / shape[1], 0, 0)
    expected = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA)
    np.testing.assert_allclose(
        (down @ ink @ across.T)[:rows, :columns], expected, atol=1e-6
    )
    if shape[0] == shape[1]:
        shrunk = p.resample(ink, scale, (0, 0), (0, 0))
        np.testing.assert_allclose(shrunk, expected, atol=1e-6)


@given(
    st.integers(1, 60), st.floats(0.3, 30), st.floats(0, 60), st.floats(0, 28)
)
def test_no_ink_is_lost_unless_it_lies_outside(
    length: int, scale: float, source: float, target: float
) -> None:
    shares = p.overlaps(length, scale, source, target)
    starts = target + (np.arange(length) - source) * scale
    ends = starts + scale
    inside = np.clip(ends, 0, 28) - np.clip(starts, 0, 28)
    np.testing.assert_allclose(shares.sum(axis=0), inside, atol=1e-6)
    assert shares.sum(axis=1).max() <= 1 + 1e-9


# From a picture to ink.

NOISE = np.random.default_rng(4).normal(0, 0.02, SEVEN.shape)
LIGHT = np.linspace(0.9, 0.4, 280) - np.linspace(0, 0.15, 280)[:, np.newaxis]
DARK_ON_LIGHT = 1 - SEVEN
PICTURES: dict[str, Array] = {
    "floats": DARK_ON_LIGHT,
    "float32": DARK_ON_LIGHT.astype(np.float32),
    "8 bits": np.rint(255 * DARK_ON_LIGHT).astype(np.uint8),
    "16 bits": np.rint(65535 * DARK_ON_LIGHT).astype(np.uint16),
    "one layer": DARK_ON_LIGHT[..., np.newaxis],
    "RGB": np.dstack([DARK_ON_LIGHT] * 3),
    "RGB and opacity": np.dstack([*[DARK_ON_LIGHT] * 3, np.ones_like(SEVEN)]),
    "light on dark": SEVEN,
    "grey on grey": 0.6 - 0.2 * SEVEN,
    "lighter grey on grey": 0.4 + 0.2 * SEVEN,
    "in uneven light": LIGHT * (1 - 0.7 * SEVEN),
    "in uneven light, noisy": np.clip(LIGHT * (1 - 0.7 * SEVEN) + NOISE, 0, 1),
    "chalk, noisy": np.clip(0.2 + 0.6 * SEVEN + NOISE, 0, 1),
    "at night": np.clip(0.05 + 0.3 * SEVEN + NOISE / 10, 0, 1),
    "four times as large": np.kron(DARK_ON_LIGHT, np.ones((4, 4))),
    "dark on transparent": np.dstack([np.zeros_like(SEVEN), SEVEN]),
    "light on transparent": np.dstack([np.ones_like(SEVEN), SEVEN]),
    "colours on transparent": np.dstack(
        [SEVEN * 0, SEVEN * 0.5, SEVEN, SEVEN]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_the_same_seven_is_found_in_every_picture(name: str) -> None:
    difference = np.abs(prepared(PICTURES[name]) - placed(SEVEN))
    assert difference.mean() < 0.01
    assert difference.max() < 0.25


def test_yes_and_no_are_a_picture_too() -> None:
    ink = SEVEN > 0.5
    np.testing.assert_allclose(prepared(~ink), placed(ink), atol=1e-6)


def test_red_ink_is_darker_than_yellow_paper() -> None:
    yellow, red = np.array([1, 1, 0.4]), np.array([0.8, 0, 0])
    picture = yellow + SEVEN[..., np.newaxis] * (red - yellow)
    np.testing.assert_allclose(prepared(picture), placed(SEVEN), atol=0.1)


@pytest.mark.parametrize(
    ("colour", "bright"),
    [
        ((1, 1, 1), 1),
        ((1, 0, 0), 0.299),
        ((0, 1, 0), 0.587),
        ((0, 0, 1), 0.114),
    ],
)
def test_a_colour_is_as_bright_as_it_looks(
    colour: tuple[int, ...], bright: float
) -> None:
    picture = np.array([[colour]], float)
    np.testing.assert_allclose(p.grey(picture), [[bright]])


def test_a_digit_may_come_near_to_the_edges() -> None:
    rows, columns = (np.flatnonzero(SEVEN.any(axis=side)) for side in (1, 0))
    tight = LIGHT * (1 - 0.7 * SEVEN)
    tight = tight[
        rows[0] - 12 : rows[-1] + 12, columns[0] - 12 : columns[-1] + 12
    ]
    assert np.abs(prepared(tight) - placed(SEVEN)).mean() < 0.01


def test_a_thin_stroke_is_dark_ink_though_the_paper_is_bright_in_the_middle() -> (
    None
):
    y, x = np.mgrid[-1:1:280j, -1:1:280j]
    bright = 0.6 + 0.15 * np.exp(-6 * (x**2 + y**2))
    stroke = np.zeros_like(x, bool)
    stroke[60:220, 138:142] = True
    away = p.distance_from_paper(np.where(stroke, 0.05, bright))
    assert away[stroke].min() > 0.5


def test_a_single_dark_pixel_is_ink_on_small_paper() -> None:
    bright = np.full((9, 9), 0.6)
    bright[4, 4] = 0.1
    away = p.distance_from_paper(bright)
    assert away[4, 4] == pytest.approx(5 / 6, abs=0.01)


def test_ink_that_covers_nearly_half_of_the_picture_is_no_noise() -> None:
    ink = np.zeros((100, 100))
    ink[15:85, 15:85] = 1
    noise = np.random.default_rng(0).normal(0, 0.02, ink.shape)
    picture = 0.8 - 0.2 * ink + noise
    assert np.abs(prepared(picture) - placed(ink)).mean() < 0.05


@pytest.mark.parametrize(
    ("opacity", "seen"), [(0.5, 0.5 * 0.2 + 0.5), (0.75, 0.2)]
)
def test_an_edge_is_paper_only_where_it_is_more_than_half_opaque(
    opacity: float, seen: float
) -> None:
    # Where it is not, what is there is dark ink, and the paper white.
    picture = np.dstack([np.full((9, 9), 0.2), np.full((9, 9), opacity)])
    np.testing.assert_allclose(p.grey(picture), seen)


def test_paper_goes_on_where_half_of_the_edge_is_transparent() -> None:
    opacity = np.repeat([[1.0, 1, 0, 0]], 4, axis=0)
    picture = np.dstack([np.full((4, 4), 0.2), opacity])
    np.testing.assert_allclose(p.grey(picture), 0.2)


def test_transparent_corners_are_no_ink() -> None:
    opaque = np.ones_like(SEVEN)
    opaque[:20, :20] = 0
    picture = np.dstack([DARK_ON_LIGHT, opaque])
    np.testing.assert_allclose(prepared(picture), placed(SEVEN), atol=0.1)


@pytest.mark.parametrize("level", [0, 1, 127, 255])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (2, 2), (5, 3), (300, 200)])
def test_a_blank_picture_shows_nothing(
    level: int, shape: tuple[int, int]
) -> None:
    assert p.prepare(np.full(shape, level, np.uint8)) is None


def test_a_transparent_picture_shows_nothing() -> None:
    assert p.prepare(np.zeros((20, 20, 4), np.uint8)) is None


@pytest.mark.parametrize("noise", [0.002, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("seed", range(3))
def test_blank_paper_shows_nothing_however_noisy(
    noise: float, seed: int
) -> None:
    grain = np.random.default_rng(seed).normal(0, noise, LIGHT.shape)
    assert p.prepare(np.clip(LIGHT + grain, 0, 1)) is None


@pytest.mark.parametrize(
    ("pixels", "ink"),
    [
        ([(20, 20), (20, 21)], False),
        ([(20, 20), (20, 21), (21, 20)], True),
    ],
)
def test_three_pixels_that_touch_are_ink_and_two_are_a_speck(
    pixels: list[tuple[int, int]], ink: bool
) -> None:
    bright = np.full((50, 60), 0.9)
    for row, column in pixels:
        bright[row, column] = 0.2
    found = np.argwhere(p.find_ink(bright))
    assert [*map(tuple, found)] == (pixels if ink else [])


def test_specks_are_no_ink() -> None:
    specked = DARK_ON_LIGHT.copy()
    specked[5::31, 7::29] = np.minimum(specked[5::31, 7::29], 0.3)
    np.testing.assert_allclose(prepared(specked), placed(SEVEN), atol=0.02)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((3, 3), np.nan),
        np.full((3, 3), 255.0),
        np.dstack([np.full((3, 3), 1.5), np.zeros((3, 3)), np.zeros((3, 3))]),
        np.full((3, 3), -0.1),
        np.zeros((3, 3), int),
        np.zeros((3, 3), np.int8),
        np.zeros((3, 3), np.uint32),
        np.zeros((3, 3), complex),
        np.zeros((0, 3), np.uint8),
        np.zeros((3, 3, 0), np.uint8),
        np.zeros((3, 3, 5), np.uint8),
        np.zeros(3, np.uint8),
        np.zeros((1, 3, 3, 3), np.uint8),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(picture: Array) -> None:
    with pytest.raises(ValueError, match="picture must"):
        p.prepare(picture)


def test_the_picture_itself_is_left_as_it_was() -> None:
    picture = DARK_ON_LIGHT.copy()
    p.prepare(picture)
    np.testing.assert_array_equal(picture, DARK_ON_LIGHT)


@pytest.mark.parametrize(
    ("shape", "shrunk"),
    [
        ((400, 400), (400, 400)),
        ((401, 100), (201, 50)),
        ((3, 1201), (1, 301)),
        ((801, 800), (267, 267)),
    ],
)
def test_a_large_picture_is_shrunk_to_means_of_squares(
    shape: tuple[int, int], shrunk: tuple[int, int]
) -> None:
    bright = np.random.default_rng(2).random(shape)
    result, width = p.shrink(bright), -(-max(shape) // 400)
    assert result.shape == shrunk
    for row, column in itertools.product((0, -1), repeat=2):
        top, left = row % shrunk[0] * width, column % shrunk[1] * width
        square = bright[top : top + width, left : left + width]
        assert result[row, column] == pytest.approx(square.mean())


@pytest.mark.parametrize(
    ("shape", "width"),
    [((3, 3), 1), ((9, 40), 1), ((19, 30), 1), ((20, 30), 2), ((90, 45), 4)],
)
def test_the_border_is_a_tenth_of_the_shorter_side_and_a_pixel_at_least(
    shape: tuple[int, int], width: int
) -> None:
    inside = np.zeros([side - 2 * width for side in shape], bool)
    expected = np.pad(inside, width, constant_values=True)
    np.testing.assert_array_equal(p.border(shape), expected)


def test_the_middles_of_pixels_lie_evenly_about_the_middle_of_the_side() -> (
    None
):
    assert p._middles(1).tolist() == [0]
    assert p._middles(4).tolist() == [-0.75, -0.25, 0.25, 0.75]


@pytest.mark.parametrize("part", [slice(None), slice(5000)])
def test_the_spread_of_noise_is_its_standard_deviation(part: slice) -> None:
    # These lie as evenly as noise does in the mean, and the first half below 0.
    noise = 0.03 * norm.ppf((np.arange(10_000) + 0.5) / 10_000)
    assert p._spread(noise[part]) == pytest.approx(0.03, rel=1e-3)


def test_where_there_is_no_noise_it_has_no_spread() -> None:
    assert p._spread(np.empty(0)) == 0


def test_the_paper_under_the_ink_is_found() -> None:
    y, x = np.mgrid[-1:1:200j, -1:1:150j]
    paper = 0.6 + 0.1 * y - 0.2 * x + 0.05 * x * y - 0.1 * x**2 - 0.03 * y**2
    ink = np.zeros_like(paper)
    ink[60:140, 50:100] = 0.4
    found = p.paper_level(paper - ink)
    np.testing.assert_allclose(found, paper, atol=1e-3)
    away = p.distance_from_paper(paper - ink)
    np.testing.assert_allclose(away, ink / paper, atol=3e-3)
    away = p.distance_from_paper(1 - paper + ink)
    np.testing.assert_allclose(away, ink / paper, atol=3e-3)


def test_the_paper_is_found_though_much_of_it_lies_under_faint_ink() -> None:
    ink = np.zeros((100, 100), bool)
    ink[20:80, 20:80] = True
    noise = np.random.default_rng(0).normal(0, 0.02, ink.shape)
    found = p.paper_level(0.7 - 0.12 * ink + noise)
    np.testing.assert_allclose(found, 0.7, atol=0.01)


@given(
    hnp.arrays(np.uint8, st.integers(2, 60)).filter(lambda v: v.min() < v.max())
)
def test_the_threshold_is_opencv_s_otsu(levels: Array) -> None:
    limit = p.threshold((levels + 0.5) / 256)
    # With few values several limits part them equally well, up to rounding.
    otsu = cv2.THRESH_BINARY + cv2.THRESH_OTSU
    expected, _ = cv2.threshold(levels[np.newaxis], 0, 1, otsu)
    assert between(levels, limit * 256 - 1) == pytest.approx(
        between(levels, expected), rel=1e-5
    )
    # Of limits that part them alike it is the first: the end of a bin that holds some.
    assert limit * 256 - 1 in levels


def between(levels: Array, limit: float) -> float:
    """Return the variance between the levels up to a limit and those above it."""
    low, high = levels[levels <= limit], levels[levels > limit]
    shares = len(low) * len(high) / len(levels) ** 2
    return float(shares * (low.mean() - high.mean()) ** 2)


def test_values_that_are_all_alike_have_nothing_above_the_threshold() -> None:
    assert not (np.zeros((3, 3)) > p.threshold(np.zeros((3, 3)))).any()


@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2)))
def test_marked_pixels_are_counted_in_every_square_of_nine(
    marked: Array,
) -> None:
    expected = cv2.boxFilter(
        marked.astype(np.float64), -1, (3, 3),
        normalize=False, borderType=cv2.BORDER_CONSTANT,
    )  # fmt: skip
    np.testing.assert_array_equal(p.count_around(marked), expected)
