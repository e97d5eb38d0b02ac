// The header as a form: what is changed there becomes text in the editor, and what is typed there is read into the form.
// What follows from what is the server's to say; here rows are made and taken away, and values are filled in.
import { htmx } from "../frame.js";
import { address, ask, atRest, draft, replace } from "./draft.js";
import { $, element } from "./parts.js";

const box = $("header-form");
const REST = 250, AGAIN = 1000, MOST = 30000; // milliseconds without a key, and before the form is asked for again: at first, at most
const fields = $("header-fields");
let form = null; // once somebody has opened it
let asked = false;
let pause = AGAIN;

async function open() {
  if (asked) return;
  asked = true;
  const query = new URLSearchParams({ edition: draft.edition, piece: "1" });
  await htmx.ajax("GET", `${address("header")}?${query}`, { target: "#header-fields" });
  form = fields.querySelector("form");
  asked = Boolean(form); // nobody may have answered
  if (!form) {
    setTimeout(() => { if (box.open) open(); }, pause);
    pause = Math.min(2 * pause, MOST);
    return;
  }
  pause = AGAIN;
  read();
  const sizes = await (await fetch(address("lists"))).json();
  for (const shown of form.querySelectorAll("[data-size]")) {
    const number = sizes[shown.dataset.size];
    shown.textContent = typeof number === "number" ? `${number.toLocaleString("en")} ${number === 1 ? "person" : "people"}` : "";
  }
}

// Somebody may type the moment that the form is there, which is before `open` goes on.
fields.addEventListener("input", (event) => {
  form = event.target.form;
  typed += 1;
  change();
});
fields.addEventListener("submit", (event) => {
  event.preventDefault();
  form = event.target;
  send(event.submitter);
});
fields.addEventListener("click", ({ target }) => {
  const { add } = target.dataset;
  if (add) addRow(fields.querySelector(`[data-records="${add}"]`)).querySelector("input:not([type=hidden])").focus();
});

// ---- from the form to the text ---------------------------------------------------------------------------

let sending = false;
let unread = false; // something was typed into the text meanwhile
let typed = 0; // times that somebody changed a field: an answer to an earlier question fills nothing in over that
let taken = 0; // of them, what was sent
const change = atRest(() => send(null), REST);

async function send(submitter) {
  sending = true;
  const posted = new FormData(form, submitter);
  taken = typed;
  posted.set("live", "1");
  const before = draft.text;
  let answer;
  try {
    answer = await ask("header", posted);
  } catch (error) {
    taken = -1; // nobody has heard of it: what is read from the text fills nothing in over it
    throw error;
  } finally {
    sending = false;
    if (unread) read();
  }
  if (typed === taken) show(answer, Boolean(submitter));
  form.elements.before.value = answer.text;
  if (answer.text !== before) replace(answer.text, "Header", before);
}

// ---- from the text to the form ---------------------------------------------------------------------------

const read = atRest(async () => {
  unread = sending;
  if (sending) return;
  const at = typed;
  const answer = await ask("header", { live: "1" });
  $("header-summary").textContent = answer.summary;
  called(answer.texts.headline);
  if (!form || sending || typed !== at || typed !== taken) return;
  show(answer, false);
  form.elements.before.value = answer.text;
}, REST);

// The page is called as its release is.
function called(headline) {
  const title = document.querySelector("main h1");
  if (!headline || title.textContent === headline) return;
  document.title = document.title.replace(title.textContent, () => headline);
  title.textContent = headline;
}

function show({ summary, clocks, faults, trouble, texts, chosen, rows }, moved) {
  $("header-summary").textContent = summary;
  for (const [name, value] of Object.entries(texts)) put(form.elements[name], value);
  for (const [name, values] of Object.entries(chosen)) {
    for (const input of form.querySelectorAll(`[data-boxes="${name}"] input[type=checkbox]`)) input.checked = values.includes(input.value);
  }
  for (const [name, records] of Object.entries(rows)) showRows(form.querySelector(`[data-records="${name}"]`), records, moved);
  $("header-clocks").replaceChildren(...clocks.map(([place, time]) => element("li", "", element("span", "", place), " ", element("b", "", time))));
  for (const note of form.querySelectorAll("[data-faults]")) {
    const said = note.dataset.faults ? faults[note.dataset.faults] ?? [] : [...(faults[""] ?? []), trouble].filter(Boolean);
    note.hidden = said.length === 0;
    note.textContent = said.join(" ");
    const input = form.elements[note.dataset.faults];
    if (input?.setAttribute) input.setAttribute("aria-invalid", said.length > 0);
  }
}

/** A value into a field, unless somebody is typing there. */
function put(input, value) {
  if (!input || input === document.activeElement) return;
  if (input.options && ![...input.options].some((option) => option.value === value)) input.append(new Option(value || "by default", value));
  input.value = value;
}

function showRows(group, records, moved) {
  const made = [...group.querySelectorAll("[data-row]")].filter((row) => moved || !isNew(row));
  made.slice(records.length).forEach((row) => row.remove());
  const fresh = moved ? [] : [...group.querySelectorAll("[data-row]")].filter(isNew);
  records.forEach((parts, number) => {
    const row = made[number] ?? fresh.shift() ?? addRow(group);
    const begin = row.querySelector("[name$='.was']");
    begin.value = number;
    for (const [part, value] of Object.entries(parts)) put(row.querySelector(`[name$=".${part}"]`), value);
  });
  if (records.length && !group.contains(document.activeElement)) {
    fresh.filter((row) => isNew(row) && [...row.querySelectorAll("input:not([type=hidden])")].every((input) => !input.value)).forEach((row) => row.remove());
  }
}

const isNew = (row) => row.querySelector("[name$='.was']").value === "";

let number = 1000; // of rows that a script made; the server's are counted from 0
function addRow(group) {
  const row = group.querySelector("template").content.firstElementChild.cloneNode(true);
  number += 1;
  for (const each of row.querySelectorAll("*")) {
    for (const attribute of ["id", "for", "name", "value"]) {
      if (each.hasAttribute(attribute)) each.setAttribute(attribute, each.getAttribute(attribute).replace("__n__", number));
    }
  }
  group.querySelector(".rows").append(row);
  return row;
}

box.addEventListener("toggle", () => { if (box.open) open(); });
if (box.open) open(); // somebody was quicker than this script
document.addEventListener("keydown", (event) => {
  if (event.key !== "F4" || event.target.closest("select") || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  box.open = !box.open;
  box.querySelector("summary").focus();
});
document.body.addEventListener("desk:text", read);
read();
