// Small pieces that the writing page is told things with: made of elements and text, never of markup.
import { $ } from "../frame.js";

// An element. `with_`: attributes; `on…` listens, a falsy value leaves the attribute out.
export function el(tag, with_ = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(with_)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const clock = (at = new Date()) => at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

export function button(words, act, more = {}) {
  return el("button", { type: "button", class: "button", onclick: act, ...more }, words);
}

// A strip above the text. One of a kind takes the place of the one before.
export function strip(kind, level, ...children) {
  takeAway(kind);
  const made = el("div", { class: `note ${level} strip`, "data-kind": kind }, ...children);
  $("strips").append(made);
  return made;
}

export function takeAway(kind) {
  for (const each of $("strips").querySelectorAll(`[data-kind="${kind}"]`)) {
    const held = each.contains(document.activeElement);
    each.remove();
    if (held) document.querySelector("#editor .cm-content")?.focus();
  }
}

// Said to who can't see it; the same words are said again only when something else was said between.
export function say(words) {
  $("saved-news").textContent = words;
}
