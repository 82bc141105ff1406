"""Softmax regression, held to the slide, to plain NumPy in float64, to Keras and scikit-learn."""

from __future__ import annotations

import math
import os
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.metrics import accuracy_score, confusion_matrix

from annbook import mnist, neuron
from annbook import softmax as s
from annbook.errors import BookError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Array = np.ndarray[Any, np.dtype[Any]]

RECORDS, INPUTS, CLASSES = 60, 5, 3
# A sum of float32 numbers near 1 is right to about this.
ROUNDING = 2e-6
# How long an example takes says nothing on a busy machine.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


# The independent model: plain NumPy in float64.


class Parameters(NamedTuple):
    """W, shape (inputs, classes), and b, shape (classes,)."""

    weights: Array
    bias: Array


def expected_probabilities(model: Parameters, images: Array) -> Array:
    sums = images.astype(np.float64) @ model.weights + model.bias
    raised = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def expected_cost(model: Parameters, images: Array, labels: Array) -> float:
    found = expected_probabilities(model, images)
    return float(-np.log(found[np.arange(len(labels)), labels]).mean())


def expected_gradients(
    model: Parameters, images: Array, labels: Array
) -> Parameters:
    """Return x^T (p - y) / n, and the mean of p - y."""
    found = expected_probabilities(model, images)
    surplus = found - np.eye(len(model.bias))[labels]
    return Parameters(images.T @ surplus / len(labels), surplus.mean(axis=0))


def expected_descent(
    model: Parameters, images: Array, labels: Array, learning_rate: float
) -> Parameters:
    by_weights, by_bias = expected_gradients(model, images, labels)
    return Parameters(
        model.weights - learning_rate * by_weights,
        model.bias - learning_rate * by_bias,
    )


def expected_training(
    images: Array,
    labels: Array,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> tuple[Parameters, list[float]]:
    model = Parameters(np.zeros((INPUTS, CLASSES)), np.zeros(CLASSES))
    generator, means = np.random.default_rng(seed), []
    for _ in range(epochs):
        order, total = generator.permutation(len(labels)), 0.0
        for start in range(0, len(labels), batch_size):
            batch = order[start : start + batch_size]
            x, y = images[batch], labels[batch]
            total += expected_cost(model, x, y) * len(batch)
            model = expected_descent(model, x, y, learning_rate)
        means.append(total / len(labels))
    return model, means


# Small cases.


def toy_set(records: int = RECORDS, seed: int = 0) -> tuple[Array, Array]:
    """Return images that a line can separate: each record's own pixel is its brightest."""
    generator = np.random.default_rng(seed)
    labels = generator.permutation(np.arange(records) % CLASSES)
    noise = generator.uniform(0, 0.4, (records, INPUTS))
    images = noise + 0.6 * np.eye(CLASSES, INPUTS)[labels]
    return images.astype(np.float32), labels


def random_parameters(seed: int = 1) -> Parameters:
    generator = np.random.default_rng(seed)
    # Rounded to float32, so that both sides start from the same numbers.
    weights, bias = (
        generator.normal(size=(INPUTS, CLASSES)),
        generator.normal(size=CLASSES),
    )
    return Parameters(
        *(
            part.astype(np.float32).astype(np.float64)
            for part in (weights, bias)
        )
    )


def model_of(weights: Any, bias: Any) -> s.Model:
    return s.Model(
        tf.Variable(weights, dtype=tf.float32),
        tf.Variable(bias, dtype=tf.float32),
    )


def passing_on(classes: int) -> s.Model:
    """Return the model whose weighted sums are its inputs."""
    return model_of(np.eye(classes), np.zeros(classes))


def assert_close(
    model: s.Model, expected: Parameters, tolerance: float = ROUNDING
) -> None:
    for found, wanted in zip(model, expected, strict=True):
        np.testing.assert_allclose(
            found.numpy(), wanted, rtol=0, atol=tolerance
        )


def bits(training: s.Training) -> list[bytes]:
    return [
        training.costs.tobytes(),
        *(part.numpy().tobytes() for part in training.model),
    ]


# The model.


def test_the_workshops_model_starts_with_7850_zeros() -> None:
    weights, bias = (part.numpy() for part in s.new_model())
    assert (weights.shape, bias.shape) == ((784, 10), (10,))
    assert weights.size + bias.size == 7_850
    assert not weights.any()
    assert not bias.any()
    assert weights.dtype == bias.dtype == np.float32


def test_a_model_that_has_learnt_nothing_finds_all_classes_alike() -> None:
    images, labels = toy_set()
    model = s.new_model(INPUTS, CLASSES)
    np.testing.assert_allclose(s.predict(model, images), 1 / CLASSES, rtol=1e-6)
    assert float(s.mean_cost(model, images, labels)) == pytest.approx(
        math.log(CLASSES), rel=1e-6
    )


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, np.uint8])
def test_the_weighted_sums_are_x_w_plus_b_whatever_the_type_of_x(
    kind: type[Any],
) -> None:
    images, parameters = (
        np.array([[1, 0, 2, 0, 0], [0, 3, 0, 0, 1]], kind),
        random_parameters(),
    )
    np.testing.assert_allclose(
        s.weighted_sums(model_of(*parameters), images),
        images @ parameters.weights + parameters.bias,
        rtol=1e-5,
    )


sums = npst.arrays(
    np.float32,
    st.tuples(st.integers(1, 4), st.just(4)),
    elements=st.floats(-1000, 1000, width=32),
)


@untimed
@given(sums)
def test_probabilities_are_those_of_exact_softmax_and_each_row_sums_to_1(
    sums: Array,
) -> None:
    found = np.asarray(s.predict(passing_on(4), sums), np.float64)
    expected = expected_probabilities(Parameters(np.eye(4), np.zeros(4)), sums)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=0, atol=ROUNDING)
    np.testing.assert_allclose(found, expected, rtol=0, atol=ROUNDING)
    assert (found >= 0).all()


@untimed
@given(sums.map(lambda rows: rows[:, :2]))
def test_with_two_classes_softmax_is_the_sigmoid_of_the_difference(
    sums: Array,
) -> None:
    found = s.predict(passing_on(2), sums).numpy()
    difference = sums.astype(np.float64) @ [-1, 1]
    np.testing.assert_allclose(
        found[:, 1], neuron.sigmoid(difference), rtol=0, atol=ROUNDING
    )


# The cost.

SEVEN = np.eye(10)[7]
MOSTLY_SEVEN = [0.1, 0.1, 0, 0.1, 0, 0, 0, 0.6, 0, 0.1]


@pytest.mark.parametrize(
    ("prediction", "cost"),
    [(SEVEN, 0), (MOSTLY_SEVEN, 0.51), (np.eye(10)[1], math.inf)],
    ids=["the label itself", "0.6 on the 7", "all on another digit"],
)
@pytest.mark.parametrize(
    "label",
    [
        SEVEN,
        np.float32(SEVEN),
        np.int64(SEVEN),
        [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
        tf.constant(SEVEN),
    ],
    ids=["float64", "float32", "int64", "list", "tensor"],
)
def test_cross_entropy_is_that_of_the_slide_whatever_the_labels_type(
    label: Any, prediction: Any, cost: float
) -> None:
    assert round(float(s.cross_entropy(label, prediction)), 2) == cost


def test_a_perfect_prediction_costs_0_and_not_minus_0() -> None:
    assert math.copysign(1, float(s.cross_entropy(SEVEN, SEVEN))) == 1


def test_cross_entropy_of_the_slide_is_minus_the_logarithm_of_0_6() -> None:
    assert float(s.cross_entropy(SEVEN, MOSTLY_SEVEN)) == pytest.approx(
        -math.log(0.6), rel=1e-6
    )


@untimed
@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=5),
    st.floats(2**-7, 1, width=32),
)
def test_a_class_that_the_label_excludes_adds_nothing_even_at_probability_0(
    others: list[float], right: float
) -> None:
    label = [1.0] + [0.0] * (1 + len(others))
    cost = s.cross_entropy(label, [right, 0.0, *others])
    assert float(cost) == pytest.approx(-math.log(right), rel=1e-5, abs=1e-6)


def test_cross_entropy_of_a_spread_label_is_the_weighted_sum() -> None:
    cost = s.cross_entropy([0.25, 0.75], [0.5, 0.5])
    assert float(cost) == pytest.approx(math.log(2), rel=1e-6)
    cost = s.cross_entropy([0.25, 0.75], [0.1, 0.9])
    assert float(cost) == pytest.approx(
        -0.25 * math.log(0.1) - 0.75 * math.log(0.9), rel=1e-6
    )


def test_cross_entropy_sums_over_each_record_and_not_over_the_batch() -> None:
    costs = s.cross_entropy([SEVEN] * 3, [SEVEN, MOSTLY_SEVEN, SEVEN]).numpy()
    assert costs.round(2).tolist() == pytest.approx([0, 0.51, 0])


def test_the_mean_cost_is_the_mean_cross_entropy_of_the_predictions() -> None:
    (images, labels), model = toy_set(), model_of(*random_parameters())
    found = float(s.mean_cost(model, images, labels))
    unfused = s.cross_entropy(
        mnist.one_hot(labels, CLASSES), s.predict(model, images)
    )
    assert found == pytest.approx(float(tf.reduce_mean(unfused)), rel=1e-5)
    assert found == pytest.approx(
        expected_cost(random_parameters(), images, labels), rel=1e-5
    )


def test_the_mean_cost_is_keras_loss() -> None:
    (images, labels), model = toy_set(), model_of(*random_parameters())
    found = float(s.mean_cost(model, images, labels))
    losses = tf.keras.losses
    fused = losses.SparseCategoricalCrossentropy(from_logits=True)
    unfused = losses.CategoricalCrossentropy()
    of_sums = fused(labels, s.weighted_sums(model, images))
    of_probabilities = unfused(
        mnist.one_hot(labels, CLASSES), s.predict(model, images)
    )
    assert found == pytest.approx(float(of_sums), rel=1e-6)
    assert found == pytest.approx(float(of_probabilities), rel=1e-5)


@pytest.mark.parametrize(("label", "cost"), [(0, 0), (1, 2000), (2, 1000)])
def test_the_mean_cost_stays_finite_where_a_probability_is_0(
    label: int, cost: float
) -> None:
    model, images = passing_on(3), np.array([[1000, -1000, 0]], np.float32)
    assert float(s.mean_cost(model, images, [label])) == cost
    unfused = float(
        s.cross_entropy(np.eye(3)[label], s.predict(model, images)[0])
    )
    assert unfused == (0 if label == 0 else math.inf)


@untimed
@given(sums, st.integers(0, 3))
def test_the_mean_cost_is_finite_for_all_sums_up_to_1000(
    sums: Array, label: int
) -> None:
    cost = float(s.mean_cost(passing_on(4), sums, np.full(len(sums), label)))
    assert 0 <= cost <= 2000 + math.log(4)


# One step.


def steps_taken(
    images: Array, labels: Array, learning_rate: float = 1
) -> Parameters:
    """Return by how much a step moved the weights and the bias: at rate 1, the gradients."""
    before = random_parameters()
    model = model_of(*before)
    s.descend(model, images, labels, learning_rate)
    return Parameters(
        *(w - v.numpy() for w, v in zip(before, model, strict=True))
    )


def nudged(
    model: Parameters, part: int, index: tuple[int, ...], by: float
) -> Parameters:
    parts = [array.copy() for array in model]
    parts[part][index] += by
    return Parameters(*parts)


@pytest.mark.parametrize("records", [1, 7, RECORDS])
def test_a_step_follows_the_gradient_found_by_nudging_every_weight(
    records: int,
) -> None:
    images, labels = toy_set(records)
    for part, gradient in enumerate(steps_taken(images, labels)):
        for index, slope in np.ndenumerate(gradient):
            ahead, behind = (
                expected_cost(
                    nudged(random_parameters(), part, index, by), images, labels
                )
                for by in (1e-5, -1e-5)
            )
            assert slope == pytest.approx(
                (ahead - behind) / 2e-5, rel=0, abs=ROUNDING
            )


@pytest.mark.parametrize("records", [1, 7, RECORDS])
def test_a_step_follows_the_closed_form_of_the_gradient(records: int) -> None:
    images, labels = toy_set(records)
    expected = expected_gradients(random_parameters(), images, labels)
    for found, wanted in zip(
        steps_taken(images, labels), expected, strict=True
    ):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("learning_rate", [0.01, 0.5, 3.0])
def test_a_step_is_numpys_step_and_returns_the_cost_before_it(
    learning_rate: float,
) -> None:
    images, labels = toy_set()
    before = random_parameters()
    model = model_of(*before)
    cost = s.descend(model, images, labels, learning_rate)
    assert float(cost) == pytest.approx(
        expected_cost(before, images, labels), rel=1e-6
    )
    assert_close(model, expected_descent(before, images, labels, learning_rate))


# The whole training.


@pytest.mark.parametrize("batch_size", [20, 7, 59, RECORDS, 1000, 1])
@pytest.mark.parametrize("seed", [0, 3])
def test_training_is_numpys_with_the_same_order(
    batch_size: int, seed: int
) -> None:
    images, labels = toy_set()
    chosen = {
        "epochs": 3,
        "batch_size": batch_size,
        "learning_rate": 0.1,
        "seed": seed,
    }
    model, costs = s.train(images, labels, classes=CLASSES, **chosen)  # type: ignore[arg-type]
    expected, means = expected_training(images, labels, **chosen)  # type: ignore[arg-type]
    assert_close(model, expected)
    np.testing.assert_allclose(costs, means, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("batch_size", [20, 25])
def test_an_epoch_is_that_of_keras_fit_in_the_same_order(
    batch_size: int,
) -> None:
    images, labels = toy_set()
    model, costs = s.train(
        images,
        labels,
        classes=CLASSES,
        epochs=1,
        batch_size=batch_size,
        learning_rate=0.5,
        seed=4,
    )
    dense = tf.keras.layers.Dense(CLASSES, kernel_initializer="zeros")
    peer = tf.keras.Sequential([tf.keras.Input((INPUTS,)), dense])
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    peer.compile(tf.keras.optimizers.SGD(0.5), loss)
    order = np.random.default_rng(4).permutation(RECORDS)
    history = peer.fit(
        images[order], labels[order], batch_size, shuffle=False, verbose=0
    ).history
    assert_close(model, Parameters(*dense.get_weights()))
    np.testing.assert_allclose(costs, history["loss"], rtol=1e-6)


def test_one_record_is_enough_and_is_learnt() -> None:
    training = s.train([[1.0, 0.0]], [1], classes=2, epochs=50, learning_rate=1)
    assert (np.diff(training.costs) < 0).all()
    assert s.classify(training.model, [[1.0, 0.0]]).tolist() == [1]


def test_no_epoch_gives_an_untrained_model_and_no_cost() -> None:
    training = s.train(*toy_set(), classes=CLASSES, epochs=0)
    assert_close(
        training.model,
        Parameters(np.zeros((INPUTS, CLASSES)), np.zeros(CLASSES)),
        0,
    )
    assert training.costs.shape == (0,)


def test_a_seed_fixes_every_bit_and_another_changes_them() -> None:
    chosen = {"classes": CLASSES, "epochs": 2, "batch_size": 7}
    first, again, other = (
        bits(s.train(*toy_set(), seed=seed, **chosen)) for seed in (5, 5, 6)
    )
    assert again == first
    assert all(a != b for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("batch_size", [20, RECORDS])
def test_training_goes_on_from_a_given_start_and_leaves_it_alone(
    batch_size: int,
) -> None:
    images, labels = toy_set()
    before = random_parameters()
    start = model_of(*before)
    model, costs = s.train(
        images,
        labels,
        classes=CLASSES,
        epochs=1,
        batch_size=batch_size,
        learning_rate=0.1,
        start=start,
    )
    expected, order = before, np.random.default_rng(0).permutation(RECORDS)
    means = []
    for batch in order.reshape(-1, batch_size):
        x, y = images[batch], labels[batch]
        means.append(expected_cost(expected, x, y))
        expected = expected_descent(expected, x, y, 0.1)
    assert_close(model, expected)
    np.testing.assert_allclose(costs, [np.mean(means)], rtol=0, atol=ROUNDING)
    assert_close(start, before, 0)


def test_the_defaults_are_the_workshops() -> None:
    images, labels = toy_set(250)
    workshop = {
        "epochs": 30,
        "batch_size": 100,
        "learning_rate": 0.01,
        "seed": 0,
    }
    explicit = s.train(images, labels, classes=10, **workshop)  # type: ignore[arg-type]
    assert bits(s.train(images, labels)) == bits(explicit)


@pytest.mark.parametrize(
    "kind", [np.uint8, np.int32, np.int64, np.uint64, list]
)
def test_labels_may_be_whole_numbers_of_any_type(kind: Any) -> None:
    images, labels = toy_set()
    typed = labels.tolist() if kind is list else labels.astype(kind)
    plain, other = (
        s.train(images, y, classes=CLASSES, epochs=1) for y in (labels, typed)
    )
    assert bits(plain) == bits(other)


def test_the_cost_falls_in_every_epoch_over_the_whole_set() -> None:
    # The cost is convex, and the step is well below what its curvature allows.
    costs = s.train(
        *toy_set(), classes=CLASSES, batch_size=RECORDS, learning_rate=0.5
    ).costs
    assert (np.diff(costs) < 0).all()
    assert costs[-1] < costs[0] / 2


def test_what_it_learnt_holds_for_records_it_never_saw() -> None:
    model, _ = s.train(
        *toy_set(), classes=CLASSES, batch_size=10, learning_rate=0.5
    )
    images, labels = toy_set(300, seed=9)
    assert s.accuracy(labels, s.classify(model, images)) > 0.95


# What makes no sense.

X, Y = toy_set(4)
BAD_RECORDS = [
    (X[0], Y, ["(5,)", "(4,)"]),
    (X[None], Y, ["(1, 4, 5)", "(4,)"]),
    (X, Y[:3], ["(4, 5)", "(3,)"]),
    (X, np.eye(3)[Y], ["(4, 5)", "(4, 3)"]),
    (X[:0], Y[:0], ["(0, 5)", "(0,)", "at least one record"]),
    (X, Y.astype(float), ["labels", "float64", "whole numbers"]),
    (X, Y > 0, ["labels", "bool", "whole numbers"]),
    (X, [0, 1, 2, 3], ["labels", "from 0 to 3", "3 classes", "from 0 to 2"]),
    (X, [0, -1, 2, 1], ["labels", "from -1 to 2", "3 classes", "from 0 to 2"]),
    (X * np.nan, Y, ["images", "NaN or infinity"]),
    ([[1.0, math.inf]], [0], ["images", "NaN or infinity"]),
]


@pytest.mark.parametrize(("images", "labels", "named"), BAD_RECORDS)
def test_records_that_do_not_fit_are_refused_in_one_line(
    images: Any, labels: Any, named: list[str]
) -> None:
    with pytest.raises(ValueError, match=in_one_line(*named)):
        s.train(images, labels, classes=CLASSES)


BAD_SETTINGS = [
    ({"epochs": -1}, ["epochs", "-1"]),
    ({"batch_size": 0}, ["batch size", "0", "at least 1"]),
    ({"batch_size": -5}, ["batch size", "-5", "at least 1"]),
    *(
        (
            {"learning_rate": rate},
            ["learning rate", str(rate), "positive number"],
        )
        for rate in (0, -0.5, math.nan, math.inf, -math.inf)
    ),
]


@pytest.mark.parametrize(("setting", "named"), BAD_SETTINGS)
def test_settings_that_make_no_sense_are_refused_in_one_line(
    setting: Any, named: list[str]
) -> None:
    with pytest.raises(ValueError, match=in_one_line(*named)):
        s.train(X, Y, classes=CLASSES, **setting)


@pytest.mark.parametrize(
    ("weights", "bias", "named"),
    [
        ((4, 3), 3, ["(4, 3)", "(3,)", "(5, 3)", "(3,)"]),
        ((5, 2), 3, ["(5, 2)", "(3,)", "(5, 3)", "(3,)"]),
        ((5, 3), 2, ["(5, 3)", "(2,)", "(5, 3)", "(3,)"]),
        ((5, 3), 1, ["(5, 3)", "(1,)", "(5, 3)", "(3,)"]),
    ],
)
def test_a_start_of_another_shape_is_refused_in_one_line(
    weights: tuple[int, int], bias: int, named: list[str]
) -> None:
    start = model_of(np.zeros(weights), np.zeros(bias))
    with pytest.raises(ValueError, match=in_one_line("start", *named)):
        s.train(X, Y, classes=CLASSES, start=start)


def in_one_line(*named: str) -> str:
    """Return the pattern of a single line that names these, each as a word, in this order."""
    words = (rf"(?<![\w.-]){re.escape(name)}(?!\w)" for name in named)
    return rf"\A.*{'.*'.join(words)}.*\Z"


@pytest.mark.parametrize(
    ("brightness", "learning_rate"),
    [(1, 1e39), (1e30, 0.01)],
    ids=["steps too long", "pixels too bright"],
)
def test_a_cost_that_is_no_finite_number_stops_the_training(
    brightness: float, learning_rate: float
) -> None:
    images, labels = toy_set()
    with pytest.raises(BookError) as error:
        s.train(
            brightness * images,
            labels,
            classes=CLASSES,
            learning_rate=learning_rate,
        )
    # All records are one batch, so the cost of the second epoch is the first after a step.
    assert re.match(
        in_one_line(
            "training", "cost", "epoch 2", "learning rate", f"{learning_rate}"
        ),
        str(error.value),
    )
    assert re.search(r"\b(inf|nan)\b", error.value.what)


# The evaluation.


def test_each_record_is_given_its_most_probable_class() -> None:
    images, _ = toy_set()
    model = model_of(*random_parameters())
    found = s.classify(model, images)
    expected = expected_probabilities(random_parameters(), images).argmax(
        axis=1
    )
    assert found.tolist() == expected.tolist()
    assert found.shape == (RECORDS,)
    assert found.dtype == np.int64


digit_pairs = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40
)


@untimed
@given(digit_pairs)
def test_accuracy_and_confusion_are_those_of_scikit_learn(
    pairs: list[tuple[int, int]],
) -> None:
    labels, predicted = (list(row) for row in zip(*pairs, strict=True))
    counts = s.confusion(labels, predicted)
    assert s.accuracy(labels, predicted) == accuracy_score(labels, predicted)
    assert (
        counts.tolist()
        == confusion_matrix(labels, predicted, labels=range(10)).tolist()
    )
    assert counts.dtype == np.int64


def test_rows_of_the_confusion_are_labels_and_columns_are_predictions() -> None:
    assert s.confusion([0, 0, 1], [1, 1, 1], classes=2).tolist() == [
        [0, 2],
        [0, 1],
    ]


@pytest.mark.parametrize(
    ("labels", "predicted", "shapes"),
    [
        ([1, 2], [1], ["(2,)", "(1,)"]),
        ([], [], ["(0,)", "(0,)", "at least one record"]),
        ([1, 2], [[1], [2]], ["(2,)", "(2, 1)"]),
        ([[1]], [[1]], ["(1, 1)", "(1, 1)"]),
        (1, 1, ["()", "()"]),
    ],
)
@pytest.mark.parametrize("measure", [s.accuracy, s.confusion])
def test_predictions_that_do_not_fit_their_labels_are_refused(
    measure: Callable[..., Any], labels: Any, predicted: Any, shapes: list[str]
) -> None:
    with pytest.raises(ValueError, match=in_one_line(*shapes)):
        measure(labels, predicted)


@pytest.mark.parametrize(
    ("labels", "predicted", "span"),
    [
        ([0, 3], [0, 1], "0 to 3"),
        ([0, 1], [0, 3], "0 to 3"),
        ([0, -1], [1, 2], "-1 to 2"),
    ],
)
def test_a_class_out_of_range_is_refused(
    labels: Sequence[int], predicted: Sequence[int], span: str
) -> None:
    with pytest.raises(
        ValueError, match=in_one_line("classes", span, "0 to 2")
    ):
        s.confusion(labels, predicted, classes=3)


# The two editions.


def workshop_accuracy(data: mnist.Mnist) -> float:
    model, costs = s.train(mnist.scale(data.train_images), data.train_labels)
    assert costs[-1] < costs[0]
    return s.accuracy(
        data.test_labels, s.classify(model, mnist.scale(data.test_images))
    )


def test_the_workshops_training_reads_the_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANNBOOK_EDITION", "sample")
    assert workshop_accuracy(mnist.load()) > 0.84


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("ANNBOOK_DATA"),
    reason="ANNBOOK_DATA does not name a folder with the full MNIST",
)
def test_the_workshops_training_reads_the_full_edition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANNBOOK_EDITION", "full")
    assert 0.913 < workshop_accuracy(mnist.load()) < 0.919


# The progress bar.


def test_without_a_terminal_training_prints_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    s.train(X, Y, classes=CLASSES, epochs=2)
    assert capfd.readouterr() == ("", "")


def read_to_end(terminal: int) -> Iterable[bytes]:
    """Yield what was written to a terminal whose other end is closed."""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other end is closed
            return
        if not part:
            return
        yield part


@pytest.mark.skipif(
    sys.platform == "win32",
    reason="Windows has no pseudo-terminals of this kind",
)
def test_in_a_terminal_a_bar_shows_the_progress(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import termios

    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        s.train(X, Y, classes=CLASSES, epochs=2)
    shown = b"".join(read_to_end(ours)).decode()
    os.close(ours)
    assert "Training: 100%" in shown
    assert "2/2" in shown
