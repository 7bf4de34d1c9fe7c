// Short words about what the page already shows; never for errors. What can be taken back says so for ten seconds,
// longer while somebody is at it: a form like any other, so that its answer is a page.
import { proof } from "./proof.js";
import { word } from "./words.js";

const SHOWN_MS = 5000;
const UNDO_MS = 10000;

export function start() {
  for (const toast of document.querySelectorAll("[data-toast]")) leave(toast);
  document.addEventListener("ringback:told", ({ detail: { text, undo } }) => tell(text, undo));
}

export function tell(text, undo) {
  const toast = document.createElement(undo ? "form" : "p");
  toast.className = "toast";
  if (undo) fill(toast, text, undo);
  else toast.textContent = text;
  document.getElementById("toasts").append(toast);
  leave(toast);
}

/** The form to take it back. There is one at a time: the latest. */
function fill(toast, text, undo) {
  document.getElementById("undo")?.closest(".toast").remove();
  toast.method = "post";
  toast.action = `/tickets/changes/${undo}/undo`;
  for (const [name, value] of [["csrf", proof()], ["back", location.pathname + location.search]]) {
    toast.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  const key = Object.assign(document.createElement("kbd"), { textContent: "z", ariaHidden: "true" });
  const button = Object.assign(document.createElement("button"), { className: "toast-undo", id: "undo" });
  button.dataset.key = "z";
  button.dataset.keyLabel = word("undo");
  button.append(word("undo"), key);
  toast.append(Object.assign(document.createElement("span"), { textContent: text }), button);
}

function leave(toast) {
  const wait = toast.querySelector(".toast-undo") ? UNDO_MS : SHOWN_MS;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), wait);
}
