/* The slide view of a lesson. Without this script its slides stand one below the other; with it
   one slide fills the window. The slide's number is the address's fragment (#7), so that the
   browser's own history, links and reloading work.

   Keys: arrows, space, PageUp and PageDown (as presenters' remotes send them), Home, End;
   o overview, n notes, f full screen, b blank, Esc back to the page. A question first shows its
   answer, then the next slide comes. Two windows of the same slides move together: one for the
   audience, one with the notes. */
"use strict";

(function () {
  const root = document.documentElement;
  const slides = [...document.querySelectorAll(".slide")];
  const find = (selector) => document.querySelector(selector);
  const status = find(".slides-status");
  const has = (name) => root.classList.contains(name);
  let current = 0;

  /* --- Nothing overflows: a slide's text is as large as its frame allows ----------------- */

  const STEPS = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];
  const SIZES = {
    text: [1.3, 1.2, 1.1, ...STEPS],
    figure: STEPS,
    widget: [1.8, 1.7, 1.6, 1.5, 1.4, 1.3, 1.2, 1.1, ...STEPS],
  };

  const overflows = (body) =>
    body.scrollHeight > body.clientHeight + 1 ||
    [body, ...body.querySelectorAll("pre, table, .math-block")].some(
      (each) => each.scrollWidth > each.clientWidth + 1
    );

  const NARROW = 640; // in such a window text keeps its size, and what has no room scrolls

  /* Text grows with the frame by the style sheet. A widget's pixels have to be told, and its
     parts stand in two columns where that makes them larger. */
  const fit = (slide) => {
    const frame = slide.querySelector(".slide-frame");
    const body = slide.querySelector(".slide-body");
    if (!body.clientHeight) return; // not on show
    const is = (kind) => slide.classList.contains(`slide-${kind}`);
    const unit = is("widget") ? Math.min(frame.clientWidth / 1280, frame.clientHeight / 684) : 1;
    const fits = (size, columns) => {
      body.style.setProperty("--fit", size * unit);
      body.style.setProperty("--columns", columns);
      return !overflows(body);
    };
    const hasRoom = (size) => fits(size, 1) || (is("widget") && fits(size, 2));

    const sizes = SIZES[is("widget") ? "widget" : is("figure") ? "figure" : "text"];
    let [low, high] = [0, sizes.length - 1]; // the largest that has room is among these
    while (low < high) {
      const middle = (low + high) >> 1;
      if (hasRoom(sizes[middle])) high = middle;
      else low = middle + 1;
    }
    if (frame.clientWidth < NARROW) fits(1, 1);
    else hasRoom(sizes[low]);
    // What scrolls can be reached by key.
    if (overflows(body)) body.tabIndex = 0;
    else body.removeAttribute("tabindex");
  };

  /* What is opened, or filled by a script, may need more room. */
  const watch = new ResizeObserver((changes) =>
    changes.forEach(({ target }) => fit(target.closest(".slide")))
  );

  /* --- Moving ---------------------------------------------------------------------------- */

  const channel = "BroadcastChannel" in window && new BroadcastChannel(location.pathname);
  let heard = null; // the last slide that another window asked for

  /* Pictures come when their slide does; that of the next slide is fetched before. */
  const fetchPictures = (slide) =>
    slide.querySelectorAll("img").forEach((image) => (image.loading = "eager"));

  const place = () => `Slide ${current + 1} of ${slides.length}`;

  const show = (index) => {
    slides[current].classList.remove("current");
    current = index;
    const slide = slides[current];
    slide.classList.add("current");
    const parts = slide.querySelectorAll(".slide-frame, .slide-body > *");
    watch.disconnect();
    parts.forEach((each) => watch.observe(each));
    fit(slide);
    slides.slice(current, current + 2).forEach(fetchPictures);
    find(".slides-place").textContent = `${current + 1} / ${slides.length}`;
    find(".slides-page").href = slide.dataset.page;
    status.textContent = place();
    if (has("overview")) slide.scrollIntoView({ block: "nearest" });
    // Who moves with the bar's buttons stays on them.
    if (!document.activeElement.closest(".slides-bar")) slide.focus({ preventScroll: true });
    if (channel && heard !== current) channel.postMessage({ index });
    heard = null;
  };

  /* The slide that the address names: by number, or by what it holds. */
  const addressed = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = document.getElementById(name);
    return Math.max(0, slides.indexOf(target && target.closest(".slide")));
  };

  const go = (index) => {
    const next = Math.min(Math.max(index, 0), slides.length - 1);
    if (next !== current) location.hash = next + 1;
  };

  /* --- Answers ----------------------------------------------------------------------------- */

  const answer = () =>
    slides[current].querySelector(
      ".question:not(.answered) .choice.right, details.sd-dropdown:not([open])"
    );

  const reveal = (choice) => {
    const question = choice.closest(".question");
    if (question) question.classList.add("answered");
    choice.open = true;
    status.textContent = choice.textContent.trim();
  };

  const on = () => {
    const hidden = has("overview") ? null : answer();
    if (!hidden) return go(current + 1);
    reveal(hidden);
    if (channel) channel.postMessage({ index: current, answer: true });
  };

  if (channel)
    channel.onmessage = ({ data }) => {
      if (data.answer) {
        const hidden = data.index === current && answer();
        if (hidden) reveal(hidden);
      } else if (data.index !== current) {
        heard = data.index;
        go(data.index);
      }
    };

  /* --- Ways of showing --------------------------------------------------------------------- */

  const toggle = (name, force) => {
    const isOn = root.classList.toggle(name, force);
    const button = find(`[data-do="${name}"]`);
    if (button) button.setAttribute("aria-pressed", isOn);
    return isOn;
  };

  const overview = (force) => {
    const isOn = toggle("overview", force);
    slides.forEach((slide) => (slide.querySelector(".slide-body").inert = isOn));
    (isOn ? slides : [slides[current]]).forEach(fit);
    slides[current].scrollIntoView({ block: "center" });
    status.textContent = isOn ? "Overview: arrows choose a slide, Enter shows it" : place();
  };

  const fullscreen = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (document.fullscreenEnabled) root.requestFullscreen();
  };

  const leave = () => {
    if (has("blank")) toggle("blank");
    else if (has("overview")) overview(false);
    else location.href = slides[current].dataset.page;
  };

  const acts = {
    on,
    back: () => go(current - 1),
    first: () => go(0),
    last: () => go(slides.length - 1),
    overview: () => overview(),
    notes: () => toggle("notes"),
    blank: () => toggle("blank"),
    choose: () => has("overview") && overview(false),
    fullscreen,
    leave,
  };

  /* --- Keys, buttons, fingers ------------------------------------------------------------- */

  const KEYS = {
    ArrowRight: "on",
    ArrowDown: "on",
    PageDown: "on",
    " ": "on",
    ArrowLeft: "back",
    ArrowUp: "back",
    PageUp: "back",
    Home: "first",
    End: "last",
    Enter: "choose",
    Escape: "leave",
    o: "overview",
    n: "notes",
    f: "fullscreen",
    b: "blank",
    ".": "blank",
  };
  const REMOTE = ["PageDown", "PageUp", "Escape"]; // these work wherever the focus is

  /* Whether what has the focus needs the key itself. */
  const isTaken = (key, target) =>
    (!REMOTE.includes(key) && target.closest(".widget, input, select, textarea")) ||
    ([" ", "Enter"].includes(key) && target.closest("a, button, summary"));

  /* Where a slide has no room, up and down scroll it first. */
  const scrolls = (key) => {
    const body = slides[current].querySelector(".slide-body");
    const before = body.scrollTop;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key] || 0;
    body.scrollTop += (step * body.clientHeight) / 2;
    return body.scrollTop !== before;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key === " " && event.shiftKey ? "PageUp" : event.key;
    const act = KEYS[key.length === 1 ? key.toLowerCase() : key];
    if (!act || isTaken(key, event.target)) return;
    event.preventDefault();
    if (has("blank") && act !== "leave") toggle("blank");
    else if (has("overview") || !scrolls(key)) acts[act]();
  });

  find(".slides-bar").addEventListener("click", ({ target }) => {
    const button = target.closest("[data-do]");
    if (button) acts[button.dataset.do]();
  });

  find(".slides").addEventListener("click", ({ target }) => {
    if (!has("overview")) return;
    const slide = target.closest(".slide");
    if (!slide) return;
    overview(false);
    go(slides.indexOf(slide));
  });

  let start = null;
  document.addEventListener("touchstart", ({ touches, target }) => {
    start = touches.length === 1 && !target.closest(".widget, .slides-bar") ? touches[0] : null;
  });
  document.addEventListener("touchend", ({ changedTouches }) => {
    if (!start || has("overview")) return;
    const across = changedTouches[0].clientX - start.clientX;
    const down = changedTouches[0].clientY - start.clientY;
    if (Math.abs(across) < 50 || Math.abs(across) < 2 * Math.abs(down)) return;
    if (across < 0) on();
    else go(current - 1);
  });

  /* --- Begin ------------------------------------------------------------------------------- */

  /* On paper a sheet has the shape of the frame that is measured here. */
  let theme;
  addEventListener("beforeprint", () => {
    if (has("overview")) overview(false);
    root.classList.add("printing");
    theme = root.dataset.theme;
    root.dataset.theme = "light"; // paper is
    slides.forEach(fit);
  });
  addEventListener("afterprint", () => {
    root.classList.remove("printing");
    root.dataset.theme = theme;
    fit(slides[current]);
  });
  addEventListener("hashchange", () => show(addressed()));
  root.classList.add("live");
  find(".slides-controls").hidden = false;
  show(addressed());
})();
