// Leaving a message: spoken into the microphone, typed, or from a file.

import { NoMicrophone, Recording, hasMicrophone } from "./microphone.js";
import { fromFile } from "./wav.js";

export class Message {
  #recording = null;
  #wanted = null;

  // `leave(message)` is called with { wav, words, end } or { words, end }.
  constructor(root, { recorder, words, leave, tell }) {
    Object.assign(this, { root, recorder, words, leave, tell });
    this.find = (name) => root.querySelector(`[data-message-${name}]`);
    this.find("done").addEventListener("click", () => this.end("#"));
    this.find("form").addEventListener("submit", (event) => this.#typed(event));
    this.find("file").addEventListener("change", () => this.#chosen());
    this.find("start").addEventListener("click", () => this.#speak());
    this.find("start").hidden = !hasMicrophone() || !recorder;
  }

  // The line records now: the microphone, if it may be used, opens by itself.
  async open({ longest }) {
    this.#wanted = { longest };
    this.root.hidden = false;
    this.find("words").value = "";
    if (hasMicrophone() && this.recorder && this.find("use").checked) await this.#speak();
    else if (document.activeElement?.closest("#phone") || document.activeElement === document.body) {
      this.find("words").focus();
    }
  }

  // The message is over: by a key, or as the receiver goes down. False when there is nothing to send.
  async end(end) {
    if (!this.#wanted) return false;
    this.#wanted = null;
    const words = this.find("words").value.trim();
    const recording = this.#taken();
    if (recording) this.leave({ wav: await recording.stop(), words, end });
    else this.leave({ words, end });
    return true;
  }

  close() {
    this.#wanted = null;
    this.#taken()?.discard();
    if (this.root.contains(document.activeElement)) document.getElementById("phone-go").focus();
    this.root.hidden = true;
  }

  async #speak() {
    const wanted = this.#wanted;
    if (this.#recording || !wanted) return;
    try {
      const recording = await Recording.start(this.recorder, {
        longest: wanted.longest,
        onlevel: (level, seconds) => this.#level(level, seconds),
        onlimit: () => this.end("silence"),
      });
      if (this.#wanted !== wanted) return void recording.discard();
      this.#recording = recording;
      this.#show(true);
    } catch (error) {
      if (!(error instanceof NoMicrophone)) throw error;
      this.tell(this.words[`microphone_${error.reason}`]);
      this.find("use").checked = false;
      this.find("words").focus();
    }
  }

  #typed(event) {
    event.preventDefault();
    if (!this.#wanted) return;
    this.#taken()?.discard();
    this.leave({ words: this.find("words").value.trim(), end: "#" });
  }

  async #chosen() {
    const file = this.find("file").files[0];
    this.find("file").value = "";
    if (!file || !this.#wanted) return;
    try {
      const wav = await fromFile(file);
      this.#taken()?.discard();
      this.leave({ wav, words: this.find("words").value.trim(), end: "#" });
    } catch {
      this.tell(this.words.no_sound);
    }
  }

  #taken() {
    const recording = this.#recording;
    this.#recording = null;
    this.#show(false);
    return recording;
  }

  #show(speaking) {
    this.find("live").hidden = !speaking;
    this.find("start").hidden = speaking || !hasMicrophone() || !this.recorder;
  }

  #level(level, seconds) {
    this.find("level").value = Math.min(1, level * 1.6);
    this.find("time").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  }
}
