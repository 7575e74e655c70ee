// Panes: a separator between two of them can be dragged or moved with the arrow keys; the widths are remembered.
//
// <div class="panes" data-panes="review"> <div class="pane"> <div class="pane-handle"> <div class="pane"> …

const key = (panes) => `studio.panes:${panes.dataset.panes}`;
const MINIMUM = 160;

function apply(panes, widths) {
  panes.style.setProperty("--panes", widths.map((width, index) => (index ? "auto " : "") + `minmax(0, ${width}fr)`).join(" "));
}
// A separator that takes the focus has a value: the share of its left pane of the two it parts, in percent.
function tell(panes) {
  const widths = widthsOf(panes);
  panes.querySelectorAll(":scope > .pane-handle").forEach((handle, index) => {
    const both = widths[index] + widths[index + 1];
    handle.ariaValueNow = String(both ? Math.round((100 * widths[index]) / both) : 50);
  });
}
const widthsOf = (panes) => [...panes.querySelectorAll(":scope > .pane")].map((pane) => pane.getBoundingClientRect().width);

function shift(panes, handle, distance) {
  const index = [...panes.querySelectorAll(":scope > .pane-handle")].indexOf(handle);
  const widths = widthsOf(panes);
  const room = Math.max(MINIMUM - widths[index], Math.min(distance, widths[index + 1] - MINIMUM));
  widths[index] += room;
  widths[index + 1] -= room;
  apply(panes, widths.map(Math.round));
  tell(panes);
  try { localStorage.setItem(key(panes), JSON.stringify(widths.map(Math.round))); } catch { /* lasts for this page */ }
}

function attach() {
  for (const panes of document.querySelectorAll("[data-panes]:not([data-panes-ready])")) {
    panes.dataset.panesReady = "";
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key(panes))); } catch { /* nothing kept */ }
    const count = panes.querySelectorAll(":scope > .pane").length;
    const given = (panes.dataset.widths ?? "").split(" ").map(Number).filter(Boolean);
    if (Array.isArray(kept) && kept.length === count && kept.every((width) => width > 0)) apply(panes, kept);
    else if (given.length === count) apply(panes, given);
    for (const handle of panes.querySelectorAll(":scope > .pane-handle")) {
      handle.tabIndex = 0;
      handle.role = "separator";
      handle.ariaOrientation = "vertical";
      handle.ariaLabel ??= "Resize";
    }
    tell(panes);
  }
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-panes] > .pane-handle");
  if (!handle) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  let from = event.clientX;
  const moved = (move) => { shift(handle.parentElement, handle, move.clientX - from); from = move.clientX; };
  handle.addEventListener("pointermove", moved);
  handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", moved), { once: true });
});
document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-panes] > .pane-handle");
  const step = { ArrowLeft: -24, ArrowRight: 24 }[event.key];
  if (handle && step) { event.preventDefault(); shift(handle.parentElement, handle, step); }
});

attach();
document.addEventListener("htmx:afterSettle", attach);
