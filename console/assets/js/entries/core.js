// On every page.
import * as drafts from "../core/drafts.js";
import * as keys from "../core/keys.js";
import * as live from "../core/live.js";
import * as overlays from "../core/overlays.js";
import * as requests from "../core/requests.js";
import * as theme from "../core/theme.js";
import * as toasts from "../core/toasts.js";

for (const part of [keys, overlays, toasts, theme, requests, drafts, live]) part.start();
