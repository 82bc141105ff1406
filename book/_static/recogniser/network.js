/* The forward pass of the book's trained models, as the pages teach it: weighted sums,
   activations, filters and pooling. A model comes from a script in _static/models/, which
   annbook.web has written: a list of layers with float16 weights. */
"use strict";

(function (annbook) {
  annbook.models = annbook.models || {};

  const VERSION = 1; // of the format, as in annbook.web

  /* The number that the 16 bits of a float16 stand for. */
  function fromHalf(bits) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }

  /* An array of annbook.web: its numbers in one row, and its shape. */
  function unpack(packed) {
    const bytes = atob(packed.data);
    const values = new Float32Array(bytes.length / 2);
    for (let i = 0; i < values.length; i++) {
      values[i] = fromHalf(bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8));
    }
    return { values, shape: packed.shape };
  }

  const activations = {
    linear: (sums) => sums,
    relu: (sums) => sums.map((x) => Math.max(x, 0)),
    sigmoid: (sums) => sums.map((x) => 1 / (1 + Math.exp(-x))),
    softmax(sums) {
      const largest = Math.max(...sums);
      const powers = sums.map((x) => Math.exp(x - largest));
      const total = powers.reduce((a, b) => a + b, 0);
      return powers.map((x) => x / total);
    },
  };

  /* A signal is {values, shape}: the numbers of a picture by row, column and channel. */
  const layers = {
    flatten: (signal) => ({ values: signal.values, shape: [signal.values.length] }),

    /* Each output is the sum of all inputs, each times its weight, and a bias. */
    dense(signal, layer) {
      const weights = layer.weights.values;
      const sums = Float32Array.from(layer.bias.values);
      signal.values.forEach((x, input) => {
        if (x === 0) return; // paper adds nothing
        const row = input * sums.length;
        for (let k = 0; k < sums.length; k++) sums[k] += x * weights[row + k];
      });
      return { values: sums, shape: [sums.length] };
    },

    /* Each filter slides over the picture and gives a sum for every place that it fits in. */
    convolution(signal, layer) {
      const [rows, columns, channels] = signal.shape;
      const [high, wide, , filters] = layer.weights.shape;
      const shape = [rows - high + 1, columns - wide + 1, filters];
      const sums = new Float32Array(shape[0] * shape[1] * filters);
      let out = 0;
      for (let row = 0; row < shape[0]; row++) {
        for (let column = 0; column < shape[1]; column++, out += filters) {
          const place = sums.subarray(out, out + filters);
          place.set(layer.bias.values);
          for (let i = 0; i < high; i++) {
            const start = ((row + i) * columns + column) * channels;
            const patch = signal.values.subarray(start, start + wide * channels);
            addProducts(place, patch, layer.weights.values, i * wide * channels * filters);
          }
        }
      }
      return { values: sums, shape };
    },

    /* Of every square of pixels only the largest value is kept. */
    pool(signal, layer) {
      const [rows, columns, channels] = signal.shape;
      const size = layer.size;
      const shape = [Math.floor(rows / size), Math.floor(columns / size), channels];
      const kept = new Float32Array(shape[0] * shape[1] * channels).fill(-Infinity);
      for (let row = 0; row < shape[0] * size; row++) {
        for (let column = 0; column < shape[1] * size; column++) {
          const from = (row * columns + column) * channels;
          const to = (Math.floor(row / size) * shape[1] + Math.floor(column / size)) * channels;
          for (let c = 0; c < channels; c++) {
            kept[to + c] = Math.max(kept[to + c], signal.values[from + c]);
          }
        }
      }
      return { values: kept, shape };
    },
  };

  /* Add to the sum of each filter one row of its patch, each pixel times its weight. */
  function addProducts(sums, pixels, weights, offset) {
    for (let i = 0; i < pixels.length; i++) {
      const x = pixels[i];
      if (x === 0) continue; // paper adds nothing
      const at = offset + i * sums.length;
      for (let f = 0; f < sums.length; f++) sums[f] += x * weights[at + f];
    }
  }

  /* A model whose weights are numbers again. It is unpacked once, and then kept. */
  annbook.openModel = function (model) {
    if (model.version !== VERSION) {
      throw new Error(`model ${model.name} has format ${model.version}, not ${VERSION}`);
    }
    model.opened ||= model.layers.map((layer) =>
      layer.weights
        ? { ...layer, weights: unpack(layer.weights), bias: unpack(layer.bias) }
        : layer
    );
    return model.opened;
  };

  /* The ten probabilities that a model gives to a picture of 784 pixels from 0 to 1. */
  annbook.predict = function (model, pixels) {
    let signal = { values: Float32Array.from(pixels), shape: [28, 28, 1] };
    for (const layer of annbook.openModel(model)) {
      signal = layers[layer.kind](signal, layer);
      if (layer.activation) signal.values = activations[layer.activation](signal.values);
    }
    // The outputs of the network with a hidden layer are no shares yet.
    const total = signal.values.reduce((a, b) => a + b, 0);
    return Array.from(signal.values, (x) => x / total);
  };
})((window.annbook = window.annbook || {}));
