/* From a drawing to the 784 pixels that the models know, by the very steps of
   annbook.preparation: pixel i spans i to i + 1, the longer side of the ink's box becomes
   20 pixels, and its centre of mass lies on (14.5, 14.5). */
"use strict";

(function (annbook) {
  const SIDE = 28;
  const LONGER_SIDE = 20;
  const CENTRE = 14.5;

  /* The smallest box that holds all ink, or null where there is none. */
  function boundingBox(ink, rows, columns) {
    let [top, bottom, left, right] = [rows, 0, columns, 0];
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        if (ink[at] === 0) continue;
        if (row < top) top = row;
        bottom = row + 1;
        if (column < left) left = column;
        if (column >= right) right = column + 1;
      }
    }
    return bottom ? { top, bottom, left, right } : null;
  }

  /* How much ink lies in each row and in each column of a box. */
  function sums(ink, columns, box) {
    const down = new Float64Array(box.bottom - box.top);
    const across = new Float64Array(box.right - box.left);
    for (let i = 0; i < down.length; i++) {
      const start = (box.top + i) * columns + box.left;
      for (let j = 0; j < across.length; j++) {
        down[i] += ink[start + j];
        across[j] += ink[start + j];
      }
    }
    return { down, across };
  }

  /* Where one side would balance, if each of its pixels weighed as much as its ink. */
  function balance(weights) {
    let [total, moment] = [0, 0];
    weights.forEach((weight, i) => {
      total += weight;
      moment += weight * (i + 0.5);
    });
    return moment / total;
  }

  /* For each new pixel of one side, the old ones that it covers and the share of each. */
  function shares(length, scale, source) {
    return Array.from({ length: SIDE }, (_, k) => {
      const start = source + (k - CENTRE) / scale;
      const end = source + (k + 1 - CENTRE) / scale;
      const window = [];
      for (let i = Math.max(0, Math.floor(start)); i < Math.min(length, Math.ceil(end)); i++) {
        const overlap = Math.min(end, i + 1) - Math.max(start, i);
        if (overlap > 0) window.push([i, overlap * scale]);
      }
      return window;
    });
  }

  /* The 784 pixels of a drawing, or null where there is no ink.
     ink: values from 0 (paper) to 1 (ink), row by row. */
  annbook.place = function (ink, rows, columns) {
    const box = boundingBox(ink, rows, columns);
    if (!box) return null;
    const [high, wide] = [box.bottom - box.top, box.right - box.left];
    const scale = LONGER_SIDE / Math.max(high, wide);
    const { down, across } = sums(ink, columns, box);
    const rowShares = shares(high, scale, balance(down));
    const columnShares = shares(wide, scale, balance(across));

    const placed = new Float32Array(SIDE * SIDE);
    const row = new Float64Array(wide);
    rowShares.forEach((window, k) => {
      row.fill(0);
      for (const [i, share] of window) {
        const start = (box.top + i) * columns + box.left;
        for (let j = 0; j < wide; j++) row[j] += share * ink[start + j];
      }
      columnShares.forEach((others, l) => {
        for (const [j, share] of others) placed[k * SIDE + l] += share * row[j];
      });
    });
    return placed;
  };
})((window.annbook = window.annbook || {}));
