// Peaks as the server keeps them (the BBC's audiowaveform JSON, version 2): what is drawn, and where it is quiet.

const QUIETEST = 3; // of 128: what a telephone line hums
const SHARE = 0.08; // of the loudest: a noisy line hums louder
const SHORTEST = 1.2; // seconds; a shorter pause is a breath
const MARGIN = 0.25; // seconds kept at each end, so that no word is clipped

/** The peaks of a recording; null where there are none (then nothing is drawn, and it plays all the same). */
export async function fetchPeaks(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) return null;
    const peaks = await answer.json();
    return peaks.version === 2 && peaks.length > 0 ? peaks : null;
  } catch {
    return null;
  }
}

/** For each channel the loudest sample of each of `points` stretches, from 0 to 1; a short sound repeats its own. */
export function lanes(peaks, points) {
  return Array.from({ length: peaks.channels }, (_, channel) => {
    const lane = new Float32Array(points);
    for (let point = 0; point < points; point++) {
      const from = Math.floor((point * peaks.length) / points);
      const to = Math.max(from + 1, Math.floor(((point + 1) * peaks.length) / points));
      for (let pixel = from; pixel < to; pixel++) lane[point] = Math.max(lane[point], loudness(peaks, pixel, channel) / 128);
    }
    return lane;
  });
}

/** Stretches in seconds, [from, to], in which no channel is louder than the line's own hum. */
export function silences(peaks) {
  const each = peaks.samples_per_pixel / peaks.sample_rate;
  const loudest = Array.from({ length: peaks.length }, (_, pixel) => all(peaks, pixel));
  const quiet = Math.max(QUIETEST, SHARE * loudest.reduce((most, one) => Math.max(most, one), 0));
  const found = [];
  let from = -1;
  for (let pixel = 0; pixel <= peaks.length; pixel++) {
    const isQuiet = pixel < peaks.length && loudest[pixel] <= quiet;
    if (isQuiet && from < 0) from = pixel;
    if (!isQuiet && from >= 0) {
      if ((pixel - from) * each >= SHORTEST) found.push([from * each + MARGIN, pixel * each - MARGIN]);
      from = -1;
    }
  }
  return found;
}

/** Where to go on from `at`: the end of the silence it lies in, else `at` itself. */
export function afterSilence(found, at) {
  const silence = found.find(([from, to]) => at >= from && at < to - 0.1);
  return silence ? silence[1] : at;
}

function all(peaks, pixel) {
  let most = 0;
  for (let channel = 0; channel < peaks.channels; channel++) most = Math.max(most, loudness(peaks, pixel, channel));
  return most;
}

function loudness(peaks, pixel, channel) {
  const place = 2 * (pixel * peaks.channels + channel);
  return Math.max(Math.abs(peaks.data[place]), Math.abs(peaks.data[place + 1]));
}
