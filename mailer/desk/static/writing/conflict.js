// Places of a text that two people changed, each in their own way: side by side, for one person to choose.
import { merge } from "../vendor.js";
import { $ } from "../frame.js";
import { el } from "./strips.js";

const AROUND = 90; // characters around a place, by which it is known again

// A text with what differs from another marked. `side`: which of the two is shown.
function marked(a, b, side) {
  const [tag, text] = side === "a" ? ["del", a] : ["ins", b];
  const shown = document.createDocumentFragment();
  let at = 0;
  for (const { fromA, toA, fromB, toB } of merge.presentableDiff(a, b)) {
    const [from, to] = side === "a" ? [fromA, toA] : [fromB, toB];
    shown.append(text.slice(at, from));
    if (to > from) shown.append(el(tag, {}, text.slice(from, to)));
    at = to;
  }
  shown.append(text.slice(at));
  return shown;
}

// What an unsaved text has that the file lacks, and the other way round: the paragraphs that differ.
export function differences(file, text) {
  const list = el("ul", { class: "differences" });
  let [at, lines] = [0, text.split("\n")];
  const theirs = new Set(file.split("\n"));
  const ours = new Set(lines);
  for (const line of lines) if (line.trim() && !theirs.has(line)) list.append(el("li", {}, el("ins", {}, line)));
  for (const line of theirs) if (line.trim() && !ours.has(line)) list.append(el("li", {}, el("del", {}, line)));
  return list;
}

const before = (piece) => (typeof piece === "string" ? piece : "").split("\n\n").at(-1).slice(-AROUND);
const behind = (piece) => (typeof piece === "string" ? piece : "").split("\n\n")[0].slice(0, AROUND);

function side(words, text, around) {
  const shown = text === "" ? el("em", {}, "(taken out)") : text;
  return el("div", { class: "side" }, el("h3", {}, words),
    el("p", { class: "said" }, el("span", { class: "quiet" }, around[0]), shown, el("span", { class: "quiet" }, around[1])));
}

function choice(number, value, words, checked) {
  const id = `conflict-${number}-${value}`;
  return el("span", { class: "choice" },
    el("input", { type: "radio", name: `conflict-${number}`, id, value, checked }), el("label", { for: id }, words));
}

// Asks; `chosen` gets the whole text. Returns what takes the question away.
export function decide(pieces, chosen) {
  const places = pieces.flatMap((piece, at) => (typeof piece === "string" ? [] : [{ piece, at }]));
  const fields = places.map(({ piece, at }, number) => {
    const around = [before(pieces[at - 1]), behind(pieces[at + 1])];
    return el("fieldset", { class: "conflict" },
      el("legend", {}, places.length > 1 ? `Place ${number + 1} of ${places.length}` : "The place"),
      el("div", { class: "sides" },
        side("Yours", piece.mine === "" ? "" : marked(piece.theirs, piece.mine, "b"), around),
        side("The file’s", piece.theirs === "" ? "" : marked(piece.theirs, piece.mine, "a"), around)),
      el("div", { class: "choices" },
        choice(number, "mine", "Keep mine"), choice(number, "theirs", "Keep the file’s"), choice(number, "both", "Take both", true)));
  });
  const done = () => form.remove();
  const form = el("form", {
    class: "panel conflicts", "aria-labelledby": "conflicts-called",
    onsubmit(event) {
      event.preventDefault();
      const taken = places.map(({ piece }, number) => piece[form.elements[`conflict-${number}`].value]);
      const whole = pieces.map((piece) => (typeof piece === "string" ? piece : taken.shift())).join("");
      done();
      chosen(whole);
    },
  },
  el("h2", { id: "conflicts-called", tabindex: "-1" }, "The file was changed where you wrote too"),
  el("p", { class: "quiet" }, "Another program, or another tab, saved the file meanwhile. Everything else was put together; here you decide. Nothing is lost until you do."),
  ...fields,
  el("p", { class: "actions" }, el("button", { class: "button primary" }, "Save it like this")));
  $("strips").append(form);
  form.scrollIntoView({ block: "nearest" });
  return done;
}
