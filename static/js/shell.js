// The shell: theme, keys, the key sheet, the command palette, messages, and one voice for screen readers.

const root = document.documentElement;
const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const store = {
  get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode: lasts for this page */ } },
};

// --- announcements: dispatch "studio:announce" with a sentence; one a second, the last one wins ------------------------

let sentence = "";
let speaking = 0;
document.addEventListener("studio:announce", (event) => {
  sentence = String(event.detail);
  if (speaking) return;
  const speak = () => {
    const region = $("#live");
    if (!sentence || !region) { speaking = 0; return; }
    region.textContent = sentence;
    sentence = "";
    speaking = setTimeout(speak, 1000);
  };
  speak();
});

// --- theme -----------------------------------------------------------------------------------------------------------------

const themes = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
function nameTheme() {
  for (const label of $$("[data-theme-name]")) label.textContent = themes[root.dataset.theme] ?? "Theme";
}
function turnTheme() {
  const names = Object.keys(themes);
  root.dataset.theme = names[(names.indexOf(root.dataset.theme) + 1) % names.length];
  store.set("studio.theme", root.dataset.theme);
  nameTheme();
}

// --- keys: [data-key] is clicked by its key, [data-jump] by "g" and its letter -----------------------------------------------

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
let jumping = 0;

const isTyping = (element) =>
  element?.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element?.tagName ?? "") ||
  (element?.tagName === "INPUT" && !/^(checkbox|radio|button|submit|reset|range|file)$/.test(element.type));
const isShown = (element) => element.getClientRects().length > 0 && !element.disabled;

// "a", "Escape", "mod+Enter": mod is Ctrl, or Cmd on a Mac.
function keyName(event) {
  const mod = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return mod ? `mod+${key}` : key;
}
function keyTarget(name, from) {
  const dialog = $("dialog[open]");
  const found = $$("[data-key]", dialog ?? document).filter(
    (element) => element.dataset.key.toLowerCase().split(" ").includes(name.toLowerCase()) && isShown(element),
  );
  // Of several forms with the same key, the one that is written in.
  return found.find((element) => element.form?.contains(from)) ?? found[0];
}
function press(element) {
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== "checkbox") element.focus();
  else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = keyName(event);
  if (name === "mod+k") { event.preventDefault(); openPalette(); return; }
  const typing = isTyping(event.target);
  if (name === "Escape") {
    for (const menu of $$("details[data-menu][open]")) { menu.open = false; $("summary", menu).focus(); }
    if (typing && !$("dialog[open]")) event.target.blur();
  }
  const single = name.length === 1;
  if (typing && !name.startsWith("mod+")) return;
  if (single && (root.dataset.keys === "off" || event.repeat)) return;
  if (single && jumping) {
    clearTimeout(jumping);
    jumping = 0;
    const link = $$("[data-jump]").find((element) => element.dataset.jump === name);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const target = keyTarget(name, event.target);
  if (target) { event.preventDefault(); press(target); return; }
  if ($("dialog[open]")) return;
  if (name === "g") jumping = setTimeout(() => { jumping = 0; }, 1200);
  else if (name === "/") { const field = $$("[data-search]").find(isShown); if (field) { event.preventDefault(); field.focus(); field.select?.(); } }
  else if (name === "?") { event.preventDefault(); openKeys(); }
});

// --- the key sheet ---------------------------------------------------------------------------------------------------------------

const label = (element) => element.dataset.keyLabel || element.getAttribute("aria-label") || element.title ||
  [...element.childNodes].filter((node) => !node.matches?.("kbd, .rail-count, .icon")).map((node) => node.textContent)
    .join(" ").replace(/\s+/g, " ").trim();

function openKeys() {
  const table = $("[data-key-table]");
  const rows = [
    ...$$("[data-key]").filter(isShown).map((element) => [element.dataset.key.split(" "), label(element)]),
    ...($("[data-row]") ? [[["j", "k"], "Next, previous line"], [["Enter"], "Open the line"]] : []),
    ...$$("[data-jump]").map((element) => [["g " + element.dataset.jump], "Go to " + label(element)]),
    [["/"], "Search"], [["mod+k"], "Command palette"], [["?"], "This list"], [["Escape"], "Close, leave a field"],
  ];
  table.replaceChildren(...rows.flatMap(([keys, what]) => {
    const term = document.createElement("dt");
    term.append(...keys.flatMap((key) => key.split(" ")).map(printKey));
    const text = document.createElement("dd");
    text.textContent = what;
    return [term, text];
  }));
  $("[data-keys-toggle]").checked = root.dataset.keys !== "off";
  $("#keys").showModal();
}
function printKey(key) {
  const cap = document.createElement("kbd");
  const words = { "mod+": isMac ? "⌘ " : "Ctrl ", Escape: "Esc", ArrowLeft: "←", ArrowRight: "→" };
  cap.textContent = Object.entries(words).reduce((text, [from, to]) => text.replace(from, to), key)
    .replace(/(^| )([a-z])$/, (found) => found.toUpperCase());
  return cap;
}
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-keys-toggle]")) return;
  root.dataset.keys = event.target.checked ? "on" : "off";
  store.set("studio.keys", root.dataset.keys);
});

// --- the command palette -----------------------------------------------------------------------------------------------------------

function commands(text) {
  const palette = $("#palette");
  const found = [
    ...$$("[data-jump]").map((element) => ({ text: "Go to " + label(element), hint: "g " + element.dataset.jump, run: () => element.click() })),
    ...$$(".page :is(a, button)[data-key]").filter(isShown).map((element) => ({ text: label(element), hint: "on this page", run: () => press(element) })),
    { text: "Change the theme", hint: "", run: turnTheme },
    { text: "Keys of this page", hint: "?", run: openKeys },
  ];
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = found.filter((command) => wanted.every((word) => command.text.toLowerCase().includes(word)));
  if (text) {
    const go = (address) => () => location.assign(address + encodeURIComponent(text));
    hits.push({ text: `Ask “${text}”`, hint: "ask", run: go(palette.dataset.ask + "?question=") });
    if (palette.dataset.find) hits.push({ text: `Search for “${text}”`, hint: "vault", run: go(palette.dataset.find + "?q=") });
  }
  return hits;
}
let shown = [];
let current = 0;
function drawPalette() {
  const input = $("#palette input");
  shown = commands(input.value.trim());
  current = Math.max(0, Math.min(current, shown.length - 1));
  $("#palette-list").replaceChildren(...shown.map((command, index) => {
    const option = document.createElement("div");
    option.className = "menu-item";
    option.id = `palette-${index}`;
    option.role = "option";
    option.ariaSelected = String(index === current);
    option.append(command.text);
    if (command.hint) {
      const hint = document.createElement("span");
      hint.className = "muted";
      hint.textContent = command.hint;
      option.append(hint);
    }
    return option;
  }));
  input.setAttribute("aria-activedescendant", `palette-${current}`);
  $(`#palette-${current}`)?.scrollIntoView({ block: "nearest" });
}
function openPalette() {
  const palette = $("#palette");
  if (!palette) return;
  if (palette.open) { palette.close(); return; }
  for (const open of $$("dialog[open]")) open.close();
  palette.showModal();
  $("input", palette).value = "";
  current = 0;
  drawPalette();
}
function choose(index) {
  const command = shown[index];
  $("#palette").close();
  command?.run();
}
document.addEventListener("input", (event) => {
  if (event.target.closest?.("#palette")) { current = 0; drawPalette(); }
});
document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#palette")) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); current = (current + step + shown.length) % shown.length; drawPalette(); }
  if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); choose(current); }
});

// --- clicks ----------------------------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest?.(selector);
  if (on("[data-theme-toggle]")) turnTheme();
  if (on("[data-palette-open]")) openPalette();
  if (on("[data-keys-open]")) openKeys();
  const option = on("#palette [role=option]");
  if (option) choose(Number(option.id.replace("palette-", "")));
  on("[data-dismiss]")?.closest(".message, .toast")?.remove();
  for (const menu of $$("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});

// --- toasts and failures ---------------------------------------------------------------------------------------------------------------

function toast(text) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = "";
  box.textContent = text;
  $("#toasts")?.append(box);
  document.dispatchEvent(new CustomEvent("studio:announce", { detail: text }));
}
document.addEventListener("studio:toast", (event) => toast(String(event.detail?.value ?? event.detail)));
document.addEventListener("htmx:sendError", () => toast("The studio cannot be reached. Nothing you typed is lost."));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const sentences = { 401: "You were signed out. Reload to sign in again.", 403: "You may not do this.", 404: "This is no longer there.", 429: "Too many requests; wait a moment." };
  toast(sentences[status] ?? "The studio made a mistake; nothing was half saved.");
});

// --- when the page arrives, and whenever a part of it is replaced -------------------------------------------------------------------------

function settle() {
  nameTheme();
  for (const cap of $$("[data-mod-key]")) if (isMac) cap.textContent = "⌘ K";
  for (const box of $$("[data-toast]:not([data-timed])")) {
    box.dataset.timed = "";
    setTimeout(() => box.remove(), $("form", box) ? 15_000 : 6_000);
  }
}
settle();
document.addEventListener("htmx:afterSettle", settle);
new MutationObserver(settle).observe($("#toasts") ?? document.body, { childList: true });
