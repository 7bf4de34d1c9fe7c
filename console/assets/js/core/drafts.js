// Fields with data-autosave="PLACE" are saved as they are typed: on the server 800 ms after the last key and on
// leaving the field, and at once in this browser, so that neither a crash nor a lost sign-in loses a word. Another tab
// with the same place shows what is typed here as it is typed: neither can write over what it has not seen.
// When the server has taken the text for good it says "ringback:sent" with the place (or data-sent on <body>): that
// ends the place and all below it ("log-a-call" ends "log-a-call:subject").
import { post } from "./proof.js";
import { word } from "./words.js";

const WAIT_MS = 800;
const MAKING_MS = 60000; // no page takes longer; in doubt words are kept
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
  document.addEventListener("click", startAfresh);
  addEventListener("storage", follow);
  restore();
}

/** Puts back what this browser kept into fields that are new on the page. */
export function restore() {
  for (const field of document.querySelectorAll("[data-autosave]:not([data-restored])")) {
    field.dataset.restored = "";
    const place = field.dataset.autosave;
    const known = mirror(place);
    if (!known || known.text === read(field)) continue;
    if (known.synced && !isNews(known, field)) {
      // The server knows better: the draft was sent, or went on in another browser.
      keep(place, read(field), true);
      continue;
    }
    write(field, known.text);
    say(place, word("restored"));
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  offerAfresh();
}

function typed(field) {
  const place = field.dataset?.autosave;
  if (!place) return;
  keep(place, read(field), false);
  offerAfresh();
  clearTimeout(timers.get(place));
  timers.set(place, setTimeout(() => save(field), WAIT_MS));
}

/** Another tab wrote here: its words are taken over, and sent by it. What was sent or emptied there is empty here. */
function follow({ key, newValue }) {
  const mine = nameOf("");
  if (!key?.startsWith(mine)) return;
  const place = key.slice(mine.length);
  const now = newValue === null ? "" : mirror(place)?.text;
  for (const field of document.querySelectorAll(`[data-autosave="${CSS.escape(place)}"]`)) {
    if (now === undefined || read(field) === now || (!now && !isWriting(field))) continue;
    clearTimeout(timers.get(place));
    timers.delete(place);
    write(field, now);
  }
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
  const text = read(field);
  clearTimeout(timers.get(place));
  timers.delete(place);
  const before = underway.get(place) ?? Promise.resolve();
  const doing = before.then(() => send(place, text));
  underway.set(place, doing);
}

async function send(place, text) {
  let answer;
  try {
    answer = await post("/drafts", { place, text }, { keepalive: text.length < 30000 });
  } catch {
    return say(place, word("offline"), true);
  }
  if (answer.ok) {
    const { saved, at } = await answer.json();
    if (mirror(place)?.text === text) keep(place, text, true, at);
    return say(place, text.trim() ? word("saved", saved) : "");
  }
  const why = answer.type === "opaqueredirect" || answer.status === 401 ? "signed_out" : "not_saved";
  return say(place, word(why), true);
}

/** The form is being sent: what it holds is not saved as a draft any more, unless it comes back. */
function hold(form) {
  for (const field of form.querySelectorAll?.("[data-autosave]") ?? []) {
    const place = field.dataset.autosave;
    clearTimeout(timers.get(place));
    timers.delete(place);
    sessionStorage.setItem(nameOf(place), read(field));
  }
}

async function forget(place) {
  const ended = [...new Set([place, ...underway.keys(), ...kept()])].filter((one) => isWithin(one, place));
  for (const one of ended) {
    const held = sessionStorage.getItem(nameOf(one));
    sessionStorage.removeItem(nameOf(one));
    if (held !== null && held !== mirror(one)?.text) continue; // went on while the form was on its way
    clearTimeout(timers.get(one));
    timers.delete(one);
    localStorage.removeItem(nameOf(one));
  }
  const late = ended.filter((one) => underway.has(one));
  if (!late.length) return;
  await Promise.all(late.map((one) => underway.get(one))); // a save that was on its way may have come after
  await post("/drafts", { place, end: "1" }).catch(() => {});
}

/** <button data-forgets="PLACE"> gives up all that was typed there. */
async function startAfresh(event) {
  const button = event.target.closest?.("[data-forgets]");
  if (!button) return;
  const place = button.dataset.forgets;
  await forget(place);
  const answer = await post("/drafts", { place, end: "1" }).catch(() => undefined);
  if (answer?.ok) location.assign(location.pathname);
  else say(place, word("offline"), true);
}

function offerAfresh() {
  for (const button of document.querySelectorAll("[data-forgets]")) {
    button.hidden = !kept().some((place) => isWithin(place, button.dataset.forgets));
  }
}

function say(place, text, isBad = false) {
  for (const status of document.querySelectorAll("[data-saved-for]")) {
    if (!isWithin(place, status.dataset.savedFor)) continue;
    status.textContent = text;
    status.toggleAttribute("data-bad", isBad);
  }
}

function keep(place, text, synced, at = document.body.dataset.at) {
  try {
    if (text.trim()) localStorage.setItem(nameOf(place), JSON.stringify({ text, synced, at }));
    else localStorage.removeItem(nameOf(place));
  } catch {
    // Full or forbidden: the server still has it.
  }
}

/** Whether this was saved too late for the page to know, by the server's own clock, and goes on where the page ends. */
function isNews(known, field) {
  const isLate = Date.parse(known.at) > Date.parse(document.body.dataset.at) - MAKING_MS;
  return isLate && (!isWriting(field) || known.text.startsWith(read(field)));
}

function mirror(place) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(place)));
  } catch {
    return null;
  }
}

function kept() {
  const mine = nameOf("");
  return Object.keys(localStorage).filter((key) => key.startsWith(mine)).map((key) => key.slice(mine.length));
}

/** What a field says; of radio buttons the one that is chosen. */
function read(field) {
  return field.type === "radio" ? field.form.elements[field.name].value : field.value;
}

function write(field, text) {
  if (field.type === "radio") field.form.elements[field.name].value = text;
  else field.value = text;
}

function isWriting(field) {
  return field.matches("textarea, input:not([type=radio], [type=datetime-local])");
}

function isWithin(place, whole) {
  return place === whole || place.startsWith(`${whole}:`);
}

function nameOf(place) {
  return `draft:${document.body.dataset.account}:${place}`;
}
