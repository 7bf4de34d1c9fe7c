// Keys of the list of messages: j and k go, a takes, e is done with the message one is at.
import { bind } from "../core/keys.js";

const SELECTOR = "[data-message]";
const all = () => [...document.querySelectorAll(SELECTOR)];
const here = () => document.querySelector(`${SELECTOR}[data-here]`) ?? all()[0];
let place = 0;

function go(to) {
  const messages = all();
  if (!messages.length) return;
  place = Math.min(Math.max(to, 0), messages.length - 1);
  mark(messages[place]);
  messages[place].focus({ preventScroll: true });
  messages[place].scrollIntoView({ block: "nearest" });
}

function mark(message) {
  for (const one of all()) one.toggleAttribute("data-here", one === message);
  place = all().indexOf(message);
}

const act = (name) => () => here()?.querySelector(`[data-act="${name}"]`)?.click();
const words = JSON.parse(document.querySelector(".messages")?.dataset.words ?? "{}");
bind("j", words.next, () => go(document.querySelector(`${SELECTOR}[data-here]`) ? place + 1 : 0), { within: SELECTOR, repeat: true });
bind("k", words.before, () => go(place - 1), { within: SELECTOR, repeat: true });
bind("a", words.take, act("take"), { within: SELECTOR });
bind("e", words.done, act("done"), { within: SELECTOR });
bind("Enter", words.open, () => here()?.querySelector(".message-ticket")?.click(), { within: `${SELECTOR}[data-here]` });

document.addEventListener("focusin", (event) => {
  const message = event.target.closest?.(SELECTOR);
  if (message && !message.hasAttribute("data-here")) mark(message);
});
// After a message went, the one that took its place is the next.
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector(SELECTOR)) go(place);
});

// News of calls and tickets: said once, and shown when asked for; nothing moves under the pointer. What the page knew
// when it was made is none: the stream says the latest again to whoever comes.
document.addEventListener("ringback:hint", ({ detail: { event } }) => {
  const news = document.querySelector("[data-news]");
  if (news && !acting && event > Number(news.dataset.event)) news.hidden = false;
});
let acting = false;
document.addEventListener("htmx:before:request", () => (acting = true));
document.addEventListener("htmx:finally:request", () => setTimeout(() => (acting = false), 3000));
