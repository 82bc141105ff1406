/* The mountaineer on the measured line: choose where she starts and how long her steps are, let
   her walk, and read how it goes. */
"use strict";

(function (annbook) {
  const { element, number } = annbook;
  const MOST = 20; // steps in one walk
  const NEAR = 0.01; // so close to the lowest cost is there

  /* How a walk stands after its last step: the word, and what it is drawn from. */
  annbook.verdict = (heights, along, places) => {
    const cost = (place) => annbook.landscape.interpolate(place, along, heights);
    const lowest = Math.min(...heights);
    const bottom = along[heights.indexOf(lowest)];
    const [start, here] = [places[0], places.at(-1)];
    if (here < along[0] || here > along.at(-1)) return "off the map";
    if (cost(here) - lowest <= NEAR) return "converged";
    if (places.length === 1) return "not yet started";
    if (cost(here) > cost(start)) return "diverging";
    const crossed = places.some((place) => (place - bottom) * (start - bottom) < 0);
    return crossed ? "overshooting" : "crawling";
  };

  const MEANING = {
    "not yet started": "she stands at her start",
    converged: "she is there",
    crawling: "still on her way, on the side where she began",
    overshooting: "she has stepped over the bottom, and is not there",
    diverging: "higher than where she began",
    "off the map": "she has left the measured ground",
  };

  /* The measured ground, and the walk on it. */
  function picture(heights, along) {
    const cost = (place) => annbook.landscape.interpolate(place, along, heights);
    const plane = annbook.plane({
      label: "The measured cost along the line as a curve, and the walk on it: a dot at every place, a line for every step",
      x: [along[0], along.at(-1)],
      y: [Math.min(...heights) - 0.6, Math.max(...heights)],
      xLabel: "distance",
      yLabel: "cost",
      height: 260,
    });
    plane.curve("").set(along.map((place, i) => [place, heights[i]]));
    const steps = plane.curve("walked");
    const dots = annbook.shape("g", { class: "walked-dots" });
    plane.area.append(dots);
    const her = plane.mark("circle", "here");

    /* Where she is between two places, share of the step done: over the ground in a straight line. */
    const show = (places, share = 1) => {
      const points = places.map((place) => [place, cost(place)]);
      if (points.length > 1) {
        const [from, to] = points.slice(-2);
        points.push(from.map((value, axis) => value + share * (to[axis] - value)));
        points.splice(-2, 1);
      }
      steps.set(points);
      dots.replaceChildren(...points.slice(0, -1).map(([a, b]) =>
        annbook.shape("circle", { r: 3.5, cx: plane.toX(a), cy: plane.toY(b) })
      ));
      const [a, b] = points.at(-1);
      her.set(Math.min(Math.max(a, along[0]), along.at(-1)), b);
    };
    return { root: plane.root, show };
  }

  function start(root, { along, heights, rates }) {
    const { walk, interpolate } = annbook.landscape;
    const { root: image, show } = picture(heights, along);
    const speaker = annbook.speaker({ unseen: true });
    const [went, paid, stands] = [element("span"), element("span"), element("span")];
    const glider = annbook.glider(1, (share) => show(places, share));
    let [places, timer] = [[0], null];

    const dial = (settings) => annbook.dial({ ...settings, onchange: reset });
    const begin = dial({ label: "start", min: along[0], max: along.at(-1), step: 0.1, value: 0 });
    const rate = dial({ label: "learning rate", min: 0.01, max: 25, step: 0.01, value: rates[1] });
    const stepButton = annbook.button("Step", () => {
      stop();
      go(300);
    });
    const runButton = annbook.button("Run", () => (timer ? stop() : run()));
    const choose = (value) => annbook.button(number(value), () => {
      rate.set(value);
      reset();
    });

    const verdict = () => annbook.verdict(heights, along, places);
    const isOver = () => places.length > MOST || verdict() === "off the map";

    /* One step more, which takes so many milliseconds. */
    function go(milliseconds) {
      places = walk(heights, along, begin.get(), rate.get(), places.length);
      glider.jump(0);
      glider.glide(1, milliseconds);
      tell();
    }

    function run() {
      if (isOver()) reset();
      if (annbook.calm()) {
        while (!isOver()) go(0);
        return;
      }
      runButton.textContent = "Pause";
      const again = () => {
        go(150);
        if (isOver()) stop();
        else timer = setTimeout(again, 220);
      };
      timer = setTimeout(again, 0);
    }

    function stop() {
      clearTimeout(timer);
      timer = null;
      runButton.textContent = "Run";
    }

    function reset() {
      stop();
      places = [begin.get()];
      glider.jump(1);
      tell();
    }

    function tell() {
      const [here, word] = [places.at(-1), verdict()];
      const steps = places.length - 1;
      const isOff = word === "off the map";
      went.textContent = `${steps} of ${MOST}`;
      paid.textContent = isOff ? "not measured" : number(interpolate(here, along, heights));
      stands.textContent = `${word}: ${MEANING[word]}`;
      stepButton.disabled = isOver();
      speaker.say(`After ${steps} steps at ${number(here, 2)}, cost ${paid.textContent}. ${stands.textContent}.`);
    }

    root.append(
      image,
      annbook.readings([["steps", went], ["cost", paid], ["verdict", stands]]),
      annbook.buttons("The walk", stepButton, runButton, annbook.button("Back to the start", reset)),
      begin.root,
      rate.root,
      element("div", { class: "widget-row" }, element("span", {}, "The page's rates:"),
        annbook.buttons("The page's rates", ...rates.map(choose)))
    );
    root.append(speaker.root);
    reset();
  }

  annbook.widget("mountaineer", start, ["functions/landscape.js", "widgets/plane.js"]);
})((window.annbook = window.annbook || {}));
