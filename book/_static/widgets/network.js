/* The 3-3 network of the slide: turn inputs and weights, and watch the signal pass. */
"use strict";

(function (annbook) {
  const WEIGHTS = [[0.9, 0.3, 0.4], [0.2, 0.8, 0.2], [0.1, 0.5, 0.6]];
  const INPUTS = [0.9, 0.1, 0.8];
  const PRINTED = [0.9, 0.2, 0.1]; // on the slide, where it does not give the printed result

  /* As annbook.network.layer_sums without a bias, and forward for one layer. */
  annbook.layerSums = (weights, inputs) =>
    weights.map((row) => row.reduce((sum, weight, j) => sum + weight * inputs[j], 0));
  annbook.layer = (weights, inputs) => {
    const sums = annbook.layerSums(weights, inputs);
    return { sums, outputs: sums.map((x) => 1 / (1 + Math.exp(-x))) };
  };

  annbook.widget("network", (root) => {
    const { element, number } = annbook;
    const picture = annbook.nodes(3, 3, ["input", "hidden output"]);
    const speaker = annbook.speaker({ unseen: true });
    const table = element("p", { class: "widget-sums" });
    const inputs = INPUTS.map((value, j) =>
      annbook.dial({ label: `input ${j + 1}`, min: -1, max: 1, step: 0.1, value, onchange: show })
    );
    const weights = annbook.weightTable(
      WEIGHTS,
      (k, j) => `from ${j + 1} to ${k + 1}`,
      show
    );

    function show() {
      const signal = inputs.map((dial) => dial.get());
      const W = weights.get();
      const { sums, outputs } = annbook.layer(W, signal);
      picture.show({
        left: signal.map((x) => number(x, 2)),
        right: outputs.map((o) => number(o, 3)),
        edges: W.map((row) => row.map((w) => ({ text: number(w, 2), size: w }))),
      });
      const list = (values) => values.map((value) => number(value)).join(", ");
      table.textContent = `sums X = (${list(sums)}), outputs O = (${list(outputs)})`;
      picture.svg.setAttribute("aria-label", `Three inputs, three hidden nodes. ${table.textContent}`);
      speaker.say(`The hidden nodes send ${list(outputs)}.`);
      root.dataset.result = JSON.stringify({ sums, outputs });
    }

    const start = (values) => () => {
      inputs.forEach((dial, j) => dial.set(values[j]));
      weights.set(WEIGHTS);
      show();
    };
    root.append(
      picture.svg,
      table,
      ...inputs.map((dial) => dial.root),
      element("p", {}, "Weights:"),
      weights.root,
      element(
        "div",
        { class: "widget-buttons" },
        annbook.button("This page's input", start(INPUTS)),
        annbook.button("The input printed on the slide", start(PRINTED))
      ),
      speaker.root
    );
    show();
  });
})((window.annbook = window.annbook || {}));
