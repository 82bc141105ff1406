/* The guessing game: a network run backwards shows what it imagines, and the reader guesses. */
"use strict";

(function (annbook) {
  const [LOW, HIGH] = [0.01, 0.99]; // what is asked of the outputs, as on the page

  const logit = (p) => Math.log(p / (1 - p));

  /* As annbook.network.rescale: the least becomes low, the greatest high. */
  function rescale(values) {
    const least = values.reduce((a, b) => Math.min(a, b));
    const spread = values.reduce((a, b) => Math.max(a, b)) - least;
    return values.map((x) => LOW + (HIGH - LOW) * (spread > 0 ? (x - least) / spread : 0.5));
  }

  /* As annbook.network.backquery: what a network of sigmoid layers imagines for its outputs. */
  annbook.backquery = (model, targets) => {
    let signal = Float64Array.from(targets);
    for (const layer of annbook.openModel(model).toReversed()) {
      const sums = signal.map((p, k) => logit(p) - layer.bias.values[k]);
      const arrived = new Float64Array(layer.weights.shape[0]);
      arrived.forEach((_, input) => {
        for (let k = 0; k < sums.length; k++) {
          arrived[input] += layer.weights.values[input * sums.length + k] * sums[k];
        }
      });
      signal = rescale(arrived);
    }
    return signal;
  };

  annbook.widget("guessing-game", (root) => {
    const { element } = annbook;
    const speaker = annbook.speaker();
    const canvas = element("canvas", {
      width: 28,
      height: 28,
      class: "imagined",
      role: "img",
      "aria-label": "A picture of 28 by 28 grey pixels that the network imagines for one digit",
    });
    let asked = null;
    let [right, tried] = [0, 0];
    const guesses = Array.from({ length: 10 }, (_, digit) =>
      annbook.button(`${digit}`, () => guess(digit))
    );
    const next = annbook.button("Another one", ask);

    function paint(values) {
      const context = canvas.getContext("2d");
      const image = context.createImageData(28, 28);
      values.forEach((value, i) => {
        const grey = Math.round(255 * (1 - value));
        image.data.set([grey, grey, grey, 255], 4 * i);
      });
      context.putImageData(image, 0, 0);
    }

    async function ask() {
      try {
        await annbook.load("models/hidden.js");
      } catch {
        speaker.say("The network could not be loaded. Press “Another one” to try again.");
        return;
      }
      const others = [...Array(10).keys()].filter((digit) => digit !== asked);
      asked = others[Math.floor(Math.random() * others.length)];
      const targets = Array.from({ length: 10 }, (_, digit) => (digit === asked ? HIGH : LOW));
      paint(annbook.backquery(annbook.models.hidden, targets));
      guesses.forEach((button) => (button.disabled = false));
      root.dataset.asked = asked;
      speaker.say("Which digit does the network imagine?");
    }

    function guess(digit) {
      tried += 1;
      if (digit === asked) right += 1;
      guesses.forEach((button) => (button.disabled = true));
      const verdict = digit === asked ? "Right" : `Not quite. It was a ${asked}`;
      speaker.say(`${verdict}. You have ${right} of ${tried}.`);
      next.focus();
    }

    root.append(
      canvas,
      element("div", { class: "widget-buttons", role: "group", "aria-label": "Your guess" }, ...guesses),
      element("div", { class: "widget-buttons" }, next),
      speaker.root
    );
    ask();
  });
})((window.annbook = window.annbook || {}));
