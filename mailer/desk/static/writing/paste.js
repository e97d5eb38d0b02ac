// What is pasted from Word, Google Docs, Outlook … becomes Markdown: the desk reads the clipboard's HTML as an import
// reads a document. It arrives as one step to undo, with a strip that says what it was and what to look at.
import { commands, view } from "../vendor.js";
import { button, el, say, strip, takeAway } from "./strips.js";

const MOST = 6_000_000; // characters of HTML; the desk takes a little more
const FIELDS = /^(?:\s*(?:[-•*]\s+)?[^\s:][^:\n]{0,40}:(?:\s.*)?|\s+.*|\s*)$/;

const step = (more) => ({ annotations: commands.isolateHistory.of("full"), userEvent: "input.paste", scrollIntoView: true, ...more });
const blank = (edge, text) => (edge.test(text) ? " " : "");
const newlines = (text, most) => "\n".repeat(Math.max(0, most - text.length));

// What is put in and where, with the blank lines that a block needs around it.
function put(doc, { from, to }, made) {
  if (made.whole) return { changes: [{ from: 0, to: doc.length, insert: made.text }], start: 0 };
  if (made.inside && !made.notes) return { changes: [{ from, to, insert: made.text }], start: from };
  const [before, behind] = [doc.sliceString(0, from), doc.sliceString(to)];
  const lead = made.inside || !before ? "" : newlines(/\n*$/.exec(before)[0], 2);
  const trail = made.inside ? "" : /^\n*$/.test(behind) ? newlines(behind, 1) : newlines(/^\n*/.exec(behind)[0], 2);
  const body = { from, to, insert: lead + made.text + trail };
  if (!made.notes) return { changes: [body], start: from + lead.length };
  const atEnd = /^\n*$/.test(behind);
  const space = atEnd ? newlines(trail + behind, 2) : newlines(/\n*$/.exec(behind)[0], 2);
  return { changes: [body, { from: doc.length, insert: `${space}${made.notes}\n` }], start: from + lead.length };
}

// Positions that go along while others write.
class Places {
  constructor(...ranges) { this.ranges = ranges; }

  follow(changes) {
    for (const range of this.ranges) {
      range.from = changes.mapPos(range.from, -1);
      range.to = changes.mapPos(range.to, 1);
    }
  }
}

export function pasting({ manuscript, bodyLine, go }) {
  const waiting = new Set(); // where what is on its way belongs
  let last = null; // where what came last stands

  const inHeader = (state) => state.doc.lineAt(state.selection.main.from).number < bodyLine(state.doc);

  function plainly(editor, range, plain) {
    const fields = plain.split(/\r?\n/).every((line) => FIELDS.test(line));
    const lineOf = editor.state.doc.lineAt(range.from).number;
    const text = lineOf < bodyLine(editor.state.doc) && !fields ? plain.replace(/\s*\r?\n\s*/g, " ").trimEnd() : plain;
    const insert = editor.state.toText(text);
    editor.dispatch(step({ changes: { ...range, insert }, selection: { anchor: range.from + insert.length } }));
  }

  function instead(editor, plain) {
    if (!last) return;
    const { places, before, range } = last;
    takeAway("pasted");
    last = null;
    if (before !== null) {
      const text = before.slice(0, range.from) + plain + before.slice(range.to);
      editor.dispatch(step({ changes: { from: 0, to: editor.state.doc.length, insert: text } }));
    } else {
      const [body, notes] = places.ranges;
      const changes = [{ from: body.from, to: body.to, insert: editor.state.toText(plain) }];
      if (notes && notes.from >= body.to) changes.push({ from: notes.from, to: notes.to });
      editor.dispatch(step({ changes }));
    }
    editor.focus();
  }

  function tell(editor, made, plain, line) {
    const check = made.check.length;
    const words = check ? `${made.from} Please check ${check}.` : made.from;
    const list = (items) => el("ul", {}, ...items);
    const looks = made.check.map(({ line: at, message }) => el("li", {}, message, " ",
      at ? button(`Line ${line + at - 1}`, () => go(line + at - 1)) : null));
    strip("pasted", made.told.length || check ? "warning" : "notice",
      el("p", {}, words),
      check ? el("details", {}, el("summary", {}, `What to check (${check})`), list(looks)) : null,
      made.told.length ? list(made.told.map((each) => el("li", {}, each))) : null,
      el("p", { class: "actions" },
        button("Plain text instead", () => instead(editor, plain)),
        button("All right", () => takeAway("pasted"))));
    say([words, ...made.told].join(" "));
  }

  function arrive(editor, made, plain, range) {
    if (!made.whole && inHeaderAt(editor, range.from)) return plainly(editor, range, plain);
    const line = editor.state.doc.lineAt(range.from);
    if (made.inside && line.text.slice(0, range.from - line.from).trim()) made.text = made.inside;
    if (made.inside) made.text = blank(/^[ \u00a0]/, plain) + made.text + blank(/[ \u00a0]$/, plain); // HTML knows none
    const before = made.whole ? editor.state.doc.toString() : null;
    const { changes, start } = put(editor.state.doc, range, made);
    const set = editor.state.changes(changes);
    const end = start + made.text.length;
    const notes = made.notes ? { from: set.mapPos(editor.state.doc.length, -1), to: set.newLength } : null;
    editor.dispatch(step({ changes: set, selection: { anchor: Math.min(end, set.newLength) } }));
    last = { places: new Places({ from: start, to: end }, ...(notes ? [notes] : [])), before, range };
    if (made.whole || made.check.length || made.told.length || made.text.trim() !== plain.trim()) {
      tell(editor, made, plain, editor.state.doc.lineAt(start).number);
    } else takeAway("pasted");
  }

  const inHeaderAt = (editor, at) => editor.state.doc.lineAt(at).number < bodyLine(editor.state.doc);

  function refuse(editor, why, plain, range) {
    plainly(editor, range, plain);
    strip("pasted", "warning", el("p", {}, why), el("p", { class: "actions" }, button("All right", () => takeAway("pasted"))));
    say(why);
  }

  async function ask(editor, html, plain) {
    const { from, to } = editor.state.selection.main;
    const doc = editor.state.doc;
    const form = new FormData();
    const everything = from === 0 && to === doc.length ? "yes" : "";
    for (const [name, value] of Object.entries({ edition: manuscript.edition, html, text: doc.toString(), everything })) form.append(name, value);
    const places = new Places({ from, to });
    waiting.add(places);
    let made;
    try {
      const answer = await fetch(`/r/${encodeURIComponent(manuscript.release)}/paste`, { method: "POST", body: form });
      if (!answer.ok) throw new Error(answer.statusText);
      made = await answer.json();
    } catch {
      made = { refused: "The desk could not read what was pasted: its plain text was taken." };
    }
    waiting.delete(places);
    const [range] = places.ranges;
    if (made.refused) refuse(editor, made.refused, plain, range);
    else arrive(editor, made, plain, range);
  }

  const follow = view.EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    for (const places of waiting) places.follow(update.changes);
    last?.places.follow(update.changes);
  });

  const paste = view.EditorView.domEventHandlers({
    paste(event, editor) {
      const clip = event.clipboardData;
      if (!clip) return false;
      const [html, plain] = [clip.getData("text/html"), clip.getData("text/plain")];
      if (!html && !plain && [...clip.files].some(({ type }) => type.startsWith("image/"))) {
        strip("pasted", "warning", el("p", {}, "A picture can’t be pasted into the text. Save it beside the release, and name it where it belongs: ![what it shows](file.jpg)"),
          el("p", { class: "actions" }, button("All right", () => takeAway("pasted"))));
        return true;
      }
      const code = [...clip.types].includes("vscode-editor-data"); // a programmer's editor: its text is Markdown already
      if (html.trim() && html.length < MOST && !code) {
        event.preventDefault();
        ask(editor, html, plain);
        return true;
      }
      if (plain && inHeader(editor.state) && /\n/.test(plain)) {
        event.preventDefault();
        plainly(editor, editor.state.selection.main, plain);
        return true;
      }
      return false;
    },
  });

  return [follow, paste];
}
