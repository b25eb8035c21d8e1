// Puts a question of the catalogue into the text field.

const choice = document.getElementById("example");
const query = document.querySelector("textarea[name=query]");

choice?.addEventListener("change", () => {
  const example = document.querySelector(`template[data-example="${CSS.escape(choice.value)}"]`);
  if (!example) return;
  query.value = example.content.textContent;
  query.rows = Math.max(12, query.value.split("\n").length + 1);
});
