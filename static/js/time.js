// Relative times stay true while a page is open; the exact time is in the title, put there by the server.

const UNITS = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]];

function say(moment, now) {
  const seconds = (now - moment) / 1000;
  const size = Math.abs(seconds);
  if (size < 10) return seconds >= 0 ? "just now" : "in a moment";
  if (size >= 30 * 86_400) return null; // the server wrote a date
  const [unit, length] = UNITS.find(([, each]) => size >= each);
  const number = Math.floor(size / length);
  return seconds > 0 ? `${number} ${unit} ago` : `in ${number} ${unit}`;
}

function tick() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = say(Date.parse(element.dateTime), Date.now());
    if (text && element.textContent !== text) element.textContent = text;
  }
}

setInterval(tick, 10_000);
document.addEventListener("studio:drawn", tick);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
