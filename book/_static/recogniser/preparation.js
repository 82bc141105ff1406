/* From a drawing or a camera's frame to the 784 pixels that the models know, by the very
   steps of annbook.preparation: pixel i spans i to i + 1, the longer side of the ink's box
   becomes 20 pixels, and its centre of mass lies on (14.5, 14.5). */
"use strict";

(function (annbook) {
  const SIDE = 28;
  const LONGER_SIDE = 20;
  const CENTRE = 14.5;
  const FAINTEST = 1 / 255; // less than one grey level is no ink

  /* The smallest box that holds all ink, or null where there is none. */
  function boundingBox(ink, rows, columns) {
    let [top, bottom, left, right] = [rows, 0, columns, 0];
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        if (ink[at] < FAINTEST) continue;
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
    const darkest = Math.max(...placed);
    return placed.map((value) => value / darkest);
  };

  // --- From a picture to ink. Brightness goes from 0 (black) to 1 (white), row by row.

  const BORDER = 0.1; // of the shorter side, all around
  const LEAST_CONTRAST = 0.1;
  const LEAST_NEAR = 0.02;
  const LEAST_ROOM = 0.1;
  const CLEAR = 4; // times the noise
  const FEWEST = 3; // of nine pixels
  const BINS = 256;

  /* How bright the pixels of a canvas look: red, green, blue and opacity, one after another. */
  annbook.grey = (data) =>
    Float64Array.from(
      { length: data.length / 4 },
      (_, i) => (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255
    );

  function median(values) {
    const sorted = Float64Array.from(values).sort();
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /* The standard deviation of noise about 0; what is no noise hardly moves it. */
  const spread = (distances) => (distances.length ? 1.4826 * median(distances.map(Math.abs)) : 0);

  /* The solution of a small system of equations, by elimination; both are used up. */
  function solve(matrix, right) {
    const size = right.length;
    for (let i = 0; i < size; i++) {
      let pivot = i;
      for (let k = i + 1; k < size; k++) {
        if (Math.abs(matrix[k][i]) > Math.abs(matrix[pivot][i])) pivot = k;
      }
      [matrix[i], matrix[pivot]] = [matrix[pivot], matrix[i]];
      [right[i], right[pivot]] = [right[pivot], right[i]];
      for (let k = i + 1; k < size; k++) {
        const factor = matrix[k][i] / matrix[i][i];
        for (let j = i; j < size; j++) matrix[k][j] -= factor * matrix[i][j];
        right[k] -= factor * right[i];
      }
    }
    for (let i = size - 1; i >= 0; i--) {
      for (let j = i + 1; j < size; j++) right[i] -= matrix[i][j] * right[j];
      right[i] /= matrix[i][i];
    }
    return right;
  }

  /* How bright the paper is at each pixel: a smooth surface, fitted to the border and then,
     three times, to all pixels that lay near the last one. */
  function paperLevel(bright, rows, columns) {
    const middle = (i, length) => (2 * i + 1) / length - 1;
    const terms = Array.from(bright, (_, at) => {
      const y = middle(Math.floor(at / columns), rows);
      const x = middle(at % columns, columns);
      return [1, y, x, y * y, y * x, x * x];
    });
    const width = Math.max(1, Math.floor(BORDER * Math.min(rows, columns)));
    let near = Array.from(bright, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return Math.min(row, column, rows - 1 - row, columns - 1 - column) < width;
    });
    let surface = null;
    for (let turn = 0; turn < 4; turn++) {
      const square = terms[0].map((_, i) => terms[0].map((__, j) => (i === j ? 1e-6 : 0)));
      const right = terms[0].map(() => 0);
      terms.forEach((term, at) => {
        if (!near[at]) return;
        for (let i = 0; i < 6; i++) {
          right[i] += term[i] * bright[at];
          for (let j = 0; j < 6; j++) square[i][j] += term[i] * term[j];
        }
      });
      const factors = solve(square, right);
      surface = Float64Array.from(terms, (term) => term.reduce((sum, t, i) => sum + t * factors[i], 0));
      const distances = surface.map((level, at) => level - bright[at]);
      const limit = Math.max(2 * spread(distances), LEAST_NEAR);
      near = Array.from(distances, (distance) => Math.abs(distance) <= limit);
    }
    return surface;
  }

  /* How far each pixel is from its paper, positive on the side that the ink is on. */
  function distanceFromPaper(bright, rows, columns) {
    const paper = paperLevel(bright, rows, columns);
    const darker = paper.map((level, at) => level - bright[at]);
    if (darker.reduce((sum, d) => sum + d ** 3, 0) >= 0) {
      return darker.map((d, at) => d / Math.max(paper[at], LEAST_ROOM));
    }
    return darker.map((d, at) => -d / Math.max(1 - paper[at], LEAST_ROOM));
  }

  /* What parts values from 0 to 1 best into two groups, after Otsu. */
  function threshold(values) {
    const counts = new Float64Array(BINS);
    for (const value of values) counts[Math.min(BINS - 1, Math.floor(value * BINS))]++;
    const total = counts.reduce((sum, count, i) => sum + (count * (i + 0.5)) / BINS, 0);
    let [below, sum, best, most] = [0, 0, 0, -1];
    counts.forEach((count, i) => {
      below += count;
      sum += (count * (i + 0.5)) / BINS;
      const both = below * (values.length - below);
      const between = both > 0 ? (total * below - sum * values.length) ** 2 / both : 0;
      if (between > most) [most, best] = [between, i];
    });
    return (best + 1) / BINS;
  }

  /* How much ink each pixel holds; all 0 where nothing stands out clearly from the paper. */
  annbook.findInk = function (bright, rows, columns) {
    const distances = distanceFromPaper(bright, rows, columns);
    const noise = spread(distances.filter((d) => d <= 0));
    const inside = distances.map((d) => Math.min(1, Math.max(0, d)));
    const limit = threshold(inside);
    const above = inside.filter((d) => d > limit);
    const full = above.length ? above.reduce((a, b) => a + b, 0) / above.length : 0;
    if (full < Math.max(LEAST_CONTRAST, CLEAR * noise)) return inside.fill(0);
    const least = Math.min(limit, CLEAR * noise);
    const ink = inside.map((d) => Math.min(1, Math.max(0, (d - least) / (full - least))));
    return ink.map((value, at) => (neighbours(ink, rows, columns, at) >= FEWEST ? value : 0));
  };

  /* How many of the nine pixels in and around a pixel hold ink. */
  function neighbours(ink, rows, columns, at) {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let count = 0;
    for (let i = Math.max(0, row - 1); i <= Math.min(rows - 1, row + 1); i++) {
      for (let j = Math.max(0, column - 1); j <= Math.min(columns - 1, column + 1); j++) {
        if (ink[i * columns + j] > 0) count++;
      }
    }
    return count;
  }

  /* The 784 pixels of a picture of a digit on paper, or null where there is no ink. */
  annbook.prepare = (bright, rows, columns) =>
    annbook.place(annbook.findInk(bright, rows, columns), rows, columns);
})((window.annbook = window.annbook || {}));
