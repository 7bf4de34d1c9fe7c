// Hints that something changed. One tab holds the stream for all (browsers allow six connections to a host), chosen
// by a lock and heard by a channel; it goes on while hidden. Where there is no stream, that tab polls instead.
//
// A page listens: document.addEventListener("ringback:hint", ({ detail: { kind, id, version } }) => …), and for
// "ringback:catch-up" (seen again, or connected again: ask for the present state once).
import { word } from "./words.js";

const POLL_MS = 10000;
const POLL_HIDDEN_MS = 30000;
const SILENT_MS = 60000;
const PAUSES = [1, 2, 5, 15, 30, 60];
const told = new Set();
let channel;
let state = "off";
let after;
let source;
let failures = 0;
let poller;
let lastHeard = 0;

export function start() {
  if (!("live" in document.body.dataset)) return;
  document.addEventListener("visibilitychange", () => document.hidden || fire("ringback:catch-up", {}));
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) return lead(false);
  channel = new BroadcastChannel(`ringback:${document.body.dataset.account}`);
  channel.onmessage = ({ data }) => {
    if (data.ask) return isLeading() && channel.postMessage({ state });
    if (data.state) setState(data.state, true);
    if (data.hint) hear(data.hint);
    if (data.catchUp) fire("ringback:catch-up", {});
  };
  channel.postMessage({ ask: "state" });
  // Held until this tab closes; the next one in line then leads.
  navigator.locks.request(`ringback-stream:${document.body.dataset.account}`, () => lead(true));
}

function lead(streams) {
  if (streams) connect();
  else poll();
  setInterval(() => source && Date.now() - lastHeard > SILENT_MS && lost(), 5000);
  return new Promise(() => {});
}

async function connect() {
  try {
    const answer = await fetch("/live/ticket", { redirect: "error", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const ticket = await answer.json();
    after ??= ticket.after;
    source = new EventSource(ticket.url);
  } catch {
    return lost();
  }
  source.onopen = opened;
  source.onerror = lost;
  source.addEventListener("beat", () => (lastHeard = Date.now()));
  source.addEventListener("hint", (event) => {
    lastHeard = Date.now();
    share({ hint: JSON.parse(event.data) });
  });
}

function opened() {
  lastHeard = Date.now();
  failures = 0;
  clearTimeout(poller);
  poller = undefined;
  if (state === "poll" || state === "away") share({ catchUp: true });
  setState("on");
}

function lost() {
  source?.close();
  source = undefined;
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)] * (0.75 + Math.random() / 2);
  failures += 1;
  setTimeout(connect, pause * 1000);
  if (failures > 1 && !poller) poll();
}

async function poll() {
  try {
    const answer = await fetch(`/live/changes?after=${after ?? 0}`, { redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    const found = await answer.json();
    const isFirst = after === undefined;
    after = found.after;
    if (!isFirst) for (const hint of found.hints) share({ hint });
    setState("poll");
  } catch {
    setState("away");
  }
  if (!source) poller = setTimeout(poll, document.hidden ? POLL_HIDDEN_MS : POLL_MS);
}

function share(message) {
  channel?.postMessage(message);
  if (message.hint) hear(message.hint);
  if (message.catchUp) fire("ringback:catch-up", {});
}

function hear(hint) {
  if (hint.event) {
    after = Math.max(after ?? 0, hint.event);
    if (told.has(hint.event)) return;
    told.add(hint.event);
    if (told.size > 2000) told.delete(told.values().next().value);
  }
  fire("ringback:hint", hint);
}

function setState(now, heard = false) {
  if (now !== state && !heard) channel?.postMessage({ state: now });
  state = now;
  const mark = document.getElementById("live-mark");
  if (!mark) return;
  mark.hidden = false;
  mark.dataset.state = now;
  mark.querySelector("[data-live-word]").textContent = word(`live_${now}`);
}

function isLeading() {
  return source !== undefined || poller !== undefined;
}

function fire(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}
