// One ticket: unsaved changes are not left by accident, and news of others is told, not pushed.
import { HEADER, post, proof } from "../core/proof.js";

const TELL_MS = 10000;
const TELL_HIDDEN_MS = 30000;
const page = document.querySelector("[data-ticket-page]");
const form = document.getElementById("ticket-form");
const seen = document.querySelector("[data-presence]");
let isSending = false;
let telling;

function isChanged() {
  if (!form) return false;
  return [...form.elements].some((field) => {
    if (field.name === "note" || field.type === "hidden" || !field.name) return false;
    if (field.tagName === "SELECT") return field.value !== ([...field.options].find((one) => one.defaultSelected)?.value ?? field.options[0]?.value);
    return field.type !== "radio" && field.value !== field.defaultValue;
  });
}

function mark() {
  document.getElementById("save")?.toggleAttribute("data-changed", isChanged());
}

function isWriting() {
  return isChanged() || !!form?.elements.note?.value.trim();
}

/** Say that the ticket is open here, and show who else has it open. A hidden page is a reader gone, a writer not. */
async function tellPresence(gone = false) {
  clearTimeout(telling);
  const isGone = gone || (document.hidden && !isWriting());
  const values = isGone ? { gone: "1" } : { writing: isWriting() ? "1" : "0" };
  const headers = { [HEADER]: proof(), Accept: "application/json", "X-Background": "1" };
  const answer = await post(`/tickets/${page.dataset.ticketPage}/presence`, values, { headers, keepalive: isGone }).catch(() => {});
  if (isGone) return;
  // Without an answer nobody knows.
  showPresence(answer?.ok ? (await answer.json()).said : []);
  clearTimeout(telling);
  telling = setTimeout(tellPresence, document.hidden ? TELL_HIDDEN_MS : TELL_MS);
}

function showPresence(said) {
  const text = said.join(" · ");
  const words = seen.querySelector("[data-presence-words]");
  if (words.textContent !== text) words.textContent = text;
  seen.hidden = !text;
}

/** On paper internal notes are left out, unless one asks for them. */
function printed(button) {
  const given = document.body.hasAttribute("data-print-notes");
  document.body.toggleAttribute("data-print-notes", button.dataset.print === "notes");
  button.closest("details").open = false;
  print();
  document.body.toggleAttribute("data-print-notes", given);
}

if (page) {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", (event) => (event.preventDefault(), printed(button)));
  }
  form?.addEventListener("submit", () => (isSending = true));
  document.addEventListener("input", () => {
    const wasWriting = page.dataset.writing === "1";
    page.dataset.writing = isWriting() ? "1" : "0";
    if (seen && wasWriting !== isWriting()) tellPresence();
    mark();
  });
  if (seen) {
    tellPresence();
    document.addEventListener("visibilitychange", () => tellPresence());
    addEventListener("pagehide", () => tellPresence(true));
  }
  addEventListener("beforeunload", (event) => {
    if (!isSending && isChanged()) event.preventDefault();
  });
  addEventListener("pageshow", ({ persisted }) => {
    isSending = false;
    if (persisted && seen) tellPresence();
  });
  document.addEventListener("ringback:hint", ({ detail: { kind, id, event } }) => {
    if (kind !== "ticket" || String(id) !== page.dataset.ticketPage) return;
    if (event > Number(page.dataset.event)) document.querySelector("[data-ticket-news]").hidden = false;
  });
}
