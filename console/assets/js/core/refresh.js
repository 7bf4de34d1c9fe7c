// Parts that keep themselves fresh: an element with an id and data-refresh="SECONDS" is asked for again that often while
// it is seen, and at once when the page is seen or connected again. It is exchanged only when it says something new.
import { fresh, stale } from "./staleness.js";

const TAG = "HX-PTag"; // what the server calls the state we have: while it is the present one, it sends nothing else
const underway = new Set();
const tags = new Map();

export function start() {
  for (const part of document.querySelectorAll("[data-refresh]")) {
    setInterval(() => document.hidden || refresh(part.id), Number(part.dataset.refresh) * 1000);
    document.addEventListener("ringback:catch-up", () => refresh(part.id));
  }
}

async function refresh(id) {
  if (underway.has(id)) return;
  underway.add(id);
  try {
    await exchange(document.getElementById(id));
  } finally {
    underway.delete(id);
  }
}

async function exchange(part) {
  const scope = part.closest("[data-stale-scope]");
  const now = await asked(part.id).catch(() => undefined);
  if (now === undefined) return stale(scope);
  fresh(scope);
  if (now === null || text(now) === text(part)) return;
  const focused = document.activeElement?.id;
  part.replaceWith(now);
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** The part as the server has it now, null for no change. */
async function asked(id) {
  const headers = { "HX-Request-Type": "partial", "X-Background": "1", [TAG]: tags.get(id) ?? "" };
  const answer = await fetch(location.href, { headers, redirect: "error" });
  if (answer.status === 304) return null;
  if (!answer.ok) throw new Error(answer.statusText);
  tags.set(id, answer.headers.get(TAG));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return document.adoptNode(page.getElementById(id));
}

/** What it says; the proofs in its forms are written anew each time. */
function text(part) {
  const copy = part.cloneNode(true);
  for (const proof of copy.querySelectorAll("input[name=csrf]")) proof.remove();
  return copy.outerHTML;
}
