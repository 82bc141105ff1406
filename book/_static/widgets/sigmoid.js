/* A neuron with one input: its output over the input, for a weight and a threshold to turn. */
"use strict";

(function (annbook) {
  const [WIDTH, HEIGHT, EDGE] = [420, 220, 36];
  const REACH = 5; // inputs from -5 to 5

  /* As annbook.neuron.sigmoid and annbook.neuron.neuron, for one input. */
  annbook.sigmoid = (z) => 1 / (1 + Math.exp(-z));
  annbook.neuron = (weight, input, threshold) => {
    const sum = weight * input - threshold;
    return { sum, output: annbook.sigmoid(sum) };
  };

  const across = (x) => EDGE + ((x + REACH) / (2 * REACH)) * (WIDTH - 2 * EDGE);
  const down = (output) => HEIGHT - EDGE - output * (HEIGHT - 2 * EDGE);

  function picture() {
    const { shape } = annbook;
    const line = (x1, y1, x2, y2, name) => shape("line", { x1, y1, x2, y2, class: name });
    const curve = shape("path", { class: "curve" });
    const point = shape("circle", { r: 7, class: "point" });
    const firing = line(0, down(0), 0, down(1), "threshold");
    const words = (text, x, y, anchor = "middle") =>
      shape("text", { x, y, "text-anchor": anchor, "font-size": 13 }, text);
    const svg = shape(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, role: "img", class: "plot" },
      line(EDGE, down(0), WIDTH - EDGE, down(0), "axis"),
      line(EDGE, down(1), WIDTH - EDGE, down(1), "axis"),
      words("1", EDGE - 8, down(1) + 4, "end"),
      words("0", EDGE - 8, down(0) + 4, "end"),
      ...[-4, -2, 0, 2, 4].map((x) => words(annbook.number(x), across(x), HEIGHT - 14)),
      words("input x", WIDTH - EDGE, HEIGHT - 14, "start"),
      firing,
      curve,
      point
    );
    return { svg, curve, point, firing };
  }

  function pathOf(weight, threshold) {
    const points = Array.from({ length: 201 }, (_, i) => {
      const x = -REACH + (i / 200) * 2 * REACH;
      const { output } = annbook.neuron(weight, x, threshold);
      return `${across(x).toFixed(1)} ${down(output).toFixed(1)}`;
    });
    return `M${points.join("L")}`;
  }

  annbook.widget("sigmoid", (root) => {
    const { svg, curve, point, firing } = picture();
    const { number } = annbook;
    const speaker = annbook.speaker({ unseen: true });
    const sums = annbook.element("p", { class: "widget-sums" });
    const dial = (label, value) =>
      annbook.dial({ label, min: -5, max: 5, step: 0.1, value, onchange: show });
    const weight = dial("weight w", 1);
    const threshold = dial("threshold", 0);
    const input = dial("input x", 1);

    function show() {
      const [w, t, x] = [weight.get(), threshold.get(), input.get()];
      const { sum, output } = annbook.neuron(w, x, t);
      curve.setAttribute("d", pathOf(w, t));
      point.setAttribute("cx", across(x));
      point.setAttribute("cy", down(output));
      const crossing = t / w; // where the sum is 0 and the output one half
      const seen = Math.abs(crossing) <= REACH;
      firing.style.display = seen ? "" : "none";
      if (seen) {
        firing.setAttribute("x1", across(crossing));
        firing.setAttribute("x2", across(crossing));
      }
      sums.textContent =
        `sum = ${number(w, 1)} · ${number(x, 1)} − ${number(t, 1).replace(/^−.*/, "($&)")} ` +
        `= ${number(sum)}, output = ${number(output, 4)}`;
      svg.setAttribute("aria-label", `The neuron's output over its input, with the input ${number(x, 1)} marked.`);
      speaker.say(`The output is ${number(output)}.`);
      Object.assign(root.dataset, { sum, output });
    }

    root.append(svg, sums, weight.root, threshold.root, input.root, speaker.root);
    show();
  });
})((window.annbook = window.annbook || {}));
