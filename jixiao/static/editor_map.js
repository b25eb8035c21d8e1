// Provinces as tiles, coloured by a number: no boundaries, no pictures from elsewhere. Where they stand, the page says.

const NS = "http://www.w3.org/2000/svg";
const SIZE = 56;
const GAP = 4;
const CLASSES = 5;
const tiles = JSON.parse(document.getElementById("tiles")?.textContent ?? "{}");
const provinces = new Map(Object.entries(tiles).flatMap(([code, [, , ...names]]) => names.map((name) => [name, code])));

// The first two digits of the division's code that a cell holds, as a code, an address, or the name of a province.
export function provinceOf(cell) {
  if (!cell || cell.classList.contains("num")) return null;
  const text = cell.textContent.trim();
  const code = cell.title.match(/\/division\/(\d{2})\d{4}$/)?.[1] ?? text.match(/^(\d{2})\d{4}$/)?.[1];
  return code in tiles ? code : (provinces.get(text) ?? null);
}

function made(parent, tag, attributes = {}, text = "") {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  parent.append(element);
  return element;
}

const brief = new Intl.NumberFormat("zh-CN", { maximumSignificantDigits: 4, notation: "compact" });
const exact = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });

export function drawTiles(figure, rows, place, number, how) {
  const values = new Map();
  let other = 0;
  for (const row of rows) {
    const province = provinceOf(row.cells[place]);
    const text = row.cells[number].textContent.trim();
    if (!province) other += 1;
    else if (text) values.set(province, [...(values.get(province) ?? []), Number(text)]);
  }
  const sum = (list) => list.reduce((all, each) => all + each, 0);
  const told = new Map([...values].map(([code, list]) => [code, how === "mean" ? sum(list) / list.length : sum(list)]));
  const caption = figure.querySelector("figcaption");
  caption.textContent = caption.dataset.said + (other ? caption.dataset.other.replace("{count}", other) : "");
  figure.querySelector(".canvas").replaceChildren(picture(told, caption.dataset.none), legend(told, caption.dataset.none));
}

// Steps of the same width between the least and the most; few whole numbers are a step each.
function steps(told) {
  const values = [...told.values()];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const whole = values.every(Number.isInteger) && most - least < CLASSES;
  const width = whole ? 1 : (most - least) / CLASSES;
  const count = whole ? most - least + 1 : CLASSES;
  const step = (value) => Math.min(count - 1, Math.floor((value - least) / width));
  const label = (place) => (whole ? exact.format(least + place) : `${brief.format(least + place * width)} – ${brief.format(least + (place + 1) * width)}`);
  return { of: (value) => step(value) + CLASSES - count, all: Array.from({ length: count }, (_, place) => ({ step: place + CLASSES - count, text: label(place) })) };
}

function picture(told, none) {
  const scale = steps(told);
  const [wide, high] = [0, 1].map((axis) => Math.max(...Object.values(tiles).map((tile) => tile[axis])) + 1);
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${wide * (SIZE + GAP)} ${high * (SIZE + GAP)}`);
  svg.setAttribute("class", "tiles");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", [...told].map(([code, value]) => `${tiles[code][2]} ${exact.format(value)}`).join(", "));
  for (const [code, [x, y, name]] of Object.entries(tiles)) {
    const value = told.get(code);
    const group = made(svg, "g", { class: value === undefined ? "tile" : `tile step-${scale.of(value)}`, transform: `translate(${x * (SIZE + GAP)} ${y * (SIZE + GAP)})` });
    made(group, "title", {}, `${name} ${value === undefined ? none : exact.format(value)}`);
    made(group, "rect", { width: SIZE, height: SIZE, rx: 3 });
    made(group, "text", { x: SIZE / 2, y: value === undefined ? 33 : 25, "text-anchor": "middle", class: "name" }, name);
    if (value !== undefined) made(group, "text", { x: SIZE / 2, y: 43, "text-anchor": "middle", class: "value" }, brief.format(value));
  }
  return svg;
}

function legend(told, none) {
  const scale = steps(told);
  const list = document.createElement("ul");
  list.className = "steps";
  const add = (name, text) => {
    const item = document.createElement("li");
    const mark = document.createElement("i");
    mark.className = name;
    item.append(mark, text);
    list.append(item);
  };
  for (const { step, text } of scale.all) add(`step-${step}`, text);
  add("", none);
  return list;
}
