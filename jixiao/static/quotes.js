// Shows a value's printed quote, and the part of the page where it stands, above the page; without this script the link
// leads to the source.

const dialog = document.createElement("dialog");
const where = document.createElement("p");
const quote = document.createElement("blockquote");
const picture = document.createElement("img");
const foot = document.createElement("footer");
const source = document.createElement("a");
const close = document.createElement("button");
source.textContent = "看原文";
close.textContent = "关闭";
close.addEventListener("click", () => dialog.close());
foot.append(source, close);
picture.alt = "";
picture.addEventListener("error", () => { picture.hidden = true; });
dialog.append(where, picture, quote, foot);
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
  picture.hidden = !place.dataset.picture;
  if (place.dataset.picture) picture.src = place.dataset.picture;
  dialog.showModal();
});
