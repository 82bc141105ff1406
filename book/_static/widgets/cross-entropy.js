/* Shape a model's ten probabilities, and read what they cost for the label. */
"use strict";

(function (annbook) {
  const { element, number } = annbook;
  const DIGITS = [...Array(10).keys()];

  /* Each one's share in the sum, or null where all are 0. */
  function sharesOf(weights) {
    const total = weights.reduce((a, b) => a + b, 0);
    return total > 0 ? weights.map((weight) => weight / total) : null;
  }

  /* One digit in one row: its name, a slider, a number, and the probability as bar and text. */
  function row(digit, isLabel, value, onchange) {
    const dial = annbook.dial({ label: `weight of ${digit}`, min: 0, max: 1, step: 0.05, fine: 0.01, value, onchange });
    const [slider] = dial.root.querySelectorAll("input[type=range]");
    const [field] = dial.root.querySelectorAll("input[type=number]");
    field.setAttribute("aria-label", `weight of ${digit}, typed`);
    const [bar, text] = [element("span", { class: "share-bar" }), element("span")];
    const look = isLabel ? "belief label" : "belief";
    const root = element("div", { class: look }, element("span", { "aria-hidden": "true" }, `${digit}`), slider, field,
      element("span", { class: "share" }, bar, text));
    const show = (p) => {
      bar.style.width = `${100 * p}%`;
      text.textContent = number(p, 2);
    };
    return { root, show, get: dial.get, set: dial.set };
  }

  function start(root, { seven, hedged, mistaken }) {
    const label = seven.indexOf(1);
    const [believed, paid] = [element("span"), element("span")];
    const speaker = annbook.speaker({ unseen: true });
    const rows = DIGITS.map((digit) => row(digit, digit === label, hedged[digit], turn));

    function turn() {
      const p = sharesOf(rows.map((each) => each.get()));
      const cost = p ? annbook.softmax.crossEntropy(seven, p) : NaN;
      rows.forEach((each, digit) => each.show(p ? p[digit] : 0));
      believed.textContent = p ? number(p[label]) : "give a digit some weight";
      paid.textContent = number(cost);
      speaker.say(p
        ? `Probability of ${label}: ${number(p[label])}. Cost: ${cost === Infinity ? "infinite" : number(cost)}.`
        : "Give at least one digit some weight.");
    }

    const example = (text, weights) => annbook.button(text, () => {
      rows.forEach((each, digit) => each.set(weights[digit]));
      turn();
    });
    root.append(
      annbook.readings([[`probability of the ${label}`, believed], [`cost: −ln of it`, paid]]),
      annbook.buttons("Predictions",
        example("The label itself", seven),
        example("Hedged", hedged),
        example("Wrong and sure", mistaken),
        example("All alike", DIGITS.map(() => 0.1))),
      element("div", { class: "beliefs", role: "group", "aria-label": "How much weight each digit gets" },
        element("div", { class: "belief belief-heads", "aria-hidden": "true" },
          element("span"), element("span", {}, "weight"), element("span"), element("span", {}, "p")),
        ...rows.map((each) => each.root)),
      speaker.root
    );
    turn();
  }

  annbook.widget("cross-entropy", start, ["functions/softmax.js"]);
})((window.annbook = window.annbook || {}));
