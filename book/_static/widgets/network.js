/* Three inputs, three hidden neurons, nine weights: turn them, and watch the signal pass. */
"use strict";

(function (annbook) {
  const { element, number } = annbook;

  function start(root, { weights: W, inputs: I, printed_inputs: printed }) {
    const image = annbook.nodes({
      label: "Each input is connected with each hidden neuron, a thicker line for a larger weight",
      names: ["inputs", "hidden outputs"],
      counts: [I.length, W.length],
      near: "right",
    });
    const [summed, sent] = [element("span"), element("span")];
    const speaker = annbook.speaker({ unseen: true });
    const inputs = I.map((value, j) =>
      annbook.dial({ label: `input ${j + 1}`, min: -1, max: 1, step: 0.1, value, onchange: turn })
    );
    const weights = annbook.weightTable({
      caption: "The weights: a row for each neuron that receives",
      to: "hidden", from: "input", weights: W, onchange: turn,
    });

    function turn() {
      const [now, signal] = [weights.get(), inputs.map((dial) => dial.get())];
      const layer = { weights: now, bias: now.map(() => 0) };
      const { sums: [sums], outputs: [, outputs] } = annbook.network.forward([layer], signal);
      image.show({
        left: signal.map((x) => number(x, 2)),
        right: outputs.map((output) => number(output)),
        edges: now.map((row) => row.map((w) => ({ text: number(w, 2), size: w }))),
      });
      summed.textContent = annbook.vector(sums);
      sent.textContent = annbook.vector(outputs);
      speaker.say(`Sums ${annbook.vector(sums)}, outputs ${annbook.vector(outputs)}.`);
    }

    const begin = (values) => () => {
      inputs.forEach((dial, j) => dial.set(values[j]));
      weights.set(W);
      turn();
    };
    root.append(
      image.root,
      annbook.readings([["sums X", summed], ["outputs O", sent]]),
      element("div", { class: "dials" }, ...inputs.map((dial) => dial.root)),
      weights.root,
      annbook.buttons("Start again",
        annbook.button("This page's numbers", begin(I)),
        annbook.button("The slide's printed input", begin(printed))),
      speaker.root
    );
    turn();
  }

  annbook.widget("network", start, ["functions/neuron.js", "functions/network.js", "widgets/nodes.js"]);
})((window.annbook = window.annbook || {}));
