// The line's voice: captions always, speech where the browser has a voice of its own. A call never hangs on sound.

const START_SECONDS = 1.5;
const LISTING_SECONDS = 1;
const WORD_SECONDS = 0.28;
const SHORTEST_SECONDS = 1;

export class Voice {
  muted = false;
  silent = false; // no voice here: captions only

  #voice = null;
  #looked = null;
  #cut = null;

  constructor({ synthesis = window.speechSynthesis, onsilent = () => {} } = {}) {
    this.synthesis = synthesis;
    this.onsilent = onsilent;
  }

  // Look for a voice; called by the click that starts the call, so that speech is allowed.
  unlock(language) {
    this.#looked ??= this.#look(language);
    return this.#looked;
  }

  // Say it; resolves when it was said, read at reading pace, or cut. True when it was cut.
  async say(text) {
    const cut = new Promise((resolve) => (this.#cut = () => resolve(true)));
    const said = (async () => {
      for (const sentence of sentences(text)) if (await Promise.race([cut, this.#sentence(sentence)])) return true;
      return false;
    })();
    const was = await Promise.race([cut, said]);
    this.#cut = null;
    return was;
  }

  cut() {
    this.#cut?.();
    this.synthesis?.cancel();
  }

  async #sentence(text) {
    if (this.muted || this.silent || !this.#voice) return pause(reading(text));
    if (await this.#speak(text)) return;
    this.#fallSilent();
    return pause(reading(text));
  }

  // Whether it was spoken, as far as anybody can tell.
  #speak(text) {
    const speech = new SpeechSynthesisUtterance(text);
    speech.voice = this.#voice;
    speech.lang = this.#voice.lang;
    // Chrome forgets, and never ends, what only it still points to.
    this.speech = speech;
    return new Promise((resolve) => {
      let watchdog = setTimeout(() => resolve(false), START_SECONDS * 1000);
      speech.onstart = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => resolve(true), 2000 * reading(text) + 1000);
      };
      speech.onend = () => (clearTimeout(watchdog), resolve(true));
      speech.onerror = (event) => (clearTimeout(watchdog), resolve(["interrupted", "canceled"].includes(event.error)));
      this.synthesis.cancel();
      this.synthesis.speak(speech);
    });
  }

  async #look(language) {
    const find = () => this.#choose(this.synthesis?.getVoices() ?? [], language);
    if (!find() && this.synthesis) {
      await Promise.race([
        new Promise((resolve) => this.synthesis.addEventListener?.("voiceschanged", resolve, { once: true })),
        pause(LISTING_SECONDS),
      ]);
    }
    if (!find()) this.#fallSilent();
  }

  // Only voices of this machine: remote ones stop in the middle of a sentence without a word about it.
  #choose(voices, language) {
    const fitting = voices.filter((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language));
    this.#voice = fitting.find((voice) => voice.default) ?? fitting[0] ?? null;
    return this.#voice;
  }

  #fallSilent() {
    if (this.silent) return;
    this.silent = true;
    this.onsilent();
  }
}

export function sentences(text) {
  return text.match(/[^.!?]+[.!?]*\s*/g)?.map((part) => part.trim()).filter(Boolean) ?? [];
}

export function reading(text) {
  return Math.max(SHORTEST_SECONDS, text.split(/\s+/).length * WORD_SECONDS);
}

export function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
