// On every page. Pages' own scripts import what they need of it (build.mjs); `start` is nobody's: each part has one.
import * as drafts from "../core/drafts.js";
import * as keys from "../core/keys.js";
import * as live from "../core/live.js";
import * as overlays from "../core/overlays.js";
import * as refresh from "../core/refresh.js";
import * as requests from "../core/requests.js";
import * as staleness from "../core/staleness.js";
import * as theme from "../core/theme.js";
import * as toasts from "../core/toasts.js";

export * from "../core/drafts.js";
export * from "../core/keys.js";
export * from "../core/proof.js";
export * from "../core/requests.js";
export * from "../core/toasts.js";
export * from "../core/words.js";

for (const part of [keys, overlays, toasts, theme, requests, staleness, drafts, refresh, live]) part.start();
