/* The machine with one dial: turn c, and see what it predicts and how far that is off. */
"use strict";

(function (annbook) {
  const { element, number, shape } = annbook;
  const DECIMALS = 5; // enough to type the truth itself
  const ARROW = 86; // how far down the picture it lies: below the bar, which may be too long

  /* What the error's sign says. */
  function verdict(error) {
    if (number(error, DECIMALS) === "0") return "that is the truth";
    return error > 0 ? "too few miles" : "too many miles";
  }

  /* The prediction as a bar, the truth as a mark, and the error as the arrow between them. */
  function picture(kilometres, truth) {
    const plane = annbook.plane({
      label: "A bar of the predicted miles, the true miles as a line, the error as an arrow between",
      x: [0, kilometres],
      xLabel: "miles",
      height: 150,
    });
    const end = plane.toX(truth);
    const bar = shape("rect", { class: "bar", x: plane.toX(0), y: 42, height: 28 });
    const arrow = shape("path", { class: "error-arrow" });
    plane.front.append(
      bar,
      shape("path", { class: "truth-line", d: `M${end} 36V${plane.box.bottom}` }),
      shape("text", { class: "truth-text", x: end, y: 26, "text-anchor": "middle" },
        `true: ${number(truth)}`),
      arrow
    );
    const show = (miles) => {
      const tip = plane.toX(miles);
      bar.setAttribute("width", tip - plane.toX(0));
      // The arrow points to where the bar should end; a gap too small for one has none.
      const head = Math.min(Math.abs(end - tip), 6);
      const back = end - Math.sign(end - tip) * head;
      arrow.setAttribute(
        "d",
        head < 2 ? "" : `M${tip} ${ARROW}H${end}M${back} ${ARROW - head}L${end} ${ARROW}L${back} ${ARROW + head}`
      );
    };
    return { root: plane.root, show };
  }

  function start(root, { kilometres, miles: truth, guesses }) {
    const { predict, error } = annbook.predictor;
    const { root: image, show } = picture(kilometres, truth);
    const speaker = annbook.speaker();
    const [said, missing] = [element("span"), element("span")];
    const glider = annbook.glider(0, show);

    /* c is turned by hand, or jumps to a guess: then the bar glides. */
    function turn(c, move = glider.jump) {
      const miles = predict(c, kilometres);
      const off = error(truth, miles);
      said.textContent = `${number(miles, DECIMALS)} miles`;
      missing.textContent = `${number(off, DECIMALS)} miles`;
      move(miles);
      speaker.say(
        `c = ${number(c, DECIMALS + 2)}: ${number(miles, DECIMALS)} miles, ` +
          `error ${number(off, DECIMALS)}: ${verdict(off)}.`
      );
    }

    const dial = annbook.dial({
      label: "c, miles for each kilometre",
      min: 0, max: 1, step: 0.01, fine: 0.001, value: guesses[0],
      onchange: (c) => turn(c),
    });
    const choose = (c) => annbook.button(number(c), () => {
      dial.set(c);
      turn(c, glider.glide);
    });
    root.append(
      dial.root,
      element("div", { class: "widget-row" }, element("span", {}, "The four guesses:"),
        annbook.buttons("The four guesses", ...guesses.map(choose))),
      image,
      annbook.readings([
        [`prediction for ${number(kilometres)} km`, said],
        ["truth", `${number(truth)} miles`],
        ["error: truth minus prediction", missing],
      ]),
      speaker.root
    );
    turn(guesses[0]);
  }

  annbook.widget("predictor", start, ["functions/predictor.js", "widgets/plane.js"]);
})((window.annbook = window.annbook || {}));
