// Narrows what a page lists to the words that are typed; what leads to a hit stays visible, folded lists open.

const field = document.querySelector("input[data-filter]");
const none = document.querySelector("[data-filter-none]");
const listed = field ? [...document.querySelectorAll(field.dataset.filter)] : [];
const texts = new Map(listed.map((each) => [each, each.dataset.words.toLowerCase()]));
const folds = [...document.querySelectorAll(".codes details")];
const groups = [...document.querySelectorAll("section.terms, section.shapes")];

function narrow() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = listed.filter((each) => words.every((word) => texts.get(each).includes(word)));
  const shown = new Set(hits);
  for (const hit of hits) {
    for (let above = hit.parentElement?.closest("li"); above && !shown.has(above); above = above.parentElement?.closest("li")) {
      shown.add(above);
    }
  }
  for (const each of listed) each.hidden = !shown.has(each);
  for (const fold of folds) fold.open = words.length > 0 && fold.querySelector("li:not([hidden])") !== null;
  for (const group of groups) group.hidden = !listed.some((each) => !each.hidden && group.contains(each));
  none.hidden = hits.length > 0;
}

let waiting;
field?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(narrow, 120);
});
