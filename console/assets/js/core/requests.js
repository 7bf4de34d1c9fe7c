// htmx as we use it: our proof on every request, the focus kept, a thin bar after 200 ms, stale parts marked.
import htmx from "htmx.org/dist/htmx.esm.js";
import { HEADER, proof } from "./proof.js";
import { fresh, stale } from "./staleness.js";

const QUIET_MS = 200;
let running = 0;
let bar;
let timer;
let focused = "";

export function start() {
  bar = document.createElement("div");
  bar.className = "loading";
  document.body.append(bar);
  document.addEventListener("htmx:config:request", (event) => {
    event.detail.ctx.request.headers[HEADER] = proof();
  });
  document.addEventListener("htmx:before:request", began);
  document.addEventListener("htmx:finally:request", ended);
  document.addEventListener("htmx:error", failed);
  document.addEventListener("htmx:before:swap", () => (focused = document.activeElement?.id ?? ""));
  document.addEventListener("htmx:after:swap", swapped);
  document.querySelector("[data-focus]")?.focus();
}

export { htmx };

function began() {
  running += 1;
  timer ??= setTimeout(() => bar.toggleAttribute("data-on", running > 0), QUIET_MS);
}

function ended() {
  running = Math.max(0, running - 1);
  if (running) return;
  clearTimeout(timer);
  timer = undefined;
  bar.removeAttribute("data-on");
}

/** No answer came: the part stays as it was, and says since when. */
function failed(event) {
  stale((event.detail?.ctx?.sourceElement ?? event.target)?.closest?.("[data-stale-scope]"));
}

function swapped(event) {
  fresh(event.target.closest?.("[data-stale-scope]"));
  const asked = document.querySelector("[data-focus]:not([data-focused])");
  if (asked) {
    asked.dataset.focused = "";
    asked.focus();
  } else if (focused && (!document.activeElement || document.activeElement === document.body)) {
    (document.getElementById(focused) ?? document.getElementById("main"))?.focus({ preventScroll: true });
  }
}
