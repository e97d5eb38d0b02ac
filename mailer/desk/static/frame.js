// On every page: htmx, news of the server, keys, and what is said aloud.
//
// What has changed is told to the page as an event of its body: desk:files, desk:ledger, desk:mailbox. So
// `hx-trigger="desk:ledger from:body"`.
import { htmx } from "./vendor.js";
import { listenToKeys } from "./frame/keys.js";
import { STATES, follow } from "./frame/news.js";
import { askAgain } from "./frame/turns.js";

export { htmx };
export const $ = (id) => document.getElementById(id);

const CALM = 10000; // milliseconds between two things that are said aloud
let last = -CALM;
let next = "";
let timer = 0;

/** Says something aloud, by a screen reader; at most every ten seconds, and then what is newest. */
export function announce(text) {
  next = text;
  if (timer) return;
  timer = setTimeout(() => {
    timer = 0;
    last = performance.now();
    $("aloud").textContent = next;
  }, Math.max(0, last + CALM - performance.now()));
}

// Once all scripts of the page listen, and none misses the first news.
addEventListener("DOMContentLoaded", () => follow((state) => {
  $("live").dataset.state = state === "on" ? "on" : "off";
  $("live").textContent = STATES[state];
  announce(STATES[state]);
  if (state === "on") askAgain();
}));
listenToKeys($("keys"));

// A second click on a button posts nothing a second time.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.posting) event.preventDefault();
  form.dataset.posting = "yes";
  setTimeout(() => delete form.dataset.posting, CALM);
});
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.posting));
