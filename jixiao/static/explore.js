// Walks the graph. What is shown stands in the address; the server says what that is, this script draws it.

import cytoscape from "./vendor/cytoscape/cytoscape.js";
import { exportSvg, iconOf, wrapped } from "./explore_drawing.js";

cytoscape.use(globalThis.cytoscapeFcose);
cytoscape.warnings(false); // it warns of lines between things that overlap while they are being arranged

const element = (id) => document.getElementById(id);
const words = JSON.parse(element("explore-words").textContent);
const stage = element("stage");
const panel = element("chosen");
const buttons = Object.fromEntries([...document.querySelectorAll("[data-do]")].map((each) => [each.dataset.do, each]));
const legend = [...document.querySelectorAll("#legend [data-kind]")];
const looks = Object.fromEntries(legend.map((each) => [each.dataset.kind, each.dataset]));
const kindWord = (kind) => looks[kind].word;
const FEW = 16;
const MANY = 150;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

element("explorer").classList.add("drawn");
for (const each of document.querySelectorAll("#explorer > [hidden], #keys")) each.hidden = false;

// What is asked for

let state = read();
const before = [];
let shown = JSON.parse(element("explore-data").textContent);
let chosen = null;
let wayFrom = null;

function read() {
  const given = new URLSearchParams(location.search);
  const list = (name) => (given.get(name) ?? "").split("~").filter(Boolean);
  const pins = list("pin").map((each) => each.split("_"));
  return {
    at: given.getAll("at"),
    open: given.has("open") ? list("open") : null,
    hide: list("hide"),
    off: list("off"),
    pin: Object.fromEntries(pins.map(([id, x, y]) => [id, { x: Number(x), y: Number(y) }])),
    group: given.has("group"),
  };
}

function query(asked) {
  const given = new URLSearchParams(asked.at.map((each) => ["at", each]));
  if (asked.open) given.set("open", asked.open.join("~"));
  if (asked.hide.length) given.set("hide", asked.hide.join("~"));
  if (asked.off.length) given.set("off", asked.off.join("~"));
  const pins = Object.entries(asked.pin).map(([id, { x, y }]) => `${id}_${Math.round(x)}_${Math.round(y)}`);
  if (pins.length) given.set("pin", pins.join("~"));
  if (asked.group) given.set("group", "1");
  return given;
}

const steps = () => state.open ?? [...shown.steps];

function say(text, values = {}) {
  element("said").textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

// Goes on to another state; what the server has to say of it is fetched unless only the drawing changes.
async function go(changes, { fetching = true, keep = true } = {}) {
  const next = { ...state, ...changes };
  if (keep) before.push(state);
  state = next;
  history.replaceState(null, "", `/explore?${query(state)}`);
  links();
  return fetching ? reread() : true;
}

async function reread() {
  const given = query(state);
  given.set("format", "json");
  try {
    const answer = await fetch(`/explore?${given}`);
    shown = await answer.json();
  } catch {
    say(words.failed);
    return false;
  }
  if (shown.full) say(words.full);
  draw();
  return true;
}

async function undo() {
  const last = before.pop();
  if (!last) return;
  state = last;
  await go({}, { keep: false });
  say(words.undone);
}

// Drawing

const cy = cytoscape({
  container: stage,
  style: style(),
  minZoom: 0.02,
  maxZoom: 2.5,
  boxSelectionEnabled: false,
  selectionType: "single",
  hideEdgesOnViewport: shown.things.length > MANY * 4,
  textureOnViewport: shown.things.length > MANY * 4,
});

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function style() {
  const ink = colour("ink");
  const sheet = colour("sheet");
  const icons = Object.fromEntries(Object.entries(looks).map(([kind, look]) => [kind, iconOf(look.icon, sheet)]));
  const fills = Object.fromEntries(Object.keys(looks).map((kind) => [kind, colour(`thing-${kind}`)]));
  const [certain, possible] = [colour("certain"), colour("possible")];
  const size = (node) => ({ project: 40, department: 42, form: 34, level: 34, indicator: 26, finding: 28 })[node.data("kind")] ?? 30;
  return [
    {
      selector: "node[kind]",
      style: {
        label: "data(caption)",
        shape: (node) => looks[node.data("kind")].shape,
        width: size,
        height: size,
        "background-color": (node) => fills[node.data("kind")],
        "background-image": (node) => icons[node.data("kind")],
        "background-fit": "none",
        "background-width": "62%",
        "background-height": "62%",
        "border-width": (node) => (node.data("certain") || node.data("possible") ? 3 : 1.5),
        "border-color": (node) => (node.data("certain") ? certain : node.data("possible") ? possible : sheet),
        color: ink,
        "font-family": getComputedStyle(document.body).fontFamily,
        "font-size": 11.5,
        "text-wrap": "wrap",
        "line-height": 1.25,
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-background-color": sheet,
        "text-background-opacity": shown.things.length > MANY ? 0 : 0.82,
        "text-background-padding": 1,
        "min-zoomed-font-size": 6,
      },
    },
    { selector: "node[kind = 'finding'][!certain]", style: { "background-color": possible } },
    {
      selector: "node[kind = 'department'], node[kind = 'project']",
      style: { "font-size": shown.things.length > MANY / 2 ? 16 : 12, "min-zoomed-font-size": 4 },
    },
    { selector: "node[?start]", style: { "font-weight": "bold", "font-size": 13 } },
    {
      selector: ":parent",
      style: {
        label: "data(label)",
        shape: "round-rectangle",
        "background-color": colour("accent-soft"),
        "background-opacity": 0.45,
        "border-width": 1,
        "border-color": colour("hair-strong"),
        padding: 16,
        color: colour("quiet"),
        "font-size": 18,
        "text-valign": "top",
        "text-margin-y": -4,
      },
    },
    {
      selector: "edge",
      style: {
        width: 1.3,
        "line-color": colour("hair-strong"),
        "curve-style": shown.things.length > MANY * 2 ? "haystack" : "bezier",
        "target-arrow-shape": "triangle",
        "target-arrow-color": colour("hair-strong"),
        "arrow-scale": 0.75,
        color: colour("quiet"),
        "font-size": 9.5,
        "font-family": getComputedStyle(document.body).fontFamily,
        "text-background-color": sheet,
        "text-background-opacity": 0.9,
        "text-background-padding": 1.5,
        "text-rotation": "autorotate",
        "min-zoomed-font-size": 6,
      },
    },
    { selector: "edge.told", style: { label: "data(label)" } },
    { selector: "edge.near", style: { "line-color": colour("accent"), "target-arrow-color": colour("accent"), width: 2 } },
    { selector: "edge.way", style: { label: "data(label)", "line-color": colour("accent"), "target-arrow-color": colour("accent"), width: 3.5 } },
    { selector: "node.way", style: { "font-size": 15, "min-zoomed-font-size": 4 } },
    { selector: ".dim", style: { opacity: 0.28 } },
    { selector: "node.pinned", style: { "border-style": "double", "border-width": 5, "border-color": colour("accent") } },
    { selector: "node:selected", style: { "underlay-color": colour("accent"), "underlay-opacity": 0.22, "underlay-padding": 8 } },
  ];
}

function datum(thing) {
  const own = { form: kindWord("form"), line: kindWord("line") }[thing.kind];
  const caption = [...wrapped(own ?? thing.label, 9, 3), ...wrapped(thing.detail, 11, 2)].join("\n");
  return { ...thing, caption, certain: thing.certain || null, possible: thing.possible || null, start: state.at.includes(thing.at) || null };
}

// Brings what is drawn to what is to be shown; what stays keeps its place.
function draw({ first = false } = {}) {
  const homes = state.group ? [...new Set(shown.things.map((each) => each.home).filter(Boolean))] : [];
  const wanted = new Set([...shown.things.map((each) => each.id), ...homes.map((home) => `in ${home}`)]);
  const fresh = shown.things.filter((each) => cy.getElementById(each.id).empty());
  const moved = cy.nodes().length === 0 || fresh.length > 0 || homes.length !== cy.nodes(":parent").length;
  cy.batch(() => {
    cy.edges().remove();
    cy.nodes("[kind]").filter((node) => !wanted.has(node.id())).remove();
    for (const home of homes) {
      if (cy.getElementById(`in ${home}`).empty()) cy.add({ data: { id: `in ${home}`, label: home }, selectable: false });
    }
    cy.add(fresh.map((each) => ({ data: datum(each) })));
    for (const each of shown.things) {
      const node = cy.getElementById(each.id);
      const home = homes.includes(each.home) ? `in ${each.home}` : null;
      if ((node.parent().id() ?? null) !== home) node.move({ parent: home });
      node.removeClass("way").toggleClass("pinned", each.id in state.pin);
    }
    cy.nodes(":childless").not("[kind]").remove();
    cy.add(shown.lines.map((each) => ({ data: { ...each, id: `${each.source}>${each.target}`, label: [each.label, each.note].filter(Boolean).join(" ") } })));
    seed(fresh);
  });
  markWays();
  if (moved && first && shown.things.length > MANY) {
    cy.fit(undefined, 36);
    after(() => {
      seen("explore-drawn");
      arrange(first);
    });
  } else if (moved) arrange(first);
  const held = chosen && cy.getElementById(chosen);
  choose(held?.nonempty() ? held : null, { quiet: true });
  counted();
  if (element("listed").open) list();
}

// Where new things stand before they are arranged: all of them as a tree around the start, or fanned out from what they
// were opened from, away from the middle of the rest.
function seed(fresh) {
  const waiting = new Set(fresh.map((each) => each.id));
  const { leaves, children, roots } = forest(waiting);
  const middle = centre(cy.nodes("[kind]").filter((node) => !waiting.has(node.id())));
  if (middle) {
    for (const [above, below] of children) if (!waiting.has(above)) fan(above, below, middle, children);
    roots.forEach((id, number) => cy.getElementById(id).position({ x: middle.x + 200 + 90 * number, y: middle.y }));
    for (const id of roots) fan(id, children.get(id) ?? [], middle, children);
    return;
  }
  const total = roots.reduce((sum, id) => sum + leaves.get(id), 0);
  const apart = Math.max(95, Math.sqrt(total) * 15);
  const put = (ids, depth, from, to) => {
    const all = ids.reduce((sum, id) => sum + leaves.get(id), 0);
    let turn = from;
    for (const id of ids) {
      const wide = ((to - from) * leaves.get(id)) / all;
      const at = turn + wide / 2;
      cy.getElementById(id).position({ x: depth * apart * Math.cos(at), y: depth * apart * Math.sin(at) });
      put(children.get(id) ?? [], depth + 1, turn, turn + wide);
      turn += wide;
    }
  };
  put(roots, roots.length > 1 ? 1 : 0, -Math.PI / 2, 1.5 * Math.PI);
}

// Who hangs on whom, nearest to what stands already or to the start first, and how many ends there are below each.
function forest(waiting) {
  const near = new Map(shown.things.map((each) => [each.id, []]));
  for (const { source, target } of shown.lines) {
    near.get(source).push(target);
    near.get(target).push(source);
  }
  const children = new Map();
  const order = [];
  const roots = [];
  const left = new Set(waiting);
  let border = shown.things.map((each) => each.id).filter((id) => !waiting.has(id));
  while (left.size || border.length) {
    if (!border.length) {
      const [first] = left;
      left.delete(first);
      roots.push(first);
      order.push(first);
      border = [first];
    }
    const next = [];
    for (const id of border) {
      const below = near.get(id).filter((other) => left.delete(other));
      if (below.length) children.set(id, below);
      next.push(...below);
    }
    order.push(...next);
    border = next;
  }
  const leaves = new Map();
  for (const id of order.reverse()) leaves.set(id, (children.get(id) ?? []).reduce((sum, each) => sum + leaves.get(each), 0) || 1);
  return { leaves, children, roots };
}

function centre(nodes) {
  if (nodes.empty()) return null;
  const { x1, y1, w, h } = nodes.boundingBox({ includeLabels: false });
  return { x: x1 + w / 2, y: y1 + h / 2 };
}

function fan(above, below, middle, children) {
  const { x, y } = cy.getElementById(above).position();
  const out = Math.atan2(y - middle.y, x - middle.x);
  const spread = Math.min(2 * Math.PI, 0.7 * below.length);
  below.forEach((id, number) => {
    const turn = out + spread * ((number + 0.5) / below.length - 0.5);
    const far = 90 + 12 * Math.max(0, below.length - 9);
    cy.getElementById(id).position({ x: x + far * Math.cos(turn), y: y + far * Math.sin(turn) });
    fan(id, children.get(id) ?? [], middle, children);
  });
}

function arrange(first) {
  for (const [id, at] of Object.entries(state.pin)) cy.getElementById(id).position(at);
  const held = Object.entries(state.pin).filter(([id]) => cy.getElementById(id).nonempty());
  const many = shown.things.length > MANY;
  const layout = cy.layout({
    name: "fcose",
    quality: many ? "default" : "proof",
    randomize: false,
    animate: !first && !calm && !many,
    animationDuration: 350,
    fit: true,
    padding: 36,
    nodeDimensionsIncludeLabels: true,
    idealEdgeLength: (edge) => (edge.source().degree() + edge.target().degree() > 24 ? 110 : 74),
    nodeRepulsion: shown.things.length > FEW * 3 ? 4500 : 8000,
    nodeSeparation: 90,
    edgeElasticity: 0.4,
    gravity: 0.3,
    numIter: many ? 250 : 2500,
    packComponents: false,
    fixedNodeConstraint: held.map(([id, position]) => ({ nodeId: id, position })),
  });
  layout.one("layoutstop", () => {
    if (cy.zoom() > 1.25) {
      cy.zoom(1.25);
      cy.center();
    }
    after(() => seen("explore-arranged"));
  });
  layout.run();
}

// Runs once what was just done has been painted.
function after(what) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(what)));
}

function seen(mark) {
  performance.mark(mark);
  stage.dataset.drawn = String(shown.things.length);
}

function markWays() {
  Object.values(shown.ways).forEach((way) => onWay(way).addClass("way told"));
}

// The things of a way with the lines between them.
function onWay(way) {
  const nodes = way.map((id) => cy.getElementById(id));
  return nodes.reduce((all, node, number) => all.union(node).union(number ? node.edgesWith(nodes[number - 1]) : node), cy.collection());
}

// Tells how a search for a way ended, and puts all else into the background.
function tellWay(step) {
  const way = shown.ways[step] ?? [];
  say(way.length ? words.way : words.no_way, { n: way.length });
  if (!way.length) return;
  choose(null);
  cy.elements().not(onWay(way)).not(":parent").addClass("dim");
}

function counted() {
  for (const each of legend) {
    const count = shown.kinds[each.dataset.kind] ?? 0;
    each.hidden = count === 0;
    each.querySelector("b").textContent = count;
    each.setAttribute("aria-pressed", String(!state.off.includes(each.dataset.kind)));
  }
}

// The chosen thing

function choose(node, { quiet = false } = {}) {
  cy.elements().removeClass("near dim");
  cy.edges().not(".way").toggleClass("told", shown.lines.length <= FEW);
  chosen = node?.id() ?? null;
  for (const name of ["hide", "pin", "way"]) buttons[name].disabled = !chosen;
  buttons.undo.disabled = before.length === 0;
  buttons.pin.setAttribute("aria-pressed", String(chosen in state.pin));
  buttons.way.setAttribute("aria-pressed", String(wayFrom !== null));
  buttons.group.setAttribute("aria-pressed", String(state.group));
  if (!node) return;
  cy.batch(() => {
    cy.nodes().unselect();
    node.select();
    node.connectedEdges().addClass("near").toggleClass("told", shown.lines.length <= FEW || node.degree() <= FEW / 2);
    if (shown.things.length > 12) cy.elements().not(node.closedNeighborhood()).not(":parent").addClass("dim");
  });
  if (quiet) return;
  say(words.chosen, { kind: kindWord(node.data("kind")), label: node.data("label"), detail: node.data("detail"), n: node.degree() });
  tell(node.data("at"), node.id());
}

async function tell(at, id) {
  const answer = await fetch(`/explore/thing?${new URLSearchParams({ at })}`);
  if (!answer.ok || chosen !== id) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  panel.replaceChildren(...page.body.childNodes);
}

panel.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  if (!link) return;
  event.preventDefault();
  const id = chosen ?? cy.nodes("[?start]").last().id();
  open(`${id}.${link.dataset.open}`);
});

async function open(step) {
  const had = new Set(shown.things.map((each) => each.id));
  if (!(await go({ open: [...steps(), step] }))) return;
  const fresh = shown.things.filter((each) => !had.has(each.id)).length;
  if (!shown.full) say(fresh ? words.opened : words.nothing, { n: fresh });
}

function hide(node) {
  say(words.hidden, { label: node.data("label") });
  const next = node.neighborhood("node")[0];
  const { [node.id()]: _, ...pin } = state.pin;
  go({ open: steps(), hide: [...state.hide, node.id()], pin }).then(() => choose(next?.inside() ? next : null));
}

function pin(node) {
  const { [node.id()]: held, ...others } = state.pin;
  go({ open: steps(), pin: held ? others : { ...others, [node.id()]: { ...node.position() } } }, { fetching: false });
  node.toggleClass("pinned", !held);
  choose(node, { quiet: true });
}

async function joinWay(other) {
  const from = wayFrom;
  wayFrom = null;
  const step = `${from}*${other}`;
  if (await go({ open: [...steps(), step] })) tellWay(step);
}

cy.on("tap", "node[kind]", ({ target }) => {
  if (wayFrom && wayFrom !== target.id()) joinWay(target.id());
  else choose(target);
});
cy.on("dbltap", "node[kind]", ({ target }) => open(target.id()));
cy.on("tap", (event) => event.target === cy && choose(null));
cy.on("mouseover", "edge", ({ target }) => target.addClass("told"));
cy.on("mouseout", "edge", ({ target }) => target.toggleClass("told", target.is(".way") || shown.lines.length <= FEW));
cy.on("dragfree", "node[kind]", ({ target }) => {
  if (target.id() in state.pin) go({ open: steps(), pin: { ...state.pin, [target.id()]: { ...target.position() } } }, { fetching: false });
});

// Buttons, legend, keys

const acts = {
  undo,
  hide: () => hide(cy.getElementById(chosen)),
  pin: () => pin(cy.getElementById(chosen)),
  way: () => {
    wayFrom = wayFrom ? null : chosen;
    buttons.way.setAttribute("aria-pressed", String(wayFrom !== null));
    if (wayFrom) say(words.pick);
  },
  group: () => go({ open: steps(), group: !state.group }, { fetching: false }).then(() => draw()),
  fit: () => cy.animate({ fit: { padding: 36 }, duration: calm ? 0 : 250 }),
  png: () => save(cy.png({ full: true, output: "blob", bg: colour("sheet"), scale: 2, maxWidth: 8000, maxHeight: 8000 }), "png"),
  svg: () => save(new Blob([exportSvg(cy, looks, colour)], { type: "image/svg+xml" }), "svg"),
};

for (const [name, button] of Object.entries(buttons)) button.addEventListener("click", () => acts[name]());

for (const each of legend) {
  each.addEventListener("click", () => {
    const kind = each.dataset.kind;
    const off = state.off.includes(kind) ? state.off.filter((other) => other !== kind) : [...state.off, kind];
    go({ open: steps(), off });
  });
}

function save(blob, ending) {
  document.querySelector(".save").open = false;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `jixiao-explore.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function links() {
  for (const link of document.querySelectorAll("[data-file]")) {
    const given = query({ ...state, open: steps() });
    given.set("format", link.dataset.file);
    link.href = `/explore?${given}`;
  }
}

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// The nearest thing in a direction: what is ahead counts, what is aside counts double.
function towards(node, [dx, dy]) {
  const here = node.position();
  const far = (other) => {
    const [x, y] = [other.position("x") - here.x, other.position("y") - here.y];
    const ahead = x * dx + y * dy;
    return ahead > 4 ? ahead + 2 * Math.abs(x * dy - y * dx) : Infinity;
  };
  const best = cy.nodes("[kind]").not(node).min(far);
  return best.value < Infinity ? best.ele : node;
}

stage.addEventListener("keydown", (event) => {
  const node = chosen ? cy.getElementById(chosen) : null;
  const controlled = event.ctrlKey || event.metaKey;
  if (controlled && event.key === "z") undo();
  else if (controlled || event.altKey) return;
  else if (event.key in ARROWS) choose(node ? towards(node, ARROWS[event.key]) : cy.nodes("[?start]")[0] ?? cy.nodes("[kind]")[0]);
  else if (event.key === "+" || event.key === "=") cy.zoom({ level: cy.zoom() * 1.25, renderedPosition: middle() });
  else if (event.key === "-") cy.zoom({ level: cy.zoom() / 1.25, renderedPosition: middle() });
  else if (event.key === "0") acts.fit();
  else if (event.key === "g") acts.group();
  else if (event.key === "Escape") { wayFrom = null; choose(null); cy.nodes().unselect(); }
  else if (!node) return;
  else if (event.key === "Enter") open(node.id());
  else if (event.key === "Delete" || event.key === "Backspace") hide(node);
  else if (event.key === "p") pin(node);
  else return;
  event.preventDefault();
});

const middle = () => ({ x: cy.width() / 2, y: cy.height() / 2 });

stage.addEventListener("focus", () => {
  if (!chosen && stage.matches(":focus-visible")) choose(cy.nodes("[?start]")[0] ?? cy.nodes("[kind]")[0]);
});

// The search shows hits below its field

const field = document.querySelector(".seek input");
const hits = element("hits");
let asking;

field.addEventListener("input", () => {
  clearTimeout(asking);
  asking = setTimeout(seek, 200);
});

async function seek() {
  const typed = field.value.trim();
  hits.hidden = !typed;
  if (!typed) return;
  const found = await (await fetch(`/explore/search?${new URLSearchParams({ q: typed })}`)).json();
  if (field.value.trim() !== typed) return;
  hits.replaceChildren(...(found.length ? found.map(hit) : [Object.assign(document.createElement("li"), { textContent: words.none, className: "quiet" })]));
}

function hit(found) {
  const button = document.createElement("button");
  const label = document.createElement("span");
  const rest = document.createElement("span");
  label.textContent = found.label;
  rest.textContent = [kindWord(found.kind), found.detail].filter(Boolean).join(" · ");
  rest.className = "quiet small";
  const icon = document.querySelector(`#legend .thing-${found.kind}`).cloneNode(true);
  button.append(icon, label, rest);
  button.addEventListener("click", () => add(found));
  const item = document.createElement("li");
  item.append(button);
  return item;
}

async function add(found) {
  hits.hidden = true;
  field.value = "";
  const at = state.at.includes(found.at) ? state.at : [...state.at, found.at];
  const joined = wayFrom ? [`${wayFrom}*${found.id}`] : [found.id];
  const from = wayFrom;
  wayFrom = null;
  await go({ at, open: [...steps(), ...joined], hide: state.hide.filter((id) => id !== found.id) });
  const node = cy.getElementById(found.id);
  if (from) tellWay(joined[0]);
  else if (node.nonempty()) choose(node);
}

// The same as a table

async function list() {
  const given = query({ ...state, open: steps() });
  given.set("format", "list");
  const page = new DOMParser().parseFromString(await (await fetch(`/explore?${given}`)).text(), "text/html");
  element("listed").querySelector("div").replaceChildren(...page.body.childNodes);
}

element("listed").addEventListener("toggle", () => element("listed").open && before.length && list());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(style()));

links();
draw({ first: true });
buttons.undo.disabled = true;
