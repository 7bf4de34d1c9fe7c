// Key tones, ringing and the beep, from two oscillators: no audio files. Silent where there is no sound, or while muted.

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = ["123", "456", "789", "*0#"];
const QUIET = 0.06;

export class Tones {
  muted = false;
  #context = null;

  // Only a click or a key may switch sound on.
  unlock() {
    if (!window.AudioContext) return;
    this.#context ??= new AudioContext();
    this.#context.resume().catch(() => {});
  }

  key(sign) {
    const row = KEYS.findIndex((keys) => keys.includes(sign));
    if (row >= 0) this.#play([ROWS[row], COLUMNS[KEYS[row].indexOf(sign)]], 0.14);
  }

  ring(seconds) {
    this.#play([440, 480], seconds);
  }

  beep(seconds) {
    this.#play([1000], seconds);
  }

  #play(pitches, seconds) {
    const context = this.#context;
    if (this.muted || context?.state !== "running") return;
    const now = context.currentTime;
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(QUIET, now, 0.005);
    volume.gain.setTargetAtTime(0, now + seconds - 0.02, 0.005);
    volume.connect(context.destination);
    for (const frequency of pitches) {
      const tone = new OscillatorNode(context, { frequency });
      tone.connect(volume);
      tone.start(now);
      tone.stop(now + seconds);
    }
  }
}
