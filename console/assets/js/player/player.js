// One recording: button, slider, speed, silence. The <audio> element inside does the playing, a range at a time.
import { draw } from "./drawing.js";
import { afterSilence, fetchPeaks, lanes, silences } from "./peaks.js";
import { change, nextSpeed, onChange, settings } from "./settings.js";

export const STEP = 5; // seconds
export const LEAP = 15; // seconds, with Shift
const POINTS = 1200;

export class Player {
  static latest = null;

  constructor(root) {
    this.root = root;
    this.media = root.querySelector("audio");
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.words = JSON.parse(root.dataset.words);
    this.length = Number(root.dataset.duration) || 0;
    this.silences = [];
    this.undraw = null;
    this.media.controls = false;
    this.media.hidden = true;
    this.part("body").hidden = false;
    this.apply(settings(Number(root.dataset.speed) || 1, "skipSilence" in root.dataset));
    this.stopListening = onChange((now) => this.apply(now));
    this.listen();
    this.show();
  }

  /** The waveform, once the player is in sight. */
  async draw() {
    const peaks = await fetchPeaks(`${this.root.dataset.player}/peaks`);
    if (!peaks || !this.root.isConnected || this.undraw) return;
    this.length ||= (peaks.length * peaks.samples_per_pixel) / peaks.sample_rate;
    this.silences = silences(peaks);
    const shape = { media: this.media, lanes: lanes(peaks, POINTS), duration: this.length };
    this.undraw = draw(this.part("drawing"), shape);
    this.root.dataset.drawn = "";
    this.show();
  }

  toggle() {
    if (this.media.paused) this.play();
    else this.media.pause();
  }

  async play() {
    if (Player.latest && Player.latest !== this) Player.latest.media.pause(); // one at a time
    Player.latest = this;
    this.tell("");
    if (this.media.error) this.media.load();
    if (this.length && this.media.currentTime >= this.length - 0.05) this.seek(0);
    try {
      await this.media.play();
    } catch (error) {
      if (error.name !== "AbortError") this.explain();
    }
  }

  leap(seconds) {
    this.seek(this.media.currentTime + seconds);
  }

  seek(to) {
    this.media.currentTime = Math.min(Math.max(to, 0), this.length || this.media.duration || 0);
    this.show();
  }

  listen() {
    const { media } = this;
    this.part("play").addEventListener("click", () => this.toggle());
    this.part("speed").addEventListener("change", (event) => change({ speed: Number(event.target.value) }));
    this.part("skip").addEventListener("change", (event) => change({ skip: event.target.checked }));
    this.root.addEventListener("keydown", (event) => this.key(event));
    for (const news of ["play", "pause", "ended", "seeked", "timeupdate"]) media.addEventListener(news, () => this.show());
    media.addEventListener("play", () => this.follow());
    media.addEventListener("loadedmetadata", () => {
      media.playbackRate = this.speed;
      if (Number.isFinite(media.duration)) this.length = media.duration;
      this.show();
    });
    media.addEventListener("error", () => this.explain());
    this.slide();
  }

  /** Pointer on the slider: press, drag, let go. */
  slide() {
    const slider = this.part("slider");
    const go = (event) => {
      const box = slider.getBoundingClientRect();
      this.seek(((event.clientX - box.left) / box.width) * this.length);
    };
    slider.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      slider.setPointerCapture(event.pointerId);
      go(event);
    });
    slider.addEventListener("pointermove", (event) => {
      if (slider.hasPointerCapture(event.pointerId)) go(event);
    });
  }

  /** Keys while something in the player has the focus; the select and the tick keep their own. */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onField = event.target.matches("select, input");
    const step = event.shiftKey ? LEAP : STEP;
    const deeds = {
      ArrowLeft: () => this.leap(-step),
      ArrowRight: () => this.leap(step),
      Home: () => this.seek(0),
      End: () => this.seek(this.length),
      ",": () => change({ speed: nextSpeed(this.speed, -1) }),
      ".": () => change({ speed: nextSpeed(this.speed, 1) }),
    };
    // A slider has these for the same: APG, "Slider Pattern".
    if (event.target === this.part("slider")) {
      Object.assign(deeds, { ArrowDown: deeds.ArrowLeft, ArrowUp: deeds.ArrowRight, " ": () => this.toggle() });
    }
    const deed = deeds[event.key];
    if (!deed || (onField && event.key !== "," && event.key !== ".")) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  /** While it plays: leap over silence, a frame at a time. */
  follow() {
    const frame = () => {
      if (this.media.paused || !this.root.isConnected) return;
      if (this.skip) {
        const on = afterSilence(this.silences, this.media.currentTime);
        if (on > this.media.currentTime) this.media.currentTime = on;
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  apply({ speed, skip }) {
    const isNew = this.speed !== undefined && this.speed !== speed;
    this.speed = speed;
    this.skip = skip;
    this.media.defaultPlaybackRate = this.media.playbackRate = speed;
    this.part("speed").value = String(speed);
    this.part("skip").checked = skip;
    if (isNew && this.root.contains(document.activeElement)) this.tell(this.words.at_speed.replace("{speed}", speed));
  }

  show() {
    const at = this.media.currentTime || 0;
    const runs = !this.media.paused && !this.media.ended;
    const button = this.part("play");
    const slider = this.part("slider");
    button.setAttribute("aria-label", runs ? this.words.pause : this.words.play);
    this.part("icon-play").hidden = runs;
    this.part("icon-pause").hidden = !runs;
    this.part("time").textContent = `${clock(at)} / ${clock(whole(this.length))}`;
    // Not on the slider: a swap copies attributes between elements of one id, and the policy forbids style attributes.
    this.part("drawing").style.setProperty("--played", this.length ? String(at / this.length) : "0");
    if (slider.getAttribute("aria-valuenow") !== String(Math.floor(at))) {
      slider.setAttribute("aria-valuenow", String(Math.floor(at)));
      slider.setAttribute("aria-valuemax", String(whole(this.length)));
      const said = this.words.of.replace("{at}", clock(at)).replace("{length}", clock(whole(this.length)));
      slider.setAttribute("aria-valuetext", said);
    }
  }

  tell(text) {
    this.part("told").textContent = text;
  }

  /** The element says only that it failed; the address says why. Asking for the head is no listening. */
  async explain() {
    const why = { 401: "signed_out", 403: "forbidden", 404: "gone", 410: "gone" };
    let status = 0;
    try {
      const answer = await fetch(this.media.src, { method: "HEAD", redirect: "manual" });
      status = answer.type === "opaqueredirect" ? 401 : answer.status;
    } catch {
      status = 0;
    }
    this.tell(this.words[why[status] ?? "failed"]);
  }
}

/** A length in whole seconds; the shortest sound has one. */
function whole(seconds) {
  return seconds ? Math.max(Math.round(seconds), 1) : 0;
}

function clock(seconds) {
  const all = Math.floor(seconds || 0);
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor((all % 3600) / 60), all % 60];
  const tail = `${hours ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}
