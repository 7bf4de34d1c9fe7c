// The waveform, drawn by wavesurfer from our peaks: nothing is decoded, and the audio element plays by itself.
import WaveSurfer from "wavesurfer.js";

/** Draw into `place`; the drawing follows `media`. Returns how to take it away. */
export function draw(place, { media, lanes, duration }) {
  const wave = WaveSurfer.create({
    container: place,
    media,
    peaks: lanes,
    duration,
    height: place.clientHeight || 44,
    barWidth: 2,
    barGap: 1,
    barRadius: 1,
    barMinHeight: 1,
    normalize: true,
    interact: false,
    hideScrollbar: true,
    cursorWidth: 1,
    splitChannels: lanes.length > 1 ? lanes.map(() => ({})) : undefined,
    cspNonce: document.querySelector('meta[name="csp-nonce"]')?.content,
    ...colours(place),
  });
  const recolour = () => wave.setOptions(colours(place));
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const theme = new MutationObserver(recolour);
  scheme.addEventListener("change", recolour);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    scheme.removeEventListener("change", recolour);
    theme.disconnect();
    wave.destroy();
  };
}

/** Canvas knows no CSS variables: the stylesheet puts them on properties whose computed value is plain. */
function colours(place) {
  const style = getComputedStyle(place);
  return { waveColor: style.color, progressColor: style.borderBlockStartColor, cursorColor: style.borderBlockStartColor };
}
