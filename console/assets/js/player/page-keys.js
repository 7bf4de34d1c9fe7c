// Keys of the page's player when nothing in it has the focus. `place`: tells where to look for the player.
import { bind } from "../core/keys.js";
import { current } from "./mount.js";
import { LEAP, STEP } from "./player.js";
import { change, nextSpeed } from "./settings.js";

export function bindKeys(words, place = () => document) {
  const within = "[data-player]";
  const on = (deed) => () => {
    const player = current(place());
    if (player) deed(player);
  };
  bind("Space", words.space, on((player) => player.toggle()), { within });
  bind("ArrowLeft", words.back, on((player) => player.leap(-STEP)), { within, repeat: true });
  bind("ArrowRight", words.on, on((player) => player.leap(STEP)), { within, repeat: true });
  bind("Shift+ArrowLeft", "", on((player) => player.leap(-LEAP)), { within, repeat: true });
  bind("Shift+ArrowRight", "", on((player) => player.leap(LEAP)), { within, repeat: true });
  bind(",", words.slower, on((player) => change({ speed: nextSpeed(player.speed, -1) })), { within });
  bind(".", words.faster, on((player) => change({ speed: nextSpeed(player.speed, 1) })), { within });
}
