// Telephone audio as a WAV file (8 kHz, 16-bit PCM, one channel), and any sound file made into it.

import { RATE, Resampler } from "./resampling.js";

const HEADER = 44;

export function written(pieces) {
  const count = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const file = new ArrayBuffer(HEADER + 2 * count);
  const view = new DataView(file);
  const word = (at, text) => [...text].forEach((sign, place) => view.setUint8(at + place, sign.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, HEADER - 8 + 2 * count, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, 2 * count, true);
  let at = HEADER;
  for (const piece of pieces) for (const sample of piece) view.setInt16((at += 2) - 2, sample, true);
  return file;
}

// What is telephone audio already stays as it is, byte for byte; all else the browser can play is brought to it.
export async function fromFile(file) {
  const bytes = await file.arrayBuffer();
  if (isTelephone(bytes)) return bytes;
  const context = new OfflineAudioContext(1, 1, 48000);
  const sound = await context.decodeAudioData(bytes);
  const resampler = new Resampler(sound.sampleRate);
  const sides = Array.from({ length: sound.numberOfChannels }, (_, side) => sound.getChannelData(side));
  const mixed = sides[0].map((_, at) => sides.reduce((sum, side) => sum + side[at], 0) / sides.length);
  return written([resampler.push(mixed), resampler.end()]);
}

function isTelephone(bytes) {
  if (bytes.byteLength < HEADER) return false;
  const view = new DataView(bytes);
  const numbers = [view.getUint16(20, true), view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)];
  const plain = view.getUint32(36, false) === 0x64617461; // "data" right after the format
  return plain && view.getUint32(0, false) === 0x52494646 && numbers.join() === `1,1,${RATE},16`;
}
