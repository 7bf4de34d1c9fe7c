// Menus and the help sheet, which <button type="button" popovertarget="keys"> opens.
import { known } from "./keys.js";

export function start() {
  document.addEventListener("click", clicked);
  // It does not bubble: caught on its way down.
  document.addEventListener("beforetoggle", ({ target, newState }) => {
    if (target.id === "keys" && newState === "open") fillKeys(target);
  }, true);
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const sheet = target.closest?.("[popover]");
    if (relatedTarget && sheet && !sheet.contains(relatedTarget)) sheet.hidePopover(); // it would cover what has the focus
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

function clicked(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

function fillKeys(sheet) {
  const list = sheet.querySelector("[data-key-list]");
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
