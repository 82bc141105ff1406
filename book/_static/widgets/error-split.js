/* Two output errors, split among two hidden nodes by the weights: turn them, watch the shares. */
"use strict";

(function (annbook) {
  const WEIGHTS = [[2, 3], [1, 4]];
  const ERRORS = [0.8, 0.5];

  /* As annbook.network.share_errors: a row of shares for each error, or null where the
     weights into a node sum to zero, so that there is no proportion. */
  annbook.shareErrors = (weights, errors) => {
    const totals = weights.map((row) => row.reduce((a, b) => a + b, 0));
    if (totals.some((total) => total === 0)) return null;
    return weights.map((row, k) => row.map((weight) => (weight * errors[k]) / totals[k]));
  };
  /* As annbook.network.split_error: what arrives at each node. */
  annbook.splitError = (shares) =>
    shares[0].map((_, j) => shares.reduce((sum, row) => sum + row[j], 0));

  annbook.widget("error-split", (root) => {
    const { element, number } = annbook;
    const picture = annbook.nodes(2, 2, ["hidden error", "output error"]);
    const speaker = annbook.speaker({ unseen: true });
    const line = element("p", { class: "widget-sums" });
    const errors = ERRORS.map((value, k) =>
      annbook.dial({ label: `error of output ${k + 1}`, min: -2, max: 2, step: 0.1, value, onchange: show })
    );
    const weights = annbook.weightTable(
      WEIGHTS,
      (k, j) => `from hidden ${j + 1} to output ${k + 1}`,
      show
    );

    function show() {
      const e = errors.map((dial) => dial.get());
      const W = weights.get();
      const shares = annbook.shareErrors(W, e);
      const arrived = shares ? annbook.splitError(shares) : [NaN, NaN];
      picture.show({
        left: arrived.map((x) => number(x)),
        right: e.map((x) => number(x, 2)),
        edges: W.map((row, k) =>
          row.map((w, j) => ({ text: shares ? number(shares[k][j]) : "–", size: shares ? shares[k][j] : 0 }))
        ),
      });
      const total = (values) => number(values.reduce((a, b) => a + b, 0));
      line.textContent = shares
        ? `hidden errors ${arrived.map((x) => number(x)).join(" and ")}: together ${total(arrived)}, as the output errors (${total(e)})`
        : "The weights into an output sum to 0: there is no proportion to share by.";
      picture.svg.setAttribute("aria-label", `Two hidden nodes, two outputs. ${line.textContent}`);
      speaker.say(line.textContent);
      root.dataset.result = JSON.stringify({ shares, arrived: shares && arrived });
    }

    root.append(
      picture.svg,
      line,
      ...errors.map((dial) => dial.root),
      element("p", {}, "Weights:"),
      weights.root,
      element(
        "div",
        { class: "widget-buttons" },
        annbook.button("The slide's numbers", () => {
          errors.forEach((dial, k) => dial.set(ERRORS[k]));
          weights.set(WEIGHTS);
          show();
        })
      ),
      speaker.root
    );
    show();
  });
})((window.annbook = window.annbook || {}));
