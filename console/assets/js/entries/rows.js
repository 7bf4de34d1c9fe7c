// Lists in tables: j and k go from row to row, Enter opens the one that one is at.
import { bind } from "../core/keys.js";

const rows = () => [...document.querySelectorAll("tr[data-row]")];
const here = () => document.querySelector("tr[data-row][aria-selected=true]");
const words = JSON.parse(document.querySelector("[data-row-words]")?.dataset.rowWords ?? "{}");

function choose(row, { focus = true } = {}) {
  if (!row) return;
  for (const other of rows()) other.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  if (!focus) return;
  row.querySelector("[data-row-link]").focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

bind("j", words.next, () => step(1), { within: "tr[data-row]", repeat: true });
bind("k", words.before, () => step(-1), { within: "tr[data-row]", repeat: true });
bind("Enter", words.open, () => here().querySelector("[data-row-link]").click(), { within: "tr[data-row][aria-selected=true]" });
document.addEventListener("focusin", ({ target }) => choose(target.closest?.("tr[data-row]"), { focus: false }));
