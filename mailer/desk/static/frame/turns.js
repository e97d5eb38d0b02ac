// Two ask for a piece of a page: somebody, with a filter or a link, and the server's news, which want what is shown already
// as it is now. What is shown in the end is what somebody asked for last, whatever comes in between: an answer to
// anything earlier is thrown away, and news that came meanwhile ask again, for that. So does what got no answer at all:
// a browser drops whatever is under way when the computer changes its network, though the desk is on this computer.
import { htmx } from "../vendor.js";

const NEWS = /^(desk|watching):|^(load|every)$/; // events that nobody caused
const PAUSES = [300, 1000, 3000]; // milliseconds before a question that nobody answered is asked again
const LISTENING = '[hx-trigger*="desk:"], [hx-trigger*="watching:"]';
const SUBJECTS = ["desk:files", "desk:ledger", "desk:mailbox"];
const asked = new WeakMap(); // what htmx knows of a question → what we do
const pieces = new Map(); // by the target's id

function pieceOf(target) {
  const key = target.id || target;
  if (!pieces.has(key)) pieces.set(key, { turn: 0, under: null, owed: new Set(), tried: 0, lost: null });
  return pieces.get(key);
}

function ask(source, event) {
  const path = source.getAttribute("hx-get");
  if (path && source.isConnected) htmx.ajax("GET", path, { source, event: new CustomEvent(event) });
}

// News that waited for somebody's answer.
function again({ under, owed }) {
  if (under) return;
  const sources = [...owed];
  owed.clear();
  for (const source of sources) ask(source, "desk:again");
}

// News that came while something was asked for: the pieces that its answer has brought may be older than they are, and
// could not hear them. A piece that asks for itself alone is there all the time, and has asked again. What was asked
// for after the news knows them, however often they are told.
const heard = new Map(SUBJECTS.map((subject) => [subject, 0]));
let telling = false;
for (const subject of SUBJECTS) document.addEventListener(subject, () => telling || heard.set(subject, heard.get(subject) + 1));

function brings({ source }, target) {
  const shown = target.isConnected ? target : document.getElementById(target.id);
  return source.hasAttribute("hx-select-oob") || shown?.matches(LISTENING) || shown?.querySelector(LISTENING);
}

function tellAgain(question, target) {
  if ((question.news && question.source.isConnected) || !brings(question, target)) return;
  telling = true;
  for (const [subject, number] of question.heard) {
    if (heard.get(subject) > number) document.body.dispatchEvent(new CustomEvent(subject, { bubbles: true }));
  }
  telling = false;
}

// What nobody answered, unless something else was asked since.
function retry(question) {
  const { piece, source, news, turn } = question;
  const pause = PAUSES[piece.tried];
  piece.tried += 1;
  piece.lost = question;
  if (pause) setTimeout(() => { if (turn === piece.turn) ask(source, news ? "desk:again" : "again"); }, pause);
}

// An address is made of what is shown now, which may be another one by the time it is asked for.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!ctx.target) return;
  const piece = pieceOf(ctx.target);
  asked.set(ctx, {
    piece, source: ctx.sourceElement, news: NEWS.test(ctx.sourceEvent?.type ?? ""), turn: piece.turn, heard: new Map(heard),
  });
});

document.addEventListener("htmx:before:request", (event) => {
  const question = asked.get(event.detail.ctx);
  if (!question) return;
  const { piece, news, turn, source } = question;
  if (!news) {
    piece.turn += 1;
    question.turn = piece.turn;
    piece.under = question;
  } else if (piece.under || turn !== piece.turn) {
    event.preventDefault();
    piece.owed.add(source);
  }
});

document.addEventListener("htmx:after:request", (event) => {
  const question = asked.get(event.detail.ctx);
  if (!question || question.turn === question.piece.turn) return;
  event.preventDefault();
  if (question.news) question.piece.owed.add(question.source);
});

document.addEventListener("htmx:error", ({ detail: { ctx, error } }) => {
  const question = asked.get(ctx);
  if (question && error instanceof TypeError && ctx.request.method === "GET") question.unanswered = true; // Fetch §5.6
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const question = asked.get(ctx);
  if (!question) return;
  if (question.piece.under === question) question.piece.under = null;
  if (question.unanswered) retry(question);
  else if (ctx.response) {
    Object.assign(question.piece, { tried: 0, lost: null });
    tellAgain(question, ctx.target);
  }
  again(question.piece);
});

// A question that htmx holds back (throttle) is forgotten when the piece is given another address.
document.addEventListener("htmx:before:cleanup", ({ target }) => {
  if (target._htmx?.triggerSpecs.some((spec) => spec.throttledEvent)) pieceOf(target).owed.add(target);
});

/** What nobody answered as long as the desk was away is asked again, if nothing else was asked since. */
export function askAgain() {
  for (const piece of pieces.values()) {
    const { lost } = piece;
    piece.lost = null;
    if (lost && lost.turn === piece.turn) ask(lost.source, lost.news ? "desk:again" : "again");
  }
}

// ---- what was typed or chosen before htmx listened --------------------------------------------------------

function isAsWritten(field) {
  if (field.options) {
    const options = [...field.options];
    return field.selectedIndex === Math.max(0, options.findLastIndex((option) => option.defaultSelected));
  }
  return ["checkbox", "radio"].includes(field.type) ? field.checked === field.defaultChecked : field.value === field.defaultValue;
}

/* Whatever is filled in otherwise than the server wrote it is asked for: somebody was quicker than the scripts, or
 *  the browser has put back what stood there when it shows an earlier page. */
function catchUp() {
  for (const field of document.querySelectorAll("input[hx-get], form[hx-get] :is(input, select, textarea):not([type=hidden])")) {
    if (isAsWritten(field)) continue;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}
document.addEventListener("htmx:after:process", catchUp, { once: true });
