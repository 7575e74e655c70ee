// Sets the theme before anything is drawn; a classic script in the head, so that no page flashes.
(() => {
  const root = document.documentElement;
  try {
    root.dataset.theme = localStorage.getItem("studio.theme") || "auto";
    root.dataset.keys = localStorage.getItem("studio.keys") || "on";
  } catch {
    root.dataset.theme = "auto";
  }
})();
