// Brings what is marked into the middle of the window; without this script the address does so as well as browsers can.

const marked = document.querySelector(".paper .mark, .grid td.marked, .paragraph mark, .source .hit");
if (marked && (location.hash || location.search)) {
  marked.scrollIntoView({ block: "center", inline: "center" });
}
