// A conversation: the answer grows while it is written, numbers open their evidence, the voice reads whole sentences.
//
// [data-message] [data-answer-text] holds the text so far, out of sight. `answer.grew` keeps its first `at` characters
// (code points) and appends `text`, so hearing an event twice changes nothing. [data-answer-shown] is the same text as
// the server renders it, fetched whenever it has grown: only the server turns Markdown into HTML. A gap, or an answer
// this page does not show yet, is mended by fetching the thread again, which also fetches itself when an answer ends.

const $ = (selector, from = document) => from.querySelector(selector);
const announce = (text) => document.dispatchEvent(new CustomEvent("studio:announce", { detail: text }));
const answerOf = (id) => $(`[data-message="${CSS.escape(id)}"]`);
const read = new Map(); // message id → how many characters were read out

// --- the growing answer -------------------------------------------------------------------------------------------------

// Somebody who has scrolled up to read is left alone; whoever sees the end of the answer keeps seeing it.
const isInView = (answer) => answer.getBoundingClientRect().bottom < innerHeight + 80;
const follow = (answer) => answer.scrollIntoView({ block: "end" });

function grow({ message_id: id, at, text }) {
  const answer = answerOf(id);
  const place = answer && $("[data-answer-text]", answer);
  if (!place) return;
  const points = [...place.textContent];
  if (points.length < at) { fetchThread(); return; }
  place.textContent = points.slice(0, at).join("") + text;
  draw(answer);
  status(id, "Writing");
  speak(id, place.textContent);
}

// One request at a time: htmx keeps the last one that comes meanwhile.
function draw(answer) {
  const shown = $("[data-answer-shown]", answer);
  if (shown) window.htmx?.ajax("GET", shown.getAttribute("hx-get"), { source: shown });
}

let wasInView = false;
let threadTop = 0;
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.matches("[data-answer-shown]")) wasInView = isInView(target);
  else if (target.id === "thread") { threadTop = target.scrollTop; wasInView = !!lastAnswer() && isInView(lastAnswer()); }
});
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "thread") target.scrollTop = threadTop; // a fresh one would stand at its beginning
  else if (!target.matches("[data-answer-shown]")) return;
  if (!lastAnswer()) return;
  if (wasInView) follow(lastAnswer());
  else if (below && target.id !== "thread") below.hidden = isInView(lastAnswer());
});

const below = $("[data-below]"); // leads somebody who has scrolled up to what is new
const lastAnswer = () => [...document.querySelectorAll("[data-message]")].at(-1);
below?.addEventListener("click", () => { below.hidden = true; follow(lastAnswer()); });
document.addEventListener("scroll", () => {
  if (below && !below.hidden && isInView(lastAnswer())) below.hidden = true;
}, { capture: true, passive: true });

function restart({ message_id: id }) {
  const answer = answerOf(id);
  const place = answer && $("[data-answer-text]", answer);
  if (place) { place.textContent = ""; draw(answer); }
  read.delete(id);
  status(id, "Beginning again");
}

function status(id, word) {
  const place = $(`[data-message="${CSS.escape(id)}"] [data-answer-status]`);
  if (place && place.textContent !== word) place.textContent = word;
}

function fetchThread() {
  const thread = $("#thread");
  if (thread) window.htmx?.ajax("GET", thread.getAttribute("hx-get"), { source: thread });
}

// --- the voice: whole sentences, then how it ended ------------------------------------------------------------------------

const plain = (text) => text.replace(/\s?\[\d+\]/g, "").replace(/[*_`#|]/g, "").trim();

function speak(id, text) {
  const from = read.get(id) ?? 0;
  const ends = [...text.slice(from).matchAll(/[.!?。！？]["'”’)\]]*(?=\s)|\n/g)];
  if (!ends.length) return;
  const last = ends[ends.length - 1];
  const end = from + last.index + last[0].length;
  read.set(id, end);
  const said = plain(text.slice(from, end));
  if (said) announce(said);
}

const ENDINGS = {
  "answer.finished": ({ citations, removed }) =>
    `The answer is complete: ${citations} citation${citations === 1 ? "" : "s"}` + (removed ? `, ${removed} removed because they did not stand.` : "."),
  "answer.stopped": () => "The answer was stopped.",
  "answer.failed": ({ error }) => `There is no answer. ${error}`,
};

document.addEventListener("studio:event", (event) => {
  const { kind, data } = event.detail;
  if (kind === "answer.grew") grow(data);
  else if (kind === "answer.restarted") restart(data);
  else if (kind === "conversation.renamed") $("#conversation-title").textContent = data.title;
  else if (ENDINGS[kind]) announce(ENDINGS[kind](data));
});

// --- numbers and their evidence -----------------------------------------------------------------------------------------------

function show(card) {
  for (let above = card; above; above = above.parentElement) if (above.tagName === "DETAILS") above.open = true;
  for (const old of document.querySelectorAll("#evidence .is-current")) old.classList.remove("is-current");
  card.classList.add("is-current");
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

// The quote beside its number: while a mouse rests on it or it has the focus, and on a phone, where the evidence is far below, at a tap.
const isPhone = matchMedia("(max-width: 760px)");
const cardOf = (chip) => {
  const answer = chip?.closest("[data-message]");
  return answer && document.getElementById(`evidence-${answer.dataset.message}-${chip.textContent.trim()}`);
};

function quote(chip) {
  const place = $("#quote");
  const card = cardOf(chip);
  if (!card || !place.showPopover) return false;
  place.replaceChildren(...[...card.cloneNode(true).children]);
  const box = chip.getBoundingClientRect();
  const isLow = box.top > innerHeight / 2;
  place.style.setProperty("--quote-left", `${Math.max(12, Math.min(box.left - 40, innerWidth - 432))}px`);
  place.style.setProperty("--quote-top", isLow ? "auto" : `${box.bottom + 2}px`);
  place.style.setProperty("--quote-bottom", isLow ? `${innerHeight - box.top + 2}px` : "auto");
  if (!place.matches(":popover-open")) place.showPopover();
  return true;
}

document.addEventListener("pointerover", (event) => {
  const chip = event.target.closest?.("[data-message] a.cite");
  if (chip && event.pointerType === "mouse" && !isPhone.matches) quote(chip);
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "mouse" || !event.target.closest?.("a.cite, #quote")) return;
  if (!event.relatedTarget?.closest?.("a.cite, #quote")) $("#quote")?.hidePopover?.();
});

document.addEventListener("focusin", (event) => {
  const chip = event.target.closest?.("[data-message] a.cite:focus-visible");
  if (chip && !isPhone.matches) quote(chip);
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-message] a.cite")) $("#quote")?.hidePopover?.();
});

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const chip = event.target.closest?.("a.cite");
  const answer = chip?.closest("[data-message]");
  const opener = event.target.closest?.("[data-show-evidence]");
  const card = answer ? cardOf(chip) : opener && document.getElementById(`evidence-${opener.dataset.showEvidence}`);
  if (!card) return;
  event.preventDefault();
  if (answer && isPhone.matches && quote(chip)) return;
  if (opener) card.open = true;
  show(opener ? $(".evidence", card) ?? card : card);
});

document.addEventListener("toggle", ({ target }) => {
  const field = target.matches(".edit[open]") && $("textarea", target);
  if (field) { field.focus(); field.select(); }
}, { capture: true });

// --- code of a finished answer: the renderer knows no buttons, so the page adds one to each block ---------------------------------------

function addCopyButtons() {
  for (const code of document.querySelectorAll("[data-message]:not([aria-busy]) .prose pre:not(.code > pre)")) {
    const box = document.createElement("div");
    const button = $("#copy-code").content.firstElementChild.cloneNode(true);
    box.className = "code";
    button.dataset.copy = code.textContent;
    code.replaceWith(box);
    code.tabIndex = 0; // long lines are scrolled by key too
    box.append(code, button);
  }
}
addCopyButtons();
document.addEventListener("htmx:afterSettle", addCopyButtons);

// --- arriving -----------------------------------------------------------------------------------------------------------------------

const answers = document.querySelectorAll("[data-message]");
const latest = $('[data-message][aria-busy="true"]') ?? answers[answers.length - 1];
if (latest && (!location.hash || latest.getAttribute("aria-busy"))) follow(latest);
