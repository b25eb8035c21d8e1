// Rows of things as a graph: two columns are joined by a line, a column between two says what the line means.

import cytoscape from "./vendor/cytoscape/cytoscape.js";
import { wrapped } from "./explore_drawing.js";

cytoscape.use(globalThis.cytoscapeFcose);
cytoscape.warnings(false);

const MOST = 300;
const LEGIBLE = 0.75;
let shown;

const key = (cell) => cell.title || `=${cell.textContent}`;

// The last parts of a long address tell things apart.
function called(cell) {
  const text = cell.textContent.trim();
  return cell.title && text.length > 24 ? text.split("/").slice(-2).join("/") : text;
}

function elements(rows, places) {
  const [from, middle, to] = places.length > 2 ? places : [places[0], null, places[1]];
  const nodes = new Map();
  const edges = [];
  const node = (cell) => {
    const id = key(cell);
    const link = cell.querySelector("a")?.getAttribute("href") ?? null;
    if (!nodes.has(id)) nodes.set(id, { data: { id, label: wrapped(called(cell), 10, 3).join("\n"), link, thing: cell.title ? 1 : 0 } });
    return id;
  };
  for (const row of rows.slice(0, MOST)) {
    const [start, end] = [row.cells[from], row.cells[to]];
    if (!start.textContent || !end.textContent) continue;
    edges.push({ data: { source: node(start), target: node(end), label: middle === null ? "" : called(row.cells[middle]) } });
  }
  return [...nodes.values(), ...edges];
}

function style() {
  const sheet = getComputedStyle(document.documentElement);
  const colour = (name) => sheet.getPropertyValue(`--${name}`).trim();
  const font = { "font-family": getComputedStyle(document.body).fontFamily, "text-outline-color": colour("sheet"), "text-outline-width": 2 };
  return [
    { selector: "node", style: { ...font, label: "data(label)", width: 16, height: 16, "background-color": colour("thing-word"), color: colour("ink"), "font-size": 11, "text-wrap": "wrap", "text-valign": "bottom", "text-margin-y": 3 } },
    { selector: "node[thing = 1]", style: { width: 22, height: 22, "background-color": colour("accent") } },
    { selector: "edge", style: { ...font, label: "data(label)", width: 1.3, "line-color": colour("hair-strong"), "target-arrow-color": colour("hair-strong"), "target-arrow-shape": "triangle", "arrow-scale": 0.8, "min-zoomed-font-size": 7, "curve-style": "bezier", color: colour("quiet"), "font-size": 9 } },
  ];
}

export function drawThings(figure, rows, places) {
  const caption = figure.querySelector("figcaption");
  const few = rows.length > MOST ? caption.dataset.few.replace("{count}", MOST) : "";
  caption.textContent = caption.dataset.how + few;
  shown?.destroy();
  const box = figure.querySelector(".canvas");
  shown = cytoscape({ container: box, elements: elements(rows, places), style: style(), minZoom: 0.1, maxZoom: 3, userZoomingEnabled: box === document.activeElement });
  shown.layout({ name: "fcose", animate: false, randomize: true, idealEdgeLength: 50, nodeSeparation: 60, nodeDimensionsIncludeLabels: true, tilingPaddingVertical: 6, tilingPaddingHorizontal: 6 }).run();
  if (shown.zoom() < LEGIBLE) shown.zoom(LEGIBLE).center();
  shown.on("tap", "node[link]", (event) => location.assign(event.target.data("link")));
}

// The wheel turns the page until the picture is chosen; then it and the keys zoom.
const STEPS = { "+": 1.25, "=": 1.25, "-": 0.8 };
const WAYS = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
const stage = document.querySelector("#as-graph .canvas");
stage.addEventListener("focus", () => shown?.userZoomingEnabled(true));
stage.addEventListener("blur", () => shown?.userZoomingEnabled(false));
stage.addEventListener("pointerdown", () => stage.focus({ preventScroll: true }));
stage.addEventListener("keydown", (event) => {
  const centre = { x: stage.clientWidth / 2, y: stage.clientHeight / 2 };
  if (STEPS[event.key]) shown.zoom({ level: shown.zoom() * STEPS[event.key], renderedPosition: centre });
  else if (WAYS[event.key]) shown.panBy({ x: WAYS[event.key][0], y: WAYS[event.key][1] });
  else if (event.key === "0") shown.fit(undefined, 20);
  else return;
  event.preventDefault();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown?.style(style()));
