"""A fully connected network as matrices: signals forward, errors backward, learning.

Everywhere a layer's weights have the shape (to, from), one row for each node
that receives, so that X = W . I is written as on paper. One record is a vector
of shape (n,); a batch is a matrix of shape (records, n) with a record in each row.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from annbook.errors import BookError
from annbook.neuron import FloatArray, as_floats, logit, sigmoid, sigmoid_slope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, DTypeLike

    Rate = float | Sequence[float]


class Layer(NamedTuple):
    """The weights and the bias of one layer, or the gradient with respect to them."""

    weights: FloatArray
    """W, shape (to, from): row k holds the weights into node k."""
    bias: FloatArray
    """b, shape (to,)."""


class Signal(NamedTuple):
    """What every layer received and sent while a signal passed through the network."""

    sums: list[FloatArray]
    """X of each layer, before its activation."""
    outputs: list[FloatArray]
    """The input itself, then O of each layer."""


def _require_fit(fits: bool, **shapes: object) -> None:
    if not fits:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"shapes do not fit: {listed}")


def _count_records(outputs: FloatArray) -> int:
    records = len(np.atleast_2d(outputs))
    if records == 0:
        raise ValueError(
            "a mean over the records needs one or more of them, not 0"
        )
    return records


def initialise(
    sizes: Sequence[int],
    generator: np.random.Generator,
    scale: float = 1.0,
    dtype: DTypeLike = np.float64,
) -> list[Layer]:
    """Return the layers of a new network: random weights, biases of zero.

    Parameters
    ----------
    sizes : sequence of int
        Nodes in each layer, the input first: (784, 200, 10). At least two, each at least 1.
    generator : numpy.random.Generator
        Where the weights are drawn from.
    scale : float
        The weights are normal with mean 0 and standard deviation scale / sqrt(from), so that
        the sums start out equally large however many nodes they come from.
    dtype : dtype
        Precision of weights and biases. Draws do not depend on it, only their rounding does.

    Returns
    -------
    list of Layer
        One for each size after the first.

    Raises
    ------
    ValueError
        For too few or too small sizes, or a scale that is negative or not finite.

    References
    ----------
    Y. LeCun, L. Bottou, G. Orr, K.-R. Müller: Efficient BackProp (1998), section 4.6.
    T. Rashid: Make Your Own Neural Network (2016), part 2.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"a network needs two or more sizes, each 1 or more, not {list(sizes)}"
        )
    if not 0 <= scale < math.inf:
        raise ValueError(f"scale must be finite and not negative, not {scale}")
    layers = []
    for before, to in itertools.pairwise(sizes):
        weights = generator.normal(0, scale / math.sqrt(before), (to, before))
        layers.append(Layer(weights.astype(dtype), np.zeros(to, dtype)))
    return layers


def layer_sums(layer: Layer, inputs: FloatArray) -> FloatArray:
    """Return what the nodes of a layer receive: X = W . I + b.

    Parameters
    ----------
    layer : Layer
        Weights (to, from) and bias (to,).
    inputs : ndarray, shape (from,) or (records, from)
        Outputs of the layer before. For one record the two transpositions in the code change
        nothing; for a batch they turn its records into columns, and the sums into rows again.

    Returns
    -------
    ndarray, shape (to,) or (records, to)

    Raises
    ------
    ValueError
        Where the shapes do not fit.

    Notes
    -----
    I . W^T would be the same for a batch, but takes half as long again for a small one.
    """
    weights, bias = layer
    fits = inputs.ndim in (1, 2) and weights.shape[1:] == inputs.shape[-1:]
    _require_fit(fits, weights=weights.shape, inputs=inputs.shape)
    _require_fit(
        bias.shape == weights.shape[:1], weights=weights.shape, bias=bias.shape
    )
    return (weights @ inputs.T).T + bias


def forward(layers: Sequence[Layer], inputs: ArrayLike) -> Signal:
    """Return every layer's sums and outputs for the inputs.

    Parameters
    ----------
    layers : sequence of Layer
        At least one.
    inputs : array_like, shape (n,) or (records, n)
        One record, or a batch with a record in each row.

    Returns
    -------
    Signal
        ``sums[k]`` and ``outputs[k + 1]`` belong to ``layers[k]``; ``outputs[0]`` is the input.

    Raises
    ------
    ValueError
        Where there is no layer or the shapes do not fit.
    """
    if not layers:
        raise ValueError("a network needs one or more layers, not 0")
    signal = Signal(sums=[], outputs=[as_floats(inputs)])
    for layer in layers:
        signal.sums.append(layer_sums(layer, signal.outputs[-1]))
        signal.outputs.append(sigmoid(signal.sums[-1]))
    return signal


def predict(layers: Sequence[Layer], inputs: ArrayLike) -> FloatArray:
    """Return the outputs of the last layer.

    Parameters
    ----------
    layers : sequence of Layer
        At least one.
    inputs : array_like, shape (n,) or (records, n)
        One record, or a batch with a record in each row.

    Returns
    -------
    ndarray, shape (to,) or (records, to)
        Values from 0 to 1.

    Raises
    ------
    ValueError
        Where there is no layer or the shapes do not fit.
    """
    return forward(layers, inputs).outputs[-1]


def share_errors(weights: ArrayLike, errors: ArrayLike) -> FloatArray:
    """Return how each error is shared among the nodes before it, in proportion to the weights.

    Parameters
    ----------
    weights : array_like, shape (to, from)
        Weights of the layer whose errors are known.
    errors : array_like, shape (to,)
        Errors of one record, target minus output.

    Returns
    -------
    ndarray, shape (to, from)
        Row k holds the shares of error k and sums to it.

    Raises
    ------
    ValueError
        Where the shapes do not fit, or the weights into a node sum to zero, so that
        there is no proportion to share by.

    References
    ----------
    T. Rashid: Make Your Own Neural Network (2016), part 1.
    """
    weights, errors = as_floats(weights), as_floats(errors)
    fits = weights.ndim == 2 and errors.shape == weights.shape[:1]
    _require_fit(fits, weights=weights.shape, errors=errors.shape)
    totals: FloatArray = weights.sum(axis=1)
    if not totals.all():
        row = weights[totals == 0][0]
        raise ValueError(
            f"weights {row.tolist()} sum to zero: there is no proportion"
        )
    return weights * (errors / totals)[:, np.newaxis]


def split_error(weights: ArrayLike, errors: ArrayLike) -> FloatArray:
    """Return the errors of the nodes before: the sums of the shares that reach them.

    Parameters
    ----------
    weights : array_like, shape (to, from)
        Weights of the layer whose errors are known.
    errors : array_like, shape (to,)
        Errors of one record, target minus output.

    Returns
    -------
    ndarray, shape (from,)
        Together as large as the errors given: none is lost and none is added.

    Raises
    ------
    ValueError
        Where the shapes do not fit, or the weights into a node sum to zero.
    """
    arriving: FloatArray = share_errors(weights, errors).sum(axis=0)
    return arriving


def propagate_error(weights: ArrayLike, errors: ArrayLike) -> FloatArray:
    """Return the errors of the nodes before without normalising the shares: W^T . e.

    Parameters
    ----------
    weights : array_like, shape (to, from)
        Weights of the layer whose errors are known.
    errors : array_like, shape (to,) or (records, to)
        Errors of one record, or of a batch. e . W, as the code has it, equals W^T . e
        for one record, and does the same with every row of a batch.

    Returns
    -------
    ndarray, shape (from,) or (records, from)

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    weights, errors = as_floats(weights), as_floats(errors)
    fits = (
        weights.ndim == 2
        and errors.ndim in (1, 2)
        and errors.shape[-1:] == weights.shape[:1]
    )
    _require_fit(fits, weights=weights.shape, errors=errors.shape)
    return errors @ weights


def cost(targets: ArrayLike, outputs: ArrayLike) -> float:
    """Return half the squared error, 1/2 sum (t - o)^2, as a mean over the records.

    Parameters
    ----------
    targets, outputs : array_like, shape (to,) or (records, to)
        What the network should have said, and what it said.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Where the shapes differ or there is no record.
    """
    targets, outputs = as_floats(targets), as_floats(outputs)
    fits = targets.shape == outputs.shape and targets.ndim in (1, 2)
    _require_fit(fits, targets=targets.shape, outputs=outputs.shape)
    return float(np.sum((targets - outputs) ** 2) / 2 / _count_records(outputs))


def deltas(
    layers: Sequence[Layer], signal: Signal, targets: ArrayLike
) -> list[FloatArray]:
    """Return each layer's delta, the derivative of the cost by the layer's sums.

    The last layer's is (o - t) o (1 - o). Each one before it is the delta behind it, sent
    back through the transposed weights, times the slope o (1 - o) of its own output.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    signal : Signal
        What `forward` gave for the inputs.
    targets : array_like, shape (to,) or (records, to)
        What the network should have said.

    Returns
    -------
    list of ndarray, each of shape (nodes,) or (records, nodes)
        One for each layer, for each record's own cost (no mean over the records).

    Raises
    ------
    ValueError
        Where the targets do not have the outputs' shape.
    """
    output = signal.outputs[-1]
    targets = np.asarray(targets, output.dtype)
    _require_fit(
        targets.shape == output.shape,
        targets=targets.shape,
        outputs=output.shape,
    )
    backwards = [(output - targets) * sigmoid_slope(output)]
    hidden = signal.outputs[1:-1]
    for layer, before in zip(
        reversed(layers[1:]), reversed(hidden), strict=True
    ):
        errors = propagate_error(layer.weights, backwards[-1])
        backwards.append(errors * sigmoid_slope(before))
    return backwards[::-1]


def backpropagate(
    layers: Sequence[Layer], signal: Signal, targets: ArrayLike
) -> list[Layer]:
    """Return the gradient of the cost, given the signal of a forward pass.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    signal : Signal
        What `forward` gave for the inputs.
    targets : array_like, shape (to,) or (records, to)
        What the network should have said.

    Returns
    -------
    list of Layer
        The derivative of `cost` by every weight and every bias, in the layers' shapes.

    Raises
    ------
    ValueError
        Where the targets do not have the outputs' shape or there is no record.
    """
    records = _count_records(signal.outputs[-1])
    gradients = []
    for delta, before in zip(
        deltas(layers, signal, targets), signal.outputs[:-1], strict=True
    ):
        # The mean is taken on the delta, which is far smaller than the product.
        delta, before = np.atleast_2d(delta / records, before)
        gradients.append(Layer(delta.T @ before, delta.sum(axis=0)))
    return gradients


def gradient(
    layers: Sequence[Layer], inputs: ArrayLike, targets: ArrayLike
) -> list[Layer]:
    """Return the exact gradient of the cost by backpropagation.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    inputs : array_like, shape (n,) or (records, n)
        One record, or a batch with a record in each row.
    targets : array_like, shape (to,) or (records, to)
        What the network should have said.

    Returns
    -------
    list of Layer
        The derivative of `cost` by every weight and every bias, in the layers' shapes.

    Raises
    ------
    ValueError
        Where the shapes do not fit or there is no record.

    References
    ----------
    D. Rumelhart, G. Hinton, R. Williams: Learning representations by back-propagating
    errors. Nature 323 (1986), 533-536.
    """
    return backpropagate(layers, forward(layers, inputs), targets)


def weight_change(
    learning_rate: float,
    error: ArrayLike,
    output: ArrayLike,
    previous_output: ArrayLike,
) -> FloatArray:
    """Return the change of one layer's weights after one record: alpha E_k O_k (1 - O_k) O_j^T.

    Parameters
    ----------
    learning_rate : float
        Alpha.
    error : array_like, shape (to,)
        E_k, target minus output: the sign is the opposite of the gradient's.
    output : array_like, shape (to,)
        O_k, the layer's outputs.
    previous_output : array_like, shape (from,)
        O_j, the outputs of the layer before.

    Returns
    -------
    ndarray, shape (to, from)
        To be added to the weights.

    Raises
    ------
    ValueError
        Where error and output differ in shape or one of the three is not a vector.
    """
    error, output, previous = (
        as_floats(error),
        as_floats(output),
        as_floats(previous_output),
    )
    fits = error.shape == output.shape and error.ndim == previous.ndim == 1
    _require_fit(
        fits,
        errors=error.shape,
        outputs=output.shape,
        previous_outputs=previous.shape,
    )
    return float(learning_rate) * np.outer(
        error * sigmoid_slope(output), previous
    )


def update(
    layers: Sequence[Layer], gradients: Sequence[Layer], learning_rate: Rate
) -> list[Layer]:
    """Return the layers after one step downhill: w - learning rate x gradient.

    Parameters
    ----------
    layers, gradients : sequence of Layer
        The network and what `gradient` gave for it. Neither is changed.
    learning_rate : float or sequence of float
        Size of the step: one for all layers, or one for each.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        Where layers and gradients differ in number or shape, or there is not one rate
        for each layer.
    """
    shapes = [[part.shape for part in layer] for layer in layers]
    slopes = [[part.shape for part in layer] for layer in gradients]
    _require_fit(shapes == slopes, gradients=slopes, layers=shapes)
    rates = layer_rates(learning_rate, len(layers))
    return [
        Layer(weights - rate * by_weights, bias - rate * by_bias)
        for (weights, bias), (by_weights, by_bias), rate in zip(
            layers, gradients, rates, strict=True
        )
    ]


def layer_rates(learning_rate: Rate, layers: int) -> list[float]:
    """Return the learning rate of each layer, given one for all of them or one for each.

    Raises
    ------
    ValueError
        Where there are several rates, and not one for each layer.
    """
    # Plain floats: a NumPy one would widen a float32 network.
    rates = [float(rate) for rate in np.atleast_1d(learning_rate)]
    if len(rates) not in (1, layers):
        raise ValueError(
            f"learning_rate must be one number or {layers}, "
            f"one for each layer, not {len(rates)}"
        )
    return rates * layers if len(rates) == 1 else rates


def train_epoch(
    layers: Sequence[Layer],
    inputs: FloatArray,
    targets: FloatArray,
    batch_size: int,
    learning_rate: Rate,
    generator: np.random.Generator,
) -> tuple[list[Layer], float]:
    """Return the layers after one pass over all records, and the mean cost met on the way.

    Parameters
    ----------
    layers : sequence of Layer
        The network.
    inputs, targets : ndarray, shape (records, n) and (records, to)
        A record in each row.
    batch_size : int
        Records for each update. Where it does not divide their number, the last batch is smaller.
    learning_rate : float or sequence of float
        Size of the steps: one for all layers, or one for each.
    generator : numpy.random.Generator
        Puts the records into a new order.

    Returns
    -------
    layers : list of Layer
    mean_cost : float
        Mean over the records, each taken just before the update that it took part in.

    Raises
    ------
    ValueError
        Where the shapes do not fit.
    """
    order = generator.permutation(len(inputs))
    total, layers = 0.0, list(layers)
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        signal = forward(layers, inputs[batch])
        total += cost(targets[batch], signal.outputs[-1]) * len(batch)
        layers = update(
            layers, backpropagate(layers, signal, targets[batch]), learning_rate
        )
    return layers, total / len(order)


def train(
    layers: Sequence[Layer],
    inputs: ArrayLike,
    targets: ArrayLike,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: Rate,
    generator: np.random.Generator,
    falling: bool = False,
    watch: Callable[[int, list[Layer]], object] | None = None,
) -> tuple[list[Layer], FloatArray]:
    """Return the trained layers and the mean cost of each epoch.

    Parameters
    ----------
    layers : sequence of Layer
        The network to start from; it is not changed.
    inputs, targets : array_like, shape (records, n) and (records, to)
        A record in each row. Where layers and inputs are float32, so is the work, in half
        the time of float64.
    epochs : int
        Passes over all records, 0 or more.
    batch_size : int
        Records for each update, 1 or more. Where it does not divide their number, the last
        batch of an epoch is smaller.
    learning_rate : float or sequence of float
        Size of the steps, above 0: one for all layers, or one for each.
    generator : numpy.random.Generator
        Shuffles the records before each epoch.
    falling : bool
        Whether the steps get smaller: by the same amount from epoch to epoch, so that one
        more epoch would have steps of size 0.
    watch : callable, optional
        Called with the number of epochs done and the layers as they are then: first with 0,
        before the first step, and then after every epoch.

    Returns
    -------
    layers : list of Layer
    costs : ndarray, shape (epochs,)
        Mean over the records, each taken just before the update that it took part in.

    Raises
    ------
    ValueError
        For an argument out of its range, or where the shapes do not fit.
    BookError
        Where the cost or a weight is no longer finite.
    """
    inputs, targets = as_floats(inputs), as_floats(targets)
    rates = layer_rates(learning_rate, len(layers))
    _require_settings(epochs, batch_size, rates)
    fits = inputs.ndim == targets.ndim == 2 and len(inputs) == len(targets) > 0
    _require_fit(fits, inputs=inputs.shape, targets=targets.shape)
    observe = watch or (lambda _epochs, _layers: None)
    layers, costs = list(layers), np.empty(epochs)
    observe(0, layers)
    for epoch in range(epochs):
        share = 1 - epoch / epochs if falling else 1.0
        steps = [share * rate for rate in rates]
        # The check below says more than NumPy's warnings would.
        with np.errstate(over="ignore", invalid="ignore"):
            layers, costs[epoch] = train_epoch(
                layers, inputs, targets, batch_size, steps, generator
            )
        _require_finite(layers, costs[epoch], epoch, learning_rate)
        observe(epoch + 1, layers)
    return layers, costs


def _require_settings(
    epochs: int, batch_size: int, rates: Sequence[float]
) -> None:
    if epochs < 0:
        raise ValueError(f"epochs must be 0 or more, not {epochs}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
    for rate in rates:
        if not 0 < rate < math.inf:
            raise ValueError(
                f"learning_rate must be finite and above 0, not {rate}"
            )


def _require_finite(
    layers: Sequence[Layer], mean_cost: float, epoch: int, learning_rate: Rate
) -> None:
    finite = all(np.isfinite(part).all() for layer in layers for part in layer)
    if not (finite and math.isfinite(mean_cost)):
        raise BookError(
            f"the cost or a weight is no longer finite (mean cost {mean_cost})",
            where=f"training, epoch {epoch + 1}",
            remedy=f"Use finite inputs and targets, and a learning rate below {learning_rate}",
        )


def rescale(
    values: ArrayLike, low: float = 0.01, high: float = 0.99
) -> FloatArray:
    """Return the values stretched so that the least is `low` and the greatest is `high`.

    Parameters
    ----------
    values : array_like, shape (n,) or (records, n)
        Every record is stretched for itself. Where all its values are equal, they land in
        the middle between `low` and `high`.
    low, high : float
        With 0 < low < high < 1 the result has a logit.

    Returns
    -------
    ndarray
        Same shape and precision as `values`.
    """
    values = as_floats(values)
    above: FloatArray = values - values.min(axis=-1, keepdims=True)
    spread: FloatArray = above.max(axis=-1, keepdims=True)
    fraction: FloatArray = np.divide(
        above, spread, out=np.full_like(above, 0.5), where=spread > 0
    )
    return low + (high - low) * fraction


def backquery(layers: Sequence[Layer], targets: ArrayLike) -> FloatArray:
    """Return the inputs that the network imagines for the outputs it is asked for.

    The network is run backwards: the logit undoes the sigmoid, then the bias is taken off
    and the transposed weights lead to the layer before. The transpose is not the inverse, so
    this is an impression of what the layer looks for and not an input that would give
    the targets. What arrives is rescaled, since a logit exists only between 0 and 1.

    Parameters
    ----------
    layers : sequence of Layer
        At least one.
    targets : array_like, shape (to,) or (records, to)
        Values between 0 and 1, both excluded: 0.99 for the digit asked for, 0.01 elsewhere.

    Returns
    -------
    ndarray, shape (n,) or (records, n)
        Values from 0.01 to 0.99.

    Raises
    ------
    ValueError
        Where there is no layer, the shapes do not fit or a target has no logit.

    References
    ----------
    T. Rashid: Make Your Own Neural Network (2016), part 3, "Inside the mind of a neural
    network", whose network has no biases.
    """
    if not layers:
        raise ValueError("a network needs one or more layers, not 0")
    outputs = as_floats(targets)
    for weights, bias in reversed(layers):
        _require_fit(
            outputs.shape[-1:] == bias.shape,
            outputs=outputs.shape,
            bias=bias.shape,
        )
        outputs = rescale(propagate_error(weights, logit(outputs) - bias))
    return outputs
