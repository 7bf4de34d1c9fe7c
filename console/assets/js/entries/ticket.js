// One ticket: unsaved changes are not left by accident, and news of others is told, not pushed.
const page = document.querySelector("[data-ticket-page]");
const form = document.getElementById("ticket-form");
let isSending = false;

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

if (page) {
  form?.addEventListener("submit", () => (isSending = true));
  document.addEventListener("input", mark);
  addEventListener("beforeunload", (event) => {
    if (!isSending && isChanged()) event.preventDefault();
  });
  addEventListener("pageshow", () => (isSending = false));
  document.addEventListener("ringback:hint", ({ detail: { kind, id, event } }) => {
    if (kind !== "ticket" || String(id) !== page.dataset.ticketPage) return;
    if (event > Number(page.dataset.event)) document.querySelector("[data-ticket-news]").hidden = false;
  });
}
