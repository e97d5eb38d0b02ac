// The mail as somebody would get it, of what stands in the editor: asked for at every key, shown when it is there.
import { combobox } from "./combobox.js";
import { address, ask, atRest, memory_of } from "./draft.js";
import { $, attend, chosen, element, languageName, load, memory, showFaults, showView } from "./parts.js";

const AT_ONCE = 15; // milliseconds: keys that come together are one question
const wide = matchMedia("(min-width: 75rem)");
let last = null;

async function look() {
  const wanted = { for: memory(memory_of("for")), show: memory(memory_of("edition")), theme: memory(memory_of("theme")) };
  if (besides()) wanted.beside = "1";
  const answer = await ask("preview", wanted);
  showFaults(answer.faults);
  if (!answer.view) return;
  last = answer;
  showView(answer.view);
  offer("edition", answer.editions, answer.edition, languageName);
  offer("theme", answer.themes, answer.theme, (theme) => theme);
  $("beside-field").hidden = answer.editions.length < 2 || !wide.matches;
  await paint();
}
const soon = atRest(look, AT_ONCE, false); // whatever asks: one question at a time, or an older answer may come last

function besides() {
  return wide.matches && $("view-beside").checked;
}

async function paint() {
  const scheme = chosen("scheme");
  const source = (shown) => `${address("mail")}?${new URLSearchParams({ shown, scheme })}`;
  const others = last.beside.map(({ edition, shown }) => [frameOf(edition), source(shown)]);
  for (const frame of document.querySelectorAll(".frame[data-beside]")) {
    if (!last.beside.some(({ edition }) => edition === frame.dataset.beside)) frame.parentElement.remove();
  }
  $("view").classList.toggle("two-languages", others.length > 0);
  $("view-differences").hidden = $("shown-caption").hidden = others.length === 0;
  $("shown-caption").textContent = languageName(last.edition);
  const dark = scheme === "dark";
  await Promise.all([load("shown", source(last.shown), dark), ...others.map(([id, there]) => load(id, there, dark))]);
}

/** The id of the frame in which another language stands. */
function frameOf(edition) {
  const id = `shown-${edition}`;
  if (!$(id)) {
    const shown = $("shown").cloneNode();
    shown.removeAttribute("src");
    shown.id = id;
    shown.title = `The email in ${languageName(edition)}`;
    const frame = element("div", $("shown").parentElement.className, shown);
    frame.dataset.beside = edition;
    $("view-mail").querySelector(".frames").append(element("figure", "", element("figcaption", "", languageName(edition)), frame));
  }
  return id;
}

function offer(what, values, value, label) {
  const select = $(`view-${what}`);
  $(`${what}-field`).hidden = values.length < 2;
  if (document.activeElement === select && select.value === value) return;
  select.replaceChildren(...values.map((each) => new Option(label(each), each, false, each === value)));
}

$("for").value = memory(memory_of("for"));
const find = async (q) => (await fetch(`${address("recipients")}?${new URLSearchParams({ q })}`)).json();
combobox($("for"), $("people"), find, (person) => {
  memory(memory_of("for"), person);
  memory(memory_of("edition"), ""); // their own language comes first
  soon();
});
for (const what of ["edition", "theme"]) {
  $(`view-${what}`).addEventListener("change", () => {
    memory(memory_of(what), $(`view-${what}`).value);
    soon();
  });
}
$("view-beside").checked = memory("beside") === "yes";
$("view-beside").addEventListener("change", () => {
  memory("beside", $("view-beside").checked ? "yes" : "no");
  soon();
});
wide.addEventListener("change", soon);
document.body.addEventListener("desk:text", soon);
document.body.addEventListener("desk:files", soon);
attend(soon);
soon();
