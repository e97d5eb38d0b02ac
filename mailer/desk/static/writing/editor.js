// The editor of the writing page. It takes the place of the plain text field, which does without any of this.
//
// It hears desk:findings (marks, F8), desk:go (a line) and desk:replace (a new text, as one step to undo), and tells
// desk:text whenever the text has changed. What was written is `saving.js`'s to keep.
import { commands, lint, merge, search, state, view } from "../vendor.js";
import { $ } from "../frame.js";
import { bodyLine, release } from "./markdown.js";
import { pasting } from "./paste.js";
import { Saving } from "./saving.js";
import { say, takeAway } from "./strips.js";

const { ChangeSet, EditorState, EditorSelection, Transaction } = state;
const { EditorView } = view;

const manuscript = JSON.parse($("manuscript").textContent);
const place = $("editor");

// What turns one text into another, as few characters as possible, as CodeMirror's changes.
export function changesBetween(before, after) {
  return merge.diff(before, after, { scanLimit: 2000, timeout: 200 })
    .map(({ fromA, toA, fromB, toB }) => ({ from: fromA, to: toA, insert: after.slice(fromB, toB) }));
}

// `before`: of which the new text was made. What was typed since then stays.
export function replaceBy(text, more = {}, before = editor.state.doc.toString()) {
  const now = editor.state.doc.toString();
  const its = ChangeSet.of(changesBetween(before, text), before.length);
  const changes = its.map(ChangeSet.of(changesBetween(before, now), before.length));
  if (!changes.empty) editor.dispatch({ changes, annotations: commands.isolateHistory.of("full"), ...more });
}

// Puts `mark` around what is selected, or takes it away where it stands there already.
function around(mark) {
  return ({ state: now, dispatch }) => {
    dispatch(now.update(now.changeByRange((range) => {
      const [from, to] = [range.from, range.to];
      const before = now.sliceDoc(Math.max(0, from - mark.length), from);
      if (before === mark && now.sliceDoc(to, to + mark.length) === mark) {
        const changes = [{ from: from - mark.length, to: from }, { from: to, to: to + mark.length }];
        return { changes, range: EditorSelection.range(from - mark.length, to - mark.length) };
      }
      const changes = [{ from, insert: mark }, { from: to, insert: mark }];
      return { changes, range: EditorSelection.range(from + mark.length, to + mark.length) };
    }), { scrollIntoView: true, userEvent: "input" }));
    return true;
  };
}

// Enter in a list or a quotation goes on with it; in an empty item it ends it.
function goOn({ state: now, dispatch }) {
  const { main } = now.selection;
  const line = now.doc.lineAt(main.head);
  const found = /^(\s*)([-*+]|(\d{1,9})([.)])|>)(\s+|$)/.exec(line.text);
  if (!main.empty || !found || line.number < bodyLine(now.doc) || main.head < line.from + found[0].length) return false;
  if (line.text.length === found[0].length) {
    dispatch(now.update({ changes: { from: line.from, to: line.to }, userEvent: "input" }));
    return true;
  }
  const marker = found[3] ? `${Number(found[3]) + 1}${found[4]}` : found[2];
  const insert = `${now.lineBreak}${found[1]}${marker}${found[5] || " "}`;
  const range = EditorSelection.cursor(main.head + insert.length);
  dispatch(now.update({ changes: { from: main.head, insert }, selection: range, scrollIntoView: true, userEvent: "input" }));
  return true;
}

let findings = [];

// Where findings stand, a place once; F8 goes round.
function walk(step) {
  const lines = [...new Set(findings.map(({ line }) => line).filter((line) => line > 0))].sort((a, b) => a - b);
  if (!lines.length) {
    say(findings.length ? "The findings are about the whole release: they stand below." : "Nothing was found.");
    return true;
  }
  const here = editor.state.doc.lineAt(editor.state.selection.main.head).number;
  const next = step > 0
    ? lines.find((line) => line > here) ?? lines[0]
    : lines.findLast((line) => line < here) ?? lines.at(-1);
  go(next);
  say(findings.filter(({ line }) => line === next).map(({ message }) => `Line ${next}: ${message}`).join(" "));
  return true;
}

export function go(number) {
  const line = editor.state.doc.line(Math.min(Math.max(number, 1), editor.state.doc.lines));
  editor.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
  editor.focus();
}

function mark() {
  const { doc } = editor.state;
  const marks = findings.filter(({ line }) => line > 0 && line <= doc.lines).map(({ line, level, message }) => {
    const { from, text } = doc.line(line);
    const start = text.length - text.trimStart().length;
    return { from: from + start, to: from + text.trimEnd().length, severity: level === "notice" ? "info" : level, message };
  });
  editor.dispatch(lint.setDiagnostics(editor.state, marks));
}

const keys = [
  { key: "Mod-b", run: around("**"), preventDefault: true },
  { key: "Mod-i", run: around("*"), preventDefault: true },
  { key: "Mod-s", run: () => { saving.now(); return true; }, preventDefault: true },
  { key: "Enter", run: goOn },
];

const told = EditorView.updateListener.of((update) => {
  if (!update.docChanged) return;
  takeAway("begun");
  saving.changed(update.changes);
  tell();
});

function tell() {
  const detail = { edition: manuscript.edition, text: editor.state.doc.toString() };
  document.body.dispatchEvent(new CustomEvent("desk:text", { detail }));
}

// Writing begins where the text does, not in the header.
function beginning(doc) {
  let number = Math.min(bodyLine(doc), doc.lines);
  while (number < doc.lines && !doc.line(number).text.trim()) number += 1;
  return doc.line(number).from;
}

const doc = state.Text.of(manuscript.text.split("\n"));

export const editor = new EditorView({
  parent: place,
  state: EditorState.create({
    doc,
    selection: { anchor: beginning(doc) },
    extensions: [
      EditorView.cspNonce.of(document.querySelector("script[nonce]").nonce),
      state.Prec.high(view.keymap.of(keys)),
      view.keymap.of([...commands.defaultKeymap, ...commands.historyKeymap, ...search.searchKeymap]),
      commands.history(),
      search.search({ top: true }),
      view.highlightSpecialChars(),
      view.drawSelection(),
      view.dropCursor(),
      EditorState.allowMultipleSelections.of(true),
      EditorView.lineWrapping,
      EditorView.perLineTextDirection.of(true),
      EditorView.contentAttributes.of({
        "aria-label": place.dataset.label, lang: place.dataset.language, dir: place.dataset.direction,
        spellcheck: "true", tabindex: "0", autocapitalize: "sentences", autocorrect: "on",
      }),
      release,
      lint.lintGutter(),
      pasting({ manuscript, bodyLine, go: (line) => go(line) }),
      told,
    ],
  }),
});

const plain = $("writing");
plain.hidden = true;
for (const field of plain.elements) field.disabled = true;
place.hidden = false;

export const saving = new Saving(editor, manuscript, { changesBetween, replaceBy, Transaction });

const body = document.body;
body.addEventListener("desk:findings", ({ detail }) => {
  if ("edition" in detail && detail.edition !== manuscript.edition) return;
  findings = detail.findings;
  mark();
});
body.addEventListener("desk:go", ({ detail }) => {
  if ((detail.edition ?? manuscript.edition) === manuscript.edition) go(detail.line);
});
body.addEventListener("desk:replace", ({ detail }) => {
  if ((detail.edition ?? manuscript.edition) === manuscript.edition) replaceBy(detail.text, { userEvent: "input.form" }, detail.before ?? undefined);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "F8" && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    walk(event.shiftKey ? -1 : 1);
  } else if (event.key === "s" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
    event.preventDefault();
    saving.now();
  }
});
if (manuscript.typed !== null) replaceBy(manuscript.typed);
saving.begin();
tell();
const line = Number(new URLSearchParams(location.search).get("line")); // a finding of another language led here
if (line) go(line);
else if (document.querySelector('#strips [data-kind="begun"]')) editor.focus(); // what was only begun is written, or pasted, at once
