// The review queue: a decision shows the next card at once and is sent behind it; what fails comes back with its text.
//
// The cards lie in the page: the first one in [data-slot], the others as <template data-next>. Answers bring more of
// them. Every form works without this script too; here they are sent one after the other, in the order of the keys.
// What happens on a card before it is decided is in review_card.js.

const root = document.querySelector("[data-review]");
const HEARTBEAT = 60_000; // ms; a lease lasts many of them
const OUTLIVES = 16_000; // characters; a browser lets requests of 64 KiB outlive their page
const DONE = { approve: "Approved", reject: "Rejected", send_back: "Sent back" };

const cards = []; // the hand: articles, in the order of the queue
const leaving = new Set(); // ids whose decision is on its way; the server must not give them out again
let at = 0; // the one on the screen
const waiting = new Set(); // requests without an answer yet, in the order of the keys
let line = Promise.resolve(); // each goes out after the answer to the one before, so the log has that order too
let since = 0; // when the card came into view
let did = ""; // what was just done, to be said with the next card

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
  slot.replaceChildren(card ?? (waiting.size ? skeleton() : stamp("data-none")));
  since = Date.now();
  scrollTo(0, 0); // on a phone the last card was perhaps left at its end
  if (!card) return;
  card.dispatchEvent(new CustomEvent("studio:shown", { bubbles: true }));
  card.focus({ preventScroll: true });
  say([did, card.getAttribute("aria-label")].filter(Boolean).join(". "));
  did = "";
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: {} })); // panes, drafts and times attach
}

function skeleton() {
  const place = document.createElement("div");
  place.dataset.waitingForCards = "";
  place.append(stamp("data-waiting"));
  return place;
}

// What was just done stays in view above the queue, and is said before the next pair is.
function tell(text, card) {
  did = text;
  const place = document.querySelector("[data-last]");
  place.hidden = !text;
  place.textContent = text && `${text}: ${card.getAttribute("aria-label")}`;
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
  tell("");
  show();
  say(notice.textContent.trim().replace(/\s+/g, " "));
}

// --- requests ---------------------------------------------------------------------------------------------------------

function post(address, data) {
  for (const card of cards) data.append("have", idOf(card));
  for (const id of leaving) data.append("without", id);
  const keepalive = [...data.values()].join("").length < OUTLIVES;
  return fetch(address, { method: "POST", body: data, headers: { "HX-Request": "true" }, keepalive });
}

// Sends one after the other; calls back with (answer, html), or (null, "") when the studio could not be reached.
function send(address, data, then) {
  const request = { address, data, sent: null };
  waiting.add(request);
  line = line.then(async () => {
    let answer = null;
    let html = "";
    try {
      answer = await (request.sent ??= post(address, data));
      html = await answer.text();
    } catch {
      answer = null;
    } finally {
      waiting.delete(request);
    }
    then(answer, html);
    show();
  });
}

const unanswered = () => [...waiting].filter(({ address }) => address !== root.dataset.more);

// Asked where the browser can ask; a phone just leaves.
function onLeaving(event) {
  if (unanswered().length) event.preventDefault();
}

// What still waits for its turn goes out now, up to an undo: that one must not overtake what it takes back.
function onLeft() {
  for (const request of unanswered()) {
    if (request.address === $("[data-undo]").action) return;
    request.sent ??= post(request.address, request.data);
  }
}

const bare = () => new FormData($("[data-undo]")); // the CSRF token and nothing else

// Why a request did not do what it should: null when it did, else what to show on the card.
function refusal(answer, html) {
  if (!answer) return stamp("data-unsaved");
  if (answer.redirected || answer.headers.has("HX-Redirect") || [401, 403].includes(answer.status)) return stamp("data-signed-out");
  if (answer.ok) return null;
  const told = new DOMParser().parseFromString(html, "text/html").querySelector(".failure");
  if (told) return document.importNode(told, true);
  const notice = stamp("data-unsaved");
  $("[data-why]", notice).textContent = `the studio answered with an error (${answer.status})`;
  return notice;
}
const sentence = (notice) => ($("p, h2", notice) ?? notice).textContent.trim().replace(/\s+/g, " ");

function decide(form, button) {
  const card = form.closest("[data-card]");
  for (const field of card.querySelectorAll("[data-seconds]")) field.value = String(Math.round((Date.now() - since) / 1000));
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  $("dialog[open]", card)?.close();
  leave(card);
  tell(DONE[data.get("verdict")?.split(":")[0]] ?? "Decided", card);
  $("[data-undo-last]", $("template[data-none]").content).hidden = false;
  send(form.action, data, (answer, html) => {
    leaving.delete(idOf(card));
    const notice = refusal(answer, html);
    if (notice) { bringBack(card, notice); return; }
    document.dispatchEvent(new CustomEvent("studio:accepted", { detail: card }));
    add(html);
  });
  show();
}

function skip(card, address) {
  leave(card);
  tell("Skipped", card);
  send(address, bare(), (answer, html) => {
    leaving.delete(idOf(card));
    const notice = refusal(answer, html);
    if (notice) bringBack(card, notice);
    else add(html);
  });
  show();
}

function undo() {
  send($("[data-undo]").action, bare(), (answer, html) => {
    const notice = refusal(answer, html);
    if (notice) toast(sentence(notice));
    else if (add(html, { inFront: true })) tell("Taken back", current());
    else toast("There is no decision of yours to take back.");
  });
}

function leaf(step) {
  if (cards[at + step]) { at += step; show(); return; }
  if (step < 0) { toast("This is the first pair."); return; }
  fetchMore((notice) => toast(notice ? sentence(notice) : "This is the last pair for now."));
}

function fetchMore(none = () => {}) {
  send(root.dataset.more, bare(), (answer, html) => {
    const wasAt = at;
    const had = cards.length;
    const notice = refusal(answer, html);
    if (!notice && add(html)) at = had ? wasAt + 1 : 0;
    else none(notice);
  });
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
  const step = event.target.closest("[data-leaf]");
  if (step) leaf(Number(step.dataset.leaf));
  if (event.target.closest("[data-reload]")) location.reload();
}

// --- what others do ---------------------------------------------------------------------------------------------------

function onEvent(event) {
  const { kind, data } = event.detail;
  if (kind === "pair.decided" && String(data.reviewer_id) !== root.dataset.me) {
    for (const id of data.pair_ids) taken(id, data.reviewer);
  }
  const mayBring = kind === "pair.proposed" || (kind === "pair.decided" && data.verdict === "undo");
  if (mayBring && !cards.length && !waiting.size) fetchMore();
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
    first.dispatchEvent(new CustomEvent("studio:shown", { bubbles: true })); // a kept draft may have filled it in already
  }
  for (const template of root.querySelectorAll("template[data-next]")) {
    cards.push(document.importNode(template.content, true).querySelector("[data-card]"));
    template.remove();
  }
  since = Date.now();
  root.addEventListener("submit", onSubmit);
  root.addEventListener("click", onClick);
  document.addEventListener("studio:event", onEvent);
  addEventListener("beforeunload", onLeaving);
  addEventListener("pagehide", onLeft);
  setInterval(beat, HEARTBEAT);
}

if (root) start();
