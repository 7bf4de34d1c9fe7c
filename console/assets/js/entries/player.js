// Every player on the page, also those that come with a swap.
import { mountAll } from "../player/mount.js";
import { bindKeys } from "../player/page-keys.js";

mountAll(document);
document.addEventListener("htmx:after:swap", () => mountAll(document));
const words = document.querySelector("[data-player-words]");
// In the list of messages the player of the message one is at.
const here = () => document.querySelector("[data-message][data-here]") ?? document;
bindKeys(words ? JSON.parse(words.dataset.playerWords) : {}, here);
