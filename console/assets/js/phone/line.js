// The call's requests to the server. Each answer is JSON; what went wrong is said in its `problem`.

export class Trouble extends Error {}

export class Line {
  constructor(proof) {
    this.proof = proof;
    this.handle = null;
  }

  async dial(choices) {
    this.handle = null;
    const answer = await this.#send("POST", "/phone/calls", JSON.stringify(choices));
    this.handle = answer.call;
    return answer;
  }

  news(after, { wait = false } = {}) {
    return this.#send("GET", this.#path(`news?after=${after}${wait ? "&wait=1" : ""}`));
  }

  beside(after) {
    return this.#send("GET", this.#path(`beside?after=${after}`));
  }

  does(input) {
    return this.#send("POST", this.#path("inputs"), JSON.stringify(input));
  }

  leaves(wav, { end, words = "" }) {
    const path = this.#path(`messages?${new URLSearchParams({ end, words })}`);
    return this.#send("POST", path, wav, "audio/wav");
  }

  // `keepalive` lets the request finish although the page goes away.
  hangUp({ keepalive = false } = {}) {
    return this.#send("DELETE", this.#path("").slice(0, -1), undefined, undefined, keepalive);
  }

  story(name) {
    return this.#path(`story?${new URLSearchParams({ name })}`);
  }

  #path(rest) {
    return `/phone/calls/${this.handle}/${rest}`;
  }

  async #send(method, path, body, type = "application/json", keepalive = false) {
    const headers = { "X-CSRF-Token": this.proof, Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = type;
    const answer = await fetch(path, { method, headers, body, keepalive });
    const read = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Trouble(read.problem ?? "");
    return read;
  }
}
