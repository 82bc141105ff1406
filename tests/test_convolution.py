"""The convolutional network: its shape, what fixes it, and that it learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from annbook import convolution, mnist


def some_digits(count: int) -> tuple[Any, Any]:
    data = mnist._load_sample(mnist._SAMPLE)
    generator = np.random.default_rng(1)
    chosen = generator.permutation(len(data.train_labels))[:count]
    return mnist.scale(data.train_images[chosen]), data.train_labels[chosen]


def weights(model: Any) -> list[Any]:
    return [np.asarray(each) for each in model.get_weights()]


def equal(one: Any, other: Any) -> bool:
    pairs = zip(weights(one), weights(other), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def test_each_layer_has_the_parameters_that_paper_gives_it() -> None:
    counts = [
        layer.count_params()
        for layer in convolution.new_model().layers
        if layer.count_params()
    ]
    assert counts == [
        16 * (5 * 5 + 1),
        32 * (16 * 5 * 5 + 1),
        64 * (32 * 4 * 4 + 1),
        10 * (64 + 1),
    ]


def test_a_seed_fixes_the_initial_weights_whatever_was_drawn_before() -> None:
    first = convolution.new_model(3)
    tf.random.set_seed(99)
    np.random.seed(99)  # noqa: NPY002 — the global state that must not matter
    assert equal(first, convolution.new_model(3))
    assert not equal(first, convolution.new_model(4))
    kernels = [each for each in weights(first) if each.ndim > 1]
    assert len({float(each.flat[0]) for each in kernels}) == len(kernels)


def test_predictions_are_shares_and_do_not_depend_on_the_rest() -> None:
    pixels, _ = some_digits(1500)
    model = convolution.new_model(1)
    shares = convolution.predict(model, pixels)
    assert shares.shape == (1500, 10)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(
        convolution.predict(model, pixels[998:1003]),
        shares[998:1003],
        atol=1e-6,
    )
    images = convolution.as_images(pixels[:50])
    np.testing.assert_allclose(
        model.predict(images, verbose=0), shares[:50], atol=1e-6
    )


def test_no_image_gives_no_prediction() -> None:
    empty = np.empty((0, 784), np.float32)
    assert convolution.predict(convolution.new_model(), empty).shape == (0, 10)


def test_no_epoch_is_refused() -> None:
    with pytest.raises(ValueError, match="epochs is 0"):
        convolution.train(*some_digits(10), epochs=0)


def test_one_epoch_is_a_training_that_changes_the_model_and_has_a_cost() -> (
    None
):
    seen: list[int] = []
    training = convolution.train(
        *some_digits(20),
        epochs=1,
        watch=lambda epoch, _model: seen.append(epoch),
    )
    assert seen == [1]
    assert training.costs.shape == (1,)
    # Ten digits that are guessed cost ln 10 each.
    assert training.costs[0] == pytest.approx(np.log(10), abs=0.5)
    assert not equal(training.model, convolution.new_model())


def test_the_steps_get_smaller_along_half_a_wave_of_the_cosine() -> None:
    rates: list[float] = []
    convolution.train(
        *some_digits(101),
        epochs=3,
        watch=lambda _, model: rates.append(
            float(model.optimizer.learning_rate)
        ),
    )
    # Of the first step it is 0.003; each epoch goes a third of the way.
    wave = 0.003 * (1 + np.cos(np.pi * np.array([1, 2, 3]) / 3)) / 2
    np.testing.assert_allclose(rates, wave, atol=1e-9)


@pytest.mark.slow
def test_training_learns_is_watched_and_is_fixed_by_its_seed() -> None:
    pixels, labels = some_digits(600)
    seen: list[int] = []
    training = convolution.train(
        pixels, labels, epochs=3, watch=lambda epoch, _model: seen.append(epoch)
    )
    assert seen == [1, 2, 3]
    assert training.costs.shape == (3,)
    assert training.costs[0] > 1.2 * training.costs[1] > 1.2 * training.costs[2]
    again = convolution.train(pixels, labels, epochs=3)
    for one, other in zip(
        weights(training.model), weights(again.model), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)
    other = convolution.train(pixels, labels, epochs=1, seed=1)
    assert not equal(training.model, other.model)
