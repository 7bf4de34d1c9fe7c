// The demo phone's page: the server runs the call, and this is its ear and mouth.

import { Beside } from "../phone/beside.js";
import { Call } from "../phone/call.js";
import { offerDictation } from "../phone/dictation.js";
import { Line } from "../phone/line.js";
import { Message } from "../phone/message.js";
import { Screen } from "../phone/screen.js";
import { Tones } from "../phone/tones.js";
import { Voice } from "../phone/voice.js";

const LANGUAGE = "en";

const root = document.getElementById("phone");
if (root) open();

function open() {
  const words = JSON.parse(document.getElementById("phone-texts").textContent);
  const line = new Line(document.querySelector("meta[name=csrf-token]").content);
  const screen = new Screen(root, words);
  const tones = new Tones();
  const voice = new Voice({ onsilent: () => screen.tell(words.no_voice) });
  const beside = new Beside(root.querySelector("[data-beside]"), { line, isLive: () => call.live });
  const find = (name) => root.querySelector(`[data-${name}]`);
  let call = { live: false, state: "idle", script: [] };

  const message = new Message(find("message"), {
    recorder: root.dataset.recorder,
    words,
    leave: (left) => (message.close(), call.leave(left)),
    tell: (text) => screen.tell(text),
  });

  const on = {
    state: (state) => {
      screen.become(state, call);
      if (state !== "recording") message.close();
    },
    dialled: (dialled) => {
      screen.dialled(dialled);
      beside.follow();
    },
    heard: (who, text) => screen.heard(who, text, call.elapsed),
    did: (what, text) => screen.did(what, text, call.elapsed),
    pressed: (keys) => screen.pressed(keys),
    wants: (item) => item.kind === "records" && !call.replays && message.open(item.facts),
    ends: (key) => message.end(key),
    changed: () => (beside.dirty = true),
    trouble: (text) => screen.tell(text || words.lost),
  };

  function dial(choices, replay = []) {
    tones.unlock();
    voice.silent = false;
    screen.clear();
    call = new Call({ line, voice, tones, on });
    voice.unlock(LANGUAGE).then(() => call.start(choices, replay));
  }

  async function hangUp() {
    // A message that was begun is kept: hanging up is how most people end one.
    if (call.state === "recording" && (await message.end("hangup"))) return;
    await call.hangUp();
  }

  find("choices").addEventListener("submit", (event) => {
    event.preventDefault();
    if (call.live) hangUp();
    else dial(Object.fromEntries(new FormData(event.target)));
  });
  find("again").addEventListener("click", () => dial({ again: line.handle }, call.script));
  find("story").addEventListener("click", (event) => (event.currentTarget.href = line.story(screen.title())));
  find("pad").addEventListener("click", (event) => {
    const key = event.target.closest("[data-press]")?.dataset.press;
    if (key) call.press?.(key);
  });
  find("say").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = event.target.elements.words;
    if (call.live && field.value.trim()) call.say(field.value.trim());
    field.value = "";
  });
  find("silent").addEventListener("click", () => call.silence?.());
  find("mute").addEventListener("click", (event) => {
    voice.muted = tones.muted = screen.toggled(event.currentTarget);
    if (voice.muted) window.speechSynthesis?.cancel();
  });
  document.addEventListener("keydown", (event) => {
    if (!call.live || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    screen.flash(event.key);
    call.press(event.key);
  });
  addEventListener("pagehide", () => call.live && line.handle && line.hangUp({ keepalive: true }).catch(() => {}));
  offerDictation(find("dictate"), {
    field: find("say").elements.words,
    warn: () => screen.tell(words.dictation),
    fail: () => screen.tell(words.no_dictation),
    language: "en-US",
  });
  screen.ready();
}
