// Draws one project: money on the left, its form and indicators on the right.

import cytoscape from "./vendor/cytoscape/cytoscape.js";

const sheet = getComputedStyle(document.documentElement);
const colour = (name) => sheet.getPropertyValue(name).trim();
const OF_KIND = { money: "source", objected: "finding" };

const place = document.getElementById("picture");
const elements = JSON.parse(document.getElementById("picture-data").textContent);

const rows = elements.map((element) => element.position?.y).filter((y) => y !== undefined);
place.style.height = `${Math.max(...rows) - Math.min(...rows) + 120}px`;

const picture = cytoscape({
  container: place,
  elements,
  layout: { name: "preset", fit: true, padding: 24 },
  maxZoom: 1,
  userZoomingEnabled: false,
  userPanningEnabled: matchMedia("(pointer: fine)").matches,
  autoungrabify: true,
  boxSelectionEnabled: false,
  style: [
    {
      selector: "node",
      style: {
        label: "data(label)",
        width: 14,
        height: 14,
        "background-color": (node) => colour(`--thing-${OF_KIND[node.data("kind")] ?? node.data("kind")}`),
        color: colour("--ink"),
        "font-family": getComputedStyle(document.body).fontFamily,
        "font-size": 12,
        "text-valign": "center",
        "text-halign": "right",
        "text-margin-x": 6,
        "text-wrap": "ellipsis",
        "text-max-width": 260,
      },
    },
    { selector: "node[kind = 'money']", style: { "text-halign": "left", "text-margin-x": -6 } },
    { selector: "node[kind = 'project']", style: { width: 26, height: 26, "font-size": 14, "text-valign": "bottom", "text-halign": "center", "text-margin-x": 0, "text-margin-y": 8 } },
    { selector: "node[kind = 'form']", style: { "text-valign": "top", "text-halign": "center", "text-margin-x": 0, "text-margin-y": -4 } },
    {
      selector: "node[kind = 'level']",
      style: { "text-halign": "left", "text-margin-x": -5, "text-background-color": colour("--sheet"), "text-background-opacity": 1, "text-background-padding": 2 },
    },
    { selector: "edge", style: { width: 1.2, "line-color": colour("--hair-strong"), "curve-style": "bezier" } },
  ],
});

picture.on("tap", "node[href]", (event) => {
  window.location.href = event.target.data("href");
});
