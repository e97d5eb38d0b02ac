// What stands in the editor, for whoever asks the server about it: preview, findings, header. Each asks one question at a
// time; what was typed meanwhile is asked about next, and nothing that came between. Nobody asks before the editor is
// there: what follows from the answer would be told to nobody.
import { editor } from "../writing/editor.js";

const view = document.getElementById("view");

export const { name } = view.dataset;
export const draft = { edition: view.dataset.edition, text: editor.state.doc.toString() };
export const memory_of = (key) => `${key}.${name}`;
export const address = (what) => `/r/${encodeURIComponent(name)}/${what}`;

document.body.addEventListener("desk:text", ({ detail }) => Object.assign(draft, { edition: detail.edition ?? draft.edition, text: detail.text }));

/** The desk has stopped, or stumbled: the frame says so, and the next key asks again. */
class Unanswered extends Error {}

// A browser drops what is under way when the computer changes its network, though the desk is on this computer.
const PAUSES = [300, 1000, 3000]; // milliseconds before a question that nobody answered is asked again
const pause = (time) => new Promise((done) => setTimeout(done, time));

/** The server's answer about the text as it stands now. `more`: further fields. */
export async function ask(what, more = {}) {
  const form = new FormData();
  form.set("edition", draft.edition);
  form.set("text", draft.text);
  for (const [key, value] of more instanceof FormData ? more : Object.entries(more)) form.append(key, value);
  for (const time of [...PAUSES, 0]) {
    try {
      const answer = await fetch(address(what), { method: "POST", body: form });
      if (answer.ok) return await answer.json();
      break;
    } catch { // nobody answers
    }
    if (time) await pause(time);
  }
  throw new Unanswered(what);
}

/** A function that runs `work` once it is left alone for `pause` milliseconds, or at the latest `pause` after the first
 *  call (`patient`: false), one at a time, and again if it was called meanwhile. */
export function atRest(work, pause, patient = true) {
  let timer = null;
  let busy = false;
  let again = false;
  const run = async () => {
    timer = null;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
    } finally {
      busy = false;
    }
  };
  return () => {
    if (patient) clearTimeout(timer);
    if (patient || timer === null) timer = setTimeout(run, pause);
  };
}

/** A new text into the editor, as one step. `before`: the one of which it was made, where others may have been typed since. */
export const replace = (text, label, before = draft.text) =>
  document.body.dispatchEvent(new CustomEvent("desk:replace", { detail: { text, label, before } }));
