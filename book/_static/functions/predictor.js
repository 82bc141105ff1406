/* annbook.predictor, for the page: a straight line through the origin, and how it learns.
   tests/browser holds every function to its twin in Python. */
"use strict";

(function (annbook) {
  const predict = (slope, x) => slope * x;

  const error = (truth, prediction) => truth - prediction;

  const slopeChange = (error, x, learningRate = 1) => learningRate * (error / x);

  /* Every step of a line that learns from examples [x, target] in turn. */
  function trainLine(examples, slope, { learningRate = 1, passes = 1 } = {}) {
    const steps = [];
    for (let pass = 0; pass < passes; pass++) {
      for (const [x, target] of examples) {
        const prediction = predict(slope, x);
        const missing = error(target, prediction);
        const change = slopeChange(missing, x, learningRate);
        slope += change;
        steps.push({ x, target, prediction, error: missing, change, slope });
      }
    }
    return steps;
  }

  const classify = (slope, width, length) =>
    length > predict(slope, width) ? "worm" : "caterpillar";

  const separates = (slope, insects) =>
    insects.every(([width, length, name]) => classify(slope, width, length) === name);

  annbook.predictor = { predict, error, slopeChange, trainLine, classify, separates };
})((window.annbook = window.annbook || {}));
