// Parts that could not be refreshed keep what they show and say since when: [data-stale-scope] holds a [data-stale].
import { clock } from "./words.js";

const freshAt = new WeakMap();

export function start() {
  document.addEventListener("ringback:live", ({ detail: { state, since } }) => {
    for (const scope of document.querySelectorAll("[data-stale-scope]")) {
      if (state === "away") stale(scope, since);
      else if (!scope.querySelector("[data-refresh]")) fresh(scope); // the others ask by themselves
    }
  });
}

export function fresh(scope) {
  if (!scope) return;
  freshAt.set(scope, Date.now());
  const said = scope.querySelector("[data-stale]");
  if (said) said.hidden = true;
}

/** `since`: when the server last answered anything, if that was later than the part itself. */
export function stale(scope, since = 0) {
  const said = scope?.querySelector("[data-stale]");
  if (!said?.hidden) return;
  const at = Math.max(freshAt.get(scope) ?? performance.timeOrigin, since);
  said.querySelector("[data-stale-since]").textContent = clock(at);
  said.hidden = false;
}
