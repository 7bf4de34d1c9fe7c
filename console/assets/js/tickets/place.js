// Where somebody was in the list: coming back from a ticket, or after a change, finds the same rows at the same height,
// the same one chosen and the same ones ticked. Kept in this tab alone, for the list's very address.
const KEPT = "tickets:place";

/** Keeps the place while one leaves, and goes back to it. choose(row) marks a row as the one somebody is at. */
export function comeBack(list, choose) {
  const address = list.dataset.list;
  const kept = read();
  if (kept?.address === address && isReturning()) {
    for (const number of kept.ticked) {
      const box = document.getElementById(`tick-${number}`);
      if (box && !box.disabled) box.checked = true;
    }
    const row = document.getElementById(`ticket-${kept.here}`);
    if (row) choose(row, { scroll: false });
    scrollTo(0, kept.y);
  }
  let isSending = false;
  document.addEventListener("submit", (event) => (isSending ||= event.target.id === "tickets-form"));
  addEventListener("pagehide", () => {
    const ticked = isSending ? [] : [...document.querySelectorAll("tr[data-ticket]:has(input[name=ticket]:checked:enabled)")];
    const here = document.querySelector("tr[data-ticket][aria-selected=true]")?.dataset.ticket;
    const place = { address, y: scrollY, here, ticked: ticked.map((row) => row.dataset.ticket) };
    sessionStorage.setItem(KEPT, JSON.stringify(place));
  });
  // A ticket opened by the pointer is the one somebody was at.
  document.addEventListener("click", (event) => {
    const row = event.target.closest(".tickets-subject")?.closest("tr[data-ticket]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    for (const other of document.querySelectorAll("tr[data-ticket][aria-selected]")) other.removeAttribute("aria-selected");
    row.setAttribute("aria-selected", "true");
  });
}

/** Back, reload, or from a page about tickets; who comes from elsewhere begins at the top. */
function isReturning() {
  if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return true;
  const from = document.referrer && new URL(document.referrer);
  return !!from && from.origin === location.origin && from.pathname.startsWith("/tickets");
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}
