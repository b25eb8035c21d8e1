// Paints the map that the server laid out: circles that hold others on a canvas beneath, projects and indicators by sigma.

const { Graph } = globalThis.graphology;
const Sigma = globalThis.Sigma;

const element = (id) => document.getElementById(id);
const words = JSON.parse(element("map-words").textContent);
const sky = element("sky");
const caption = element("caption");
const HOLDERS = "rdf";
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

function hasWebgl() {
  return Boolean(document.createElement("canvas").getContext("webgl2"));
}

if (hasWebgl()) start();
else element("no-webgl").hidden = false;

async function start() {
  element("map").hidden = false;
  try {
    const answer = await fetch(element("map").dataset.source);
    if (!answer.ok) throw new Error(answer.statusText);
    paint(await answer.json());
  } catch (error) {
    caption.textContent = words.failed;
    throw error;
  }
}

function paint(map) {
  const steps = element("map").dataset.share.split(" ").map(Number);
  let colours, ink, quiet, sheet, hair, soft, within;
  const graph = new Graph();
  const holders = [];
  const joined = new Map();
  let over = null;
  let held = null;
  let hits = null;
  let bright = null;

  function readColours() {
    colours = [0, 1, 2, 3, 4].map((step) => colour(`share-${step}`)).concat(colour("share-none"));
    [ink, quiet, sheet, hair, soft, within] = ["ink", "quiet", "sheet", "hair-strong", "accent-soft", "on-share"].map(colour);
  }

  const stepOf = (number) => (map.judged[number] ? steps.filter((each) => (100 * map.unclear[number]) / map.judged[number] > each).length : 5);
  const labelOf = (number) => map.label[number] || words.unknown[map.kind[number]];

  readColours();
  for (let number = 0; number < map.kind.length; number += 1) {
    if (HOLDERS.includes(map.kind[number])) holders.push(number);
    else graph.addNode(number, { x: map.x[number], y: -map.y[number], size: map.r[number], color: colours[stepOf(number)], label: labelOf(number) });
  }
  for (let at = 0; at < map.pairs.length; at += 2) {
    const [project, indicator] = [map.pairs[at], map.pairs[at + 1]];
    for (const [one, other] of [[project, indicator], [indicator, project]]) {
      if (!joined.has(one)) joined.set(one, []);
      joined.get(one).push(other);
    }
  }

  const renderer = new Sigma(graph, sky, {
    itemSizesReference: "positions",
    zoomToSizeRatioFunction: (ratio) => ratio,
    autoRescale: true,
    stagePadding: 16,
    minCameraRatio: 0.002,
    maxCameraRatio: 1.6,
    zIndex: true,
    labelRenderedSizeThreshold: 26,
    labelDensity: 0.35,
    labelGridCellSize: 110,
    labelFont: getComputedStyle(document.body).fontFamily,
    labelSize: 11.5,
    defaultDrawNodeLabel: drawLabel,
    defaultDrawNodeHover: drawHover,
    nodeReducer: reduced,
  });
  renderer.setCustomBBox({ x: [0, 20000], y: [-20000, 0] });

  function reduced(node, data) {
    const number = Number(node);
    const lit = (!hits || hits.has(number)) && (!bright || bright.has(number));
    return lit ? { ...data, color: colours[stepOf(number)], zIndex: 1, forceLabel: bright !== null && bright.size < 24 && number !== held } : { ...data, color: soft, label: "", zIndex: 0 };
  }

  // A name within its circle where it fits, cut where it does not.
  function drawLabel(context, data) {
    if (!data.label) return;
    const size = 11.5;
    const room = data.forceLabel ? 12 : Math.floor((data.size * 1.8) / size);
    const characters = [...data.label];
    if (room < 3) return;
    const text = characters.length > room ? `${characters.slice(0, room - 1).join("")}…` : data.label;
    context.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    context.textAlign = "center";
    context.lineJoin = "round";
    context.strokeStyle = sheet;
    context.lineWidth = 2.5;
    context.fillStyle = data.forceLabel ? ink : within;
    const y = data.forceLabel && data.size < 20 ? data.y + data.size + 12 : data.y + size / 3;
    if (data.forceLabel) context.strokeText(text, data.x, y);
    context.fillText(text, data.x, y);
    context.textAlign = "start";
  }

  function drawHover(context, data) {
    const label = labelOf(Number(data.key));
    context.beginPath();
    context.arc(data.x, data.y, data.size + 2, 0, 2 * Math.PI);
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.stroke();
    context.font = `600 13px ${getComputedStyle(document.body).fontFamily}`;
    const width = context.measureText(label).width;
    const x = Math.min(Math.max(data.x - width / 2, 6), Math.max(sky.clientWidth - width - 12, 6));
    const y = Math.max(data.y - data.size - 14, 18);
    context.fillStyle = sheet;
    context.strokeStyle = hair;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(x - 6, y - 16, width + 12, 22, 3);
    context.fill();
    context.stroke();
    context.fillStyle = ink;
    context.fillText(label, x, y);
  }

  // The circles that hold others are painted before everything else, with their names where there is room.
  const beneath = renderer.createCanvas("holders", { beforeLayer: "edges" });
  const above = renderer.createCanvas("names", { afterLayer: "labels" });

  function sized(canvas) {
    const [width, height, ratio] = [sky.clientWidth, sky.clientHeight, devicePixelRatio];
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    canvas.style.pointerEvents = "none";
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  function seen(number) {
    const { x, y } = renderer.graphToViewport({ x: map.x[number], y: -map.y[number] });
    const edge = renderer.graphToViewport({ x: map.x[number] + map.r[number], y: -map.y[number] });
    return { x, y, r: Math.hypot(edge.x - x, edge.y - y) };
  }

  function paintHolders() {
    const context = sized(beneath);
    const names = sized(above);
    names.textAlign = "center";
    names.lineJoin = "round";
    paintLines(names);
    const taken = [];
    for (const number of holders) {
      const { x, y, r } = seen(number);
      if (r < 2 || x + r < 0 || y + r < 0 || x - r > sky.clientWidth || y - r > sky.clientHeight) continue;
      const inner = map.kind[number] === "d";
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      context.globalAlpha = inner ? 0.16 : 0.5;
      context.fillStyle = inner ? colours[stepOf(number)] : soft;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = number === over || number === held ? ink : inner ? colours[stepOf(number)] : hair;
      context.lineWidth = number === over || number === held ? 2 : 1;
      context.stroke();
      nameHolder(names, number, { x, y, r }, taken);
    }
  }

  // From what is held to each that it is joined with, from edge to edge.
  function paintLines(context) {
    if (held === null) return;
    const from = seen(held);
    context.strokeStyle = ink;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    context.beginPath();
    for (const other of joined.get(held) ?? []) {
      const to = seen(other);
      const far = Math.hypot(to.x - from.x, to.y - from.y) || 1;
      const [dx, dy] = [(to.x - from.x) / far, (to.y - from.y) / far];
      context.moveTo(from.x + dx * from.r, from.y + dy * from.r);
      context.lineTo(to.x - dx * to.r, to.y - dy * to.r);
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  function nameHolder(context, number, { x, y, r }, taken) {
    const large = map.kind[number] !== "d";
    const text = labelOf(number);
    const size = large ? 14 : 12.5;
    const width = size * [...text].length;
    if (r < 14 || (2.6 * r < width && r < 90) || r > sky.clientWidth) return;
    const top = large ? y - r - 5 : y - r + (r > 60 ? 14 : -3);
    const box = [x - width / 2, top - size, x + width / 2, top];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return;
    taken.push(box);
    context.font = `${large ? 700 : 500} ${size}px ${getComputedStyle(document.body).fontFamily}`;
    context.strokeStyle = sheet;
    context.lineWidth = 3.5;
    context.strokeText(text, x, top);
    context.fillStyle = large ? quiet : ink;
    context.fillText(text, x, top);
  }

  renderer.on("afterRender", paintHolders);

  // What is pointed at

  function holderAt(event) {
    const { x, y } = renderer.viewportToGraph(event);
    let best = null;
    for (const number of holders) {
      const inside = Math.hypot(map.x[number] - x, -map.y[number] - y) <= map.r[number];
      if (inside && (best === null || map.r[number] < map.r[best])) best = number;
    }
    return best;
  }

  function point(number) {
    if (over === number) return;
    over = number;
    sky.classList.toggle("over", number !== null);
    tell(number ?? held);
    if (number === null || HOLDERS.includes(map.kind[number])) renderer.scheduleRender();
  }

  function tell(number) {
    if (number === null) return;
    const kind = map.kind[number];
    const name = document.createElement("b");
    name.textContent = labelOf(number);
    const told = [words.kinds[kind]];
    if (kind === "p" && map.parent[number] >= 0) told.push(labelOf(map.parent[number]));
    if (kind === "i") told.push(fill(words.times, { n: map.size[number] }));
    else if (map.size[number] && "dpr".includes(kind)) told.push(fill(words.money, { n: (map.size[number] / 10000).toLocaleString("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 }) }));
    const [judged, unclear] = [map.judged[number], map.unclear[number]];
    told.push(judged ? fill(words.share, { judged, unclear, percent: ((100 * unclear) / judged).toFixed(1) }) : words.none);
    if (joined.has(number)) told.push(fill(words.pairs[kind], { n: joined.get(number).length }));
    const rest = document.createElement("span");
    rest.textContent = ` · ${told.join(" · ")}`;
    caption.replaceChildren(name, rest);
    if (map.at[number]) {
      caption.append(linked(words.explore, `/explore?${new URLSearchParams({ at: map.at[number] })}`));
      const names = decodeURIComponent(map.at[number].split("#")[0]).split("/");
      caption.append(linked(words.page, `/id/${names.map(encodeURIComponent).join("/")}`));
    }
  }

  function linked(text, href) {
    const link = document.createElement("a");
    link.textContent = text;
    link.href = href;
    return link;
  }

  function hold(number) {
    held = number;
    bright = null;
    const others = number === null ? undefined : joined.get(number);
    if (others) bright = new Set([number, ...others]);
    tell(number);
    renderer.refresh({ skipIndexation: true });
  }

  renderer.on("enterNode", ({ node }) => point(Number(node)));
  renderer.on("leaveNode", () => point(null));
  renderer.getMouseCaptor().on("mousemovebody", (event) => {
    if (over === null || HOLDERS.includes(map.kind[over])) point(holderAt(event));
  });
  renderer.on("clickNode", ({ node }) => hold(held === Number(node) ? null : Number(node)));
  renderer.on("clickStage", ({ event }) => {
    const number = holderAt(event);
    hold(number === held ? null : number);
  });

  // Search and zoom

  let asking;
  element("seek").addEventListener("input", () => {
    clearTimeout(asking);
    asking = setTimeout(seek, 150);
  });
  element("seek").form.addEventListener("submit", (event) => {
    event.preventDefault();
    seek();
    if (hits?.size) show([...hits]);
  });

  function seek() {
    const typed = element("seek").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    hits = typed.length ? new Set() : null;
    for (let number = 0; hits && number < map.kind.length; number += 1) {
      const label = map.label[number].toLowerCase();
      if (typed.every((word) => label.includes(word))) hits.add(number);
    }
    for (const number of hits ? [...hits] : []) {
      if (map.kind[number] === "d") map.parent.forEach((above, below) => above === number && hits.add(below));
    }
    element("found").textContent = hits ? fill(words.found, { n: hits.size }) : "";
    renderer.refresh({ skipIndexation: true });
  }

  // Moves the camera so that these are in view.
  function show(numbers) {
    const left = Math.min(...numbers.map((each) => map.x[each] - map.r[each]));
    const right = Math.max(...numbers.map((each) => map.x[each] + map.r[each]));
    const top = Math.min(...numbers.map((each) => map.y[each] - map.r[each]));
    const bottom = Math.max(...numbers.map((each) => map.y[each] + map.r[each]));
    const centre = renderer.viewportToFramedGraph(renderer.graphToViewport({ x: (left + right) / 2, y: -(top + bottom) / 2 }));
    const ratio = Math.min(1, Math.max(0.01, (1.5 * Math.max(right - left, bottom - top)) / 20000));
    renderer.getCamera().animate({ ...centre, ratio }, { duration: calm ? 0 : 400 });
  }

  element("nearer").addEventListener("click", () => renderer.getCamera().animatedZoom({ duration: calm ? 0 : 200 }));
  element("farther").addEventListener("click", () => renderer.getCamera().animatedUnzoom({ duration: calm ? 0 : 200 }));
  element("whole").addEventListener("click", () => renderer.getCamera().animatedReset({ duration: calm ? 0 : 300 }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    renderer.refresh();
  });

  renderer.once("afterRender", () => {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      performance.mark("map-drawn");
      sky.dataset.drawn = String(map.kind.length);
    }));
  });
  renderer.refresh();
}
