// One card of the review queue: its views, its hunks, the editor with its changes below.
//
// review.js decides which card is on the screen and says so with "studio:shown" on it.

const root = document.querySelector("[data-review]");
const PREVIEW_AFTER = 200; // ms without a key before the changes are drawn again

const $ = (selector, from) => from.querySelector(selector);
const fieldOf = (card) => $("[data-text]", card);
const revision = (card) => $(".revised-text", card).textContent;

// --- the text and its hunks -------------------------------------------------------------------------------------------

// Keeps what the boxes say: each hunk as revised, or as it was in the draft.
function combined(card) {
  const diff = $("[data-diff]", card);
  if (!diff) return revision(card);
  const kept = (hunk) => $(hunk.querySelector("input").checked ? "del" : "ins", hunk)?.textContent ?? "";
  return [...diff.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : kept(node))).join("");
}

// A text changed by hand is no longer a choice of hunks; it stays in view, so that nobody approves it unseen.
function reveal(card) {
  const isTyped = ![revision(card), combined(card)].includes(fieldOf(card).value);
  for (const box of card.querySelectorAll("[name=revert]")) box.disabled = isTyped;
  if (isTyped) $("[data-editor]", card).open = true;
}

function edit(card) {
  $("[data-editor]", card).open = true;
  fieldOf(card).focus();
}

function reset(card) {
  const field = fieldOf(card);
  field.value = revision(card);
  for (const box of card.querySelectorAll("[name=revert]")) { box.checked = false; box.disabled = false; }
  $("[data-editor]", card).open = false;
  document.dispatchEvent(new CustomEvent("studio:accepted", { detail: $("[data-editor]", card) })); // nothing is left to keep
}

function turn(views, name) {
  const names = [...views.querySelectorAll("[data-view-name]")].map((button) => button.dataset.viewName);
  const diff = $(".pair-diff", views.closest("[data-card]"));
  diff.dataset.view = name ?? names[(names.indexOf(diff.dataset.view) + 1) % names.length];
  for (const button of views.querySelectorAll("[data-view-name]")) button.ariaPressed = String(button.dataset.viewName === diff.dataset.view);
}

// --- the changes below the editor: drawn by the server as everywhere; an older answer never replaces a newer one --------

let drawing = 0;
let asked = new AbortController();

function drawChanges(card, wait = 0) {
  clearTimeout(drawing);
  drawing = setTimeout(async () => {
    asked.abort();
    asked = new AbortController();
    const place = $("[data-preview]", card);
    const data = new FormData($("[data-undo]", root)); // the CSRF token and nothing else
    data.append("text", fieldOf(card).value);
    try {
      const answer = await fetch(place.dataset.preview, { method: "POST", body: data, signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...[...page.body.children].map((node) => document.importNode(node, true)));
    } catch { /* written on, or offline: the changes as they were stay */ }
  }, wait);
}

// --- what people do -------------------------------------------------------------------------------------------------------

function onClick(event) {
  const on = (selector) => event.target.closest(selector);
  const card = on("[data-card]");
  if (!card) return;
  if (on("[data-view-name]")) turn(on("[data-views]"), on("[data-view-name]").dataset.viewName);
  else if (event.target.matches("[data-views]")) turn(event.target);
  else if (on("button[data-edit]")) edit(card);
  else if (on("[data-reset]")) reset(card);
}

function onInput(event) {
  const card = event.target.closest("[data-card]");
  if (!card) return;
  if (event.target.matches("[name=revert]")) fieldOf(card).value = combined(card);
  if (!event.target.matches("[data-text]")) return;
  reveal(card);
  drawChanges(card, PREVIEW_AFTER);
}

if (root) {
  root.addEventListener("click", onClick);
  root.addEventListener("input", onInput);
  root.addEventListener("studio:shown", (event) => reveal(event.target));
  root.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches("[data-editor]")) drawChanges(event.target.closest("[data-card]"));
  }, { capture: true });
}
