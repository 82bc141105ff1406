/* Shape a model's ten probabilities, and read what they cost when the image shows a 7. */
"use strict";

(function (annbook) {
  const LABEL = 7;
  const EXAMPLES = {
    "The label itself": [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    "0.6 on the 7": [0, 1, 1, 1, 0, 0, 0, 6, 0, 1],
    "Everything on the 1": [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    "All alike": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  };

  /* Weights made into probabilities: each one's share in the sum, or null where all are 0. */
  annbook.distribution = (weights) => {
    const total = weights.reduce((a, b) => a + b, 0);
    return total > 0 ? weights.map((weight) => weight / total) : null;
  };
  /* As annbook.softmax.cross_entropy for a one-hot label; 0 and not -0 where it is perfect. */
  annbook.crossEntropy = (label, probabilities) => 0 - Math.log(probabilities[label]);

  annbook.widget("cross-entropy", (root) => {
    const { element, number } = annbook;
    const speaker = annbook.speaker({ unseen: true });
    const line = element("p", { class: "widget-sums" });
    const shares = [];
    const rows = EXAMPLES["0.6 on the 7"].map((value, digit) => {
      const label = digit === LABEL ? `${digit} (the label)` : `${digit}`;
      const dial = annbook.dial({ label, min: 0, max: 10, step: 0.5, value, onchange: show });
      shares.push(element("span", { class: "share" }));
      dial.root.querySelector("input").before(shares[digit]);
      return dial;
    });

    function show() {
      const p = annbook.distribution(rows.map((row) => row.get()));
      const cost = p ? annbook.crossEntropy(LABEL, p) : NaN;
      shares.forEach((share, digit) => (share.textContent = p ? `p = ${number(p[digit])}` : "–"));
      line.textContent = p
        ? `cost = −ln ${number(p[LABEL])} = ${number(cost, 4)}`
        : "Give at least one digit some weight.";
      speaker.say(p ? `The cost is ${number(cost)}.` : line.textContent);
      root.dataset.result = JSON.stringify({ p, cost: String(cost) });
    }

    root.append(
      line,
      element("div", { class: "dial-grid" }, ...rows.map((row) => row.root)),
      element(
        "div",
        { class: "widget-buttons" },
        ...Object.entries(EXAMPLES).map(([title, weights]) =>
          annbook.button(title, () => {
            rows.forEach((row, digit) => row.set(weights[digit]));
            show();
          })
        )
      ),
      speaker.root
    );
    show();
  });
})((window.annbook = window.annbook || {}));
