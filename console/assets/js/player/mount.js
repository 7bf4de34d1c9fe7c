// Finds players that are not alive yet. Peaks are asked for when a player comes into sight.
import { Player } from "./player.js";

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      alive.get(entry.target)?.draw();
    }
  },
  { rootMargin: "200px" },
);
const alive = new WeakMap();

export function mountAll(place) {
  for (const root of place.querySelectorAll("[data-player]")) {
    if (alive.has(root)) continue;
    alive.set(root, new Player(root));
    seen.observe(root);
  }
}

/** The player that keys without a focus mean: the one that plays or played last, else the first of `place`. */
export function current(place = document) {
  if (Player.latest?.root.isConnected && place.contains(Player.latest.root)) return Player.latest;
  return alive.get(place.querySelector("[data-player]"));
}
