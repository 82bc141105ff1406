/* The recogniser: draw a digit, choose a sample or show one to the camera, and see what the
   book's trained models make of it. Nothing leaves the page. */
"use strict";

(function (annbook) {
  const { element, button } = annbook;
  const SIDE = 280; // pixels of the drawing's canvas
  const PEN = 16;
  const LENS = 140; // pixels of a side of the camera's square, as it is prepared
  const MODELS = {
    softmax: "softmax regression",
    hidden: "hidden layer",
    convolution: "convolution",
  };

  /* --- The drawing: strokes, each a list of points. ------------------------------------ */

  /* A canvas that can be drawn on; changed() is called after every change. Its ink is how
     opaque each pixel is, whatever the colour that the theme gives it. */
  function drawingBoard(changed) {
    const canvas = element("canvas", {
      width: SIDE,
      height: SIDE,
      class: "recogniser-board",
      role: "img",
      "aria-label": "Drawing area. Draw with mouse, finger or pen, or choose a sample below.",
    });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let strokes = [];
    let picture = null; // a sample or a frame under the strokes
    let pointer = null; // the one that draws

    function redraw() {
      context.clearRect(0, 0, SIDE, SIDE);
      if (picture) context.drawImage(picture, 0, 0, SIDE, SIDE);
      context.strokeStyle = context.fillStyle = getComputedStyle(canvas).color;
      context.lineWidth = PEN;
      context.lineCap = context.lineJoin = "round";
      for (const points of strokes) {
        context.beginPath();
        if (points.length > 1) {
          context.moveTo(...points[0]);
          for (const point of points.slice(1)) context.lineTo(...point);
          context.stroke();
        } else {
          context.arc(...points[0], PEN / 2, 0, 2 * Math.PI);
          context.fill();
        }
      }
      changed();
    }

    function place(event) {
      const box = canvas.getBoundingClientRect();
      const scale = SIDE / box.width;
      return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    }

    canvas.addEventListener("pointerdown", (event) => {
      if (pointer !== null || event.button !== 0) return;
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      strokes.push([place(event)]);
      redraw();
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      // A fast pen moves several times between two frames.
      const moves = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const move of moves.length ? moves : [event]) strokes.at(-1).push(place(move));
      redraw();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, (event) => {
        if (event.pointerId === pointer) pointer = null;
      });
    }

    return {
      canvas,
      redraw,
      isEmpty: () => !strokes.length && !picture,
      show(next) {
        strokes = [];
        picture = next;
        redraw();
      },
      undo() {
        if (strokes.length) strokes.pop();
        else picture = null;
        redraw();
      },
      /* The ink of every pixel, from 0 to 1. */
      ink() {
        const { data } = context.getImageData(0, 0, SIDE, SIDE);
        return Float32Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3] / 255);
      },
    };
  }

  /* A canvas with a picture of 28 x 28 values from 0 to 1 as ink in the given colour. */
  function inkPicture(pixels, colour) {
    const canvas = element("canvas", { width: 28, height: 28 });
    paintInk(canvas, pixels, colour);
    return canvas;
  }

  function paintInk(canvas, pixels, colour) {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.fillStyle = colour;
    context.fillRect(0, 0, 28, 28);
    const image = context.getImageData(0, 0, 28, 28);
    pixels.forEach((ink, i) => (image.data[4 * i + 3] = Math.round(255 * ink)));
    context.putImageData(image, 0, 0);
  }

  /* --- The answer: ten bars, and a line that is read out. ------------------------------ */

  function answerBoard() {
    const rows = Array.from({ length: 10 }, (_, digit) => {
      const bar = element("span", { class: "recogniser-bar" });
      const share = element("span", { class: "recogniser-share" }, "–");
      const item = element(
        "li",
        {},
        element("span", { class: "recogniser-digit" }, `${digit}`),
        element("span", { class: "recogniser-track", "aria-hidden": "true" }, bar),
        share
      );
      return { item, bar, share };
    });
    const list = element(
      "ol",
      { class: "recogniser-bars", "aria-label": "Probability of each digit" },
      ...rows.map((row) => row.item)
    );
    const show = (probabilities) => {
      const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      rows.forEach(({ item, bar, share }, digit) => {
        const value = probabilities ? probabilities[digit] : 0;
        bar.style.width = `${100 * value}%`;
        share.textContent = probabilities ? `${(100 * value).toFixed(1)} %` : "–";
        item.classList.toggle("best", digit === best);
      });
    };
    return { list, show };
  }

  /* --- The camera. --------------------------------------------------------------------- */

  const REFUSALS = {
    NotAllowedError:
      "The camera was not allowed. You can allow it in the browser's settings for this page.",
    NotFoundError: "This device has no camera that the browser can see.",
    NotReadableError: "The camera is in use by another program.",
    InsecureContext:
      "The browser opens the camera only on pages that come over https, or from this machine.",
  };
  const PEN_WORKS = " The pen and the samples still work.";

  /* A camera that hands over square frames; refused() gets a sentence where there is none. */
  function camera({ framed, stopped, refused }) {
    const video = element("video", { playsinline: true, muted: true });
    video.muted = true; // the attribute alone does not count on an element made by a script
    const chooser = element("select", {
      "aria-label": "Camera",
      onchange: () => start(chooser.value),
    });
    chooser.hidden = true;
    let stream = null;
    let turn = 0; // counts starts and stops: what belongs to an earlier turn is dropped

    async function start(deviceId) {
      stop();
      const own = ++turn;
      if (!navigator.mediaDevices) return refused(REFUSALS.InsecureContext + PEN_WORKS);
      const wanted = deviceId
        ? { deviceId: { exact: deviceId } }
        : { facingMode: "environment" };
      try {
        const opened = await navigator.mediaDevices.getUserMedia({ video: wanted });
        if (own !== turn) return opened.getTracks().forEach((track) => track.stop());
        stream = opened;
        for (const track of stream.getTracks()) track.addEventListener("ended", stop);
        video.srcObject = stream;
        await video.play();
        await listCameras();
      } catch (error) {
        if (own !== turn) return undefined;
        stop();
        const reason = REFUSALS[error.name] || `The camera could not be opened (${error.name}).`;
        return refused(reason + PEN_WORKS);
      }
      return requestAnimationFrame(() => frame(own));
    }

    async function listCameras() {
      const devices = await navigator.mediaDevices.enumerateDevices();
      const cameras = devices.filter((device) => device.kind === "videoinput");
      const current = stream.getVideoTracks()[0].getSettings().deviceId;
      chooser.replaceChildren(
        ...cameras.map((device, i) => {
          const name = device.label || `camera ${i + 1}`;
          const selected = device.deviceId === current;
          return element("option", { value: device.deviceId, selected }, name);
        })
      );
      chooser.hidden = cameras.length < 2;
    }

    function frame(own) {
      if (own !== turn) return;
      if (video.videoWidth) framed(video);
      setTimeout(() => requestAnimationFrame(() => frame(own)), 80); // about ten a second
    }

    function stop() {
      turn++;
      if (!stream) return;
      stream.getTracks().forEach((track) => track.stop());
      stream = null;
      video.srcObject = null;
      chooser.hidden = true;
      stopped();
    }

    // Nobody films while the page is out of sight.
    document.addEventListener("visibilitychange", () => document.hidden && stop());
    addEventListener("pagehide", stop);
    return { start, stop, chooser, isOn: () => stream !== null };
  }

  /* Draw the square in the middle of a frame on a canvas, and return the canvas's context. */
  function drawSquare(video, canvas) {
    const side = Math.min(video.videoWidth, video.videoHeight);
    const [x, y] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, x, y, side, side, 0, 0, canvas.width, canvas.height);
    return context;
  }

  /* A cross to aim with, as on the slide. */
  function drawCross(canvas) {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const [middle, end] = [canvas.width / 2, canvas.width];
    for (const [colour, width] of [["#ffffff", 5], ["#bf5300", 2]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(middle, 0.1 * end);
      context.lineTo(middle, 0.9 * end);
      context.moveTo(0.1 * end, middle);
      context.lineTo(0.9 * end, middle);
      context.stroke();
    }
  }

  /* --- Samples: digits of the test records, to look at and to choose. ------------------ */

  /* At most so many groups of them; chosen(picture) is called with a 28 by 28 canvas. */
  function sampleBoard(groups, chosen) {
    const root = element("div", { class: "recogniser-samples" });
    const sample = ({ label, pixels: packed }) => {
      const values = Array.from(atob(packed), (c) => c.charCodeAt(0) / 255);
      const colour = getComputedStyle(root).color;
      const choice = button("", () => chosen(inkPicture(values, colour)));
      choice.setAttribute("aria-label", `A sample ${label}`);
      choice.append(inkPicture(values, colour));
      return choice;
    };
    const group = ([title, list]) =>
      element(
        "div",
        { role: "group", "aria-label": title },
        element("p", {}, title),
        ...list.map(sample)
      );
    annbook.load("models/samples.js").then(() => {
      const shown = Object.entries(annbook.samples).slice(0, groups);
      root.replaceChildren(...shown.map(group));
    });
    return root;
  }

  /* --- All of it together. ------------------------------------------------------------- */

  annbook.widget("recogniser", (root) => {
    const answer = answerBoard();
    const speaker = annbook.speaker();
    const prepared = element("canvas", {
      width: 28,
      height: 28,
      class: "recogniser-prepared",
      role: "img",
      "aria-label": "The picture of 28 by 28 pixels that the model is given",
    });
    const view = element("canvas", { width: SIDE, height: SIDE, class: "recogniser-board" });
    view.hidden = true;
    const lensView = element("canvas", { width: LENS, height: LENS });
    let name = "convolution";
    let pixels = null; // what the model is given

    const board = drawingBoard(() => ask(annbook.place(board.ink(), SIDE, SIDE)));

    /* Show a picture's answer; null is a picture without ink. */
    async function ask(next) {
      pixels = next;
      paintInk(prepared, pixels || new Float32Array(784), getComputedStyle(prepared).color);
      if (!pixels) {
        answer.show(null);
        speaker.say("Nothing is drawn yet.");
        return;
      }
      try {
        await annbook.load(`models/${name}.js`);
      } catch {
        speaker.say("The model could not be loaded. Draw again to try once more.");
        return;
      }
      if (pixels !== next) return; // drawn on in the meantime
      const probabilities = annbook.predict(annbook.models[name], pixels);
      const best = probabilities.indexOf(Math.max(...probabilities));
      answer.show(probabilities);
      root.dataset.digit = best;
      // Before the camera the share never comes to rest.
      const share = lens.isOn() ? "" : `, with ${(100 * probabilities[best]).toFixed(1)} %`;
      speaker.say(`The model (${MODELS[name]}) says ${best}${share}.`);
    }

    const lens = camera({
      framed(video) {
        drawSquare(video, view);
        drawCross(view);
        const { data } = drawSquare(video, lensView).getImageData(0, 0, LENS, LENS);
        ask(annbook.prepare(annbook.grey(data), LENS, LENS));
      },
      stopped() {
        view.hidden = true;
        board.canvas.hidden = false;
        toggle.textContent = "Use the camera";
        board.redraw();
      },
      refused: (sentence) => speaker.say(sentence),
    });
    const toggle = button("Use the camera", async () => {
      if (lens.isOn()) return lens.stop();
      await lens.start();
      view.hidden = !lens.isOn();
      board.canvas.hidden = lens.isOn();
      if (lens.isOn()) toggle.textContent = "Stop the camera";
      return undefined;
    });
    const draw = (change) => () => {
      lens.stop();
      change();
    };

    const choice = element(
      "fieldset",
      { class: "recogniser-models" },
      element("legend", {}, "Model"),
      ...Object.entries(MODELS).map(([key, title]) => {
        const radio = element("input", {
          type: "radio",
          name: "recogniser-model",
          value: key,
          checked: key === name,
          onchange() {
            name = key;
            ask(pixels);
          },
        });
        return element("label", {}, radio, ` ${title}`);
      })
    );

    const samples = sampleBoard(Infinity, (picture) => draw(() => board.show(picture))());

    root.append(
      element(
        "div",
        { class: "recogniser" },
        element(
          "div",
          {},
          board.canvas,
          view,
          element(
            "div",
            { class: "widget-buttons" },
            button("Undo", draw(board.undo)),
            button("Clear", draw(() => board.show(null))),
            toggle,
            lens.chooser
          )
        ),
        element(
          "div",
          {},
          answer.list,
          element(
            "div",
            { class: "recogniser-given" },
            prepared,
            element("p", {}, "What the model is given: 28 by 28 pixels, with the digit's weight in the middle.")
          )
        )
      ),
      speaker.root,
      choice,
      samples
    );
    ask(null);
    // The ink has the theme's colour.
    new MutationObserver(board.redraw).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  });

  /* The same in small, for the book's first page: one model, no camera. */
  annbook.widget("drawing-pad", (root) => {
    const answer = answerBoard();
    const speaker = annbook.speaker();
    let latest;
    async function ask(pixels) {
      latest = pixels;
      if (!pixels) {
        answer.show(null);
        speaker.say("Draw a digit here, with mouse, finger or pen.");
        return;
      }
      try {
        await annbook.load("models/convolution.js");
      } catch {
        speaker.say("The model could not be loaded. Draw again to try once more.");
        return;
      }
      if (latest !== pixels) return; // drawn on in the meantime
      const probabilities = annbook.predict(annbook.models.convolution, pixels);
      const best = probabilities.indexOf(Math.max(...probabilities));
      answer.show(probabilities);
      root.dataset.digit = best;
      const share = (100 * probabilities[best]).toFixed(1);
      speaker.say(`The network reads a ${best}, with ${share} %.`);
    }
    const board = drawingBoard(() => ask(annbook.place(board.ink(), SIDE, SIDE)));
    root.append(
      element(
        "div",
        { class: "drawing-pad" },
        element(
          "div",
          {},
          board.canvas,
          element(
            "div",
            { class: "widget-buttons" },
            button("Undo", board.undo),
            button("Clear", () => board.show(null))
          )
        ),
        answer.list
      ),
      speaker.root,
      sampleBoard(1, board.show)
    );
    ask(null);
    new MutationObserver(board.redraw).observe(document.documentElement, {
      attributeFilter: ["data-theme"],
    });
  });
})((window.annbook = window.annbook || {}));
