// Runs beside the page, in the sound's own thread: the microphone in, telephone samples and the level out.

import { Resampler } from "../phone/resampling.js";

const PIECE = 800; // telephone samples a message: a tenth of a second

class Recorder extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate);
    this.waiting = [];
    this.open = true;
    this.port.onmessage = () => {
      this.waiting.push(...this.resampler.end());
      this.#send();
      this.port.postMessage({ done: true });
      this.open = false;
    };
  }

  process([[side]]) {
    if (side && this.open) {
      this.waiting.push(...this.resampler.push(side));
      if (this.waiting.length >= PIECE) this.#send();
    }
    return this.open;
  }

  #send() {
    const samples = Int16Array.from(this.waiting);
    this.waiting = [];
    const level = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) / 32768;
    this.port.postMessage({ samples, level }, [samples.buffer]);
  }
}

registerProcessor("recorder", Recorder);
