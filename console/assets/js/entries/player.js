// Every player on the page, also those that come with a swap. A list that shows players in a pane imports `mountAll`.
import { mountAll } from "../player/mount.js";
import { bindKeys } from "../player/page-keys.js";

export { mountAll };

mountAll(document);
document.addEventListener("htmx:after:swap", () => mountAll(document));
const words = document.querySelector("[data-player-words]");
// In the list of messages the player of the message one is at.
const here = () => document.querySelector("[data-message][data-here]") ?? document;
if (words) bindKeys(JSON.parse(words.dataset.playerWords), here);
