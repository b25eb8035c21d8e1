// Draws a table as bars, lines or a pie. A table with data-chart gets its picture above it; data-by and data-numbers
// name its columns (by data-name, else by place). All words are the table's own.

import { wrapped } from "./explore_drawing.js";

const SLICES = 7;
const LINES = 8;
const BAR = { wide: 26, narrow: 38 };
const NARROW = 560;
const SERIES = ["accent", "thing-source", "thing-indicator", "thing-finding", "thing-division", "thing-department", "thing-goal", "thing-word"];

let library;

function echarts() {
  library ??= import("./vendor/echarts/echarts.js").then(() => globalThis.echarts);
  return library;
}

const styles = () => getComputedStyle(document.documentElement);

// What is certain or possible has its colour in every picture.
const OWN = new Map([["certain", "certain"], ["possible", "thing-source"]]);

function colourOf(name, place) {
  return styles().getPropertyValue(`--${OWN.get(name) ?? SERIES[place % SERIES.length]}`).trim();
}

// The columns of a table: name, title, place, and whether they hold numbers.
export function columnsOf(table) {
  const rows = [...table.tBodies[0].rows];
  return [...table.tHead.rows[0].cells].map((head, place) => {
    const filled = rows.map((row) => row.cells[place]).filter((cell) => cell?.textContent.trim());
    const number = filled.length > 0 && filled.every((cell) => numberOf(cell) !== null);
    return { name: head.dataset.name ?? String(place), title: head.textContent.trim(), place, number: number && filled.some((cell) => cell.classList.contains("num")) };
  });
}

export function numberOf(cell) {
  const text = cell?.textContent.trim().replace(/,|%$/g, "");
  return text && Number.isFinite(Number(text)) ? Number(text) : null;
}

export function textsOf(table, place) {
  return [...table.tBodies[0].rows].map((row) => row.cells[place]?.textContent.trim() ?? "");
}

export function numbersOf(table, place) {
  return [...table.tBodies[0].rows].map((row) => numberOf(row.cells[place]));
}

function cut(text, most) {
  const all = [...text];
  return all.length > most ? `${all.slice(0, most - 1).join("")}…` : text;
}

// What one wants to see: { kind, labels, series: [{ name, title, values }], rest }.
function optionOf({ kind, labels, series, rest }, narrow) {
  const style = styles();
  const [ink, quiet, hair, sheet] = ["ink", "quiet", "hair", "sheet"].map((name) => style.getPropertyValue(`--${name}`).trim());
  const text = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const colours = series.map((each, place) => colourOf(each.name, place));
  const common = {
    animation: false,
    color: colours,
    textStyle: text,
    tooltip: { renderMode: "richText", confine: true, trigger: kind === "pie" ? "item" : "axis", axisPointer: { type: kind === "bar" ? "shadow" : "line" }, backgroundColor: sheet, borderColor: hair, textStyle: text },
    legend: series.length > 1 ? { top: 0, type: "scroll", textStyle: text, pageTextStyle: text } : undefined,
  };
  if (kind === "pie") return { ...common, color: SERIES.map((_, place) => colourOf("", place)), series: [slices(labels, series[0], rest, text, sheet)] };
  const words = { type: "category", data: labels, axisLabel: { ...text, formatter: (each) => (narrow ? wrapped(each, 10, 2).join("\n") : cut(each, 28)) }, axisLine: { lineStyle: { color: hair } }, axisTick: { show: false } };
  const figures = { type: "value", splitNumber: narrow ? 3 : 5, axisLabel: { ...text, color: quiet, hideOverlap: true }, splitLine: { lineStyle: { color: hair } } };
  const grid = { left: 4, right: 24, top: series.length > 1 ? 34 : 10, bottom: 4, containLabel: true };
  const drawn = series.map((each) => ({ type: kind, name: each.title, data: each.values, barMaxWidth: 18, symbolSize: 6, connectNulls: true, label: { show: kind === "bar" && series.length < 3, position: "right", color: quiet } }));
  if (kind === "line") return { ...common, grid, xAxis: { ...words, boundaryGap: false }, yAxis: figures, series: drawn };
  return { ...common, grid, xAxis: figures, yAxis: { ...words, inverse: true, axisLabel: { ...words.axisLabel, interval: 0 } }, series: drawn };
}

function slices(labels, one, rest, text, sheet) {
  const every = labels.map((name, place) => ({ name, value: one.values[place] })).filter((each) => each.value > 0);
  every.sort((a, b) => b.value - a.value);
  const data = every.slice(0, SLICES);
  const left = every.slice(SLICES).reduce((sum, each) => sum + each.value, 0);
  if (left > 0) data.push({ name: rest, value: left });
  return { type: "pie", name: one.title, radius: ["30%", "68%"], data, itemStyle: { borderColor: sheet, borderWidth: 1 }, label: { ...text, formatter: ({ name, percent }) => `${cut(name, 10)} ${percent}%` } };
}

const drawnIn = new WeakMap();

// Draws what is wanted in a box, and again when the box or the colours change.
export async function draw(box, wanted) {
  const kit = await echarts();
  let state = drawnIn.get(box);
  if (!state) {
    state = { chart: kit.init(box, null, { width: box.clientWidth || 320, height: 160 }) };
    drawnIn.set(box, state);
    const again = () => show(box, state);
    new ResizeObserver(again).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }
  state.wanted = wanted;
  show(box, state);
}

function show(box, { chart, wanted }) {
  const { kind, labels, series } = wanted;
  const narrow = box.clientWidth < NARROW;
  const height = kind === "bar" ? Math.max(160, labels.length * ((narrow ? BAR.narrow : BAR.wide) + 10 * (series.length - 1)) + 60) : 360;
  chart.resize({ width: box.clientWidth || undefined, height });
  chart.setOption(optionOf(wanted, narrow), { notMerge: true });
}

// Years along the bottom, one line for each text of another column, the longest first.
export function linesOf(years, names, values, title) {
  const labels = [...new Set(years)].sort();
  const groups = grouped(names);
  const most = [...groups].sort((a, b) => b[1].length - a[1].length).slice(0, LINES);
  const series = most.map(([name, rows]) => ({ name: "", title: name || title, values: labels.map((year) => values[rows.find((row) => years[row] === year)] ?? null) }));
  return { labels, series, left: groups.size - most.length };
}

function grouped(names) {
  const groups = new Map();
  names.forEach((name, row) => groups.set(name, [...(groups.get(name) ?? []), row]));
  return groups;
}

for (const table of document.querySelectorAll("table[data-chart]")) {
  const columns = columnsOf(table);
  const named = (names) => names?.split(",").map((name) => columns.find((each) => each.name === name)).filter(Boolean);
  const [by] = named(table.dataset.by) ?? [columns.find((each) => !each.number) ?? columns[0]];
  const numbers = named(table.dataset.numbers) ?? columns.filter((each) => each.number && each !== by);
  if (!numbers.length || !table.tBodies[0].rows.length) continue;
  const box = document.createElement("div");
  box.className = "canvas";
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", table.caption?.textContent.trim() || numbers.map((each) => each.title).join(", "));
  (table.closest(".sheet") ?? table).before(box);
  const series = numbers.map(({ name, title, place }) => ({ name, title, values: numbersOf(table, place) }));
  draw(box, { kind: table.dataset.chart, labels: textsOf(table, by.place), series, rest: table.dataset.rest ?? "" });
}
