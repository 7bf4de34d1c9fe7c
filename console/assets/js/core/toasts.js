// Short words about what the page already shows; never for errors.
const SHOWN_MS = 5000;

export function start() {
  for (const toast of document.querySelectorAll("[data-toast]")) setTimeout(() => toast.remove(), SHOWN_MS);
  document.addEventListener("ringback:told", (event) => tell(event.detail.text));
}

export function tell(text) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}
