/* annbook.softmax, for the page: what a prediction costs. tests/browser holds it to its twin
   in Python. */
"use strict";

(function (annbook) {
  /* A class with y = 0 adds nothing, whatever its p; one with y > 0 and p = 0 makes it infinite. */
  const crossEntropy = (labels, probabilities) =>
    labels.reduce((cost, y, i) => (y === 0 ? cost : cost - y * Math.log(probabilities[i])), 0);

  annbook.softmax = { crossEntropy };
})((window.annbook = window.annbook || {}));
