// Hints that something changed, and whether this page can still know. One tab does both for all of a person's tabs
// (browsers allow six connections to a host), chosen by a lock and heard by a channel; it goes on while hidden.
// It holds the stream, and asks the pages' own server every few seconds: that the stream lives does not say that a page
// could be loaded, what the stream missed comes this way, and where there is no stream this is all there is.
//
// A page listens: document.addEventListener("ringback:hint", ({ detail: { kind, id, version } }) => …), and for
// "ringback:catch-up" (seen again, or connected again: ask for the present state once), and for "ringback:live"
// ({ state, since }: on, poll, away or out; since: when the server last answered, in milliseconds).
import { clock, word } from "./words.js";

const ASK_MS = { on: 15000, poll: 10000, hidden: 30000, away: 5000, out: 15000 };
const SILENT_MS = 60000;
const TICKET_MS = 45000; // they last 60 s
const PAUSES = [1, 3, 10, 30];
const told = new Set();
let channel;
let isLeading = false;
let state = "off";
let since = Date.now();
let reach = "";
let after;
let source;
let isStreaming = false;
let failures = 0;
let lastHeard = 0;
let isConnecting = false;
let given;
let givenAt = 0;
let connecting;
let asking;

export function start() {
  if (!("live" in document.body.dataset)) return;
  document.addEventListener("visibilitychange", () => document.hidden || fire("ringback:catch-up", {}));
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) return lead(false);
  channel = new BroadcastChannel(`ringback:${document.body.dataset.account}`);
  channel.onmessage = ({ data }) => {
    if (data.ask) return isLeading && channel.postMessage({ state, since, after });
    if (data.after) after = Math.max(after ?? 0, data.after);
    if (data.state) show(data.state, data.since);
    if (data.hint) hear(data.hint);
    if (data.catchUp) fire("ringback:catch-up", {});
  };
  channel.postMessage({ ask: "state" });
  // Held until this tab closes; the next one in line then leads.
  navigator.locks.request(`ringback-stream:${document.body.dataset.account}`, () => lead(true));
}

function lead(streams) {
  isLeading = true;
  ask(streams);
  setInterval(() => source && Date.now() - lastHeard > SILENT_MS && lost(), 5000);
  return new Promise(() => {});
}

/** Does the server answer, and what has changed? Begins the stream as soon as one knows where to begin. */
async function ask(streams) {
  clearTimeout(asking);
  const before = reach;
  reach = await (after === undefined ? begin() : changes());
  if (reach === "here") {
    since = Date.now();
    if (streams && before !== "here") connect();
    if (before === "away" || before === "out") share({ catchUp: true });
  }
  tell();
  asking = setTimeout(ask, ASK_MS[state === "poll" && document.hidden ? "hidden" : state], streams);
}

async function begin() {
  const answer = await get("/live/ticket");
  take(answer.at);
  if (given) after = given.after;
  return answer.reach;
}

/** A ticket for the stream, to try with again and again while it is fresh; it opens one. */
function take(ticket) {
  given = ticket;
  givenAt = Date.now();
}

async function changes() {
  const answer = await get(`/live/changes?after=${after}`);
  if (answer.at) {
    for (const hint of answer.at.hints) share({ hint });
    after = answer.at.after;
  }
  return answer.reach;
}

async function connect() {
  if (isConnecting || source) return;
  isConnecting = true;
  clearTimeout(connecting);
  if (!given || Date.now() - givenAt > TICKET_MS) take((await get("/live/ticket")).at);
  isConnecting = false;
  if (!given) return lost();
  lastHeard = Date.now();
  source = new EventSource(`${given.url}&after=${after}`);
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
  given = undefined;
  isStreaming = true;
  tell();
}

function lost() {
  source?.close();
  source = undefined;
  isStreaming = false;
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)] * (0.75 + Math.random() / 2);
  failures += 1;
  clearTimeout(connecting);
  connecting = setTimeout(connect, pause * 1000);
  tell();
}

/** An answer of the pages' own server; asked by the page, not by a person, so it keeps no sign-in alive. */
async function get(path) {
  try {
    const answer = await fetch(path, { redirect: "manual", headers: { Accept: "application/json", "X-Background": "1" } });
    if (answer.type === "opaqueredirect" || answer.status === 401) return { reach: "out" };
    if (!answer.ok) return { reach: "away" };
    return { reach: "here", at: await answer.json() };
  } catch {
    return { reach: "away" };
  }
}

function share(message) {
  channel?.postMessage(message);
  if (message.hint) hear(message.hint);
  if (message.catchUp) fire("ringback:catch-up", {});
}

function hear(hint) {
  if (hint.event) {
    if (told.has(hint.event)) return;
    told.add(hint.event);
    if (told.size > 2000) told.delete(told.values().next().value);
  }
  fire("ringback:hint", hint);
}

function tell() {
  if (reach === "") return;
  const now = reach !== "here" ? reach : isStreaming ? "on" : "poll";
  channel?.postMessage({ state: now, since, after });
  show(now, since);
}

function show(now, at) {
  since = at;
  const isNews = now !== state;
  state = now;
  if (isNews) fire("ringback:live", { state, since });
  const mark = document.getElementById("live-mark");
  if (!mark) return;
  mark.hidden = false;
  mark.dataset.state = now;
  const words = word(`live_${now}`, clock(since));
  const shown = mark.querySelector("[data-live-word]");
  if (shown.textContent !== words) shown.textContent = words;
}

function fire(name, detail) {
  document.body.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}
