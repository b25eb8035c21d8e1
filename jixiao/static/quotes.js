// Shows a value's printed quote above the page; without this script the link leads to the line of the source.

const dialog = document.createElement("dialog");
const where = document.createElement("p");
const quote = document.createElement("blockquote");
const foot = document.createElement("footer");
const source = document.createElement("a");
const close = document.createElement("button");
source.textContent = "看原文";
close.textContent = "关闭";
close.addEventListener("click", () => dialog.close());
foot.append(source, close);
dialog.append(where, quote, foot);
document.body.append(dialog);

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

document.addEventListener("click", (event) => {
  const place = event.target.closest("a.place");
  if (!place || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  where.textContent = place.dataset.where;
  quote.textContent = place.dataset.quote;
  source.href = place.href;
  dialog.showModal();
});
