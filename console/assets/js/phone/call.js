// One call: what the line says is heard (or read) in order, and what the caller does waits until the line wants it.

import { Trouble } from "./line.js";
import { pause } from "./voice.js";

const RING_SECONDS = 1.2;
const BEEP_SECONDS = 0.4;
const MORE_KEYS_SECONDS = 4;
const REPLAY_SECONDS = 0.8;
const IDLE_SECONDS = 2.5;
const PATIENCE = [0.5, 1, 2, 4];

export class Call {
  state = "idle";
  script = []; // what the caller did, to do it again

  #last = 0;
  #wanted = null; // what the line waits for
  #next = []; // done before the line wanted it
  #pressed = "";
  #skipping = false;
  #replay = [];
  #timer = null;
  #wake = () => {};

  // `on`: state, heard, did, pressed, wants, changed, trouble
  constructor({ line, voice, tones, on }) {
    Object.assign(this, { line, voice, tones, on });
  }

  get live() {
    return !["idle", "ended"].includes(this.state);
  }

  // Whether what was done on an earlier call is being done again.
  get replays() {
    return this.#replay.length > 0;
  }

  get elapsed() {
    return this.began ? (this.over ?? performance.now()) / 1000 - this.began / 1000 : 0;
  }

  async start(choices, replay = []) {
    this.#replay = [...replay];
    this.#become("dialling");
    try {
      this.on.dialled(await this.line.dial(choices));
      this.#become("ringing");
      this.tones.ring(RING_SECONDS);
      await pause(RING_SECONDS);
      await this.#listen();
    } catch (error) {
      this.#end();
      this.on.trouble(error instanceof Trouble ? error.message : "");
    }
  }

  // A key of the keypad; pressed while the line speaks, it cuts the words short.
  press(key) {
    if (!this.live) return;
    this.#replay = [];
    clearTimeout(this.#timer);
    this.tones.key(key);
    if (this.#wanted?.kind === "records") {
      if (this.#wanted.facts.finish_keys.includes(key)) this.on.ends(key);
      return;
    }
    this.#pressed += key;
    this.on.pressed(this.#pressed);
    if (this.#wanted) this.#keysSoFar();
    else this.#interrupt();
  }

  say(words) {
    this.#do({ words });
  }

  silence() {
    this.#do({ silence: true });
  }

  // A message: `wav` or `words`; `end` is a key, silence or hangup.
  leave(message) {
    this.#do(message.wav ? { sound: message } : { message: message.words, end: message.end });
  }

  async hangUp() {
    this.script.push({ hangup: true });
    this.#interrupt();
    await this.line.hangUp().catch((error) => this.on.trouble(error.message));
    this.#wake();
  }

  async #listen() {
    let failures = 0;
    while (this.live) {
      try {
        const got = await this.line.news(this.#last, { wait: !this.#wanted });
        failures = 0;
        for (const item of got.news) await this.#happened(item);
        if (got.news.length) this.on.changed();
        else await this.#rest(this.#wanted || this.state === "waiting" ? IDLE_SECONDS : 0.1);
      } catch (error) {
        if (failures >= PATIENCE.length) throw error;
        await pause(PATIENCE[failures++]);
      }
    }
  }

  async #happened(item) {
    this.#last = item.number;
    this.began ??= performance.now();
    const wants = { asks: "listening", records: "recording", talks: "listening" }[item.kind];
    if (item.text && item.kind !== "waits") await this.#heard(item);
    if (item.kind === "waits") {
      this.#become("waiting");
      this.on.heard("wait", item.text);
    } else if (item.kind === "ended") {
      this.#end();
      this.on.did(item.facts.by === "caller" ? "hung-up" : "line-hung-up", "");
    } else if (wants) {
      this.#wants(item, wants);
    }
  }

  async #heard(item) {
    this.#become("speaking");
    if (item.text === "[beep]") {
      this.on.heard("beep", "");
      this.tones.beep(BEEP_SECONDS);
      return pause(BEEP_SECONDS);
    }
    this.on.heard(item.kind === "talks" ? "other" : "line", item.text);
    if (!this.#skipping) await this.voice.say(item.text);
  }

  #wants(item, state) {
    this.#wanted = item;
    this.#skipping = false;
    this.#become(state);
    this.on.wants(item);
    if (item.kind === "records") this.#forgetKeys();
    if (this.#next.length) this.#send(this.#next.shift());
    else if (this.#pressed) this.#keysSoFar();
    else if (this.#replay.length) this.#timer = setTimeout(() => this.#again(), REPLAY_SECONDS * 1000);
  }

  // One key more: send them when they are enough, or when no more come for a while.
  #keysSoFar() {
    clearTimeout(this.#timer);
    const { digits, finish_key: finish } = this.#wanted.facts;
    const keys = this.#pressed;
    if ((digits && keys.length >= digits) || (finish && keys.includes(finish))) this.#send({ keys });
    else this.#timer = setTimeout(() => this.#send({ keys: this.#pressed }), MORE_KEYS_SECONDS * 1000);
  }

  #do(input) {
    if (!this.live) return;
    this.#replay = [];
    if (this.#wanted) return this.#send(input);
    this.#next.push(input);
    this.#interrupt();
  }

  #again() {
    const input = this.#replay.shift();
    if (input.hangup) return this.hangUp();
    if (input.keys) [...input.keys].forEach((key) => this.tones.key(key));
    return this.#send(input);
  }

  #send(input) {
    this.#wanted = null;
    this.#forgetKeys();
    this.script.push(input);
    this.on.did(...told(input));
    const { sound } = input;
    const sent = sound ? this.line.leaves(sound.wav, sound) : this.line.does(input);
    sent.then(
      () => this.#wake(),
      (error) => this.on.trouble(error.message),
    );
  }

  #forgetKeys() {
    clearTimeout(this.#timer);
    this.#pressed = "";
    this.on.pressed("");
  }

  #interrupt() {
    this.#skipping = true;
    this.#replay = [];
    clearTimeout(this.#timer);
    this.voice.cut();
    this.#wake();
  }

  #become(state) {
    this.state = state;
    this.on.state(state);
  }

  #end() {
    this.over = performance.now();
    this.#wanted = null;
    this.#forgetKeys();
    this.voice.cut();
    this.#become("ended");
  }

  #rest(seconds) {
    return Promise.race([pause(seconds), new Promise((resolve) => (this.#wake = resolve))]);
  }
}

function told(input) {
  if (input.keys) return ["pressed", input.keys];
  if (input.words) return ["caller", input.words];
  if (input.sound) return ["left-sound", input.sound.words];
  if (input.message !== undefined) return ["left", input.message];
  return ["silent", ""];
}
