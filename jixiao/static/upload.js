// Files are sent one by one, each with its progress; a tray that is being worked on is looked at again and again.
// Every word stands in the page.

const LOOK = 1000;

for (const form of document.querySelectorAll("form.drop")) {
  const chosen = form.elements.files;
  form.querySelector("button").hidden = true;
  chosen.addEventListener("change", () => send(form, chosen.files));
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    send(form, event.dataTransfer.files);
  });
}

async function send(form, files) {
  const list = form.querySelector(".sending");
  const waiting = [...files].map((file) => [file, row(list, file)]);
  let address = form.action;
  let sent = 0;
  for (const [file, line] of waiting) {
    try {
      if (file.size > Number(form.dataset.most)) throw new Error(form.dataset.large);
      address = await post(address, form, file, line.querySelector("progress"));
      line.lastChild.textContent = form.dataset.sent;
      sent += 1;
    } catch (error) {
      line.lastChild.className = "wrong";
      line.lastChild.textContent = error.message;
    }
  }
  form.elements.files.value = "";
  if (sent === waiting.length && sent) location.assign(address);
  else if (sent) list.append(link(address));
}

function row(list, file) {
  const line = document.createElement("li");
  const name = document.createElement("bdi");
  const bar = document.createElement("progress");
  name.textContent = file.name;
  bar.max = file.size || 1;
  bar.value = 0;
  line.append(name, bar, document.createElement("span"));
  list.append(line);
  return line;
}

function link(address) {
  const line = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.textContent = document.querySelector("form.drop button").textContent;
  line.append(anchor);
  return line;
}

/** Sends one file; gives the address of its tray. */
function post(address, form, file, bar) {
  const body = new FormData();
  body.append("form", form.elements.form.value);
  body.append("files", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener("error", () => reject(new Error(form.dataset.failed)));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.responseURL);
      else reject(new Error(read(request.responseText).querySelector(".lead")?.textContent ?? form.dataset.failed));
    });
    request.send(body);
  });
}

function read(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

async function look() {
  const shown = document.getElementById("tray");
  if (shown?.dataset.busy === undefined) return;
  try {
    const answer = await fetch(location.href);
    const page = read(await answer.text());
    const now = page.getElementById("tray");
    if (now && now.outerHTML !== shown.outerHTML) shown.replaceWith(document.adoptNode(now));
  } catch {
    // the site may be busy or stopped: look again later
  }
  setTimeout(look, LOOK);
}

setTimeout(look, LOOK);
