// What the explorer's canvas and its SVG file share: icons, lines of a label, shapes.

const WIDE = /[\u2e80-\u9fff\uff00-\uff60\u3000-\u303f]/;

const widthOf = (text) => [...text].reduce((sum, character) => sum + (WIDE.test(character) ? 1 : 0.56), 0);

// A label in lines of about the same length, at most so many Chinese characters; words of letters stay whole where they
// fit in a line, what does not fit at all ends in an ellipsis.
export function wrapped(text, width, most) {
  const whole = widthOf(text ?? "");
  const needed = Math.ceil(whole / width);
  const even = needed > most ? width : Math.max(whole / needed + 0.6, 3);
  const lines = [""];
  for (const piece of pieces(text ?? "", width)) {
    const line = lines.at(-1);
    if (line && widthOf(line + piece.trimEnd()) > Math.max(even, piece.length > 1 ? width : 0)) {
      if (lines.length === most) {
        lines[most - 1] = `${line.trimEnd()}…`;
        return lines;
      }
      lines.push("");
    }
    lines[lines.length - 1] += piece;
  }
  return lines.map((line) => line.trim()).filter(Boolean);
}

// What a line may break between: characters, or words of letters with the space after them.
function pieces(text, width) {
  const words = text.match(/[\p{Script=Latin}\p{Nd}.,'’-]+\s?|[^]/gu) ?? [];
  return words.flatMap((word) => (widthOf(word) > width ? [...word] : [word]));
}

export function iconOf(path, colour) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" viewBox="0 0 16 16"><path d="${path}" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}

const CORNERS = { diamond: [4, 0], triangle: [3, -90], hexagon: [6, 0] };

function outline(shape, r) {
  if (shape in CORNERS) {
    const [count, start] = CORNERS[shape];
    const points = Array.from({ length: count }, (_, number) => ((start + (360 / count) * number) * Math.PI) / 180);
    const [tag, offset] = ["polygon", shape === "triangle" ? r * 0.25 : 0];
    return [tag, { points: points.map((turn) => `${(r * 1.05 * Math.cos(turn)).toFixed(1)},${(r * 1.05 * Math.sin(turn) + offset).toFixed(1)}`).join(" ") }];
  }
  if (shape === "ellipse") return ["circle", { r }];
  return ["rect", { x: -r, y: -r, width: 2 * r, height: 2 * r, rx: shape === "round-rectangle" ? r / 3 : 0 }];
}

const NS = "http://www.w3.org/2000/svg";

function part(parent, tag, attributes, text) {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

// What is drawn as an SVG file that needs nothing else.
export function exportSvg(cy, looks, colour) {
  const box = cy.elements().boundingBox({ includeLabels: true });
  const [x, y, w, h] = [box.x1 - 20, box.y1 - 20, box.w + 40, box.h + 40].map(Math.round);
  const svg = document.createElementNS(NS, "svg");
  for (const [name, value] of Object.entries({ viewBox: `${x} ${y} ${w} ${h}`, width: w, height: h, "font-family": getComputedStyle(document.body).fontFamily })) svg.setAttribute(name, value);
  part(svg, "rect", { x, y, width: w, height: h, fill: colour("sheet") });
  cy.nodes(":parent").forEach((home) => {
    const { x1, y1, w: width, h: height } = home.boundingBox({ includeLabels: false });
    part(svg, "rect", { x: x1, y: y1, width, height, rx: 8, fill: colour("accent-soft"), "fill-opacity": 0.45, stroke: colour("hair-strong") });
    part(svg, "text", { x: x1 + width / 2, y: y1 - 5, "text-anchor": "middle", "font-size": 13, fill: colour("quiet") }, home.data("label"));
  });
  cy.edges().forEach((edge) => line(svg, edge, colour));
  cy.nodes("[kind]").forEach((node) => dot(svg, node, looks, colour));
  return new XMLSerializer().serializeToString(svg);
}

// From edge to edge, with a tip.
function line(svg, edge, colour) {
  const [from, to] = [edge.source().position(), edge.target().position()];
  const strong = edge.hasClass("way") || edge.hasClass("near");
  const stroke = colour(strong ? "accent" : "hair-strong");
  const far = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / far, (to.y - from.y) / far];
  const end = { x: to.x - dx * (edge.target().width() / 2 + 2), y: to.y - dy * (edge.target().width() / 2 + 2) };
  part(svg, "line", { x1: from.x, y1: from.y, x2: end.x, y2: end.y, stroke, "stroke-width": strong ? 2 : 1.3 });
  const tip = [[0, 0], [-8, -3.5], [-8, 3.5]].map(([along, aside]) => `${(end.x + along * dx - aside * dy).toFixed(1)},${(end.y + along * dy + aside * dx).toFixed(1)}`);
  part(svg, "polygon", { points: tip.join(" "), fill: stroke });
  if (edge.hasClass("told") || strong) {
    part(svg, "text", { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 + 3, "text-anchor": "middle", "font-size": 9.5, fill: colour("quiet"), stroke: colour("sheet"), "stroke-width": 3, "paint-order": "stroke" }, edge.data("label"));
  }
}

function dot(svg, node, looks, colour) {
  const { x, y } = node.position();
  const r = node.width() / 2;
  const { kind, certain, possible, caption } = node.data();
  const group = part(svg, "g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  const [tag, shape] = outline(looks[kind].shape, r);
  const ring = certain ? colour("certain") : possible ? colour("possible") : colour("sheet");
  part(group, tag, { ...shape, fill: colour(`thing-${kind}`), stroke: ring, "stroke-width": certain || possible ? 3 : 1.5 });
  part(group, "path", { d: looks[kind].icon, transform: `translate(${-r * 0.62} ${-r * 0.62}) scale(${(r * 1.24) / 16})`, fill: "none", stroke: colour("sheet"), "stroke-width": 1.4, "stroke-linecap": "round", "stroke-linejoin": "round" });
  const text = part(group, "text", { "text-anchor": "middle", "font-size": 11.5, fill: colour("ink"), stroke: colour("sheet"), "stroke-width": 3, "paint-order": "stroke" });
  caption.split("\n").forEach((each, number) => part(text, "tspan", { x: 0, y: r + 15 + number * 14.5 }, each));
}
