// The proof that a request is ours, for fetch and htmx alike (console/csrf.py).
export const HEADER = "X-CSRF-Token";

export function proof() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** POST a form's worth of values; resolves to the Response, also when it is refused. */
export function post(path, values, more = {}) {
  return fetch(path, {
    method: "POST",
    body: new URLSearchParams(values),
    headers: { [HEADER]: proof(), Accept: "application/json" },
    redirect: "manual",
    ...more,
  });
}
