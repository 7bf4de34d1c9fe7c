// Sound at the microphone's rate brought to the telephone's, piece by piece: a low-pass filter (windowed sinc) that is
// asked only where the telephone has a sample, so that nothing above 4 kHz folds back into the voice.

export const RATE = 8000;
const LOBES = 8;

export class Resampler {
  constructor(rate) {
    this.step = rate / RATE;
    this.reach = Math.ceil(LOBES * Math.max(1, this.step));
    this.kept = new Float32Array(this.reach); // what came before, silence at first
    this.at = this.reach; // where the next sample lies in what is kept
  }

  // The telephone samples that are complete now, as 16-bit numbers.
  push(piece) {
    const all = new Float32Array(this.kept.length + piece.length);
    all.set(this.kept);
    all.set(piece, this.kept.length);
    const out = [];
    while (this.at + this.reach < all.length) {
      out.push(this.#sample(all, this.at));
      this.at += this.step;
    }
    const gone = Math.max(0, Math.floor(this.at) - this.reach);
    this.kept = all.slice(gone);
    this.at -= gone;
    return Int16Array.from(out);
  }

  // The rest, with silence after it.
  end() {
    return this.push(new Float32Array(this.reach + 1));
  }

  #sample(all, at) {
    const wide = Math.max(1, this.step);
    let sum = 0;
    let weights = 0;
    for (let place = Math.ceil(at - this.reach + 1); place < at + this.reach; place++) {
      const x = (place - at) / wide;
      if (Math.abs(x) >= LOBES) continue;
      const weight = sinc(x) * (0.5 + 0.5 * Math.cos((Math.PI * x) / LOBES));
      sum += weight * all[place];
      weights += weight;
    }
    return Math.round(32767 * Math.min(1, Math.max(-1, sum / weights)));
  }
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
