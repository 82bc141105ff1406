/* The ground of everything that can be tried on a page. A widget registers itself by
   annbook.widget(name, start, needs); when the reader comes near it, the scripts that it needs
   are loaded, start(body, settings) fills the body, and the text for readers without scripts
   makes room for it (on paper that text stands again). */
"use strict";

(function (annbook) {
  const base = new URL("..", document.currentScript.src); // _static/
  const starters = {};
  const scripts = {};

  annbook.widget = (name, start, needs = []) => {
    starters[name] = { start, needs };
  };

  /* An element with attributes and children; "on..." is an event's handler. */
  annbook.element = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (typeof value === "boolean") element.toggleAttribute(name, value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  /* The same for a picture's parts. */
  annbook.shape = (tag, attributes = {}, ...children) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    shape.append(...children);
    return shape;
  };

  /* A number as the book prints it: rounded, with a proper minus sign. */
  annbook.number = (value, digits = 3) => {
    if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "–";
    const rounded = Number(value.toFixed(digits)) + 0; // no negative zero
    return String(rounded).replace("-", "−");
  };

  /* A value that can be slid and typed: a range and a number field that follow each other.
     The slider moves by step, the field by fine; any number between may be typed. */
  annbook.dial = ({ label, min, max, step, fine = step, value, onchange }) => {
    const { element } = annbook;
    const slider = element("input", { type: "range", "aria-label": label, min, max, step });
    const field = element("input", { type: "number", min, max, step: fine });
    const set = (next) => {
      value = next;
      slider.value = field.value = next;
    };
    const take = (input, other) => {
      const next = input.valueAsNumber;
      if (!(next >= min && next <= max)) return; // still being typed
      value = next;
      other.value = next;
      onchange(next);
    };
    slider.addEventListener("input", () => take(slider, field));
    field.addEventListener("input", () => take(field, slider));
    field.addEventListener("change", () => set(value)); // out of range: back
    set(value);
    const root = element("div", { class: "dial" }, element("label", {}, label, field), slider);
    return { root, set, get: () => value };
  };

  /* A number that is typed, or stepped with the arrow keys. */
  annbook.field = ({ label, min, max, step, value, onchange }) => {
    const { element } = annbook;
    const input = element("input", { type: "number", min, max, step, value });
    let last = value;
    input.addEventListener("input", () => {
      const next = input.valueAsNumber;
      if (!Number.isFinite(next) || next < min || next > max) return; // still being typed
      last = next;
      onchange(next);
    });
    input.addEventListener("change", () => (input.value = last)); // out of range: back
    const set = (next) => (input.value = last = next);
    return { root: element("label", { class: "field" }, `${label} `, input), set, get: () => last };
  };

  annbook.button = (text, onclick) =>
    annbook.element("button", { type: "button", class: "widget-button", onclick }, text);

  /* Buttons that belong together, under a name that a screen reader tells. */
  annbook.buttons = (label, ...buttons) =>
    annbook.element(
      "div",
      { class: "widget-buttons", role: "group", "aria-label": label },
      ...buttons
    );

  /* Readings with their names: [[name, content], ...]. */
  annbook.readings = (rows) => {
    const { element } = annbook;
    const cell = ([name, content]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, content));
    return element("dl", { class: "widget-readings simple" }, ...rows.map(cell));
  };

  /* A line that a screen reader reads out when it has come to rest, not at every change.
     Where the page shows the same in another way, it is for the ear alone. */
  annbook.speaker = ({ unseen = false } = {}) => {
    const name = unseen ? "widget-result unseen" : "widget-result";
    const root = annbook.element("p", { class: name, "aria-live": "polite" });
    let timer;
    let last;
    const say = (text) => {
      if (text === last) return; // what is said again and again comes to rest as well
      last = text;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (root.textContent !== text) root.textContent = text;
      }, 400);
    };
    return { root, say };
  };

  /* Load a script of the book once; the promise is kept when it has run. A script loads from
     any place, a file on disk included, where a page may not fetch data. */
  annbook.load = (path) => {
    scripts[path] ||= new Promise((resolve, reject) => {
      const failed = () => {
        delete scripts[path]; // so that it can be tried again
        reject(new Error(`${path} could not be loaded`));
      };
      const src = new URL(path, base).href;
      document.head.append(
        annbook.element("script", { src, onload: () => resolve(), onerror: failed })
      );
    });
    return scripts[path];
  };

  /* Whether the reader has asked for a calm page. */
  annbook.calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* A number that glides to its next value while show(number) draws it, and is there at once
     where the reader has asked for a calm page. */
  annbook.glider = (value, show) => {
    let frame;
    const jump = (next) => {
      cancelAnimationFrame(frame);
      show((value = next));
    };
    const glide = (next, milliseconds = 400) => {
      if (annbook.calm()) return jump(next);
      cancelAnimationFrame(frame);
      const from = value;
      let begin;
      const move = (now) => {
        begin ??= now;
        const share = Math.min((now - begin) / milliseconds, 1);
        const eased = 1 - (1 - share) ** 3;
        show((value = share < 1 ? from + (next - from) * eased : next));
        if (share < 1) frame = requestAnimationFrame(move);
      };
      frame = requestAnimationFrame(move);
    };
    return { jump, glide };
  };

  async function start(root) {
    const { start, needs } = starters[root.dataset.widget];
    for (const script of needs) await annbook.load(script);
    const body = annbook.element("div", { class: "widget-body" });
    start(body, JSON.parse(root.dataset.settings));
    root.append(body);
    root.dataset.started = "";
  }

  document.addEventListener("DOMContentLoaded", () => {
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          watcher.unobserve(target);
          start(target);
        }
      },
      { rootMargin: "300px" }
    );
    document.querySelectorAll(".widget").forEach((root) => watcher.observe(root));
  });
})((window.annbook = window.annbook || {}));
