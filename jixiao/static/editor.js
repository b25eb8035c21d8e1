// The text field as an editor: colours, brackets, the line that is wrong, and completion of prefixes, terms and codes.
// Nothing is asked of other machines; what can be completed comes from the site.

const form = document.getElementById("ask");
const field = form.querySelector("textarea");
const choice = document.getElementById("example");
const wrong = document.getElementById("wrong");
const MOST = 60;
const WORD = /[\p{L}\p{N}_:-]+$/u;
const LONG = 8000;
let marked = null;

const { Yasqe } = globalThis;

// Its own reports are English, and its look-ups go to the web.
Yasqe.defaults.autocompleters = [];
Yasqe.prototype.checkSyntax = function () {
  check(this);
};
const nothing = { createShareableLink: null, consumeShareLink: null, persistenceId: null, showQueryButton: false, resizeable: false, collapsePrefixesOnLoad: false };
const home = document.createElement("div");
home.className = "code";
field.before(home);
const keys = { "Ctrl-Enter": submit, "Cmd-Enter": submit, "Ctrl-Space": complete, Esc: false, Tab: false, "Shift-Tab": false, "Ctrl-S": false }; // Tab leads on, as everywhere
const editor = new Yasqe(home, { ...nothing, value: field.value, editorHeight: "auto", extraKeys: keys, foldGutter: false, gutters: ["CodeMirror-linenumbers"], screenReaderLabel: form.dataset.name });
field.hidden = true;
for (const each of ["keys", "ready"]) document.getElementById(each).hidden = false;

// Mistakes

function mark(code, line) {
  if (marked !== null) code.removeLineClass(marked, "background", "wrong-line");
  marked = line === null ? null : code.addLineClass(line, "background", "wrong-line");
}

function check(code) {
  const found = mistake(code);
  mark(code, found?.line ?? null);
  wrong.textContent = found ? found.text.replace("{line}", found.line + 1).replace("{name}", () => found.name) : "";
}

function mistake(code) {
  const declared = code.getPrefixesFromQuery();
  for (let line = 0; line < code.lineCount(); line += 1) {
    const { state } = code.getTokenAt({ line, ch: code.getLine(line).length }, line === 0);
    code.setOption("queryType", state.queryType);
    const names = code.getLineTokens(line).filter((token) => token.type === "string-2").map((token) => token.string.split(":")[0]);
    const unknown = names.find((name) => !(name in declared));
    if (unknown !== undefined) return { line, name: `${unknown}:`, text: form.dataset.undeclared };
    if (state.OK === false) return { line, text: form.dataset.wrong };
  }
  return null;
}

const fault = document.getElementById("fault");
if (fault?.dataset.line) {
  const [line, ch] = [fault.dataset.line - 1, fault.dataset.column - 1];
  mark(editor, line);
  editor.setCursor({ line, ch });
}

// Completion

let offered = null;

function terms() {
  offered ??= fetch(form.dataset.terms).then((answer) => answer.json());
  return offered;
}

function variables(code, word) {
  const found = new Set(code.getValue().match(/[?$][\p{L}_][\p{L}\p{N}_]*/gu));
  return [...found].filter((each) => each !== word && each.startsWith(word)).sort().map((each) => ({ text: each }));
}

function fits(name, label, word) {
  const local = name.slice(name.indexOf(":") + 1);
  if (name.startsWith(word) || label === word) return 0;
  if (local.toLowerCase().startsWith(word.toLowerCase()) || label.startsWith(word)) return 1;
  return label.includes(word) ? 2 : null;
}

const CLASS = /:\p{Lu}/u;

// What begins with the word before what has it further on; after "a", classes before all else.
function ranked(list, word, classes) {
  const found = list.map(([name, label]) => ({ name, label, rank: fits(name, label, word) })).filter((each) => each.rank !== null);
  const later = (each) => Number(classes && !CLASS.test(each.name));
  return found.sort((a, b) => later(a) - later(b) || a.rank - b.rank || a.name.length - b.name.length).slice(0, MOST);
}

// One line of the list: the name, and what it means.
function row(element, _, { text, label }) {
  const name = document.createElement("span");
  const meaning = document.createElement("span");
  name.textContent = text;
  meaning.textContent = label ?? "";
  meaning.className = "label";
  element.append(name, meaning);
}

function declare(code, name, prefixes) {
  const prefix = name.startsWith("<") ? null : name.split(":")[0];
  if (prefix && prefixes[prefix] && !(prefix in code.getPrefixesFromQuery())) code.addPrefixes({ [prefix]: prefixes[prefix] });
}

async function hints(code) {
  const end = code.getCursor();
  const before = code.getLine(end.line).slice(0, end.ch);
  const variable = before.match(/[?$][\p{L}\p{N}_]*$/u)?.[0];
  const word = variable ?? before.match(WORD)?.[0] ?? "";
  const from = { line: end.line, ch: end.ch - word.length };
  if (variable) return { from, to: end, list: variables(code, variable).map((each) => ({ ...each, render: row })) };
  const { prefixes, terms: known } = await terms();
  if (/^\s*PREFIX\s+\S*$/i.test(before)) {
    const list = Object.entries(prefixes).filter(([name]) => name.startsWith(word.replace(":", "")));
    return { from, to: end, list: list.map(([name, iri]) => ({ text: `${name}: <${iri}>`, render: row })) };
  }
  const list = ranked(known, word, /(^|\s)a\s+\S*$/.test(before)).map(({ name, label }) => ({ text: name, label, render: row, hint: (_, data, chosen) => {
    code.replaceRange(chosen.text, data.from, data.to);
    declare(code, name, prefixes);
  } }));
  return { from, to: end, list };
}

function complete(code) {
  code.showHint({ hint: hints, completeSingle: false, container: home, closeCharacters: /[\s{}()<>;.,]/ });
}

editor.on("inputRead", (code, { text }) => {
  if (/[:?$\u3400-\u9fff]$/u.test(text.at(-1)) && !code.state.completionActive) complete(code);
});

// Examples and asking

function chosen() {
  const example = document.querySelector(`template[data-example="${CSS.escape(choice.value)}"]`);
  document.getElementById("form").href = choice.value ? `/queries/${choice.value}` : "/queries";
  if (example) editor.setValue(example.content.textContent);
}

choice.addEventListener("change", chosen);

function submit() {
  form.requestSubmit();
}

form.addEventListener("submit", () => {
  field.value = editor.getValue();
  form.method = field.value.length > LONG ? "post" : "get"; // an address cannot be as long as a query
  const button = form.querySelector("button:not([type])");
  button.dataset.idle ??= button.textContent;
  button.textContent = button.dataset.busy;
});

addEventListener("pageshow", () => {
  const button = form.querySelector("button:not([type])");
  if (button.dataset.idle) button.textContent = button.dataset.idle;
});
