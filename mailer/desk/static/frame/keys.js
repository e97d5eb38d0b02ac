// Keys. Whatever a person can follow or press may name one: data-key="n", or two, one after the other: data-key="g r".
// What it does is its own text, or data-key-does. `?` shows the keys of the page.
//
// No key does anything while somebody types, or together with Ctrl, Alt or Meta; all of them can be switched off, for
// whoever talks to their computer (WCAG 2.2, 2.1.4).
const SWITCH = "mailer-keys";
const PATIENCE = 1500; // milliseconds between the two of a pair

let first = "";
let timer = 0;

const isOn = () => localStorage.getItem(SWITCH) !== "off";

function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.isContentEditable || target.closest("textarea, select, [role=textbox], [role=combobox], [role=tablist]")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file])");
}

const withKeys = () => [...document.querySelectorAll("[data-key]")].filter((each) => each.checkVisibility());

function said(element) {
  const text = element.dataset.keyDoes || element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent;
  return text.trim().replace(/\s+/g, " ");
}

function use(element) {
  if (element.matches(":disabled, [aria-disabled=true]")) return;
  if (element.matches("input, select, textarea, [tabindex='-1']")) {
    element.focus();
    element.select?.();
  } else {
    element.focus();
    element.click();
  }
}

function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...inside);
  return element;
}

const asKeys = (key) => key.split(" ").flatMap((each, n) => (n ? [" ", make("kbd", {}, each)] : [make("kbd", {}, each)]));

function show() {
  const rows = withKeys().map((each) => make("tr", {}, make("td", {}, ...asKeys(each.dataset.key)), make("td", {}, said(each))));
  rows.push(make("tr", {}, make("td", {}, ...asKeys("?")), make("td", {}, "These keys")));
  const on = make("input", { type: "checkbox" });
  on.checked = isOn();
  on.addEventListener("change", () => localStorage.setItem(SWITCH, on.checked ? "on" : "off"));
  const close = make("button", { type: "button", class: "button" }, "Close");
  const head = make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Key"), make("th", { scope: "col" }, "Does")));
  const dialog = make("dialog", { class: "keys-shown", "aria-labelledby": "keys-title" },
    make("h2", { id: "keys-title" }, "Keys"), make("table", {}, head, make("tbody", {}, ...rows)),
    make("label", { class: "check" }, on, " Keys are on"), make("p", { class: "actions" }, close));
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  close.focus();
}

function press(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key.length !== 1 || !isOn() || isTyping(event.target) || document.querySelector("dialog:modal")) return;
  const key = first ? `${first} ${event.key}` : event.key;
  clearTimeout(timer);
  first = "";
  if (key === "?") {
    event.preventDefault();
    show();
    return;
  }
  const all = withKeys();
  const meant = all.find((each) => each.dataset.key === key);
  if (meant) {
    event.preventDefault();
    use(meant);
  } else if (all.some((each) => each.dataset.key.startsWith(`${key} `))) {
    first = key;
    timer = setTimeout(() => (first = ""), PATIENCE);
  }
}

/** Listens to the keyboard; `button` shows the keys to whoever has none. */
export function listenToKeys(button) {
  document.addEventListener("keydown", press);
  button.hidden = false;
  button.addEventListener("click", show);
}
