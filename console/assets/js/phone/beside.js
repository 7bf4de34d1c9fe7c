// What is beside the phone: what the system saw, the step in the flow, and the ticket, as they come to be.

import { follow } from "./following.js";
import { pause } from "./voice.js";

const LIVE_SECONDS = 0.6;
const AFTER_SECONDS = 1.5;
const LATE = 40; // looks after the end before we stop looking

export class Beside {
  #last = 0;
  #look = 0;
  #chosen = false;
  #ticket = null;

  constructor(root, { line, isLive }) {
    Object.assign(this, { root, line, isLive });
    this.tabs = [...root.querySelectorAll("[role=tab]")];
    this.tabs.forEach((tab) => tab.addEventListener("click", () => this.#choose(tab)));
    root.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.#key(event));
  }

  // A new call: look until nothing more comes.
  async follow() {
    const mine = ++this.#look;
    this.#last = 0;
    this.#ticket = null;
    this.dirty = true;
    this.#part("seen").replaceChildren();
    let late = 0;
    while (mine === this.#look && late < LATE) {
      if (this.dirty || !this.isLive()) {
        this.dirty = false;
        if ((await this.#once(mine)) && !this.isLive()) break;
      }
      if (!this.isLive()) late++;
      await pause(this.isLive() ? LIVE_SECONDS : AFTER_SECONDS);
    }
  }

  // Whether nothing more comes by itself.
  async #once(mine) {
    const found = await this.line.beside(this.#last).catch(() => null);
    if (!found || mine !== this.#look) return false;
    this.#last = found.last;
    if (found.seen) this.#append(found.seen);
    this.#replace("flow", found.flow);
    this.#replace("ticket", found.ticket);
    if (found.number && found.number !== this.#ticket) this.#arrived(found.number);
    return found.settled;
  }

  #arrived(number) {
    this.#ticket = number;
    this.root.querySelector("[data-ticket-number]").textContent = `#${number}`;
    if (!this.#chosen) this.#show(this.tabs.find((tab) => tab.dataset.part === "ticket"));
  }

  #append(html) {
    const list = this.#part("seen");
    list.insertAdjacentHTML("beforeend", html);
    follow(list.closest("[role=tabpanel]"));
  }

  #replace(name, html) {
    const part = this.#part(name);
    if (html && part.dataset.shown !== html) {
      part.innerHTML = html;
      part.dataset.shown = html;
    }
  }

  #part(name) {
    return this.root.querySelector(`[data-part-of=${name}]`);
  }

  #choose(tab) {
    this.#chosen = true;
    this.#show(tab);
  }

  #show(chosen) {
    for (const tab of this.tabs) {
      const here = tab === chosen;
      tab.setAttribute("aria-selected", String(here));
      tab.tabIndex = here ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !here;
    }
  }

  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = this.tabs.indexOf(event.target.closest("[role=tab]"));
    const to = { Home: 0, End: this.tabs.length - 1 }[event.key] ?? (step && (at + step + this.tabs.length) % this.tabs.length);
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.#choose(this.tabs[to]);
    this.tabs[to].focus();
  }
}
