"""The network, held to the slides, to plain loops, to nudged weights and to GradientTape."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annbook import network as n
from annbook.errors import BookError
from annbook.network import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Network = list[Layer]


class Case(NamedTuple):
    """A network with a batch and its targets."""

    layers: Network
    inputs: Array
    targets: Array


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw one to three layers of one to five nodes, and one to four records."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=4))
    records = draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    layers = [
        Layer(weights, generator.normal(size=weights.shape[:1]))
        for weights, _ in n.initialise(sizes, generator)
    ]
    inputs = generator.normal(size=(records, sizes[0]))
    return Case(layers, inputs, generator.uniform(size=(records, sizes[-1])))


def network(*sizes: int, seed: int = 0, dtype: Any = np.float64) -> Network:
    return n.initialise(sizes, np.random.default_rng(seed), dtype=dtype)


def flat(layers: Sequence[Layer]) -> Array:
    """Return all weights and biases in one vector."""
    return np.concatenate([part.ravel() for layer in layers for part in layer])


def unflat(vector: Array, layers: Sequence[Layer]) -> Network:
    """Return the vector's numbers as layers in the shapes of those given."""
    parts = [part for layer in layers for part in layer]
    ends = np.cumsum([part.size for part in parts])[:-1]
    shaped = [
        v.reshape(p.shape)
        for v, p in zip(np.split(vector, ends), parts, strict=True)
    ]
    return [
        Layer(*pair) for pair in zip(shaped[::2], shaped[1::2], strict=True)
    ]


def distance(left: Array, right: Array) -> float:
    """Return how far two vectors lie apart, relative to the second."""
    return float(np.linalg.norm(left - right) / np.linalg.norm(right))


def looped_outputs(
    layers: Sequence[Layer], record: Sequence[float]
) -> list[list[float]]:
    """Return every layer's outputs for one record, without a matrix product."""
    outputs = [[float(x) for x in record]]
    for weights, bias in layers:
        sums = [
            sum(float(w) * o for w, o in zip(row, outputs[-1], strict=True))
            + float(b)
            for row, b in zip(weights, bias, strict=True)
        ]
        outputs.append([1 / (1 + math.exp(-x)) for x in sums])
    return outputs


def looped_cost(
    layers: Sequence[Layer], inputs: Array, targets: Array
) -> float:
    """Return the mean over the records of half the squared error, without NumPy's sums."""
    squares = [
        (t - o) ** 2
        for record, wanted in zip(
            inputs.tolist(), targets.tolist(), strict=True
        )
        for t, o in zip(wanted, looped_outputs(layers, record)[-1], strict=True)
    ]
    return math.fsum(squares) / 2 / len(inputs)


def nudged_gradient(case: Case) -> Array:
    """Return the slope of the cost along each weight and bias, by four nudges of each.

    The five-point central difference errs by h^4 / 30 times the fifth derivative and by
    rounding / h: at h = 1e-3 both are far below 1e-10.
    """
    start, h = flat(case.layers), 1e-3

    def slope(k: int) -> float:
        def at(distance: float) -> float:
            moved = start.copy()
            moved[k] += distance
            return looped_cost(
                unflat(moved, case.layers), case.inputs, case.targets
            )

        return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)

    return np.array([slope(k) for k in range(start.size)])


def slopeless_gradient(case: Case) -> Array:
    """Return what comes out where the errors go back without the outputs' slope."""
    outputs = n.forward(case.layers, case.inputs).outputs
    errors = (outputs[-1] - case.targets) / len(case.inputs)
    gradients = []
    for layer, before in zip(case.layers[::-1], outputs[-2::-1], strict=True):
        gradients.append(Layer(errors.T @ before, errors.sum(axis=0)))
        errors = errors @ layer.weights
    return flat(gradients[::-1])


# The signal of slide section 6.

SLIDE = [
    Layer(
        np.array([[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6]]),
        np.zeros(3),
    )
]


def test_forward_gives_the_slides_sums_and_outputs() -> None:
    signal = n.forward(SLIDE, [0.9, 0.1, 0.8])
    np.testing.assert_allclose(signal.sums[0], [1.16, 0.42, 0.62], rtol=1e-12)
    assert signal.outputs[0].tolist() == [0.9, 0.1, 0.8]
    assert signal.outputs[1].round(3).tolist() == [0.761, 0.603, 0.65]


def test_the_decks_printed_input_gives_another_first_sum() -> None:
    assert n.forward(SLIDE, [0.9, 0.2, 0.1]).sums[0][0] == pytest.approx(
        0.91, rel=1e-12
    )


@given(cases())
def test_forward_agrees_with_plain_loops(case: Case) -> None:
    outputs = n.forward(case.layers, case.inputs).outputs
    for row, record in enumerate(case.inputs):
        for output, looped in zip(
            outputs, looped_outputs(case.layers, record), strict=True
        ):
            np.testing.assert_allclose(output[row], looped, rtol=1e-13)


@given(cases())
def test_one_record_gives_what_its_row_of_the_batch_gives(case: Case) -> None:
    batch = n.forward(case.layers, case.inputs)
    for row, record in enumerate(case.inputs):
        signal = n.forward(case.layers, record)
        for alone, together in zip(signal.sums, batch.sums, strict=True):
            assert alone.ndim == 1
            np.testing.assert_allclose(
                alone, together[row], rtol=1e-13, atol=1e-15
            )


@given(cases())
def test_predict_is_the_last_output(case: Case) -> None:
    last = n.forward(case.layers, case.inputs).outputs[-1]
    np.testing.assert_array_equal(
        n.predict(case.layers, case.inputs.tolist()), last
    )


@given(cases())
def test_layer_sums_are_the_product_written_on_paper(case: Case) -> None:
    weights, bias = case.layers[0]
    expected = weights @ case.inputs[0] + bias
    np.testing.assert_allclose(
        n.layer_sums(case.layers[0], case.inputs[0]), expected, rtol=1e-12
    )


# A new network.


def test_initialise_gives_one_matrix_and_one_bias_for_each_gap_between_layers() -> (
    None
):
    shapes = [(w.shape, b.shape) for w, b in network(4, 3, 2)]
    assert shapes == [((3, 4), (3,)), ((2, 3), (2,))]


@pytest.mark.parametrize(
    ("scale", "deviation"), [(1.0, 1 / 20), (2.0, 1 / 10), (0.0, 0.0)]
)
def test_initial_weights_spread_by_the_square_root_of_the_nodes_before(
    scale: float, deviation: float
) -> None:
    ((weights, bias),) = n.initialise(
        (400, 500), np.random.default_rng(0), scale
    )
    # 200,000 draws: the standard deviation is known to one part in 632 (one sigma).
    assert weights.std() == pytest.approx(deviation, rel=0.01)
    assert abs(weights.mean()) <= 5 * deviation / math.sqrt(weights.size)
    assert not bias.any()


def test_initial_weights_come_from_the_generator_alone() -> None:
    np.testing.assert_array_equal(
        flat(network(3, 2, seed=1)), flat(network(3, 2, seed=1))
    )
    assert not np.array_equal(
        flat(network(3, 2, seed=1)), flat(network(3, 2, seed=2))
    )


def test_precision_does_not_change_what_is_drawn() -> None:
    narrow, wide = flat(network(3, 2, dtype=np.float32)), flat(network(3, 2))
    np.testing.assert_array_equal(narrow, wide.astype(np.float32))


# The split of the error, slide section 7: first index of w = from, second = to.

OUTPUT_ERRORS = [Fraction(8, 10), Fraction(5, 10)]
HIDDEN_ERRORS = [Fraction(42, 100), Fraction(88, 100)]
INPUT_ERRORS = [Fraction(362, 1000), Fraction(938, 1000)]
HIDDEN_TO_OUTPUT = [[2, 3], [1, 4]]
INPUT_TO_HIDDEN = [[3, 2], [1, 7]]
OUTPUT_SHARES = [
    [Fraction(32, 100), Fraction(48, 100)],
    [Fraction(1, 10), Fraction(4, 10)],
]
HIDDEN_SHARES = [
    [Fraction(252, 1000), Fraction(168, 1000)],
    [Fraction(11, 100), Fraction(77, 100)],
]


def exact_shares(
    weights: list[list[int]], errors: list[Fraction]
) -> list[list[Fraction]]:
    """Return the shares as fractions, in plain loops."""
    return [
        [e * w / sum(row) for w in row]
        for row, e in zip(weights, errors, strict=True)
    ]


@pytest.mark.parametrize(
    ("weights", "errors", "shares", "sums"),
    [
        (HIDDEN_TO_OUTPUT, OUTPUT_ERRORS, OUTPUT_SHARES, HIDDEN_ERRORS),
        (INPUT_TO_HIDDEN, HIDDEN_ERRORS, HIDDEN_SHARES, INPUT_ERRORS),
    ],
    ids=["output to hidden", "hidden to input"],
)
def test_the_error_splits_as_on_the_slide(
    weights: list[list[int]],
    errors: list[Fraction],
    shares: list[list[Fraction]],
    sums: list[Fraction],
) -> None:
    given_errors = [float(e) for e in errors]
    assert exact_shares(weights, errors) == shares
    np.testing.assert_allclose(
        n.share_errors(weights, given_errors),
        np.array(shares, float),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        n.split_error(weights, given_errors), np.array(sums, float), rtol=1e-12
    )


def test_the_splits_read_as_on_the_slide() -> None:
    hidden = n.split_error(HIDDEN_TO_OUTPUT, [0.8, 0.5])
    assert n.share_errors(HIDDEN_TO_OUTPUT, [0.8, 0.5]).round(2).tolist() == [
        [0.32, 0.48],
        [0.1, 0.4],
    ]
    assert hidden.round(2).tolist() == [0.42, 0.88]
    assert n.share_errors(INPUT_TO_HIDDEN, hidden).round(3).tolist() == [
        [0.252, 0.168],
        [0.11, 0.77],
    ]
    assert n.split_error(INPUT_TO_HIDDEN, hidden).round(3).tolist() == [
        0.362,
        0.938,
    ]


@given(
    st.lists(
        st.lists(st.integers(1, 9), min_size=3, max_size=3),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_splitting_loses_and_adds_no_error(
    weights: list[list[int]], data: st.DataObject
) -> None:
    drawn = st.lists(
        st.floats(1e-6, 1), min_size=len(weights), max_size=len(weights)
    )
    errors = data.draw(drawn)
    assert float(n.split_error(weights, errors).sum()) == pytest.approx(
        sum(errors), rel=1e-12
    )
    np.testing.assert_allclose(
        n.share_errors(weights, errors).sum(axis=1), errors, rtol=1e-12
    )


def test_propagating_does_not_normalise() -> None:
    propagated = n.propagate_error(HIDDEN_TO_OUTPUT, [0.8, 0.5])
    np.testing.assert_allclose(
        propagated, [2 * 0.8 + 1 * 0.5, 3 * 0.8 + 4 * 0.5], rtol=1e-12
    )


@given(cases())
def test_propagating_is_a_product_with_the_transpose_for_every_record(
    case: Case,
) -> None:
    weights = case.layers[-1].weights
    batch = n.propagate_error(weights, case.targets)
    for errors, row in zip(case.targets, batch, strict=True):
        np.testing.assert_allclose(
            row, weights.T @ errors, rtol=1e-12, atol=1e-14
        )
        np.testing.assert_allclose(
            row, n.propagate_error(weights, errors), rtol=1e-12, atol=1e-14
        )


@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=5), st.floats(-1, 1))
def test_without_normalising_one_nodes_shares_keep_their_proportions(
    row: list[float], error: float
) -> None:
    expected = n.split_error([row], [error]) * sum(row)
    np.testing.assert_allclose(
        n.propagate_error([row], [error]), expected, rtol=1e-12, atol=1e-15
    )


# The cost and its gradient, slide section 8.


@pytest.mark.parametrize(
    ("targets", "outputs", "value"),
    [
        ([1.0], [1.0], 0.0),
        ([1.0], [0.5], 0.125),
        ([1, 0], [0.5, 0.5], 0.25),
        ([[1, 0], [0, 1]], [[0.5, 0.5], [0, 1]], 0.125),
        ([[1], [0], [0]], [[0.5], [0.5], [0.5]], 0.125),
    ],
)
def test_cost_is_half_the_squared_error_as_a_mean_over_the_records(
    targets: Any, outputs: Any, value: float
) -> None:
    assert n.cost(targets, outputs) == value
    assert type(n.cost(targets, outputs)) is float


@given(cases())
def test_cost_agrees_with_plain_loops(case: Case) -> None:
    outputs = n.predict(case.layers, case.inputs)
    expected = looped_cost(case.layers, case.inputs, case.targets)
    assert n.cost(case.targets, outputs) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None, max_examples=50)
@given(cases())
def test_gradient_agrees_with_nudging_every_weight(case: Case) -> None:
    assert distance(flat(n.gradient(*case)), nudged_gradient(case)) < 1e-6


@pytest.mark.parametrize("sizes", [(2, 1), (3, 4, 2), (5, 4, 3, 2)])
def test_nudging_finds_out_a_gradient_without_the_slope(
    sizes: tuple[int, ...],
) -> None:
    generator = np.random.default_rng(0)
    inputs, targets = (
        generator.normal(size=(3, sizes[0])),
        generator.uniform(size=(3, sizes[-1])),
    )
    case = Case(network(*sizes), inputs, targets)
    # The slope is 1/4 at most, so what lacks it is several times too large.
    assert distance(slopeless_gradient(case), nudged_gradient(case)) > 1
    assert distance(flat(n.gradient(*case)), nudged_gradient(case)) < 1e-6


@settings(deadline=None, max_examples=30)
@given(cases())
def test_gradient_agrees_with_gradient_tape(case: Case) -> None:
    import tensorflow as tf

    variables = [tf.Variable(part) for layer in case.layers for part in layer]
    with tf.GradientTape() as tape:
        outputs = tf.constant(case.inputs)
        for weights, bias in zip(variables[::2], variables[1::2], strict=True):
            outputs = tf.sigmoid(
                tf.matmul(outputs, weights, transpose_b=True) + bias
            )
        cost = (
            tf.reduce_mean(tf.reduce_sum((case.targets - outputs) ** 2, axis=1))
            / 2
        )
    taped = [part.numpy() for part in tape.gradient(cost, variables)]
    ours = [part for layer in n.gradient(*case) for part in layer]
    assert [part.shape for part in ours] == [part.shape for part in taped]
    assert (
        distance(
            flat(n.gradient(*case)), np.concatenate([p.ravel() for p in taped])
        )
        < 1e-12
    )


@given(cases())
def test_gradient_of_a_batch_is_the_mean_of_its_records_gradients(
    case: Case,
) -> None:
    alone = [
        flat(n.gradient(case.layers, record, targets))
        for record, targets in zip(case.inputs, case.targets, strict=True)
    ]
    together = flat(n.gradient(*case))
    np.testing.assert_allclose(
        together, np.mean(alone, axis=0), rtol=1e-9, atol=1e-15
    )


@given(cases())
def test_deltas_of_the_last_layer_are_the_bias_gradient_of_each_record(
    case: Case,
) -> None:
    deltas = n.deltas(
        case.layers, n.forward(case.layers, case.inputs), case.targets
    )
    assert [delta.shape for delta in deltas] == [
        (len(case.inputs), len(layer.bias)) for layer in case.layers
    ]
    for delta, slope in zip(deltas, n.gradient(*case), strict=True):
        np.testing.assert_allclose(
            delta.mean(axis=0), slope.bias, rtol=1e-12, atol=1e-16
        )


@given(cases(), st.floats(0.01, 10))
def test_the_decks_weight_change_is_minus_the_rate_times_the_gradient(
    case: Case, rate: float
) -> None:
    record, targets = case.inputs[0], case.targets[0]
    *_, before, output = n.forward(case.layers, record).outputs
    change = n.weight_change(rate, targets - output, output, before)
    slope = n.gradient(case.layers, record, targets)[-1].weights
    np.testing.assert_allclose(change, -rate * slope, rtol=1e-12, atol=1e-18)


def test_update_steps_against_the_gradient() -> None:
    layers = [Layer(np.array([[1.0, 2.0]]), np.array([3.0]))]
    slopes = [Layer(np.array([[10.0, -20.0]]), np.array([4.0]))]
    ((weights, bias),) = n.update(layers, slopes, 0.1)
    np.testing.assert_allclose(weights, [[0.0, 4.0]], atol=1e-15)
    np.testing.assert_allclose(bias, [2.6], rtol=1e-15)


@given(cases(), st.data())
def test_each_layer_may_have_a_rate_of_its_own(
    case: Case, data: st.DataObject
) -> None:
    slopes = n.gradient(*case)
    rates = [data.draw(st.floats(0.01, 10)) for _ in case.layers]
    stepped = n.update(case.layers, slopes, rates)
    for layer, slope, rate, new in zip(
        case.layers, slopes, rates, stepped, strict=True
    ):
        np.testing.assert_array_equal(
            flat([new]), flat(n.update([layer], [slope], rate))
        )


def test_one_rate_is_that_of_every_layer() -> None:
    assert n.layer_rates(0.5, 3) == [0.5, 0.5, 0.5]
    assert n.layer_rates([0.5], 2) == [0.5, 0.5]
    assert n.layer_rates(np.array([1, 2]), 2) == [1.0, 2.0]


@pytest.mark.parametrize("rates", [[0.5, 0.5, 0.5], []])
def test_rates_that_are_not_one_for_each_layer_are_refused(rates: Any) -> None:
    with pytest.raises(
        ValueError, match=f"one number or 2, .* not {len(rates)}"
    ):
        n.layer_rates(rates, 2)


@given(cases())
def test_a_small_step_lowers_the_cost(case: Case) -> None:
    stepped = n.update(case.layers, n.gradient(*case), 1e-3)
    before = n.cost(case.targets, n.predict(case.layers, case.inputs))
    assert n.cost(case.targets, n.predict(stepped, case.inputs)) < before


# Learning.

XOR_INPUTS = [[0, 0], [0, 1], [1, 0], [1, 1]]
XOR_TARGETS = [[0], [1], [1], [0]]


def train(
    layers: Network, inputs: Any, targets: Any, **changed: Any
) -> tuple[Network, Array]:
    """Train with settings that suit five records, but for those changed."""
    chosen = {"epochs": 2, "batch_size": 2, "learning_rate": 0.5} | changed
    generator = np.random.default_rng(7)
    return n.train(layers, inputs, targets, generator=generator, **chosen)


def five_records(dtype: Any = np.float64) -> tuple[Array, Array]:
    generator = np.random.default_rng(5)
    inputs, targets = (
        generator.uniform(size=(5, 3)),
        generator.uniform(size=(5, 2)),
    )
    return inputs.astype(dtype), targets.astype(dtype)


def test_a_hidden_layer_learns_xor() -> None:
    layers, costs = train(
        network(2, 3, 1, seed=3),
        XOR_INPUTS,
        XOR_TARGETS,
        epochs=3000,
        batch_size=4,
        learning_rate=5,
    )
    assert costs[0] > 0.1
    assert costs[-1] < 0.005
    assert n.predict(layers, XOR_INPUTS).round().tolist() == XOR_TARGETS


def test_without_a_hidden_layer_xor_cannot_be_learnt() -> None:
    _, costs = train(
        network(2, 1, seed=3),
        XOR_INPUTS,
        XOR_TARGETS,
        epochs=1000,
        batch_size=4,
        learning_rate=5,
    )
    # No sigmoid of a straight line does better on average than to answer one half.
    assert costs.min() > 0.12


def test_the_same_seed_gives_the_same_numbers() -> None:
    (first, costs), (second, again) = (
        train(network(3, 4, 2), *five_records()) for _ in range(2)
    )
    np.testing.assert_array_equal(costs, again)
    np.testing.assert_array_equal(flat(first), flat(second))


def looped_training(
    layers: Network,
    inputs: Array,
    targets: Array,
    epochs: int,
    batch_size: int,
    rate: float,
) -> tuple[Network, list[float]]:
    """Train as the docstring says, batch by batch, with the same generator."""
    generator, costs = np.random.default_rng(7), []
    for _ in range(epochs):
        order = generator.permutation(len(inputs)).tolist()
        met = []
        while order:
            batch, order = order[:batch_size], order[batch_size:]
            met += [
                looped_cost(layers, inputs[[k]], targets[[k]]) for k in batch
            ]
            slope = flat(n.gradient(layers, inputs[batch], targets[batch]))
            layers = unflat(flat(layers) - rate * slope, layers)
        costs.append(math.fsum(met) / len(met))
    return layers, costs


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 6, 1000])
def test_every_record_is_met_once_an_epoch_whatever_the_batch_size(
    batch_size: int,
) -> None:
    start, records = network(3, 4, 2), five_records()
    layers, costs = train(start, *records, epochs=3, batch_size=batch_size)
    expected, expected_costs = looped_training(
        start, *records, 3, batch_size, 0.5
    )
    np.testing.assert_allclose(costs, expected_costs, rtol=1e-12)
    np.testing.assert_allclose(flat(layers), flat(expected), rtol=1e-10)


def test_batches_are_shuffled() -> None:
    inputs, targets = five_records()
    start = network(3, 4, 2)
    shuffled, _ = train(start, inputs, targets, epochs=1, batch_size=1)
    in_order = start
    for record, wanted in zip(inputs, targets, strict=True):
        in_order = n.update(in_order, n.gradient(in_order, record, wanted), 0.5)
    assert not np.allclose(flat(shuffled), flat(in_order), rtol=1e-9)


def test_falling_steps_shrink_by_the_same_amount_from_epoch_to_epoch() -> None:
    start, (inputs, targets) = network(3, 4, 2), five_records()
    rates = [0.6, 0.3]
    layers, costs = train(
        start, inputs, targets, epochs=3, learning_rate=rates, falling=True
    )
    generator, expected, met = np.random.default_rng(7), start, []
    for share in (3 / 3, 2 / 3, 1 / 3):
        steps = [share * rate for rate in rates]
        expected, cost = n.train_epoch(
            expected, inputs, targets, 2, steps, generator
        )
        met.append(cost)
    np.testing.assert_allclose(flat(layers), flat(expected), rtol=1e-12)
    np.testing.assert_allclose(costs, met, rtol=1e-12)


def test_training_is_watched_before_the_first_and_after_every_epoch() -> None:
    seen: list[tuple[int, Array]] = []

    def watch(epochs: int, layers: Network) -> None:
        seen.append((epochs, flat(layers)))

    start, records = network(3, 4, 2), five_records()
    train(start, *records, epochs=3, watch=watch)
    assert [epochs for epochs, _ in seen] == [0, 1, 2, 3]
    for epochs, weights in seen:
        layers, _ = train(start, *records, epochs=epochs)
        np.testing.assert_array_equal(weights, flat(layers))


def test_no_epoch_gives_the_layers_back_and_no_cost() -> None:
    start = network(3, 4, 2)
    layers, costs = train(start, *five_records(), epochs=0)
    assert costs.shape == (0,)
    np.testing.assert_array_equal(flat(layers), flat(start))


def test_nothing_given_is_changed() -> None:
    layers, (inputs, targets) = network(3, 4, 2), five_records()
    slopes = n.gradient(layers, inputs, targets)
    given_arrays = [flat(layers), inputs, targets, flat(slopes)]
    before = [array.copy() for array in given_arrays]
    for part in [part for layer in [*layers, *slopes] for part in layer]:
        part.flags.writeable = False
    inputs.flags.writeable = targets.flags.writeable = False
    n.update(layers, slopes, 0.5)
    n.backquery(layers, targets)
    train(layers, inputs, targets)
    after = [flat(layers), inputs, targets, flat(slopes)]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_from_first_to_last(dtype: Any) -> None:
    layers, (inputs, targets) = (
        network(3, 4, 2, dtype=dtype),
        five_records(dtype),
    )
    signal = n.forward(layers, inputs)
    trained, _ = train(layers, inputs, targets, learning_rate=np.float64(0.5))
    arrays = [
        *signal.sums,
        *signal.outputs,
        *n.deltas(layers, signal, targets),
        flat(n.gradient(layers, inputs, targets)),
        flat(trained),
        n.backquery(layers, targets),
        n.share_errors(layers[0].weights, inputs[0, :1].repeat(4)),
        n.weight_change(np.float64(0.5), targets[0], targets[1], inputs[0]),
    ]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_targets_in_double_precision_do_not_widen_a_float32_network() -> None:
    inputs, targets = five_records()
    layers, _ = train(
        network(3, 2, dtype=np.float32), inputs.astype(np.float32), targets
    )
    assert flat(layers).dtype == np.float32


def test_lists_of_integers_are_records_too() -> None:
    whole = train(network(2, 2, 1), XOR_INPUTS, XOR_TARGETS)
    floats = train(
        network(2, 2, 1),
        np.array(XOR_INPUTS, float),
        np.array(XOR_TARGETS, float),
    )
    np.testing.assert_array_equal(flat(whole[0]), flat(floats[0]))


@pytest.mark.parametrize(
    ("pixel", "target", "rate", "said"),
    [
        (math.nan, 0.5, 0.5, r"training, epoch 1: .* \(mean cost nan\)"),
        (math.inf, 0.5, 0.5, r"training, epoch 1: .* \(mean cost nan\)"),
        (0.5, 1e200, 0.5, r"training, epoch 1: .* \(mean cost inf\)"),
        (0.5, 1e3, 1e308, r"no longer finite .* a learning rate below 1e\+308"),
    ],
    ids=[
        "input nan",
        "input infinite",
        "target far too large",
        "rate far too large",
    ],
)
def test_training_that_leaves_the_numbers_says_so(
    pixel: float, target: float, rate: float, said: str
) -> None:
    inputs, targets = five_records()
    inputs[2, 1], targets[2, 1] = pixel, target
    with pytest.raises(BookError, match=said):
        train(network(3, 4, 2), inputs, targets, learning_rate=rate)


def test_a_weight_that_overflows_in_the_last_update_is_not_returned() -> None:
    start = [Layer(np.array([[1.0]]), np.zeros(1))]
    with pytest.raises(BookError, match=r"mean cost \d"):
        train(start, [[1.0]], [[1e10]], epochs=1, learning_rate=1e308)


# Backwards, slide section 16.


@given(cases())
def test_backquery_imagines_inputs_between_0_and_1(case: Case) -> None:
    asked = 0.01 + 0.98 * case.targets
    imagined = n.backquery(case.layers, asked)
    assert imagined.shape == case.inputs.shape
    assert imagined.min() >= 0.01 - 1e-15
    assert imagined.max() <= 0.99 + 1e-15
    for one, row in zip(asked, imagined, strict=True):
        # Stretching a small spread magnifies the rounding.
        np.testing.assert_allclose(
            n.backquery(case.layers, one), row, rtol=1e-6
        )


def test_backquery_goes_through_logit_bias_transpose_and_scale() -> None:
    layers = [
        Layer(
            np.array([[1.0, 2.0], [3.0, 5.0], [0.0, 1.0]]),
            np.array([0.5, 0.0, -1.0]),
        )
    ]
    odds = np.log(np.array([0.9, 0.2, 0.6]) / np.array([0.1, 0.8, 0.4]))
    first = 1 * (odds[0] - 0.5) + 3 * odds[1]
    second = 2 * (odds[0] - 0.5) + 5 * odds[1] + 1 * (odds[2] + 1)
    assert second > first
    np.testing.assert_allclose(
        n.backquery(layers, [0.9, 0.2, 0.6]), [0.01, 0.99], rtol=1e-12
    )


def test_backquery_finds_the_input_of_an_orthogonal_layer_but_for_its_scale() -> (
    None
):
    # The inverse of an orthogonal matrix is its transpose: nothing but the scale is lost.
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))
    layers = [Layer(turn, np.array([0.3, -0.2, 0.1, 0.0]))]
    inputs = np.array([0.01, 0.4, 0.7, 0.99])
    np.testing.assert_allclose(
        n.backquery(layers, n.predict(layers, inputs)),
        inputs,
        rtol=1e-9,
        atol=1e-12,
    )


@pytest.mark.parametrize(
    ("values", "rescaled"),
    [
        ([0, 1, 2], [0.01, 0.5, 0.99]),
        ([-3.0, 5.0], [0.01, 0.99]),
        ([[0, 1], [20, 10]], [[0.01, 0.99], [0.99, 0.01]]),
        ([7.0], [0.5]),
        ([[2, 2], [0, 1]], [[0.5, 0.5], [0.01, 0.99]]),
    ],
)
def test_rescale_stretches_each_record_from_low_to_high(
    values: Any, rescaled: Any
) -> None:
    np.testing.assert_allclose(n.rescale(values), rescaled, rtol=1e-12)


# What does not fit.

NET = [
    Layer(np.ones((3, 2)), np.zeros(3)),
    Layer(np.ones((1, 3)), np.zeros(1)),
]
CRACKED = [NET[0], Layer(np.ones((1, 4)), np.zeros(1))]
BIASED = [Layer(np.ones((3, 2)), np.zeros(1))]
TWO, FOUR = np.zeros((2, 2)), np.zeros((4, 1))
SIGNAL = n.forward(NET, [1.0, 2.0])


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: n.forward(NET, [1, 2, 3]), r"weights \(3, 2\), inputs \(3,\)"),
        (
            lambda: n.predict(NET, TWO[:, :1]),
            r"weights \(3, 2\), inputs \(2, 1\)",
        ),
        (lambda: n.predict(NET, 1.0), r"weights \(3, 2\), inputs \(\)"),
        (
            lambda: n.predict(NET, [TWO]),
            r"weights \(3, 2\), inputs \(1, 2, 2\)",
        ),
        (lambda: n.predict(CRACKED, TWO), r"weights \(1, 4\), inputs \(2, 3\)"),
        (lambda: n.predict(BIASED, TWO), r"weights \(3, 2\), bias \(1,\)"),
        (lambda: n.predict([], TWO), "one or more layers, not 0"),
        (
            lambda: n.share_errors(TWO, [1.0]),
            r"weights \(2, 2\), errors \(1,\)",
        ),
        (
            lambda: n.share_errors([1.0], [1.0]),
            r"weights \(1,\), errors \(1,\)",
        ),
        (
            lambda: n.share_errors([[1.0]], [[1.0]]),
            r"weights \(1, 1\), errors \(1, 1\)",
        ),
        (
            lambda: n.share_errors([[2, 3], [1, -1]], [1, 1]),
            r"\[1.0, -1.0\] sum to zero",
        ),
        (lambda: n.split_error([[0.0, 0.0]], [1]), r"\[0.0, 0.0\] sum to zero"),
        (
            lambda: n.propagate_error(TWO, [1.0]),
            r"weights \(2, 2\), errors \(1,\)",
        ),
        (
            lambda: n.propagate_error([1.0], [1.0]),
            r"weights \(1,\), errors \(1,\)",
        ),
        (lambda: n.propagate_error(TWO, 1.0), r"weights \(2, 2\), errors \(\)"),
        (
            lambda: n.propagate_error(TWO, [TWO]),
            r"weights \(2, 2\), errors \(1, 2, 2\)",
        ),
        (lambda: n.cost([1.0], [[1.0]]), r"targets \(1,\), outputs \(1, 1\)"),
        (lambda: n.cost(1.0, 1.0), r"targets \(\), outputs \(\)"),
        (lambda: n.cost(FOUR[:0], FOUR[:0]), "one or more of them, not 0"),
        (
            lambda: n.gradient(NET, TWO[:0], FOUR[:0]),
            "one or more of them, not 0",
        ),
        (
            lambda: n.gradient(NET, TWO, [1.0, 0.0]),
            r"targets \(2,\), outputs \(2, 1\)",
        ),
        (
            lambda: n.deltas(NET, SIGNAL, [[1.0]]),
            r"targets \(1, 1\), outputs \(1,\)",
        ),
        (
            lambda: n.backpropagate(NET, SIGNAL, [1, 0]),
            r"targets \(2,\), outputs \(1,\)",
        ),
        (
            lambda: n.weight_change(1, [1], [1, 2], [1]),
            r"errors \(1,\), outputs \(2,\)",
        ),
        (lambda: n.weight_change(1, [1], [1], 1), r"previous_outputs \(\)"),
        (
            lambda: n.update(NET, NET[:1], 1),
            r"gradients \[\[\(3, 2\), \(3,\)\]\], layers",
        ),
        (
            lambda: n.update(BIASED, NET[:1], 1),
            r"\(3,\)\]\], layers \[\[\(3, 2\), \(1,\)\]\]",
        ),
        (lambda: train(NET, TWO, FOUR), r"inputs \(2, 2\), targets \(4, 1\)"),
        (lambda: train(NET, TWO[0], FOUR[0]), r"inputs \(2,\), targets \(1,\)"),
        (
            lambda: train(NET, TWO[:0], FOUR[:0]),
            r"inputs \(0, 2\), targets \(0, 1\)",
        ),
        (lambda: train(NET, TWO, TWO), r"targets \(2, 2\), outputs \(2, 1\)"),
        (
            lambda: train(NET, TWO, FOUR[:2], epochs=-1),
            "epochs must be 0 or more, not -1",
        ),
        (
            lambda: train(NET, TWO, FOUR[:2], batch_size=0),
            "batch_size must be 1 or more, not 0",
        ),
        (lambda: train(NET, TWO, FOUR[:2], learning_rate=0), "above 0, not 0"),
        (
            lambda: train(NET, TWO, FOUR[:2], learning_rate=[1, -2]),
            r"above 0, not -2",
        ),
        (
            lambda: train(NET, TWO, FOUR[:2], learning_rate=[1, 2, 3]),
            "one number or 2, one for each layer, not 3",
        ),
        (
            lambda: train(NET, TWO, FOUR[:2], learning_rate=-0.1),
            "above 0, not -0.1",
        ),
        (
            lambda: train(NET, TWO, FOUR[:2], learning_rate=math.nan),
            "finite and above 0, not nan",
        ),
        (
            lambda: train(NET, TWO, FOUR[:2], learning_rate=math.inf),
            "finite and above 0, not inf",
        ),
        (lambda: network(3), r"two or more sizes, each 1 or more, not \[3\]"),
        (lambda: network(3, 0, 2), r"not \[3, 0, 2\]"),
        (
            lambda: n.initialise((2, 2), np.random.default_rng(0), -1),
            "not negative, not -1",
        ),
        (
            lambda: n.initialise((2, 2), np.random.default_rng(0), math.nan),
            "not nan",
        ),
        (
            lambda: n.initialise((2, 2), np.random.default_rng(0), math.inf),
            "not inf",
        ),
        (lambda: n.backquery(NET, [0.5, 0.5]), r"outputs \(2,\), bias \(1,\)"),
        (
            lambda: n.backquery(BIASED, [0.5]),
            r"weights \(3, 2\), errors \(1,\)",
        ),
        (lambda: n.backquery(NET, [1.0]), "not 1.0"),
        (lambda: n.backquery([], [0.5]), "one or more layers, not 0"),
    ],
)
def test_what_does_not_fit_is_named(
    call: Callable[[], object], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        call()
