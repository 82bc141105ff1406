/* The line between worm and caterpillar: move the insects, choose the learning rate, and go
   through the steps. Everything shown follows from four things: the insects, the first slope,
   the learning rate, and how many steps have been taken. */
"use strict";

(function (annbook) {
  const { element, number, shape } = annbook;
  const PASSES = 10; // through both insects
  const REACH = [0, 4]; // of both axes
  const WITHIN = [0.2, 4]; // where an insect may be: at width 0 every line gives 0
  const DIGITS = 4;
  const COLUMNS = ["step", "x", "t", "y", "E", "ΔA", "A"];
  const CAPTION =
    "Input x, target t, what the line said y, error E, change ΔA, slope A after the step";
  const KINDS = { worm: "circle", caterpillar: "square" };

  /* The plane with the line, the one before it, the last error, and the insects. */
  function picture(insects, moved) {
    const plane = annbook.plane({
      label: "Insects by width and length, and the line",
      x: REACH, y: REACH, xLabel: "width x", yLabel: "length y",
    });
    const before = plane.curve("before");
    const line = plane.curve("");
    const arrow = plane.curve("error-arrow");
    const marks = insects.map(() => {
      const mark = shape("path", { class: "target-mark", d: "M-9 0h18" });
      plane.front.append(mark);
      return mark;
    });
    const points = insects.map(([width, length, name], i) => {
      const label = plane.text("middle", "insect-name");
      plane.front.append(label.root);
      const point = plane.point({
        label: name,
        kind: KINDS[name],
        look: name,
        at: [width, length],
        step: 0.1,
        within: [WITHIN, WITHIN],
        onmove: (at) => moved(i, at),
        describe: ([w, l]) => `width ${number(w)}, length ${number(l)}`,
      });
      return { label, point };
    });
    const draw = (curve, slope) =>
      curve.set(REACH.map((x) => [x, annbook.predictor.predict(slope, x)]));

    /* Place everything but the line, which glides. */
    function place(insects, targets, last, slopeBefore) {
      insects.forEach(([width, length, name], i) => {
        points[i].point.set([width, length]);
        points[i].label.set(name, width, length, [0, length > targets[i] ? -13 : 24]);
        marks[i].setAttribute(
          "transform", `translate(${plane.toX(width)} ${plane.toY(targets[i])})`
        );
      });
      before.root.toggleAttribute("hidden", !last);
      arrow.root.toggleAttribute("hidden", !last);
      if (!last) return;
      draw(before, slopeBefore);
      const { x, prediction, target } = last;
      const [tip, size] = [plane.toY(target), Math.sign(target - prediction) * 6];
      arrow.root.setAttribute(
        "d",
        `M${plane.toX(x)} ${plane.toY(prediction)}V${tip}m-6 ${size}l6 ${-size}l6 ${size}`
      );
    }
    return { root: plane.root, place, draw: (slope) => draw(line, slope) };
  }

  /* The table of steps, as annbook.predictor.train_line gives them. */
  function stepTable() {
    const rows = element("tbody");
    const heads = COLUMNS.map((name) => element("th", { scope: "col" }, name));
    const root = element(
      "div",
      { class: "step-table", tabindex: 0, role: "region", "aria-label": "Table of steps" },
      element("table", {}, element("caption", {}, CAPTION),
        element("thead", {}, element("tr", {}, ...heads)), rows)
    );
    const row = (name, values) =>
      element("tr", {}, element("th", { scope: "row" }, name),
        ...values.map((value) => element("td", {}, value)));
    const show = (slope, steps) => {
      rows.replaceChildren(
        row("start", ["", "", "", "", "", number(slope, DIGITS)]),
        ...steps.map(({ x, target, prediction, error, change, slope }, i) =>
          row(`${i + 1}`, [
            number(x), number(target), ...[prediction, error, change, slope].map((value) =>
              number(value, DIGITS)),
          ]))
      );
      root.scrollTop = root.scrollHeight;
    };
    return { root, show };
  }

  function start(root, settings) {
    const { predict, error, trainLine, classify, separates } = annbook.predictor;
    const first = settings.slope;
    // How far above or below its insect the line should pass.
    const gaps = settings.insects.map(([, length], i) => settings.targets[i] - length);
    const fresh = () => settings.insects.map((insect) => [...insect]);
    let insects = fresh();
    let taken = 0;

    const image = picture(insects, (i, at) => move(i, at));
    const table = stepTable();
    const speaker = annbook.speaker();
    const glider = annbook.glider(first, image.draw);
    const [slopeText, verdict] = [element("span"), element("span")];
    const rate = annbook.dial({
      label: "learning rate L",
      min: 0.05, max: 1, step: 0.05, fine: 0.01, value: 1,
      onchange: () => show(),
    });
    const rows = insects.map(([width, length, name], i) => {
      const field = (label, axis, value) =>
        annbook.field({
          label, min: WITHIN[0], max: WITHIN[1], step: 0.1, value,
          onchange: (next) => move(i, insects[i].slice(0, 2).with(axis, next)),
        });
      const fields = [field("width", 0, width), field("length", 1, length)];
      const said = element("p");
      const group = element("div", { class: "insect", role: "group", "aria-label": name },
        element("strong", {}, name), ...fields.map((each) => each.root), said);
      return { group, fields, said };
    });

    const targets = () => insects.map(([, length], i) => length + gaps[i]);
    const examples = () => targets().map((target, i) => [insects[i][0], target]);
    const steps = () =>
      trainLine(examples(), first, { learningRate: rate.get(), passes: PASSES }).slice(0, taken);

    function move(i, [width, length]) {
      insects[i] = [width, length, insects[i][2]];
      rows[i].fields[0].set(width);
      rows[i].fields[1].set(length);
      show();
    }

    /* What the reader is told of the last step. */
    function story(done) {
      const step = done.at(-1);
      if (!step) return `The line starts with A = ${number(first, DIGITS)}.`;
      const name = insects[(done.length - 1) % insects.length][2];
      return `Step ${done.length}, the ${name}: error ${number(step.error, DIGITS)}, ` +
        `change ${number(step.change, DIGITS)}, now A = ${number(step.slope, DIGITS)}.`;
    }

    function show(move = glider.jump) {
      const done = steps();
      const slope = done.at(-1)?.slope ?? first;
      const goals = targets();
      image.place(insects, goals, done.at(-1), done.at(-2)?.slope ?? first);
      move(slope);
      table.show(first, done);
      insects.forEach(([width, length, name], i) => {
        const called = classify(slope, width, length);
        const missing = error(goals[i], predict(slope, width));
        rows[i].said.textContent =
          `target ${number(goals[i])}, error now ${number(missing, DIGITS)}, ` +
          `called a ${called}: ${called === name ? "right" : "wrong"}`;
      });
      slopeText.textContent = number(slope, DIGITS);
      verdict.textContent = separates(slope, insects) ? "yes" : "no";
      speaker.say(story(done));
    }

    function go(count) {
      const next = Math.min(Math.max(count, 0), PASSES * insects.length);
      const isFar = Math.abs(next - taken) > 1;
      taken = next;
      show(isFar ? glider.jump : glider.glide);
    }

    root.append(
      rate.root,
      annbook.buttons(
        "Steps",
        annbook.button("Step", () => go(taken + 1)),
        annbook.button("Back", () => go(taken - 1)),
        annbook.button("All ten passes", () => go(PASSES * insects.length)),
        annbook.button("Start again", () => go(0))
      ),
      image.root,
      annbook.readings([["slope A", slopeText], ["separates the insects", verdict]]),
      element("div", { class: "insects" }, ...rows.map((row) => row.group)),
      annbook.buttons(
        "Insects",
        annbook.button("Put the insects back", () => fresh().forEach((each, i) => move(i, each)))
      ),
      table.root,
      speaker.root
    );
    show();
  }

  annbook.widget("classifier", start, ["functions/predictor.js", "widgets/plane.js"]);
})((window.annbook = window.annbook || {}));
