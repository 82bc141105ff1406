"""The network that reads digits, held to plain NumPy, to Keras, and to what it must read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from annbook import hidden, mnist, network
from annbook.errors import BookError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RECORDS = 45  # no multiple of the batch size: the last batch is smaller


def records(count: int = RECORDS, seed: int = 3) -> tuple[Any, Any]:
    """Return images of noise, in which the first pixels tell the digit."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, count)
    images = 0.2 * generator.random((count, 784), np.float32)
    images[np.arange(count), labels] = 1
    return images, labels


def parts(layers: list[network.Layer]) -> list[NDArray[Any]]:
    return [part for layer in layers for part in layer]


def equal(some: list[network.Layer], others: list[network.Layer]) -> bool:
    pairs = zip(parts(some), parts(others), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


# The untrained network.


def test_the_book_s_network_has_159010_parameters_in_single_precision() -> None:
    layers = hidden.new_network(np.random.default_rng(0))
    assert [part.shape for part in parts(layers)] == [
        (200, 784), (200,), (10, 200), (10,),
    ]  # fmt: skip
    assert sum(part.size for part in parts(layers)) == 159_010
    assert {part.dtype for part in parts(layers)} == {np.dtype(np.float32)}


def test_the_outputs_of_an_untrained_network_lie_around_one_tenth() -> None:
    layers = hidden.new_network(np.random.default_rng(0))
    outputs = network.predict(layers, records(200)[0])
    assert 0.08 < outputs.mean() < 0.13
    assert outputs.max() < 0.3


def test_without_weights_it_says_exactly_one_tenth() -> None:
    layers = hidden.new_network(np.random.default_rng(0), scale=0)
    np.testing.assert_allclose(
        network.predict(layers, records()[0]), 0.1, rtol=1e-6
    )


@pytest.mark.parametrize("scale", [0.1, 3.0])
def test_the_scale_is_that_of_the_first_weights(scale: float) -> None:
    one, other = (
        hidden.new_network(np.random.default_rng(4), 30, each)
        for each in (1.0, scale)
    )
    for plain, scaled in zip(one, other, strict=True):
        np.testing.assert_allclose(
            scaled.weights, scale * plain.weights, rtol=1e-5
        )
        np.testing.assert_array_equal(scaled.bias, plain.bias)


# The training.


def sigmoid(x: Floats) -> Floats:
    return 1 / (1 + np.exp(-x))


def by_hand(
    images: Any,
    labels: Any,
    *,
    seed: int,
    epochs: int,
    nodes: int,
    rates: tuple[float, float],
) -> tuple[list[Floats], list[float]]:
    """Train in double precision as the docstrings say, with nothing of `annbook.network`."""
    generator = np.random.default_rng(seed)
    w1 = generator.normal(0, 784**-0.5, (nodes, 784))
    w2 = generator.normal(0, nodes**-0.5, (10, nodes))
    b1, b2 = np.zeros(nodes), np.full(10, -np.log(9))
    targets, costs = np.eye(10)[labels], []
    for epoch in range(epochs):
        order, met = generator.permutation(len(labels)), 0.0
        rate1, rate2 = (rate * (epochs - epoch) / epochs for rate in rates)
        for start in range(0, len(order), 20):
            batch = order[start : start + 20]
            x, t = images[batch].astype(float), targets[batch]
            h = sigmoid(x @ w1.T + b1)
            o = sigmoid(h @ w2.T + b2)
            met += ((t - o) ** 2).sum() / 2
            d2 = (o - t) * o * (1 - o) / len(batch)
            d1 = d2 @ w2 * h * (1 - h)
            w1, b1 = w1 - rate1 * d1.T @ x, b1 - rate1 * d1.sum(axis=0)
            w2, b2 = w2 - rate2 * d2.T @ h, b2 - rate2 * d2.sum(axis=0)
        costs.append(met / len(order))
    return [w1, b1, w2, b2], costs


@pytest.mark.parametrize("rates", [(4.0, 0.2), (0.5, 0.5)])
def test_training_is_what_plain_numpy_makes_of_the_description(
    rates: tuple[float, float],
) -> None:
    chosen: dict[str, Any] = {"seed": 5, "epochs": 3, "nodes": 7}
    layers, costs = hidden.train(*records(), learning_rate=rates, **chosen)
    expected, met = by_hand(*records(), rates=rates, **chosen)
    for part, wanted in zip(parts(layers), expected, strict=True):
        np.testing.assert_allclose(part, wanted, rtol=1e-3, atol=2e-5)
    np.testing.assert_allclose(costs, met, rtol=1e-5)


def test_the_defaults_are_the_books_settings() -> None:
    layers, costs = hidden.train(*records(200), seed=1)
    explicit, same = hidden.train(
        *records(200),
        seed=1,
        epochs=5,
        nodes=200,
        scale=1,
        learning_rate=(40, 2),
    )
    assert equal(layers, explicit)
    assert costs.tolist() == same.tolist()


@pytest.mark.slow
def test_an_epoch_is_that_of_keras_fit_in_the_same_order() -> None:
    import tensorflow as tf

    images, labels = records()
    layers, costs = hidden.train(
        images, labels, seed=2, epochs=1, nodes=6, learning_rate=0.5
    )
    generator = np.random.default_rng(2)
    start = hidden.new_network(generator, 6)
    order = generator.permutation(len(labels))
    dense = [tf.keras.layers.Dense(n, activation="sigmoid") for n in (6, 10)]
    peer = tf.keras.Sequential([tf.keras.Input((784,)), *dense])
    peer.set_weights([part.T for part in parts(start)])
    peer.compile(
        tf.keras.optimizers.SGD(0.5),
        lambda t, o: tf.reduce_sum((t - o) ** 2, axis=-1) / 2,
    )
    shuffled = images[order], np.eye(10, dtype=np.float32)[labels[order]]
    history = peer.fit(*shuffled, 20, shuffle=False, verbose=0).history
    for part, wanted in zip(parts(layers), peer.get_weights(), strict=True):
        np.testing.assert_allclose(part, wanted.T, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(costs, history["loss"], rtol=1e-5)


def test_a_seed_fixes_every_bit_and_another_changes_them() -> None:
    first, again, other = (
        hidden.train(*records(), seed=seed, epochs=2, nodes=5)[0]
        for seed in (7, 7, 8)
    )
    assert equal(first, again)
    assert not equal(first, other)


def test_from_zeros_all_hidden_nodes_stay_the_same() -> None:
    (inside, output), _ = hidden.train(
        *records(), epochs=5, nodes=8, scale=0, learning_rate=(10, 1)
    )
    for spread, weights in (
        (np.ptp(inside.weights, axis=0), inside.weights),
        (np.ptp(output.weights, axis=1), output.weights),
    ):
        assert np.abs(weights).max() > 1e-3
        assert spread.max() < 1e-4 * np.abs(weights).max()


def test_what_is_watched_is_the_network_from_its_start_to_its_end() -> None:
    seen: list[tuple[int, list[network.Layer]]] = []
    layers, costs = hidden.train(
        *records(),
        seed=3,
        epochs=2,
        nodes=5,
        watch=lambda done, each: seen.append((done, each)),
    )
    assert [done for done, _ in seen] == [0, 1, 2]
    start = hidden.new_network(np.random.default_rng(3), 5)
    assert equal(seen[0][1], start)
    assert equal(seen[-1][1], layers)
    assert not equal(seen[1][1], layers)
    assert costs.shape == (2,)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, list])
def test_labels_may_be_whole_numbers_of_any_type(kind: Any) -> None:
    images, labels = records()
    typed = labels.tolist() if kind is list else labels.astype(kind)
    plain, other = (
        hidden.train(images, y, epochs=1, nodes=3)[0] for y in (labels, typed)
    )
    assert equal(plain, other)


def test_double_precision_images_are_computed_with_in_single() -> None:
    images, labels = records()
    layers, _ = hidden.train(images.astype(float), labels, epochs=1, nodes=3)
    assert {part.dtype for part in parts(layers)} == {np.dtype(np.float32)}
    assert equal(layers, hidden.train(images, labels, epochs=1, nodes=3)[0])


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (np.zeros((4, 784)), [0, 1, 2, 10], "from 0 to 9"),
        (np.zeros((4, 784)), [0.0, 1.0, 2.0, 3.0], "integers"),
        (np.zeros((4, 784)), [0, 1, 2], "shapes do not fit"),
        (np.zeros((4, 783)), [0, 1, 2, 3], "shapes do not fit"),
        (np.zeros((4, 28, 28)), [0, 1, 2, 3], "shapes do not fit"),
    ],
)
def test_records_that_do_not_fit_are_refused(
    images: Any, labels: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        hidden.train(images, labels, epochs=1, nodes=2)


def test_a_pixel_that_is_no_number_stops_the_training() -> None:
    images, labels = records()
    images[3, 5] = np.nan
    with pytest.raises(BookError, match="training, epoch 1"):
        hidden.train(images, labels, epochs=2, nodes=2)


# Reading.


def test_a_record_is_read_as_the_digit_with_the_largest_output() -> None:
    layers = hidden.new_network(np.random.default_rng(1), 9)
    images, _ = records()
    read = hidden.classify(layers, images.tolist())
    outputs = network.predict(layers, images)
    assert read.shape == (RECORDS,)
    assert read.dtype == np.int64
    assert [row[digit] for row, digit in zip(outputs, read, strict=True)] == [
        max(row) for row in outputs
    ]


def share_read(data: mnist.Mnist) -> float:
    layers, costs = hidden.train(
        mnist.scale(data.train_images), data.train_labels
    )
    assert (np.diff(costs) < 0).all()
    read = hidden.classify(layers, mnist.scale(data.test_images))
    return float(np.mean(read == data.test_labels))


def test_it_reads_the_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNBOOK_EDITION", "sample")
    # Measured: 93.4 %.
    assert share_read(mnist.load()) > 0.915


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("ANNBOOK_DATA"),
    reason="ANNBOOK_DATA does not name a folder with the full MNIST",
)
def test_it_reads_the_full_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNBOOK_EDITION", "full")
    # Measured: 97.8 %.
    assert 0.975 < share_read(mnist.load()) < 0.99
