// The rows of an answer: sorted by a click, and drawn as a chart, a graph or a map where their columns allow it.
// The table always stays below. Which picture is shown stands behind the # of the address.

import { columnsOf, draw, linesOf, numberOf, numbersOf, textsOf } from "./chart.js";
import { drawTiles, provinceOf } from "./editor_map.js";

const BARS = 40;
const table = document.getElementById("answer");
const views = document.getElementById("views");

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Sorting

function sortable() {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "by";
    button.title = table.dataset.sort;
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(head));
  }
}

function sortBy(head) {
  const down = head.getAttribute("aria-sort") === "ascending";
  const order = new Intl.Collator("zh-CN", { numeric: true });
  const value = (row) => row.cells[head.cellIndex];
  const compare = (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (!a.textContent || !b.textContent) return Boolean(b.textContent) - Boolean(a.textContent);
    const [x, y] = [numberOf(a), numberOf(b)];
    const found = x !== null && y !== null ? x - y : order.compare(a.textContent, b.textContent);
    return down ? -found : found;
  };
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compare));
  for (const each of head.parentNode.cells) each.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  if (location.hash) show(location.hash.slice(1));
}

// What the columns allow

const columns = table ? columnsOf(table) : [];
const rows = table ? [...table.tBodies[0].rows] : [];
const isYear = (each) => /year/i.test(each.name) && textsOf(table, each.place).every((text) => /^((19|20)\d\d)?$/.test(text));
const years = columns.filter(isYear);
const numbers = columns.filter((each) => each.number && !years.includes(each) && each.name !== "thing");
// What cannot be summed, and is what its question is about.
const isShare = (each) => /percent|share|score|average|mean|median|quartile|ratio|rate/i.test(each.name);
const isThing = (each) => rows.every((row) => row.cells[each.place]?.title);
const things = columns.filter(isThing);
const texts = columns.filter((each) => !each.number && !things.includes(each) && !years.includes(each));
const places = columns.find((each) => rows.some((row) => provinceOf(row.cells[each.place])));
const triples = columns.map((each) => each.name).join() === "subject,predicate,object";

function possible(view) {
  if (view === "chart") return numbers.length > 0 && (texts.length > 0 || years.length > 0 || things.length > 0);
  if (view === "map") return Boolean(places) && numbers.length > 0;
  if (view === "graph") return triples || things.length > 1;
  return view === "table";
}

function options(select, list) {
  select.replaceChildren(...list.map((each) => new Option(each.title, each.place)));
}

// Chart

const chart = document.getElementById("as-chart");

function prepareChart() {
  const { kind, by, number } = controls(chart);
  options(by, [...texts, ...years, ...things]);
  options(number, numbers);
  by.value = (texts.find((each) => each.name === "title") ?? columns[by.value]).place;
  number.value = (numbers.find(isShare) ?? numbers[0]).place;
  const pair = ["certain", "possible"].map((name) => numbers.find((each) => each.name === name));
  if (pair.every(Boolean)) {
    number.prepend(new Option(pair.map((each) => each.title).join(" / "), pair.map((each) => each.place)));
    number.selectedIndex = 0; // what is certain and what is possible are not to be added up
  }
  if (texts.length === 0 && years.length) kind.value = "line";
  for (const each of [kind, by, number]) each.addEventListener("change", drawChart);
}

const controls = (figure) => Object.fromEntries([...figure.querySelectorAll("select")].map((each) => [each.name, each]));

// What a column says of each row, with further columns where it says the same of several rows, or of several in a year.
function toldApart(chosen, others, within = rows.map(() => "")) {
  const apart = (labels) => new Set(labels.map((label, row) => `${label}\n${within[row]}`)).size;
  let labels = chosen ? textsOf(table, chosen.place) : rows.map(() => "");
  for (const each of others) {
    const further = textsOf(table, each.place);
    const longer = labels.map((label, row) => `${label} ${further[row]}`.trim());
    if (each !== chosen && apart(longer) > apart(labels)) labels = longer;
  }
  return labels;
}

function drawChart() {
  const { kind, by, number } = controls(chart);
  const drawn = number.value.split(",").map((place) => columns[place]);
  const chosen = columns[by.value];
  const whole = kind.querySelector("[value=pie]");
  whole.disabled = drawn.length > 1 || isShare(drawn[0]); // shares of different wholes make no pie
  if (whole.disabled && kind.value === "pie") kind.value = "bar";
  chart.querySelector(".canvas").setAttribute("aria-label", `${drawn.map((each) => each.title).join(" / ")} · ${chosen.title}`);
  if (kind.value === "line" && years.length) drawLines(drawn, chosen);
  else drawRows(kind.value, drawn, chosen);
}

function put(caption, wanted) {
  chart.querySelector("figcaption").textContent = caption;
  draw(chart.querySelector(".canvas"), wanted);
}

function drawLines(drawn, chosen) {
  const along = textsOf(table, years[0].place);
  const names = toldApart(years.includes(chosen) ? null : chosen, [...texts, ...things], along);
  const each = drawn.map((column) => ({ column, lines: linesOf(along, names, numbersOf(table, column.place), column.title) }));
  const series = each.flatMap(({ column, lines }) => lines.series.map((line) => (drawn.length > 1 ? { ...line, title: `${line.title} ${column.title}` } : line)));
  const [{ lines }] = each;
  const few = chart.querySelector("figcaption").dataset.lines;
  put(lines.left ? filled(few, { count: series.length }) : "", { kind: "line", labels: lines.labels, series });
}

function drawRows(kind, drawn, chosen) {
  const labels = toldApart(chosen, [...years, ...texts, ...things]);
  const most = kind === "pie" ? labels.length : BARS;
  const { few, rest } = chart.querySelector("figcaption").dataset;
  const series = drawn.map(({ name, title, place }) => ({ name, title, values: numbersOf(table, place).slice(0, most) }));
  put(labels.length > most ? filled(few, { count: most }) : "", { kind, labels: labels.slice(0, most), series, rest });
}

// Map

const map = document.getElementById("as-map");

function prepareMap() {
  const { number, how } = controls(map);
  options(number, numbers);
  const share = numbers.find(isShare);
  number.value = (share ?? numbers[0]).place;
  how.value = share ? "mean" : "sum";
  for (const each of [number, how]) each.addEventListener("change", drawMap);
}

function drawMap() {
  const { number, how } = controls(map);
  drawTiles(map, rows, places.place, Number(number.value), how.value);
}

// Graph

let graph;

async function drawGraph() {
  graph ??= import("./editor_graph.js");
  const { drawThings } = await graph;
  const used = triples ? columns : things.length > 2 ? things.slice(0, 3) : things;
  drawThings(figures.graph, rows, used.map((each) => each.place));
}

// Which picture is shown

const figures = { chart, map, graph: document.getElementById("as-graph") };
const drawings = { chart: drawChart, map: drawMap, graph: drawGraph };

function show(asked) {
  const view = possible(asked) ? asked : "table";
  for (const [name, figure] of Object.entries(figures)) figure.hidden = name !== view;
  for (const button of views.children) button.setAttribute("aria-pressed", button.dataset.view === view);
  const link = document.getElementById("permanent");
  link.hash = view === "table" ? "" : view;
  drawings[view]?.();
}

if (table && views) {
  sortable();
  const offered = [...views.children].filter((button) => possible(button.dataset.view));
  for (const button of offered) {
    button.hidden = false;
    button.addEventListener("click", () => {
      history.replaceState(null, "", button.dataset.view === "table" ? location.pathname + location.search : `#${button.dataset.view}`);
      show(button.dataset.view);
    });
  }
  views.hidden = offered.length < 2;
  if (possible("chart")) prepareChart();
  if (possible("map")) prepareMap();
  addEventListener("hashchange", () => show(location.hash.slice(1)));
  show(location.hash.slice(1));
}
