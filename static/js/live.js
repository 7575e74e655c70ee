// Live pages: one websocket for each stream, whatever the number of elements that show it.
//
// <ol data-stream="session:12" data-after="41">        draws frames with seq > 41
//   <ul data-stream-target>                            where HTML goes; without one, into the element itself
// <div hx-get="…" hx-trigger="studio:refresh" data-refresh-on="pair.* job.done"> is fetched again, soon after such an event
//
// The server keeps every event, so the cursor decides everything: a reconnect asks for what came after it, and a frame
// at or below it is dropped. A frame's elements replace those with the same id and are appended otherwise; what they
// announce, or the heading of an entry, is said, never all of it: the logs themselves are silent (aria-live). Frames
// without a number are hints (text that is still being written): they are told to the page and never stored.

const streams = new Map(); // name → Stream
const LOST_AFTER = 1500; // ms before a lost connection is worth a word
const REFRESH_AFTER = 300; // ms without another such event before a part is fetched again
const REFRESH_AT_LEAST = 1_000; // ms from the first such event, however many follow
const REFRESH_WITHOUT_SOCKET = 15_000; // ms between fetches of refreshing parts while there is no connection

class Stream {
  constructor(name) {
    this.name = name;
    this.elements = new Set();
    this.tries = 0;
    this.timer = 0;
    this.socket = null;
    this.sent = null; // the cursor that this socket asked with, once it did
    this.last = -1; // the newest number seen on it
    this.refused = false;
  }

  add(element) {
    this.elements.add(element);
    const after = cursor(element);
    // An element that needs older events than this connection has brought asks again from its own place.
    if (this.sent !== null && after < Math.max(this.sent, this.last)) this.reopen();
    else if (!this.socket && !this.timer) this.open();
  }

  prune() {
    for (const element of this.elements) if (!element.isConnected) this.elements.delete(element);
    if (this.elements.size) return;
    streams.delete(this.name);
    clearTimeout(this.timer);
    this.drop();
  }

  drop() {
    const socket = this.socket;
    this.socket = this.sent = null;
    if (!socket) return;
    socket.onclose = socket.onmessage = socket.onopen = null;
    socket.close(1000);
  }

  reopen() {
    this.drop();
    clearTimeout(this.timer);
    this.timer = 0;
    this.open();
  }

  open() {
    if (this.refused) return;
    const address = new URL(`/ws/events/${encodeURIComponent(this.name)}/`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(address));
    socket.onopen = () => {
      this.sent = Math.min(...[...this.elements].map(cursor));
      this.last = this.sent;
      socket.send(JSON.stringify({ after: this.sent }));
    };
    socket.onmessage = (message) => {
      this.tries = 0;
      showConnection();
      let frame;
      try { frame = JSON.parse(message.data); } catch { return; }
      if (frame && typeof frame.kind === "string") this.receive(frame);
    };
    socket.onclose = (event) => {
      this.socket = this.sent = null;
      // 4400–4499: the server will not change its mind; asking again would only make noise.
      if (event.code >= 4400 && event.code < 4500) { this.refused = true; showConnection(); return; }
      const wait = Math.min(30_000, 500 * 2 ** this.tries) * (0.5 + Math.random());
      this.tries += 1;
      this.timer = setTimeout(() => { this.timer = 0; this.open(); }, wait);
      showConnection();
    };
  }

  receive(frame) {
    const numbered = Number.isInteger(frame.seq) && frame.seq > 0;
    if (numbered) this.last = Math.max(this.last, frame.seq);
    this.prune();
    for (const element of this.elements) {
      if (numbered) {
        if (frame.seq <= cursor(element)) continue;
        element.dataset.after = String(frame.seq);
        if (frame.html) draw(element, frame.html);
      }
      element.dispatchEvent(new CustomEvent("studio:event", { bubbles: true, detail: { ...frame, stream: this.name } }));
    }
  }
}

const cursor = (element) => Number.parseInt(element.dataset.after ?? "0", 10) || 0;

// --- drawing ------------------------------------------------------------------------------------------------------------

function draw(element, html) {
  if (element.hasAttribute("data-stream-quiet")) return;
  const target = element.querySelector("[data-stream-target]") ?? element;
  const scroller = element.closest("[data-stick]");
  const stuck = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const template = document.createElement("template");
  template.innerHTML = html; // rendered and escaped by our own server; scripts in it are refused by the policy
  for (const node of [...template.content.children]) {
    const old = node.id && document.getElementById(node.id);
    if (old) old.replaceWith(node);
    else { node.classList.add("is-new"); target.append(node); }
    window.htmx?.process(node);
    const spoken = node.dataset.announce ?? node.querySelector("[data-announce]")?.dataset.announce ?? node.querySelector(".event-head h3")?.textContent.trim();
    if (spoken) document.dispatchEvent(new CustomEvent("studio:announce", { detail: spoken }));
  }
  if (stuck) scroller.scrollTop = scroller.scrollHeight;
  document.dispatchEvent(new CustomEvent("studio:drawn", { detail: { element } }));
  attach();
}

// --- parts that are fetched again --------------------------------------------------------------------------------------------

const waiting = new WeakMap();
const matches = (pattern, kind) => (pattern.endsWith("*") ? kind.startsWith(pattern.slice(0, -1)) : pattern === kind);

// Events that arrive together cost one fetch; a stream that never rests costs one every REFRESH_AT_LEAST.
function refresh(element) {
  const since = waiting.get(element)?.since ?? Date.now();
  clearTimeout(waiting.get(element)?.timer);
  const pause = Math.max(0, Math.min(REFRESH_AFTER, since + REFRESH_AT_LEAST - Date.now()));
  const timer = setTimeout(() => {
    waiting.delete(element);
    if (!element.isConnected) return;
    const active = document.activeElement;
    const typing = element.contains(active) && active.matches("input, textarea, select, [contenteditable]");
    if (typing) refresh(element); // never take a field away from somebody who writes in it
    else window.htmx?.ajax("GET", element.getAttribute("hx-get"), { source: element });
  }, pause);
  waiting.set(element, { since, timer });
}

document.addEventListener("studio:event", (event) => {
  for (const element of document.querySelectorAll("[data-refresh-on][hx-get]")) {
    const kinds = element.dataset.refreshOn.split(/\s+/).filter(Boolean);
    if (kinds.some((pattern) => matches(pattern, event.detail.kind))) refresh(element);
  }
});
setInterval(() => {
  if (isLost()) document.querySelectorAll("[data-refresh-on][hx-get]").forEach(refresh);
}, REFRESH_WITHOUT_SOCKET);

// --- the state of the connection ----------------------------------------------------------------------------------------------

let told = false;
let telling = 0;
const isLost = () => [...streams.values()].some((stream) => stream.refused || stream.tries > 0);

function showConnection() {
  if (isLost()) {
    telling ||= setTimeout(() => {
      telling = 0;
      if (!isLost()) return;
      const gone = [...streams.values()].some((stream) => stream.refused);
      const text = gone ? "Live updates ended; reload the page" : "Connection lost, trying again";
      for (const place of document.querySelectorAll("[data-connection]")) {
        place.hidden = false;
        (place.querySelector("span") ?? place).textContent = text;
      }
      document.documentElement.dataset.live = "lost";
      if (!told) document.dispatchEvent(new CustomEvent("studio:announce", { detail: text }));
      told = true;
    }, LOST_AFTER);
    return;
  }
  for (const place of document.querySelectorAll("[data-connection]")) place.hidden = true;
  document.documentElement.dataset.live = "live";
  if (told) document.dispatchEvent(new CustomEvent("studio:announce", { detail: "Connection restored" }));
  told = false;
}

// --- life ---------------------------------------------------------------------------------------------------------------------------

function attach() {
  for (const element of document.querySelectorAll("[data-stream]")) {
    const name = element.dataset.stream;
    if (!name) continue;
    if (!streams.has(name)) streams.set(name, new Stream(name));
    const stream = streams.get(name);
    if (!stream.elements.has(element)) stream.add(element);
  }
  // After the new ones came: an element that was swapped for its successor hands its socket on.
  for (const stream of [...streams.values()]) stream.prune();
}
function hurry() {
  for (const stream of streams.values()) if (!stream.socket) stream.reopen();
}

attach();
document.addEventListener("htmx:afterSettle", attach);
addEventListener("online", hurry);
addEventListener("pageshow", (event) => { if (event.persisted) hurry(); });
document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });
addEventListener("pagehide", () => { for (const stream of streams.values()) stream.drop(); });
