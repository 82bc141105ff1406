/* annbook.landscape, for the page: a line over the mountain of the cost, and a walk on it.
   tests/browser holds the walk to its twin in Python. */
"use strict";

(function (annbook) {
  /* The value between measured ones; beyond the first and the last it stays as it is there. */
  function interpolate(at, along, values) {
    const gap = along[1] - along[0];
    const place = Math.min(Math.max((at - along[0]) / gap, 0), along.length - 1);
    const left = Math.min(Math.floor(place), along.length - 2);
    return values[left] + (place - left) * (values[left + 1] - values[left]);
  }

  /* The slope at every measured place, from its two neighbours. */
  function slopes(heights, along) {
    const twice = 2 * (along[1] - along[0]);
    const [first, last] = [0, heights.length - 1];
    // At an end, from the parabola through it and the two next to it.
    const end = (a, b, c) => (-3 * a + 4 * b - c) / twice;
    return heights.map((height, i) => {
      if (i === first) return end(height, heights[1], heights[2]);
      if (i === last) return -end(height, heights[last - 1], heights[last - 2]);
      return (heights[i + 1] - heights[i - 1]) / twice;
    });
  }

  /* The places of gradient descent, the start first. */
  function walk(heights, along, start, rate, steps) {
    const ground = slopes(heights, along);
    const places = [start];
    for (let step = 0; step < steps; step++) {
      const here = places.at(-1);
      places.push(here - rate * interpolate(here, along, ground));
    }
    return places;
  }

  annbook.landscape = { interpolate, walk };
})((window.annbook = window.annbook || {}));
