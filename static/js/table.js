// Lists: j and k move, Enter opens, a click anywhere on a line opens it; check boxes select many, Shift selects a range.

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.getClientRects().length);
const boxes = (form) => [...form.querySelectorAll("input[data-select]")];
let lastBox = null;

function move(step) {
  const all = rows();
  if (!all.length) return;
  const index = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[index < 0 ? 0 : Math.max(0, Math.min(all.length - 1, index + step))];
  for (const row of all) row.classList.toggle("is-current", row === next);
  (next.querySelector("a, button") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox])")) return;
  const claimed = document.querySelector(`[data-key~="${event.key === "j" || event.key === "k" ? event.key : "none"}"]`);
  if (claimed) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "x") document.querySelector("[data-row].is-current input[data-select]")?.click();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest?.("input[data-select]");
  if (box) {
    const all = boxes(box.form ?? document);
    if (event.shiftKey && lastBox && all.includes(lastBox)) {
      const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((a, b) => a - b);
      for (const between of all.slice(from, to + 1)) between.checked = box.checked;
    }
    lastBox = box;
    countSelected(box.form ?? document);
    return;
  }
  const all = event.target.closest?.("input[data-select-all]");
  if (all) {
    for (const each of boxes(all.form ?? document)) each.checked = all.checked;
    countSelected(all.form ?? document);
    return;
  }
  const row = event.target.closest?.("tr[data-href]");
  if (!row || event.target.closest("a, button, input, label, select, summary") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener");
  else location.assign(row.dataset.href);
});

function countSelected(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  const head = form.querySelector("input[data-select-all]");
  if (head) { head.checked = chosen > 0 && chosen === all.length; head.indeterminate = chosen > 0 && chosen < all.length; }
  for (const bar of form.querySelectorAll("[data-bulk]")) bar.hidden = chosen === 0;
  for (const place of form.querySelectorAll("[data-selected-count]")) place.textContent = String(chosen);
}

// A table that is wider than its place can be scrolled with the keys.
function reach() {
  for (const place of document.querySelectorAll(".table-wrap")) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  }
}

function settle() {
  reach();
  for (const head of document.querySelectorAll("input[data-select-all]")) countSelected(head.form ?? document);
}
settle();
addEventListener("resize", reach);
document.addEventListener("htmx:afterSettle", settle);
