// The theme switch: at once on this page, kept on the server; without scripts its form does the same.
import { post } from "./proof.js";

const NEXT = { system: "light", light: "dark", dark: "system" };

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    const theme = button.value;
    document.documentElement.dataset.theme = theme;
    button.value = NEXT[theme];
    const words = JSON.parse(button.dataset.themeWords);
    button.setAttribute("aria-label", button.dataset.themeLabel.replace("{}", words[theme]));
    post(form.action, { theme, by: "script" }).catch(() => {});
  });
}
