// The list of tickets: keys, the pane beside it, ticks, and news that waits to be asked for.
import { bind } from "../core/keys.js";
import { htmx } from "../core/requests.js";
import { comeBack } from "../tickets/place.js";
import { countTicked, startSelection } from "../tickets/selection.js";

const WIDE = "(min-width: 1100px)";
const list = document.querySelector("[data-tickets]");
const pane = document.querySelector("[data-preview]");
const news = document.querySelector("[data-news]");
const query = list?.dataset.query ?? "";
const changed = new Set();
const fresh = new Set();

const rows = () => [...document.querySelectorAll("tr[data-ticket]")];
const here = () => document.querySelector("tr[data-ticket][aria-selected=true]");

function choose(row, { scroll = true } = {}) {
  if (!row) return;
  for (const other of rows()) other.removeAttribute("aria-selected");
  row.setAttribute("aria-selected", "true");
  const open = row.querySelector(".tickets-subject");
  open.focus({ preventScroll: true });
  if (scroll) row.scrollIntoView({ block: "nearest" });
  preview(row.dataset.ticket);
}

function preview(number) {
  if (!pane || !matchMedia(WIDE).matches) return;
  htmx.ajax("GET", `/tickets/${number}/preview${query}`, { source: pane, target: "#preview", swap: "innerHTML" });
}

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  choose(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
}

function tick(row) {
  const box = row?.querySelector("input[name=ticket]");
  if (box) box.click();
}

function heard({ detail: { kind, id, version } }) {
  if (kind !== "ticket") return;
  const row = document.getElementById(`ticket-${id}`);
  if (row) {
    if (version > Number(row.dataset.version)) changed.add(id);
  } else {
    fresh.add(id);
  }
  tellNews();
}

function tellNews() {
  if (!news) return;
  const parts = [];
  if (changed.size) parts.push(news.dataset.updated.replace("{}", changed.size));
  if (fresh.size) parts.push(news.dataset.new.replace("{}", fresh.size));
  news.hidden = parts.length === 0;
  news.textContent = `${parts.join(", ")} · ${news.dataset.show}`;
}

/** The page as the server has it now. */
async function asked() {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** One row as it is now, where it stood: nothing moves. A ticket that left the view stays, greyed, until one asks. */
async function refreshRow(number) {
  const row = document.getElementById(`ticket-${number}`);
  if (!row) return;
  const now = await asked().catch(() => undefined);
  if (!now) return;
  const new_ = now.getElementById(`ticket-${number}`);
  const isHere = row.getAttribute("aria-selected") === "true";
  const focused = document.activeElement?.id;
  if (new_) {
    if (isHere) new_.setAttribute("aria-selected", "true");
    const box = new_.querySelector("input[name=ticket]");
    if (box) box.checked = row.querySelector("input[name=ticket]")?.checked ?? false;
    row.replaceWith(document.adoptNode(new_));
  } else {
    row.classList.add("is-gone");
  }
  for (const tab of now.querySelectorAll(".tickets-tabs .count")) {
    const id = tab.closest("a").id;
    document.querySelector(`#${id} .count`)?.replaceWith(document.adoptNode(tab));
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

if (list) {
  bind("j", list.dataset.keyNext, () => step(1), { within: "[data-tickets]", repeat: true });
  bind("k", list.dataset.keyBefore, () => step(-1), { within: "[data-tickets]", repeat: true });
  bind("x", list.dataset.keyTick, () => tick(here() ?? rows()[0]), { within: "#tickets-form" });
  bind("Enter", list.dataset.keyOpen, () => here()?.querySelector(".tickets-subject").click(), { within: "tr[aria-selected=true]" });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-ticket]");
    if (!row || event.target.closest("a, button, input, label, select")) return;
    if (matchMedia(WIDE).matches) choose(row, { scroll: false });
    else row.querySelector(".tickets-subject").click();
  });
  document.addEventListener("change", (event) => {
    const quick = event.target.closest("[data-quick]");
    if (quick) htmx.ajax("POST", quick.getAttribute("action"), { source: quick, target: "#preview", swap: "innerHTML" });
  });
  document.addEventListener("htmx:after:swap", () => {
    // The player comes with the first preview that has something to hear: the list itself stays light.
    if (pane?.querySelector("[data-player]")) import("../player/mount.js").then(({ mountAll }) => mountAll(pane));
    const shown = document.querySelector("[data-previewed]");
    // Whoever went on meanwhile was not heard: while one answer is on its way another is not asked for.
    const at = here()?.dataset.ticket;
    if (shown && at && at !== shown.dataset.previewed) return preview(at);
    const row = shown && document.getElementById(`ticket-${shown.dataset.previewed}`);
    if (!row) return;
    row.classList.remove("is-unread");
    row.querySelector(".tickets-unread")?.remove();
    if (row.dataset.version !== shown.dataset.version) {
      changed.delete(Number(shown.dataset.previewed));
      tellNews();
      refreshRow(shown.dataset.previewed);
    }
  });
  document.addEventListener("ringback:hint", heard);
  startSelection();
  document.querySelector(".tickets-tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  comeBack(list, choose);
  countTicked();
}
