/* annbook.network, for the page: a layer has weights, a row for each node that receives, and
   a bias. It needs functions/neuron.js. tests/browser holds every function to its twin. */
"use strict";

(function (annbook) {
  const { sigmoid, logit, weightedSum } = annbook.neuron;
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  const layerSums = ({ weights, bias }, inputs) =>
    weights.map((row, k) => weightedSum(row, inputs, bias[k]));

  /* Every layer's sums and outputs for one record; outputs[0] is the input. */
  function forward(layers, inputs) {
    const signal = { sums: [], outputs: [inputs] };
    for (const layer of layers) {
      const sums = layerSums(layer, signal.outputs.at(-1));
      signal.sums.push(sums);
      signal.outputs.push(sums.map(sigmoid));
    }
    return signal;
  }

  /* Row k holds the shares of error k; null where the weights into a node sum to zero, so that
     there is no proportion to share by (Python raises an error). */
  function shareErrors(weights, errors) {
    const totals = weights.map(sum);
    if (totals.includes(0)) return null;
    return weights.map((row, k) => row.map((weight) => weight * (errors[k] / totals[k])));
  }

  /* What arrives at each node before, or null as above. */
  function splitError(weights, errors) {
    const shares = shareErrors(weights, errors);
    return shares && weights[0].map((_, j) => sum(shares.map((row) => row[j])));
  }

  const propagateError = (weights, errors) =>
    weights[0].map((_, j) => sum(weights.map((row, k) => row[j] * errors[k])));

  function rescale(values, low = 0.01, high = 0.99) {
    const least = Math.min(...values);
    const spread = Math.max(...values) - least;
    return values.map((x) => low + (high - low) * (spread > 0 ? (x - least) / spread : 0.5));
  }

  /* The inputs that a network imagines for the outputs it is asked for. */
  function backquery(layers, targets) {
    let outputs = targets;
    for (const { weights, bias } of layers.toReversed()) {
      const sums = outputs.map((output, k) => logit(output) - bias[k]);
      outputs = rescale(propagateError(weights, sums));
    }
    return outputs;
  }

  /* The layers of a model of sigmoid layers from _static/models/ (recogniser/network.js opens it,
     where a row belongs to an input). */
  const layersOf = (model) =>
    annbook.openModel(model).map(({ weights: { values, shape: [from, to] }, bias }) => ({
      weights: Array.from({ length: to }, (_, k) =>
        Array.from({ length: from }, (_, j) => values[j * to + k])
      ),
      bias: Array.from(bias.values),
    }));

  annbook.network = {
    layersOf, layerSums, forward, shareErrors, splitError, propagateError, rescale, backquery,
  };
})((window.annbook = window.annbook || {}));
