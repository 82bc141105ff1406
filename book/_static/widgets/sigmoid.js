/* A neuron with one input: its output over the input, for a weight and a threshold to turn. */
"use strict";

(function (annbook) {
  const { element, number } = annbook;
  const REACH = 5; // inputs, weights and thresholds from -5 to 5

  /* Where the sum is 0: there the output is one half. */
  function middle(weight, threshold) {
    if (weight === 0) return "nowhere: the input makes no difference";
    return `at input ${number(threshold / weight, 2)}`;
  }

  /* The sigmoid and the step over the input, and a point at this input's output. */
  function picture() {
    const plane = annbook.plane({
      label: "The output of the neuron over its input: the sigmoid, the step dashed, a point at this input",
      x: [-REACH, REACH],
      y: [-0.05, 1.05],
      yTicks: [0, 0.5, 1],
      xLabel: "input x",
      yLabel: "output",
      height: 230,
    });
    const [step, curve] = [plane.curve("beside"), plane.curve("")];
    const point = plane.mark("circle", "here");
    const inputs = Array.from({ length: 401 }, (_, i) => -REACH + (i * REACH) / 200);
    const over = (output) => inputs.map((x) => [x, output(x)]);
    const show = (weight, threshold, x) => {
      const { neuron, step: fires, weightedSum } = annbook.neuron;
      curve.set(over((input) => neuron([weight], [input], -threshold)));
      step.set(over((input) => fires(weightedSum([weight], [input]), threshold)));
      point.set(x, neuron([weight], [x], -threshold));
    };
    return { root: plane.root, show };
  }

  function start(root, { z }) {
    const { root: image, show } = picture();
    const speaker = annbook.speaker({ unseen: true });
    const [summed, sent, half] = [element("span"), element("span"), element("span")];
    const dial = (label, value) =>
      annbook.dial({ label, min: -REACH, max: REACH, step: 0.1, fine: 0.1, value, onchange: turn });
    const [weight, threshold, input] = [dial("weight", 1), dial("threshold", 0), dial("input x", z)];

    function turn() {
      const [w, t, x] = [weight, threshold, input].map((each) => each.get());
      const sum = annbook.neuron.weightedSum([w], [x], -t);
      const output = annbook.neuron.neuron([w], [x], -t);
      show(w, t, x);
      summed.textContent = number(sum);
      sent.textContent = number(output);
      half.textContent = middle(w, t);
      speaker.say(`Sum ${number(sum)}, output ${number(output)}. One half ${middle(w, t)}.`);
    }

    root.append(
      image,
      annbook.readings([
        ["sum: weight times input minus threshold", summed],
        ["output", sent],
        ["output one half", half],
      ]),
      weight.root, threshold.root, input.root,
      speaker.root
    );
    turn();
  }

  annbook.widget("sigmoid", start, ["functions/neuron.js", "widgets/plane.js"]);
})((window.annbook = window.annbook || {}));
