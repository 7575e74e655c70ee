// Copy buttons: [data-copy="text"], or [data-copy-from="id"] for the text of another element.

async function write(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Plain http on a local network has no clipboard interface: select the text and copy it the old way.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copying was refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy], [data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom ?? "");
  const text = button.dataset.copy ?? source?.value ?? source?.textContent ?? "";
  let said = "Copied";
  try {
    await write(text);
    button.dataset.copied = "";
    setTimeout(() => delete button.dataset.copied, 1500);
  } catch {
    said = "The browser refused to copy";
  }
  document.dispatchEvent(new CustomEvent("studio:toast", { detail: said }));
});
