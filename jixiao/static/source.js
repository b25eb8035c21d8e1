// Brings what is marked into the middle: on a page of the source into that of the window, beside a value into that of its
// frame. Without this script the address does the first as well as browsers can.

if (document.querySelector(".beside")) {
  for (const cell of document.querySelectorAll(".beside .grid td.marked")) {
    const frame = cell.closest(".grid");
    frame.scrollLeft = cell.offsetLeft - (frame.clientWidth - cell.offsetWidth) / 2;
  }
} else {
  const marked = document.querySelector(".paper .mark, .grid td.marked, .paragraph mark, .source .hit");
  if (marked) marked.scrollIntoView({ block: "center", inline: "center" });
}
