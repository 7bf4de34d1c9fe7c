// One dispatcher for all keys. It knows fields, scopes, prefixes ("g d"), the off switch, and input methods.
//
// In markup: data-key="a" (or "g d", "Ctrl+Enter", "Alt+Shift+N") clicks a button or link, or focuses a field;
// data-key-label names it for the help sheet; inside data-key-scope a key counts only while the focus is in there.
// In scripts: bind("j", "Next row", (event) => …, { within: "#tickets", repeat: true }).

const PENDING_MS = 1500;
const PLAIN_INPUTS = ["checkbox", "radio", "button", "submit", "reset", "file", "range", "color", "image"];
const bound = [];
let pending = "";
let timer;

/** Bind a key in a script; returns what unbinds it. `within`: a selector that must be on the page. */
export function bind(keys, label, run, { within = "", repeat = false, fields = false } = {}) {
  const one = { keys, label, run, within, repeat, fields };
  bound.push(one);
  return () => bound.splice(bound.indexOf(one), 1);
}

/** Every key of this page with its label, for the help sheet. */
export function known() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!found.has(element.dataset.key)) found.set(element.dataset.key, labelOf(element));
  }
  for (const one of bound) {
    if (one.label && (!one.within || document.querySelector(one.within))) found.set(one.keys, one.label);
  }
  return found;
}

export function start() {
  document.addEventListener("keydown", pressed);
}

function pressed(event) {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  const key = nameOf(event);
  if (!key) return;
  const hasModifier = event.ctrlKey || event.altKey || event.metaKey;
  const inField = isField(event.target);
  if (key === "Escape" && inField && !event.target.closest("[popover]")) return event.target.blur();
  if (!hasModifier && (inField || document.body.dataset.keys === "off")) return forget();
  if (!hasModifier && isNative(event)) return;
  const wanted = pending ? `${pending} ${key}` : key;
  const action = find(wanted, event, inField);
  if (action) {
    forget();
    event.preventDefault();
    action(event);
  } else if (!pending && isPrefix(key)) {
    pending = key;
    timer = setTimeout(forget, PENDING_MS);
    event.preventDefault();
  } else if (pending) {
    // A wrong second key ends the prefix, and never fires as a plain one.
    forget();
    event.preventDefault();
  }
}

function find(keys, event, inField) {
  if (!keys.includes(" ") && isPrefix(keys)) return undefined;
  for (const one of bound.toReversed()) {
    if (one.keys !== keys || (event.repeat && !one.repeat) || (inField && !one.fields && keys.length === 1)) continue;
    if (one.within && !isReachable(document.querySelector(one.within))) continue;
    return one.run;
  }
  if (event.repeat) return undefined;
  for (const element of document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)) {
    const scope = element.closest("[data-key-scope]");
    if (!isReachable(element) || element.disabled || (scope && !scope.contains(document.activeElement))) continue;
    return () => (isField(element) ? (element.focus(), element.select?.()) : element.click());
  }
  return undefined;
}

function isPrefix(key) {
  const begins = `${key} `;
  return bound.some((one) => one.keys.startsWith(begins)) || !!document.querySelector(`[data-key^="${CSS.escape(key)} "]`);
}

function isReachable(element) {
  if (!element) return false;
  const sheet = document.querySelector("[popover]:popover-open");
  return !sheet || sheet.contains(element);
}

/** Keys that the focused control needs for itself. */
function isNative(event) {
  const control = event.target.closest?.("a[href], button, summary, input, [role=slider], audio, video");
  if (!control) return false;
  if (event.key === "Enter") return control.dataset.keyEnter === undefined;
  return event.key === " " || (control.matches("input, [role=slider]") && event.key.startsWith("Arrow"));
}

export function isField(element) {
  if (!element?.matches) return false;
  if (element.isContentEditable || element.matches("textarea, select")) return true;
  return element.matches("input") && !PLAIN_INPUTS.includes(element.type);
}

function nameOf(event) {
  const { key } = event;
  if (["Shift", "Control", "Alt", "Meta", "AltGraph", "Dead", "Process", "Unidentified"].includes(key)) return "";
  const isLetter = /^\p{L}$/u.test(key);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && (isLetter || key.length > 1)) parts.push("Shift");
  // With Alt some systems make another character of a letter: its place on the keyboard tells which it is.
  const letter = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : key;
  parts.push(letter === " " ? "Space" : parts.length && letter.length === 1 ? letter.toUpperCase() : isLetter ? key.toLowerCase() : letter);
  return parts.join("+");
}

function labelOf(element) {
  return element.dataset.keyLabel || element.getAttribute("aria-label") || labelText(element);
}

function labelText(element) {
  const copy = element.cloneNode(true);
  for (const inner of copy.querySelectorAll("kbd, .count")) inner.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function forget() {
  clearTimeout(timer);
  pending = "";
}
