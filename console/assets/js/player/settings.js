// Speed and silence switch, the same for every player of the page and kept with the person's preferences.
import { post } from "../core/proof.js";

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const listeners = new Set();
let waiting = 0;
let now = null;

/** The settings; those of the first player that asks are what the server keeps. */
export function settings(speed, skip) {
  now ??= { speed, skip };
  return now;
}

/** Change them everywhere, and keep them a moment later. */
export function change(wanted) {
  now = { ...now, ...wanted };
  for (const listener of listeners) listener(now);
  clearTimeout(waiting);
  waiting = setTimeout(keep, 600);
}

export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One step faster (+1) or slower (-1). */
export function nextSpeed(speed, step) {
  const place = SPEEDS.findIndex((one) => one >= speed);
  return SPEEDS[Math.min(Math.max((place < 0 ? SPEEDS.length - 1 : place) + step, 0), SPEEDS.length - 1)];
}

function keep() {
  const values = { speed: String(now.speed), ...(now.skip ? { skip_silence: "on" } : {}) };
  post("/profile/player", values, { keepalive: true }).catch(() => {});
}
