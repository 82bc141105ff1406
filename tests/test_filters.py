"""Convolution and pooling are those of Keras, and of a loop over every patch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from annbook import filters

floats = st.floats(-8, 8, width=32)
images = npst.arrays(
    np.float64,
    npst.array_shapes(min_dims=2, max_dims=2, max_side=7),
    elements=floats,
)


@given(images, st.data())
def test_a_convolution_is_the_sum_over_every_patch(
    image: Any, data: st.DataObject
) -> None:
    high, wide = (data.draw(st.integers(1, side)) for side in image.shape)
    kernel = data.draw(npst.arrays(np.float64, (high, wide), elements=floats))
    rows, columns = image.shape[0] - high + 1, image.shape[1] - wide + 1
    by_hand = [
        [
            sum(
                image[row + i, column + j] * kernel[i, j]
                for i in range(high)
                for j in range(wide)
            )
            for column in range(columns)
        ]
        for row in range(rows)
    ]
    found = filters.convolve(image, kernel)
    np.testing.assert_allclose(found, by_hand, rtol=1e-12, atol=1e-12)


def test_a_convolution_is_that_of_keras() -> None:
    generator = np.random.default_rng(0)
    image = generator.random((28, 28), np.float32)
    kernel = generator.normal(size=(5, 5)).astype(np.float32)
    layer = tf.keras.layers.Conv2D(1, 5, use_bias=False)
    layer.build((None, 28, 28, 1))
    layer.set_weights([kernel[:, :, None, None]])
    theirs = np.asarray(layer(image[None, :, :, None]))[0, :, :, 0]
    ours = filters.convolve(image, kernel)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("side", [3, 4, 5, 24])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_pooling_is_that_of_keras(side: int, size: int) -> None:
    image = np.random.default_rng(side).normal(size=(side, side + 1))
    layer = tf.keras.layers.MaxPooling2D(size)
    theirs = np.asarray(layer(image[None, :, :, None]))[0, :, :, 0]
    np.testing.assert_allclose(filters.max_pool(image, size), theirs, rtol=1e-6)


def test_an_edge_is_found_where_it_is() -> None:
    image = np.zeros((4, 6))
    image[:, 3:] = 1
    found = filters.convolve(image, [[-1, 1]])
    assert np.argwhere(found).tolist() == [[row, 2] for row in range(4)]


def test_whole_numbers_are_taken_and_left_as_they_are() -> None:
    image = np.arange(16).reshape(4, 4)
    assert filters.convolve(image, [[1]]).tolist() == image.tolist()
    assert filters.max_pool(image).tolist() == [[5, 7], [13, 15]]
    assert image.tolist() == np.arange(16).reshape(4, 4).tolist()


@pytest.mark.parametrize(
    ("image", "kernel"),
    [
        (np.zeros((3, 3)), np.zeros((4, 1))),
        (np.zeros((3, 3)), np.zeros((1, 4))),
        (np.zeros(3), np.zeros((1, 1))),
        (np.zeros((3, 3)), np.zeros(3)),
        (np.zeros((3, 3)), np.zeros((0, 1))),
        (np.zeros((0, 3)), np.zeros((1, 1))),
    ],
)
def test_a_kernel_that_does_not_fit_is_refused(image: Any, kernel: Any) -> None:
    with pytest.raises(ValueError, match="does not fit into an image"):
        filters.convolve(image, kernel)


@pytest.mark.parametrize(
    ("image", "size"),
    [
        (np.zeros((3, 3)), 0),
        (np.zeros((3, 3)), 4),
        (np.zeros((3, 9)), 4),
        (np.zeros(()), 1),
        (np.zeros(4), 2),
        (np.zeros((0, 3)), 1),
    ],
)
def test_squares_that_do_not_fit_are_refused(image: Any, size: int) -> None:
    with pytest.raises(ValueError, match="do not fit into an image"):
        filters.max_pool(image, size)


@given(images, st.integers(-9, 9), st.integers(-9, 9))
def test_a_moved_image_has_each_pixel_where_it_went_and_paper_elsewhere(
    image: Any, down: int, right: int
) -> None:
    rows, columns = image.shape
    wanted = np.zeros_like(image)
    for row in range(rows):
        for column in range(columns):
            if 0 <= row + down < rows and 0 <= column + right < columns:
                wanted[row + down, column + right] = image[row, column]
    np.testing.assert_array_equal(filters.shift(image, down, right), wanted)


def test_a_stack_of_images_is_moved_together() -> None:
    stack = np.arange(24.0).reshape(2, 3, 4)
    moved = filters.shift(stack, 1, -1)
    for image, result in zip(stack, moved, strict=True):
        np.testing.assert_array_equal(result, filters.shift(image, 1, -1))


def test_jitter_moves_each_image_by_one_of_nine_moves_all_of_which_occur() -> (
    None
):
    dot = np.zeros((900, 5, 5))
    dot[:, 2, 2] = 1
    moved = filters.jitter(dot, np.random.default_rng(0))
    assert moved.sum(axis=(1, 2)).tolist() == [1.0] * 900
    places = np.argwhere(moved)[:, 1:]
    found, counts = np.unique(places, axis=0, return_counts=True)
    assert found.tolist() == [[r, c] for r in (1, 2, 3) for c in (1, 2, 3)]
    assert counts.min() > 60


def test_a_generator_fixes_the_moves_and_the_images_stay_as_they_were() -> None:
    images = np.random.default_rng(1).random((20, 6, 6))
    before = images.copy()
    first, again = (
        filters.jitter(images, np.random.default_rng(3)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(images, before)
    assert not np.array_equal(first, images)
