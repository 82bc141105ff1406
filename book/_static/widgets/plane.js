/* A small plane with axes: places in data's units, ticks, curves, and points that can be
   moved by mouse, finger and arrow keys. All colours come from the page's style sheet. */
"use strict";

(function (annbook) {
  const { shape } = annbook;
  const MARKS = {
    circle: () => shape("circle", { r: 7 }),
    square: () => shape("rect", { x: -6.5, y: -6.5, width: 13, height: 13 }),
    diamond: () => shape("rect", { x: -5.5, y: -5.5, width: 11, height: 11, transform: "rotate(45)" }),
  };
  let count = 0;

  /* Round numbers between two ends, about as many as wanted. */
  annbook.ticks = (low, high, wanted = 5) => {
    const rough = (high - low) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((each) => each >= rough * 0.999);
    const first = Math.ceil(low / step - 1e-9);
    const ticks = [];
    for (let k = first; k * step <= high + 1e-9 * step; k++) {
      ticks.push(Number((k * step).toPrecision(12)));
    }
    return ticks;
  };

  /* x and y are [from, to]; without y the picture has one axis, below. The label says to a
     screen reader what is to be seen; with points that move, let it be a short name. */
  annbook.plane = ({ label, x, y, xLabel, yLabel = "", width = 330, height = 300, xTicks, yTicks }) => {
    const box = { left: y ? 46 : 14, right: width - 14, top: 14, bottom: height - 46 };
    const scale = ([low, high], from, to) => (value) =>
      from + ((value - low) / (high - low)) * (to - from);
    const toX = scale(x, box.left, box.right);
    const toY = scale(y || [0, 1], box.bottom, box.top);

    const clip = `plane-${++count}`;
    const area = shape("g", { "clip-path": `url(#${clip})` });
    const front = shape("g"); // what may stick out: points, texts
    const root = shape(
      "svg",
      { class: "plane", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
      shape("clipPath", { id: clip }, shape("rect", {
        x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top,
      })),
      axes(),
      area,
      front
    );

    function axes() {
      const group = shape("g", { class: "plane-axes", "aria-hidden": "true" });
      const write = (text, attributes) => group.append(shape("text", attributes, text));
      for (const value of xTicks || annbook.ticks(...x)) {
        const at = toX(value);
        group.append(shape("path", { d: `M${at} ${box.bottom}v5` }));
        write(annbook.number(value), { x: at, y: box.bottom + 18, "text-anchor": "middle" });
      }
      for (const value of y ? yTicks || annbook.ticks(...y) : []) {
        const at = toY(value);
        group.append(shape("path", { d: `M${box.left} ${at}h-5` }));
        write(annbook.number(value), { x: box.left - 8, y: at + 4, "text-anchor": "end" });
      }
      const [across, up] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      write(xLabel, { x: across, y: height - 8, "text-anchor": "middle" });
      write(yLabel, { transform: `translate(14 ${up}) rotate(-90)`, "text-anchor": "middle" });
      const upright = y ? `M${box.left} ${box.top}V${box.bottom}` : "";
      group.append(shape("path", { d: `${upright}M${box.left} ${box.bottom}H${box.right}` }));
      return group;
    }

    /* A curve through places [x, y], cut off at the axes; look is its class. */
    function curve(look) {
      const path = shape("path", { class: `plane-curve ${look}` });
      area.append(path);
      const set = (places) =>
        path.setAttribute("d", `M${places.map(([a, b]) => `${toX(a)} ${toY(b)}`).join("L")}`);
      return { root: path, set };
    }

    /* A text at a place; anchor is start, middle or end. */
    function text(anchor = "start", look = "") {
      const root = shape("text", { class: look, "text-anchor": anchor });
      front.append(root);
      const set = (words, a, b, [right, down] = [0, 0]) => {
        root.textContent = words;
        root.setAttribute("x", toX(a) + right);
        root.setAttribute("y", toY(b) + down);
      };
      return { root, set };
    }

    /* A mark at a place: a circle, square or diamond. */
    function mark(kind, look = "") {
      const root = shape("g", { class: `plane-mark ${look}` }, MARKS[kind]());
      front.append(root);
      const set = (a, b) => root.setAttribute("transform", `translate(${toX(a)} ${toY(b)})`);
      return { root, set };
    }

    /* A mark that the reader moves: dragged, or by arrow keys (with Shift ten steps at once).
       onmove([x, y]) is told every new place; describe([x, y]) says it in words; within is
       where the point may go, as [from, to] for each axis. */
    function point({ label, kind = "circle", look = "", at, step, within = [x, y], onmove, describe }) {
      const { root: handle, set: draw } = mark(kind, `plane-point ${look}`);
      handle.prepend(shape("circle", { class: "plane-reach", r: 24 }));
      for (const [name, value] of Object.entries({
        tabindex: 0, role: "slider", "aria-label": label,
        "aria-valuemin": within[1][0], "aria-valuemax": within[1][1],
      })) handle.setAttribute(name, value);
      root.setAttribute("role", "group"); // a picture alone would hide its points

      const set = (next) => {
        at = next;
        draw(...at);
        handle.setAttribute("aria-valuenow", at[1]);
        handle.setAttribute("aria-valuetext", describe(at));
      };
      const move = (wanted) => {
        const next = wanted.map((value, axis) => snap(value, ...within[axis]));
        if (next[0] === at[0] && next[1] === at[1]) return;
        set(next);
        onmove(next);
      };
      const snap = (value, from, to) => {
        const kept = Math.min(Math.max(value, from), to);
        return Number((Math.round(kept / step) * step).toFixed(6));
      };

      const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
      handle.addEventListener("keydown", (event) => {
        const way = arrows[event.key];
        if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault(); // the page must not scroll
        const size = step * (event.shiftKey ? 10 : 1);
        move(at.map((value, axis) => value + way[axis] * size));
      });

      let grip = null; // the pointer that holds the point, and how far from its middle
      const place = (event) => {
        const inside = new DOMPoint(event.clientX, event.clientY).matrixTransform(
          root.getScreenCTM().inverse()
        );
        return [
          x[0] + ((inside.x - box.left) / (box.right - box.left)) * (x[1] - x[0]),
          y[0] + ((box.bottom - inside.y) / (box.bottom - box.top)) * (y[1] - y[0]),
        ];
      };
      // A finger moves the point and not the page. Chromium heeds "touch-action" on a whole
      // picture alone, and beside the points a finger shall scroll.
      handle.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
      handle.addEventListener("pointerdown", (event) => {
        if (event.button !== 0 || grip) return;
        handle.focus({ preventScroll: true });
        handle.setPointerCapture(event.pointerId);
        const from = place(event);
        grip = { pointer: event.pointerId, off: at.map((value, axis) => value - from[axis]) };
      });
      handle.addEventListener("pointermove", (event) => {
        if (grip?.pointer !== event.pointerId) return;
        move(place(event).map((value, axis) => value + grip.off[axis]));
      });
      for (const end of ["pointerup", "pointercancel"]) {
        handle.addEventListener(end, (event) => {
          if (grip?.pointer === event.pointerId) grip = null;
        });
      }
      set(at);
      return { root: handle, set };
    }

    return { root, box, toX, toY, area, front, curve, text, mark, point };
  };
})((window.annbook = window.annbook || {}));
