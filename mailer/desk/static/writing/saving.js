// What is written is saved a second after the last key, with the file's hash that it was based on. The file is the
// truth: what others wrote into it meanwhile is put together with it by the desk, or a person decides.
//
// What the desk has not acknowledged stays in this browser's storage, by workspace, release, edition and base, and by
// tab: two tabs never write over one another's. Whoever finds some of a tab that is gone offers it, and takes nothing.
import { state } from "../vendor.js";
import { $ } from "../frame.js";
import { decide, differences } from "./conflict.js";
import { button, clock, el, say, strip, takeAway } from "./strips.js";

const { ChangeSet } = state;
const QUIET = 1000; // milliseconds after the last key
const AGAIN = 3000; // milliseconds until another attempt
const PATIENCE = 20000; // milliseconds for an answer
const KEEPALIVE = 60000; // octets that a browser sends on behalf of a page that is gone (64 KiB, Fetch §4.6)
const STOPPED = "Not saved: the desk has stopped.";
const KEPT = "Your text is kept in this browser.";
const NOT_KEPT = "This browser has no room to keep it either: copy it somewhere.";

export class Saving {
  constructor(view, manuscript, tools) {
    this.view = view;
    this.tools = tools;
    this.release = manuscript.release;
    this.edition = manuscript.edition;
    this.base = { hash: manuscript.hash, text: manuscript.text };
    this.prefix = `mailer-unsaved/${manuscript.workspace}/${manuscript.release}/${manuscript.edition}/`;
    this.tab = crypto.randomUUID();
    this.sent = null; // the text on its way, or that a person is deciding about
    this.since = null; // what was typed since, as changes of it
    this.deciding = null;
    this.taking = false;
    this.kept = "";
    this.troubled = false;
  }

  get text() { return this.view.state.doc.toString(); }

  get unsaved() { return this.sent !== null || this.text !== this.base.text; }

  begin() {
    navigator.locks.request(`mailer-tab-${this.tab}`, () => new Promise(() => {}));
    document.body.addEventListener("desk:files", () => this.look());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.now(true); });
    window.addEventListener("pagehide", () => this.now(true));
    window.addEventListener("blur", () => this.now());
    this.view.contentDOM.addEventListener("blur", () => this.now());
    window.addEventListener("beforeunload", (event) => { if (this.unsaved) event.preventDefault(); });
    this.offer();
  }

  // ---- what is typed

  changed(changes) {
    if (this.since) this.since = this.since.compose(changes);
    if (this.taking) return;
    this.keep();
    if (!this.troubled && !this.deciding) this.show("Not saved yet", "open");
    this.soon(QUIET);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), wait);
  }

  keep() {
    const { hash, text: was } = this.base;
    const key = `${this.prefix}${hash}/${this.tab}`;
    try {
      if (this.kept && this.kept !== key) localStorage.removeItem(this.kept);
      this.kept = "";
      if (!this.unsaved) return localStorage.removeItem(key);
      localStorage.setItem(key, JSON.stringify({ text: this.text, was, hash, at: Date.now() }));
      this.kept = key;
    } catch {
      this.kept = ""; // no room, or none for us
    }
  }

  // ---- to the desk

  async now(leaving = false) {
    clearTimeout(this.timer);
    if (this.sent !== null) return;
    const text = this.text;
    if (text === this.base.text) return this.settled();
    this.sent = text;
    this.since = ChangeSet.empty(this.view.state.doc.length);
    if (!this.troubled) this.show("Saving…", "open");
    const answer = await this.post({ text, base: this.base.hash, was: this.base.text }, leaving);
    this.hear(answer);
  }

  async post(fields, leaving = false) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ edition: this.edition, ...fields })) form.append(name, value);
    const size = Object.values(fields).reduce((sum, value) => sum + 2 * value.length, 500);
    try {
      const answer = await fetch(this.address("text"), {
        method: "POST", body: form, headers: { Accept: "application/json" },
        keepalive: leaving && size < KEEPALIVE, signal: AbortSignal.timeout(PATIENCE),
      });
      const json = answer.headers.get("content-type")?.includes("json");
      return { status: answer.status, ...(json ? await answer.json() : {}) };
    } catch {
      return { status: 0 };
    }
  }

  address(what) { return `/r/${encodeURIComponent(this.release)}/${what}`; }

  hear(answer) {
    if (answer.pieces) return this.ask(answer);
    if (answer.status === 200) return this.acknowledged(answer.hash, answer.text ?? this.sent);
    this.sent = this.since = null;
    this.keep();
    if (answer.status === 410) return this.gone(answer.told);
    const stopped = answer.status === 0;
    const why = stopped ? STOPPED : answer.status === 413 ? "Not saved: the text is too long."
      : answer.told ? `Not saved: ${answer.told}` : "Not saved: this window is not the desk’s any more. Open the address that it printed.";
    this.trouble(why);
    if (answer.status !== 413) this.soon(AGAIN);
  }

  acknowledged(hash, text) {
    const { sent, since } = this;
    this.base = { hash, text };
    this.sent = this.since = null;
    if (text !== sent) this.take(sent, text, since);
    takeAway("gone");
    this.keep();
    if (this.troubled) say(`Saved again, ${clock()}.`);
    this.troubled = false;
    if (this.unsaved) this.soon(QUIET);
    else this.settled();
    if (this.lookAgain) this.look();
  }

  settled() {
    this.keep();
    this.troubled = false;
    this.show(`Saved ${clock()}`, "done");
  }

  // What others wrote, put under what was typed since: cursor and undo stay.
  take(before, after, since, more = {}) {
    const theirs = ChangeSet.of(this.tools.changesBetween(before, after), before.length);
    this.taking = true;
    this.view.dispatch({
      changes: since ? theirs.map(since) : theirs,
      annotations: [this.tools.Transaction.addToHistory.of(false), this.tools.Transaction.remote.of(true)],
      ...more,
    });
    this.taking = false;
  }

  // ---- what goes wrong

  trouble(why) {
    const words = `${why} ${this.kept ? KEPT : NOT_KEPT}`;
    if (!this.troubled) say(words);
    this.troubled = true;
    this.show(words, "broken");
  }

  gone(told) {
    this.trouble(`Not saved: ${told}`);
    const again = async () => {
      while (this.sent !== null) await new Promise((done) => setTimeout(done, 50)); // an attempt is under way
      const text = this.text;
      this.sent = text;
      this.since = ChangeSet.empty(this.view.state.doc.length);
      this.hear(await this.post({ text, base: this.base.hash, was: this.base.text, anew: "yes" }));
    };
    strip("gone", "warning", el("p", {}, `${told} What you see here is all there is of it.`),
      el("p", { class: "actions" }, button("Write the file again", again)));
  }

  ask({ hash, text, pieces }) {
    const theirs = { hash, text };
    const sent = this.sent;
    this.trouble("Not saved: the file was changed where you wrote too.");
    this.deciding = { hash, done: decide(pieces, (whole) => {
      const since = this.since;
      this.deciding = this.sent = this.since = null;
      this.base = theirs;
      if (whole !== sent) this.take(sent, whole, since, { annotations: [] });
      this.keep();
      this.now();
      this.view.focus();
    }) };
    this.keep();
    if (this.lookAgain) this.look();
  }

  // ---- what others do

  async look() {
    if (this.sent !== null && !this.deciding) {
      this.lookAgain = true;
      return;
    }
    this.lookAgain = false;
    const asked = this.deciding?.hash ?? this.base.hash;
    const query = new URLSearchParams({ edition: this.edition, have: asked });
    let answer;
    try {
      const response = await fetch(`${this.address("text")}?${query}`, { headers: { Accept: "application/json" } });
      if (response.status === 204) return;
      answer = { status: response.status, ...(await response.json()) };
    } catch {
      return; // the frame says that the desk has stopped
    }
    if (asked !== (this.deciding?.hash ?? this.base.hash)) return this.look();
    if (answer.status === 410) return this.deciding ? undefined : this.gone(answer.told);
    if (answer.status !== 200) return this.trouble(answer.told ?? "The file can’t be read.");
    if (this.deciding) {
      this.deciding.done();
      this.deciding = this.sent = this.since = null;
      return this.now();
    }
    if (this.unsaved) return this.now();
    const before = this.base.text;
    this.base = { hash: answer.hash, text: answer.text };
    if (before === answer.text) return;
    this.take(before, answer.text, null);
    takeAway("gone");
    this.show(`Changed in the file ${clock()}`, "done");
    strip("followed", "notice",
      el("p", {}, `The file was changed in another program at ${clock()}. Here it stands as it is now.`),
      el("p", { class: "actions" },
        button("As it was before", () => { takeAway("followed"); this.tools.replaceBy(before); }),
        button("All right", () => takeAway("followed"))));
  }

  // ---- what an earlier page left

  async offer() {
    const held = new Set((await navigator.locks.query()).held.map(({ name }) => name));
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(this.prefix))) {
      if (held.has(`mailer-tab-${key.split("/").at(-1)}`)) continue;
      let left;
      try { left = JSON.parse(localStorage.getItem(key)); } catch { left = null; }
      if (!left || left.text === left.was || left.text === this.base.text) localStorage.removeItem(key);
      else this.offerOne(key, left);
    }
  }

  offerOne(key, left) {
    const at = new Date(left.at);
    const day = at.toDateString() === new Date().toDateString() ? "" : ` on ${at.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}`;
    const shown = el("div", { hidden: true });
    const putBack = async () => {
      await this.now();
      if (this.unsaved) return say("Not now: what you wrote since is not saved yet.");
      this.base = { hash: left.hash, text: left.was };
      this.tools.replaceBy(left.text);
      localStorage.removeItem(key);
      takeAway(key);
      this.keep();
      this.now();
    };
    strip(key, "warning", el("p", {}, `Unsaved text of ${clock(at)}${day} is kept in this browser. The file does not have it.`),
      el("p", { class: "actions" },
        button("Put it back", putBack),
        button("Look at it", () => { shown.replaceChildren(differences(this.base.text, left.text)); shown.hidden = !shown.hidden; }),
        button("Throw it away", () => { localStorage.removeItem(key); takeAway(key); })),
      shown);
  }

  show(words, mark) {
    const status = $("saved");
    if (status.textContent !== words) status.textContent = words;
    status.dataset.mark = mark;
  }
}
