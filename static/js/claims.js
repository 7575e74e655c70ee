// A claim, the words that make it and the words it rests on light up together: from a claim (pointer, focus, or the
// key of [data-next-claim]), from its words in the evidence, and from the text itself.
//
// <… data-claims> holds <li data-claim="2"> with [data-claim-text], <mark data-claim="2">, and .pair-diff with the text.
// Claims repeat or reword what the text says, so a claim's place is where a sentence shares the most words with it. It
// is painted by the browser's highlight registry: the text itself, which is edited and sent, is never touched.

const ENOUGH = 0.6; // share of a claim's words that its place must have
const UNSEEN = "del, .hunk-number"; // stands in the diff and not in the text
const paint = globalThis.Highlight && CSS.highlights ? new Highlight() : null;
if (paint) CSS.highlights.set("claim", paint);

const homeOf = (element) => element?.closest?.("[data-claims]");
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+/gu;
const MARK = /\[\d+(?:\s*,\s*\d+)*\]/g; // a citation is no word of what is said
const wordsOf = (text) => [...text.toLowerCase().replace(MARK, (mark) => " ".repeat(mark.length)).matchAll(WORD)].map((match) => ({ word: match[0], at: match.index, end: match.index + match[0].length }));
const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

// --- the text as it is shown, and the place of a claim in it -------------------------------------------------------------

function textNodes(home) {
  const shown = [...home.querySelectorAll(".pair-diff .diff")].filter((place) => place.checkVisibility()).pop();
  const walker = shown && document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker?.nextNode()) if (!walker.currentNode.parentElement.closest(UNSEEN)) nodes.push(walker.currentNode);
  return nodes;
}

// The shortest stretch of one sentence with all the words that this sentence shares with the claim.
function placeOf(claim, text) {
  const wanted = new Set(wordsOf(claim.querySelector("[data-claim-text]").textContent).map(({ word }) => word));
  let best = { count: 0 };
  for (const { segment, index } of sentences.segment(text)) {
    const hits = wordsOf(segment).filter(({ word }) => wanted.has(word));
    const count = new Set(hits.map(({ word }) => word)).size;
    if (count > best.count) best = { count, index, hits };
  }
  if (best.count < ENOUGH * wanted.size) return null;
  let found = null;
  best.hits.forEach((first, from) => {
    const seen = new Set();
    const last = best.hits.slice(from).find(({ word }) => seen.add(word).size === best.count);
    if (last && (!found || last.end - first.at < found.end - found.start)) found = { start: first.at, end: last.end };
  });
  return { start: best.index + found.start, end: best.index + found.end };
}

// One range for each part of the text, so that what is left out between them stays unpainted.
function rangesOf(nodes, place) {
  let at = 0;
  return nodes.flatMap((node) => {
    const [start, end] = [Math.max(place.start - at, 0), Math.min(place.end - at, node.length)];
    at += node.length;
    if (start >= end) return [];
    const range = new Range();
    range.setStart(node, start);
    range.setEnd(node, end);
    return [range];
  });
}

// Number and ranges of each claim that the text makes.
function madeClaims(home) {
  const nodes = textNodes(home);
  const text = nodes.map((node) => node.data).join("");
  return [...home.querySelectorAll("li[data-claim]")].flatMap((claim) => {
    const place = placeOf(claim, text);
    return place ? [{ number: claim.dataset.claim, ranges: rangesOf(nodes, place) }] : [];
  });
}

// --- lighting ---------------------------------------------------------------------------------------------------------------

let lit = "";

function light(home, numbers) {
  const wanted = numbers.length ? `${[...document.querySelectorAll("[data-claims]")].indexOf(home)}:${numbers}` : "";
  if (wanted === lit) return;
  lit = wanted;
  for (const old of document.querySelectorAll("[data-claim].is-current")) old.classList.remove("is-current");
  paint?.clear();
  if (!wanted) return;
  for (const number of numbers) for (const each of home.querySelectorAll(`[data-claim="${number}"]`)) each.classList.add("is-current");
  for (const { number, ranges } of madeClaims(home)) if (numbers.includes(number)) ranges.forEach((range) => paint?.add(range));
}

const openWords = (home, number) => home.querySelector(`mark[data-claim="${number}"]`)?.scrollIntoView({ block: "nearest" });

function claimsAt(home, { clientX: x, clientY: y }) {
  const isHit = (box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  return madeClaims(home).filter(({ ranges }) => ranges.some((range) => [...range.getClientRects()].some(isHit))).map(({ number }) => number);
}

function follow(event) {
  const home = homeOf(event.target);
  const claim = event.target.closest?.("[data-claim]");
  if (home && claim) light(home, [claim.dataset.claim]);
  else if (home && event.type === "pointermove" && event.target.closest(".pair-diff")) light(home, claimsAt(home, event));
  else if (lit && !event.target.closest?.("[data-next-claim]")) light(null, []);
}

function next(home) {
  const claims = [...home.querySelectorAll("li[data-claim]")];
  const at = claims.findIndex((claim) => claim.classList.contains("is-current")) + 1;
  const claim = claims[at % claims.length];
  light(home, [claim.dataset.claim]);
  claim.scrollIntoView({ block: "nearest" });
  openWords(home, claim.dataset.claim);
  const said = claim.textContent.trim().replace(/\s+/g, " ");
  document.dispatchEvent(new CustomEvent("studio:announce", { detail: `${(at % claims.length) + 1} of ${claims.length}. ${said}` }));
}

let frame = 0; // a pointer moves more often than the screen is drawn
document.addEventListener("pointermove", (event) => {
  if (!lit && !homeOf(event.target)) return;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => follow(event));
});
document.addEventListener("focusin", follow);
document.addEventListener("click", (event) => {
  const home = homeOf(event.target);
  if (!home) return;
  const claim = event.target.closest("li[data-claim]");
  if (event.target.closest("[data-next-claim]")) next(home);
  else if (claim && !event.target.closest("a")) { light(home, [claim.dataset.claim]); openWords(home, claim.dataset.claim); }
});
document.addEventListener("studio:shown", () => light(null, []));
