// The review queue: a decision shows the next card at once and is sent behind it; what fails comes back with its text.
//
// The cards lie in the page: the first one in [data-slot], the others as <template data-next>. Answers bring more of
// them. Every form works without this script too; here they are sent one after the other, in the order of the keys.

const root = document.querySelector("[data-review]");
const HEARTBEAT = 60_000; // ms; a lease lasts many of them

const cards = []; // the hand: articles, in the order of the queue
const leaving = new Set(); // ids whose decision is on its way; the server must not give them out again
let at = 0; // the one on the screen
let line = Promise.resolve(); // requests wait for the one before, so the log has the order of the keys
let pending = 0;
let since = 0; // when the card came into view

const $ = (selector, from = root) => from.querySelector(selector);
const say = (text) => document.dispatchEvent(new CustomEvent("studio:announce", { detail: text }));
const toast = (text) => document.dispatchEvent(new CustomEvent("studio:toast", { detail: text }));
const stamp = (selector) => $(`template[${selector}]`).content.firstElementChild.cloneNode(true);
const idOf = (card) => card.dataset.card;
const current = () => cards[at];

// --- the hand ---------------------------------------------------------------------------------------------------------

function show() {
  at = Math.max(0, Math.min(at, cards.length - 1));
  const slot = $("[data-slot]");
  const card = current();
  if (card && card.parentElement === slot) return;
  slot.replaceChildren(card ?? (pending ? waiting() : stamp("data-none")));
  since = Date.now();
  if (!card) return;
  card.focus({ preventScroll: true });
  say(card.getAttribute("aria-label"));
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: {} })); // panes, drafts and times attach
}

function waiting() {
  const place = document.createElement("div");
  place.dataset.waitingForCards = "";
  place.append(stamp("data-waiting"));
  return place;
}

function drop(card) {
  const index = cards.indexOf(card);
  if (index < 0) return;
  cards.splice(index, 1);
  if (index < at) at -= 1;
}

function leave(card) {
  leaving.add(idOf(card));
  drop(card);
}

function add(html, { inFront = false } = {}) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = [...page.querySelectorAll("template[data-next]")]
    .map((template) => document.importNode(template.content, true).querySelector("[data-card]"))
    .filter((card) => card && !cards.some((held) => idOf(held) === idOf(card)));
  if (inFront) cards.splice(at, 0, ...fresh);
  else cards.push(...fresh);
  return fresh.length;
}

function bringBack(card, notice) {
  if (!cards.includes(card)) cards.splice(at, 0, card);
  at = cards.indexOf(card);
  $("[data-notice]", card).replaceChildren(notice);
  show();
  say(notice.textContent.trim().replace(/\s+/g, " "));
}

// --- requests ---------------------------------------------------------------------------------------------------------

// Sends one after the other; calls back with (answer, html), or (null, "") when the studio could not be reached.
function send(address, data, then) {
  pending += 1;
  line = line.then(async () => {
    let answer = null;
    let html = "";
    try {
      for (const card of cards) data.append("have", idOf(card));
      for (const id of leaving) data.append("without", id);
      answer = await fetch(address, { method: "POST", body: data, headers: { "HX-Request": "true" } });
      html = await answer.text();
      if (answer.redirected || answer.headers.has("HX-Redirect")) { location.reload(); return; }
    } catch {
      answer = null;
    } finally {
      pending -= 1;
    }
    then(answer, html);
    show();
  });
}

const bare = () => new FormData($("[data-undo]")); // the CSRF token and nothing else

function fragment(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return document.importNode(page.querySelector(".failure") ?? stamp("data-unsaved"), true);
}

function decide(form, button) {
  const card = form.closest("[data-card]");
  for (const field of card.querySelectorAll("[data-seconds]")) field.value = String(Math.round((Date.now() - since) / 1000));
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  $("dialog[open]", card)?.close();
  leave(card);
  send(form.action, data, (answer, html) => {
    leaving.delete(idOf(card));
    if (answer?.ok) {
      forget(card);
      add(html);
    } else {
      bringBack(card, answer ? fragment(html) : stamp("data-unsaved"));
    }
  });
  show();
}

function skip(card, address) {
  leave(card);
  send(address, bare(), (answer, html) => {
    leaving.delete(idOf(card));
    if (answer?.ok) add(html);
    else bringBack(card, answer ? fragment(html) : stamp("data-unsaved"));
  });
  show();
}

function undo() {
  send($("[data-undo]").action, bare(), (answer, html) => {
    if (!answer?.ok) toast(answer ? fragment(html).textContent.trim().replace(/\s+/g, " ") : "The studio could not be reached.");
    else if (add(html, { inFront: true })) say("Taken back");
    else toast("There is no decision of yours to take back.");
  });
}

function leaf(step) {
  if (cards[at + step]) { at += step; show(); return; }
  if (step < 0) { toast("This is the first pair."); return; }
  fetchMore(() => toast("This is the last pair for now."));
}

function fetchMore(none = () => {}) {
  send(root.dataset.more, bare(), (answer, html) => {
    const wasAt = at;
    const had = cards.length;
    if (answer?.ok && add(html)) at = had ? wasAt + 1 : 0;
    else none();
  });
}

// --- the text and its hunks -------------------------------------------------------------------------------------------

const fieldOf = (card) => $("[data-text]", card);
const original = (card) => fieldOf(card).defaultValue;

// Keeps what the boxes say: each hunk as revised, or as it was in the draft.
function combined(card) {
  const kept = (hunk) => $(hunk.querySelector("input").checked ? "del" : "ins", hunk)?.textContent ?? "";
  return [...$("[data-diff]", card).childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : kept(node))).join("");
}

// A text changed by hand is no longer a choice of hunks; it stays in view, so that nobody approves it unseen.
function reveal(card) {
  const isTyped = fieldOf(card).value !== original(card);
  for (const box of card.querySelectorAll("[name=revert]")) box.disabled = isTyped;
  if (isTyped) edit(card, { focus: false });
}

function edit(card, { focus = true } = {}) {
  $("[data-editor]", card).open = true;
  if (focus) fieldOf(card).focus();
}

function forget(card) {
  try { localStorage.removeItem("studio.draft:" + fieldOf(card).dataset.draftKey); } catch { /* nothing was kept */ }
}

function turn(views, name) {
  const names = [...views.querySelectorAll("[data-view-name]")].map((button) => button.dataset.viewName);
  const diff = $(".pair-diff", views.closest("[data-card]"));
  diff.dataset.view = name ?? names[(names.indexOf(diff.dataset.view) + 1) % names.length];
  for (const button of views.querySelectorAll("[data-view-name]")) button.ariaPressed = String(button.dataset.viewName === diff.dataset.view);
}

// --- what people do ---------------------------------------------------------------------------------------------------

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-undo]")) { event.preventDefault(); undo(); return; }
  if (!form.matches("[data-decide]")) return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.matches("[data-skip]")) skip(form.closest("[data-card]"), button.formAction);
  else decide(form, button);
}

function onClick(event) {
  const on = (selector) => event.target.closest(selector);
  const card = on("[data-card]");
  if (!card) return;
  const view = on("[data-view-name]");
  if (view) turn(on("[data-views]"), view.dataset.viewName);
  else if (event.target.matches("[data-views]")) turn(event.target);
  else if (on("button[data-edit]")) edit(card);
  else if (on("[data-leaf]")) leaf(Number(on("[data-leaf]").dataset.leaf));
  else if (on("[data-reset]")) {
    fieldOf(card).value = original(card);
    for (const box of card.querySelectorAll("[name=revert]")) { box.checked = false; box.disabled = false; }
    $("[data-editor]", card).open = false;
    forget(card);
  }
}

function onInput(event) {
  const card = event.target.closest("[data-card]");
  if (!card) return;
  if (event.target.matches("[name=revert]")) {
    fieldOf(card).value = combined(card);
  } else if (event.target.matches("[data-text]")) {
    reveal(card);
  }
}

// --- what others do ---------------------------------------------------------------------------------------------------

function onEvent(event) {
  const { kind, data } = event.detail;
  if (kind === "pair.decided" && String(data.reviewer_id) !== root.dataset.me) {
    for (const id of data.pair_ids) taken(id, data.reviewer);
  }
  const mayBring = kind === "pair.proposed" || (kind === "pair.decided" && data.verdict === "undo");
  if (mayBring && !cards.length && !pending) fetchMore();
}

function taken(id, who) {
  const card = cards.find((held) => idOf(held) === id);
  if (!card) return;
  if (card !== current()) { drop(card); return; }
  const notice = stamp("data-taken");
  $("[data-who]", notice).textContent = who;
  $("[data-notice]", card).replaceChildren(notice);
  say(notice.textContent.trim());
}

async function beat() {
  if (document.hidden || !cards.length) return;
  const data = bare();
  for (const card of cards) data.append("have", idOf(card));
  try {
    const answer = await fetch(root.dataset.heartbeat, { method: "POST", body: data, headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    const { held } = await answer.json();
    for (const card of [...cards]) if (card !== current() && !held.includes(idOf(card))) drop(card);
  } catch { /* the next beat comes soon; a decision checks the version anyway */ }
}

function start() {
  const first = $("[data-slot] > [data-card]");
  if (first) {
    cards.push(first);
    reveal(first); // the browser or a kept draft may have filled it in already
  }
  for (const template of root.querySelectorAll("template[data-next]")) {
    cards.push(document.importNode(template.content, true).querySelector("[data-card]"));
    template.remove();
  }
  since = Date.now();
  root.addEventListener("submit", onSubmit);
  root.addEventListener("click", onClick);
  root.addEventListener("input", onInput);
  document.addEventListener("studio:event", onEvent);
  setInterval(beat, HEARTBEAT);
}

if (root) start();
