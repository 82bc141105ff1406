/* The guessing game: the book's network run backwards shows what it imagines, the reader guesses. */
"use strict";

(function (annbook) {
  const { element } = annbook;
  const SIDE = 28;
  const DIGITS = [...Array(10).keys()];

  /* The digits in a new order, each once. */
  function shuffled() {
    const order = [...DIGITS];
    for (let last = order.length - 1; last > 0; last--) {
      const other = Math.floor(Math.random() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }

  /* Grey values from 0, paper, to 1, ink. */
  function paint(canvas, values) {
    const context = canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    values.forEach((value, i) => {
      const grey = Math.round(255 * (1 - value));
      image.data.set([grey, grey, grey, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  function start(root, { asked: targets }) {
    const speaker = annbook.speaker();
    const canvas = element("canvas", {
      width: SIDE, height: SIDE, class: "imagined", role: "img",
      "aria-label": "A picture of 28 by 28 grey pixels that the network imagines for one digit",
    });
    const score = element("span");
    let [order, round, right, itself, picture] = [shuffled(), 0, 0, 0, null];
    const guesses = DIGITS.map((digit) => annbook.button(`${digit}`, () => guess(digit)));
    const next = annbook.button("First picture", show);

    const open = (isOpen) => guesses.forEach((each) => (each.disabled = !isOpen));

    async function show() {
      try {
        await annbook.load("models/hidden.js");
      } catch {
        speaker.say("The network could not be loaded. Press the button to try again.");
        return;
      }
      if (round === order.length) [order, round, right, itself] = [shuffled(), 0, 0, 0];
      const layers = annbook.network.layersOf(annbook.models.hidden);
      picture = annbook.network.backquery(layers, targets[order[round]]);
      paint(canvas, picture);
      open(true);
      next.disabled = true;
      tell(`Picture ${round + 1} of ${order.length}: which digit was the network asked for?`);
      guesses[0].focus({ preventScroll: true });
    }

    function guess(digit) {
      const asked = order[round++];
      const shares = annbook.predict(annbook.models.hidden, picture);
      const read = shares.indexOf(Math.max(...shares));
      right += digit === asked;
      itself += read === asked;
      open(false);
      next.disabled = false;
      next.textContent = round < order.length ? "Next picture" : "Play again";
      const own = read === asked ? "The network reads it so, too." : `The network itself reads a ${read}.`;
      tell(`${digit === asked ? "Right" : "No"}: it was asked for a ${asked}. ${own}`);
      next.focus({ preventScroll: true });
    }

    function tell(text) {
      speaker.say(text);
      score.textContent = `you ${right} of ${round}, the network ${itself} of ${round}`;
    }

    root.append(
      element("div", { class: "game" }, canvas,
        element("div", {}, annbook.buttons("Your guess", ...guesses), annbook.buttons("The game", next),
          annbook.readings([["read rightly", score]]), speaker.root))
    );
    open(false);
    tell("");
  }

  annbook.widget("guessing-game", start, [
    "recogniser/network.js", "functions/neuron.js", "functions/network.js",
  ]);
})((window.annbook = window.annbook || {}));
