/* Two output errors, split among two hidden nodes by the weights: turn them, watch the shares. */
"use strict";

(function (annbook) {
  const { element, number } = annbook;
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  function start(root, { output_weights: W, output_errors: E }) {
    const { shareErrors, splitError } = annbook.network;
    const image = annbook.nodes({
      label: "The errors of the outputs flow back to the hidden neurons, a share on each connection",
      names: ["hidden errors", "output errors"],
      counts: [W[0].length, W.length],
      near: "left",
    });
    const [given, received] = [element("span"), element("span")];
    const speaker = annbook.speaker();
    const errors = E.map((value, k) =>
      annbook.dial({ label: `error of output ${k + 1}`, min: -2, max: 2, step: 0.1, value, onchange: turn })
    );
    const weights = annbook.weightTable({
      caption: "The weights: a row for each output",
      to: "output", from: "hidden", weights: W, onchange: turn,
    });

    function turn() {
      const [now, known] = [weights.get(), errors.map((dial) => dial.get())];
      const shares = shareErrors(now, known);
      const arrived = splitError(now, known);
      image.show({
        left: arrived ? arrived.map((each) => number(each)) : known.map(() => "–"),
        right: known.map((each) => number(each)),
        edges: now.map((row, k) => row.map((_, j) =>
          shares ? { text: number(shares[k][j]), size: shares[k][j] } : { text: "–", size: 0 }
        )),
      });
      given.textContent = number(sum(known));
      received.textContent = arrived ? number(sum(arrived)) : "–";
      speaker.say(arrived
        ? `The hidden errors are ${arrived.map((each) => number(each)).join(" and ")}.`
        : "The weights into an output sum to zero: there is no proportion to share by.");
    }

    root.append(
      image.root,
      annbook.readings([["output errors together", given], ["hidden errors together", received]]),
      speaker.root,
      element("div", { class: "dials" }, ...errors.map((dial) => dial.root)),
      weights.root,
      annbook.buttons("Start again", annbook.button("The slide's numbers", () => {
        errors.forEach((dial, k) => dial.set(E[k]));
        weights.set(W);
        turn();
      }))
    );
    turn();
  }

  annbook.widget("error-split", start, ["functions/neuron.js", "functions/network.js", "widgets/nodes.js"]);
})((window.annbook = window.annbook || {}));
