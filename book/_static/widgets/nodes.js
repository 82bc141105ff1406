/* A picture of two columns of nodes with every connection between them, for the widgets of
   networks: values stand in the nodes, weights or shares on the connections. */
"use strict";

(function (annbook) {
  const [WIDTH, PITCH, RADIUS, LEFT, RIGHT] = [420, 84, 27, 62, 358];

  /* left, right: how many nodes. What comes back is drawn anew by show({left, right, edges}):
     texts of the nodes, and for each node on the right a row of {text, size} from the left. */
  annbook.nodes = (left, right, titles) => {
    const { shape } = annbook;
    const rows = Math.max(left, right);
    const height = rows * PITCH + 30;
    const middle = (count, i) => 30 + (rows * PITCH) / 2 + (i - (count - 1) / 2) * PITCH;
    const write = (x, y, text = "", name = "") =>
      shape("text", { x, y, class: name, "text-anchor": "middle", "font-size": 14 }, text);

    const edges = Array.from({ length: right }, (_, k) =>
      Array.from({ length: left }, (_, j) => {
        const [y1, y2] = [middle(left, j), middle(right, k)];
        // Each receiving node has a column of labels of its own, in which they are apart.
        const share = 0.2 + 0.13 * k;
        const x = LEFT + share * (RIGHT - LEFT);
        const y = y1 + share * (y2 - y1);
        return {
          line: shape("line", { x1: LEFT, y1, x2: RIGHT, y2, class: "edge" }),
          label: write(x + 8, y + 5, "", "edge-label"),
        };
      })
    );
    const nodes = [[left, LEFT], [right, RIGHT]].map(([count, x]) =>
      Array.from({ length: count }, (_, i) => {
        const y = middle(count, i);
        return {
          circle: shape("circle", { cx: x, cy: y, r: RADIUS, class: "node" }),
          label: write(x, y + 5),
        };
      })
    );
    const svg = shape(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, role: "img", class: "plot" },
      write(LEFT, 16, titles[0]),
      write(RIGHT, 16, titles[1]),
      ...edges.flat().map((edge) => edge.line),
      ...edges.flat().map((edge) => edge.label),
      ...nodes.flat().flatMap((node) => [node.circle, node.label])
    );

    function show(texts) {
      [texts.left, texts.right].forEach((column, side) =>
        column.forEach((text, i) => (nodes[side][i].label.textContent = text))
      );
      texts.edges.forEach((row, k) =>
        row.forEach(({ text, size }, j) => {
          const { line, label } = edges[k][j];
          label.textContent = text;
          line.setAttribute("stroke-width", Math.max(0.5, Math.min(8, 4 * Math.abs(size))));
          // A dashed line counts against: the sign must not be told by colour alone.
          line.setAttribute("stroke-dasharray", size < 0 ? "6 5" : "none");
        })
      );
    }
    return { svg, show };
  };

  /* Number fields for a table of weights: a row for each node that receives. */
  annbook.weightTable = (weights, name, onchange) => {
    const { element } = annbook;
    const fields = weights.map((row, k) =>
      row.map((value, j) =>
        annbook.field({ label: name(k, j), min: -9, max: 9, step: 0.1, value, onchange })
      )
    );
    const root = element(
      "div",
      { class: "weight-table" },
      ...fields.map((row) => element("div", {}, ...row.map((field) => field.root)))
    );
    const set = (values) =>
      values.forEach((row, k) => row.forEach((value, j) => fields[k][j].set(value)));
    return { root, set, get: () => fields.map((row) => row.map((field) => field.get())) };
  };
})((window.annbook = window.annbook || {}));
