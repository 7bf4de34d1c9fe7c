// Fields with data-autosave="PLACE" are saved as they are typed: on the server 800 ms after the last key and on
// leaving the field, and at once in this browser, so that neither a crash nor a lost sign-in loses a word.
// When the server has taken the text for good it says "ringback:sent" with the place (or data-sent on <body>).
import { post } from "./proof.js";
import { word } from "./words.js";

const WAIT_MS = 800;
const timers = new Map();
const underway = new Map();

export function start() {
  const { sent } = document.body.dataset;
  if (sent) forget(sent);
  document.addEventListener("ringback:sent", (event) => forget(event.detail.place));
  document.addEventListener("input", (event) => typed(event.target));
  document.addEventListener("focusout", (event) => saveNow(event.target));
  document.addEventListener("submit", (event) => hold(event.target), true);
  document.addEventListener("visibilitychange", () => document.hidden && saveAll());
  document.addEventListener("htmx:after:swap", restore);
  restore();
}

function restore() {
  for (const field of document.querySelectorAll("[data-autosave]:not([data-restored])")) {
    field.dataset.restored = "";
    const kept = mirror(field.dataset.autosave);
    if (!kept || kept.text === field.value) continue;
    if (kept.synced) {
      // The server knows better: the draft was sent, or went on in another browser.
      localStorage.removeItem(nameOf(field.dataset.autosave));
      continue;
    }
    field.value = kept.text;
    say(field, word("restored"));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function typed(field) {
  const place = field.dataset?.autosave;
  if (!place) return;
  keep(place, field.value, false);
  clearTimeout(timers.get(place));
  timers.set(place, setTimeout(() => save(field), WAIT_MS));
}

function saveNow(field) {
  const place = field.dataset?.autosave;
  if (!place || !timers.has(place)) return;
  save(field);
}

function saveAll() {
  for (const field of document.querySelectorAll("[data-autosave]")) saveNow(field);
}

function save(field) {
  const place = field.dataset.autosave;
  const text = field.value;
  clearTimeout(timers.get(place));
  timers.delete(place);
  const before = underway.get(place) ?? Promise.resolve();
  const doing = before.then(() => send(field, place, text));
  underway.set(place, doing);
}

async function send(field, place, text) {
  let answer;
  try {
    answer = await post("/drafts", { place, text }, { keepalive: text.length < 30000 });
  } catch {
    return say(field, word("offline"), true);
  }
  if (answer.ok) {
    const { saved } = await answer.json();
    if (mirror(place)?.text === text) keep(place, text, true);
    return say(field, text.trim() ? word("saved", saved) : "");
  }
  const why = answer.type === "opaqueredirect" || answer.status === 401 ? "signed_out" : "not_saved";
  return say(field, word(why), true);
}

/** The form is being sent: what it holds is not saved as a draft any more, unless it comes back. */
function hold(form) {
  for (const field of form.querySelectorAll?.("[data-autosave]") ?? []) {
    clearTimeout(timers.get(field.dataset.autosave));
    timers.delete(field.dataset.autosave);
  }
}

async function forget(place) {
  clearTimeout(timers.get(place));
  timers.delete(place);
  localStorage.removeItem(nameOf(place));
  if (!underway.has(place)) return;
  await underway.get(place); // a save that was on its way may have come after
  await post("/drafts", { place, text: "" }).catch(() => {});
}

function say(field, text, isBad = false) {
  const place = field.dataset.autosave;
  for (const status of document.querySelectorAll(`[data-saved-for="${CSS.escape(place)}"]`)) {
    status.textContent = text;
    status.toggleAttribute("data-bad", isBad);
  }
}

function keep(place, text, synced) {
  try {
    if (text.trim()) localStorage.setItem(nameOf(place), JSON.stringify({ text, synced }));
    else localStorage.removeItem(nameOf(place));
  } catch {
    // Full or forbidden: the server still has it.
  }
}

function mirror(place) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(place)));
  } catch {
    return null;
  }
}

function nameOf(place) {
  return `draft:${document.body.dataset.account}:${place}`;
}
