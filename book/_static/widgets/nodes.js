/* A picture of two columns of nodes with every connection between them, and a table of number
   fields for the weights: for the widgets of networks. */
"use strict";

(function (annbook) {
  const { element, shape } = annbook;
  const [WIDTH, PITCH, TOP, RADIUS] = [310, 88, 32, 26];
  const ENDS = [RADIUS + 2, WIDTH - RADIUS - 2];

  /* names and counts: of the left and the right column; near: the column ("left" or "right")
     where the labels of the connections stand, in one row above the other for each node.
     show({left, right, edges}) writes texts into the nodes, and on the connections a row of
     {text, size} for each node on the right. */
  annbook.nodes = ({ label, names, counts, near }) => {
    const most = Math.max(...counts);
    const at = (side, i) => TOP + PITCH * (most / 2 + i - (counts[side] - 1) / 2);
    // At this share of the way all labels lie equally far apart.
    const share = near === "left" ? 1 / (counts[1] + 1) : counts[0] / (counts[0] + 1);
    const along = (from, to) => from + share * (to - from);
    const write = (x, y, text = "", look = "") =>
      shape("text", { x, y, class: look, "text-anchor": "middle" }, text);

    const edges = Array.from({ length: counts[1] }, (_, k) =>
      Array.from({ length: counts[0] }, (_, j) => {
        const [y1, y2] = [at(0, j), at(1, k)];
        const d = `M${ENDS[0]} ${y1}L${ENDS[1]} ${y2}`;
        return {
          line: shape("path", { d, class: "edge" }),
          label: write(along(...ENDS), along(y1, y2) + 5, "", "edge-label"),
        };
      })
    );
    const nodes = ENDS.map((x, side) =>
      Array.from({ length: counts[side] }, (_, i) => ({
        circle: shape("circle", { cx: x, cy: at(side, i), r: RADIUS, class: "node" }),
        label: write(x, at(side, i) + 5),
      }))
    );
    const root = shape(
      "svg",
      { class: "nodes", viewBox: `0 0 ${WIDTH} ${TOP + most * PITCH}`, role: "img", "aria-label": label },
      shape("text", { x: 0, y: 16 }, names[0]),
      shape("text", { x: WIDTH, y: 16, "text-anchor": "end" }, names[1]),
      ...edges.flat().map(({ line }) => line),
      ...edges.flat().map(({ label }) => label),
      ...nodes.flat().flatMap(({ circle, label }) => [circle, label])
    );

    function show({ left, right, edges: values }) {
      [left, right].forEach((texts, side) =>
        texts.forEach((text, i) => (nodes[side][i].label.textContent = text))
      );
      values.forEach((row, k) =>
        row.forEach(({ text, size }, j) => {
          const { line, label } = edges[k][j];
          label.textContent = text;
          line.setAttribute("stroke-width", Math.min(0.75 + 4 * Math.abs(size), 7));
          // A dashed line counts against: the sign must not be told by colour alone.
          line.setAttribute("stroke-dasharray", size < 0 ? "6 5" : "none");
        })
      );
    }
    return { root, show };
  };

  /* Number fields for weights: a row for each node that receives, a column for each that sends. */
  annbook.weightTable = ({ caption, to, from, weights, onchange }) => {
    const fields = weights.map((row) => row.map((value) =>
      annbook.field({ label: "", min: -9, max: 9, step: 0.1, value, onchange })
    ));
    const cell = ({ root }, k, j) => {
      const input = root.querySelector("input");
      input.setAttribute("aria-label", `weight from ${from} ${j + 1} to ${to} ${k + 1}`);
      return element("td", {}, input);
    };
    const heading = (text, scope) => element("th", { scope }, text);
    const root = element(
      "table",
      { class: "weights" },
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, element("td"),
        ...weights[0].map((_, j) => heading(`${from} ${j + 1}`, "col")))),
      element("tbody", {}, ...fields.map((row, k) =>
        element("tr", {}, heading(`${to} ${k + 1}`, "row"), ...row.map((field, j) => cell(field, k, j)))
      ))
    );
    const set = (values) =>
      values.forEach((row, k) => row.forEach((value, j) => fields[k][j].set(value)));
    return { root, set, get: () => fields.map((row) => row.map((field) => field.get())) };
  };

  /* Several numbers as one reading. */
  annbook.vector = (values, digits = 3) =>
    `(${values.map((value) => annbook.number(value, digits)).join(", ")})`;
})((window.annbook = window.annbook || {}));
