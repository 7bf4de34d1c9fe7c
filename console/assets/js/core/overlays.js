// Dialogs, menus and the help sheet. <button type="button" data-opens="ID"> opens a <dialog>.
import { known } from "./keys.js";

export function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

export function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  if (id === "keys") fillKeys(dialog);
  dialog.showModal();
}

function clicked(event) {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener.dataset.opens);
  if (event.target.matches("dialog.dialog")) event.target.close(); // the backdrop
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

function fillKeys(dialog) {
  const list = dialog.querySelector("[data-key-list]");
  const fixed = ["?", "/"];
  for (const old of list.querySelectorAll("[data-found]")) old.remove();
  for (const [keys, label] of [...known()].sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))) {
    if (fixed.includes(keys) || !label) continue;
    const row = document.createElement("div");
    row.dataset.found = "";
    const term = document.createElement("dt");
    for (const part of keys.split(" ")) {
      const key = document.createElement("kbd");
      key.textContent = part;
      term.append(key, " ");
    }
    const words = document.createElement("dd");
    words.textContent = label;
    row.append(term, words);
    list.append(row);
  }
}
