/* annbook.neuron, for the page: one artificial neuron. tests/browser holds every function to its
   twin in Python. */
"use strict";

(function (annbook) {
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));

  const logit = (p) => Math.log(p / (1 - p));

  const step = (x, threshold = 0) => (x > threshold ? 1 : 0);

  const weightedSum = (weights, inputs, bias = 0) =>
    weights.reduce((sum, weight, j) => sum + weight * inputs[j], bias);

  const neuron = (weights, inputs, bias = 0) => sigmoid(weightedSum(weights, inputs, bias));

  annbook.neuron = { sigmoid, logit, step, weightedSum, neuron };
})((window.annbook = window.annbook || {}));
