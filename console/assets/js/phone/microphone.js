// A message from the microphone, as telephone audio. Nothing leaves the browser before it is sent.

import { RATE } from "./resampling.js";
import { written } from "./wav.js";

export class NoMicrophone extends Error {
  // `reason`: none, refused, or busy
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export function hasMicrophone() {
  return Boolean(window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);
}

export class Recording {
  #pieces = [];
  #samples = 0;

  // `onlevel(level from 0 to 1, seconds so far)`; `onlimit` when the longest length is reached.
  static async start(recorder, { longest, onlevel, onlimit }) {
    if (!hasMicrophone()) throw new NoMicrophone("none");
    const wanted = { channelCount: 1, echoCancellation: true, noiseSuppression: true };
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: wanted });
    } catch (error) {
      const reasons = { NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "busy" };
      throw new NoMicrophone(reasons[error.name] ?? "none");
    }
    const made = new Recording();
    try {
      await made.#listen(stream, recorder, { longest, onlevel, onlimit });
    } catch (error) {
      stream.getTracks().forEach((track) => track.stop());
      throw new NoMicrophone("busy");
    }
    return made;
  }

  // End it; the WAV file, once the last sample has come.
  async stop() {
    const rest = new Promise((resolve) => (this.ondone = resolve));
    this.node.port.postMessage("stop");
    await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 1000))]);
    await this.discard();
    return written(this.#pieces);
  }

  async discard() {
    this.stream.getTracks().forEach((track) => track.stop());
    if (this.context.state !== "closed") await this.context.close();
  }

  get seconds() {
    return this.#samples / RATE;
  }

  async #listen(stream, recorder, { longest, onlevel, onlimit }) {
    this.stream = stream;
    this.context = new AudioContext();
    await this.context.audioWorklet.addModule(recorder);
    this.node = new AudioWorkletNode(this.context, "recorder", { channelCount: 1, channelCountMode: "explicit" });
    this.node.port.onmessage = ({ data }) => {
      if (data.done) return this.ondone?.();
      this.#pieces.push(data.samples);
      this.#samples += data.samples.length;
      onlevel(data.level, this.seconds);
      if (this.seconds >= longest) onlimit();
    };
    new MediaStreamAudioSourceNode(this.context, { mediaStream: stream }).connect(this.node);
    // A node that leads nowhere is not asked for sound: this one leads to silence.
    this.node.connect(new GainNode(this.context, { gain: 0 })).connect(this.context.destination);
    await this.context.resume();
  }
}
