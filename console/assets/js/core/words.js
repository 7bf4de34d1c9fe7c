// Words for what scripts say, translated by the server: <body data-words='{"saved": "Saved %s"}'>.
let known;

export function word(name, ...values) {
  known ??= JSON.parse(document.body.dataset.words || "{}");
  let next = 0;
  return (known[name] ?? name).replace(/%s/g, () => values[next++] ?? "");
}

/** The time on the clock, of milliseconds since 1970. */
export function clock(at) {
  return new Date(at).toLocaleTimeString([], { hourCycle: "h23" });
}
