// Upload: a form [data-upload] with a [data-dropzone] takes dropped and chosen files and sends each on its own, three at a
// time, with progress for every file and for all. The list below it is live by itself. Without this script the form is sent.

const AT_ONCE = 3;
const form = document.querySelector("form[data-upload]");

if (form) {
  const zone = form.querySelector("[data-dropzone]");
  const input = form.querySelector("input[type=file]");
  const board = form.querySelector("[data-upload-progress]");
  const button = form.querySelector("[data-upload-button]");
  const limit = Number(form.dataset.maxMb) * 1e6;
  const queue = [];
  let running = 0;
  let total = { files: 0, ended: 0, failed: 0 };
  let overall = null;

  button.hidden = true; // choosing or dropping is enough
  input.required = false;

  const say = (text) => document.dispatchEvent(new CustomEvent("studio:announce", { detail: text }));

  function line(label) {
    const box = document.createElement("div");
    box.className = "progress";
    const words = document.createElement("div");
    words.className = "progress-line";
    const name = document.createElement("span");
    const state = document.createElement("span");
    name.textContent = label;
    words.append(name, state);
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", label);
    box.append(words, bar);
    return { box, name, state, bar };
  }

  function showOverall() {
    if (!overall) {
      overall = line("All files");
      board.prepend(overall.box);
    }
    board.hidden = false;
    overall.bar.max = total.files;
    overall.bar.value = total.ended;
    overall.state.textContent = `${total.ended} of ${total.files}${total.failed ? `, ${total.failed} refused` : ""}`;
  }

  function add(files) {
    if (!queue.length && !running) {
      total = { files: 0, ended: 0, failed: 0 };
      overall = null;
      board.replaceChildren();
    }
    for (const file of files) {
      const row = line(file.name);
      board.append(row.box);
      total.files += 1;
      if (file.size > limit) end(row, false, `larger than ${form.dataset.maxMb} MB`);
      else if (file.size === 0) end(row, false, "empty, or a folder");
      else {
        row.state.textContent = "waiting";
        queue.push({ file, row });
      }
    }
    showOverall();
    next();
  }

  function next() {
    while (running < AT_ONCE && queue.length) {
      running += 1;
      send(queue.shift());
    }
  }

  function end(row, good, words, address) {
    total.ended += 1;
    if (!good) total.failed += 1;
    row.bar.hidden = true;
    row.state.textContent = words;
    if (address) {
      const link = document.createElement("a");
      link.href = address;
      link.textContent = row.name.textContent;
      row.name.replaceChildren(link);
    }
    if (overall) showOverall();
    if (total.ended === total.files) say(`${total.files - total.failed} of ${total.files} files uploaded`);
  }

  function send({ file, row }) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.append("collection", form.querySelector("[name=collection]").value);
    body.append("file", file, file.name);
    const request = new XMLHttpRequest(); // fetch() tells nothing about how much was sent
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      if (!event.lengthComputable) return;
      row.bar.value = (100 * event.loaded) / event.total;
      row.state.textContent = event.loaded < event.total ? `${Math.floor(row.bar.value)} %` : "storing";
    };
    request.onloadend = () => {
      running -= 1;
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an error page */ }
      if (request.status === 201) end(row, true, answer.is_new ? "stored" : "the vault had it already", answer.url);
      else end(row, false, answer.error ?? answer.detail ?? (request.status ? `refused (${request.status})` : "connection lost; try again"));
      next();
    };
    request.send(body);
  }

  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("[data-upload-choose]")?.addEventListener("click", (event) => {
    event.preventDefault();
    input.click();
  });

  // The whole page takes drops, so that a file beside the zone does not navigate away from it.
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  let depth = 0;
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    depth += 1;
    zone.classList.add("is-over");
  });
  addEventListener("dragleave", (event) => {
    if (!carries(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) zone.classList.remove("is-over");
  });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    zone.classList.remove("is-over");
    add([...event.dataTransfer.files]);
  });
  addEventListener("beforeunload", (event) => { if (running || queue.length) event.preventDefault(); });
}
