// Dialogs: [data-dialog-open="id"] opens, [data-dialog-close] or a click beside it closes; [data-back] goes back.

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (dialog && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  if (event.target.closest?.("[data-back]")) {
    if (history.length > 1) history.back();
    else location.assign("/");
  }
  const dialog = event.target.closest?.("dialog[open]");
  if (!dialog) return;
  if (event.target.closest("[data-dialog-close]")) { dialog.close(); return; }
  if (event.target !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const beside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  if (beside) dialog.close();
});

// A form in a dialog that was answered with success has said what it had to say.
document.addEventListener("htmx:afterRequest", (event) => {
  const dialog = event.detail.elt.closest?.("dialog[open]");
  if (dialog && event.detail.successful) dialog.close();
});
