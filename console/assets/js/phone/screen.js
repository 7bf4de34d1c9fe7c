// What is seen of a call: its state, the captions, the keys pressed, and the transcript of both sides.

import { follow } from "./following.js";

export class Screen {
  #timer = null;

  constructor(root, words) {
    Object.assign(this, { root, words });
    this.find = (name) => root.querySelector(`[data-${name}]`);
  }

  // Scripts run: what needs them can be used.
  ready() {
    this.root.dataset.ready = "";
    this.root.querySelectorAll("[data-scripted]").forEach((part) => (part.disabled = false));
    this.become("idle");
  }

  become(state, call) {
    this.root.dataset.state = state;
    const { word, icon } = this.words.states[state];
    this.find("state-word").textContent = word;
    const use = this.find("state-icon").querySelector("use");
    use?.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${icon}`);
    const live = !["idle", "ended"].includes(state);
    this.#button(live);
    this.root.querySelectorAll("[data-when-live]").forEach((part) => (part.disabled = !live));
    this.root.querySelectorAll("[data-when-idle]").forEach((part) => (part.disabled = live));
    this.find("after").hidden = state !== "ended" || !this.handled;
    clearInterval(this.#timer);
    if (live) this.#timer = setInterval(() => this.#time(call.elapsed), 500);
    if (call && state === "ended") this.#time(call.elapsed);
  }

  dialled({ shown, at }) {
    this.handled = true;
    this.find("caller").textContent = at ? `${shown} · ${at.slice(0, 16).replace("T", " ")}` : shown;
  }

  clear() {
    this.tell("");
    this.handled = false;
    this.find("said").replaceChildren();
    this.find("caption").textContent = "";
    this.find("caller").textContent = "";
    this.find("nothing").hidden = true;
  }

  heard(who, text, seconds) {
    const said = { beep: this.words.beep, wait: `${this.words.waits} ${text}` }[who] ?? text;
    if (who !== "beep") this.find("caption").textContent = said; // what was asked is still read while one speaks
    this.#say("line", said, seconds, who === "line" || who === "other");
  }

  did(what, text, seconds) {
    const sign = this.words.did[what];
    const said = what === "caller" ? text : [sign, text].filter(Boolean).join(" ");
    this.#say(what === "line-hung-up" ? "line" : "caller", said, seconds, what === "caller");
  }

  pressed(keys) {
    this.find("pressed").textContent = keys;
  }

  // A key of the keyboard is seen on the keypad.
  flash(key) {
    const button = [...this.root.querySelectorAll("[data-press]")].find((each) => each.dataset.press === key);
    button?.classList.add("is-pressed");
    setTimeout(() => button?.classList.remove("is-pressed"), 140);
  }

  tell(text) {
    this.find("notice").hidden = !text;
    this.find("notice-text").textContent = text;
  }

  // A story's name: what was done on the call.
  title() {
    const done = [...this.find("said").querySelectorAll(".said-caller .said-text")].map((part) => part.textContent);
    return done.join(", ").slice(0, 70) || this.words.story;
  }

  toggled(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    return on;
  }

  #button(live) {
    const button = document.getElementById("phone-go");
    button.classList.toggle("phone-hang-up", live);
    button.querySelector("span").textContent = live ? this.words.hang_up : this.words.call;
    const use = button.querySelector("use");
    use?.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${live ? "phone-off" : "phone"}`);
  }

  #say(who, text, seconds, words) {
    const list = this.find("said");
    const last = list.lastElementChild;
    // What one side says in one breath stands together.
    if (words && who === "line" && last?.matches(".said-line:not(.said-act)")) last.append(part("text", text));
    else list.append(this.#item(who, text, seconds, words));
    follow(list.parentElement);
  }

  #item(who, text, seconds, words) {
    const item = document.createElement("li");
    item.className = `said said-${who}${words ? "" : " said-act"}`;
    item.append(part("time", clock(seconds)), " ", part("who", this.words[who]), " ", part("text", text));
    return item;
  }

  #time(seconds) {
    this.find("timer").textContent = clock(seconds);
  }
}

function part(name, text) {
  const made = document.createElement(name === "time" ? "time" : "span");
  made.className = `said-${name}`;
  made.textContent = text;
  return made;
}

function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}
