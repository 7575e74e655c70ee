// Nothing typed is lost: a field with data-draft-key is kept in this browser until its form was accepted, for the person
// who typed it alone: others may sign in here.
//
// An htmx form is accepted when its request succeeded. A plain form is accepted when the next page is reached from it
// and does not show its errors; going back or reloading keeps the draft. A script that sends a form itself says
// "studio:accepted" with the element whose fields are done.

const PREFIX = `studio.draft:${document.documentElement.dataset.person ?? ""}:`;
const SENT = "studio.drafts-sent";
const fields = (from = document) => [...from.querySelectorAll("[data-draft-key]")];
const name = (field) => PREFIX + field.dataset.draftKey;
const quietly = (work) => { try { return work(); } catch { return null; } };

function restore() {
  for (const field of fields()) {
    if (field.dataset.draftReady !== undefined) continue;
    field.dataset.draftReady = "";
    const kept = quietly(() => localStorage.getItem(name(field)));
    // What the server sent wins when somebody filled it: a form that came back with errors, or text to edit.
    if (kept && kept !== field.value && (!field.value || field.dataset.draftOver !== undefined)) {
      field.value = kept;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

function clearSent() {
  const sent = JSON.parse(quietly(() => sessionStorage.getItem(SENT)) ?? "null");
  if (!sent) return;
  quietly(() => sessionStorage.removeItem(SENT));
  const arrived = performance.getEntriesByType("navigation")[0]?.type === "navigate" && document.referrer === sent.from;
  if (!arrived || document.querySelector("[data-form-errors]")) return;
  for (const key of sent.keys) quietly(() => localStorage.removeItem(key));
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-draft-key]")) return;
  quietly(() => (field.value ? localStorage.setItem(name(field), field.value) : localStorage.removeItem(name(field))));
});
document.addEventListener("submit", (event) => {
  const keys = fields(event.target).map(name);
  const byScript = event.defaultPrevented || event.target.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]");
  if (!keys.length || byScript) return;
  quietly(() => sessionStorage.setItem(SENT, JSON.stringify({ keys, from: location.href.split("#")[0] })));
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) event.detail.xhr.studioDrafts = fields(form).map(name);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.detail.requestConfig?.verb === "get") return;
  for (const key of event.detail.xhr.studioDrafts ?? []) quietly(() => localStorage.removeItem(key));
});

document.addEventListener("studio:accepted", (event) => {
  for (const field of fields(event.detail)) quietly(() => localStorage.removeItem(name(field)));
});

clearSent();
restore();
document.addEventListener("htmx:afterSettle", restore);
