// What pre-flight says of the text in the editor. Asked for once the keys rest; a finding leads to its line.
import { address, ask, atRest, draft, name, replace } from "./draft.js";
import { $, element, faultItem, languageName } from "./parts.js";

const REST = 300; // milliseconds without a key
const CALM = 10_000; // milliseconds between two announcements
const LEVELS = [["error", "error"], ["warning", "warning"], ["notice", "notice"]];

async function check() {
  const found = await ask("findings");
  $("check").classList.toggle("faulty", found.faults.length > 0);
  if (found.faults.length > 0) {
    shown = "";
    put(() => [element("ol", "faults", ...found.faults.map(faultItem))]);
    announce("The text can’t be read yet.");
    atTheTop("Can’t be read yet", "broken");
    tell(found.faults.map(([where, message, hint]) => ({ line: lineOf(where), level: "error", message: [message, hint].filter(Boolean).join(". ") })));
    return;
  }
  showFindings(found.findings);
  showSilenced(found.silenced);
  showAudience(found.audience);
  showDifferences(found.findings);
  $("tidy-offer").hidden = !found.tidy;
  $("tidy").textContent = `Tidy up ${found.tidy} ${found.tidy === 1 ? "thing" : "things"}…`;
  tell(found.findings.filter(({ here }) => here));
}
const later = atRest(check, REST);

/** The place of a fault, where it is in the file that is being written. */
function lineOf(where) {
  const file = draft.edition ? `/${name}.${draft.edition}.md:` : `/${name}.md:`;
  return where.includes(file) ? Number(where.split(":").pop()) : 0;
}

function tell(findings) {
  const detail = { edition: draft.edition, findings: findings.filter(({ line }) => line).map(({ line, level, message }) => ({ line, level, message })) };
  document.body.dispatchEvent(new CustomEvent("desk:findings", { detail }));
}

function showFindings(findings) {
  const groups = LEVELS.map(([level, word]) => [level, word, findings.filter((f) => f.level === level)]).filter(([, , found]) => found.length);
  const counts = groups.map(([, word, found]) => `${found.length} ${word}${found.length > 1 ? "s" : ""}`).join(", ");
  const now = JSON.stringify([draft.edition, findings]);
  if (now !== shown) show(groups);
  shown = now;
  announce(counts || "No problems found.");
  const grave = groups.filter(([level]) => level !== "notice");
  atTheTop(grave.map(([, word, found]) => `${found.length} ${word}${found.length > 1 ? "s" : ""}`).join(", ") || "No errors",
    grave.length === 0 ? "done" : grave[0][0] === "error" ? "broken" : "open");
}

let shown = ""; // what is the same is not shown anew: somebody may be about to press one of its buttons
let leaves = []; // the forms that were shown last, also while the text can't be read: somebody may be filling one in
function show(groups) {
  const before = Map.groupBy(leaves, ({ dataset }) => dataset.of);
  put(() => groups.map(([level, word, found]) => element("div", `group ${level}`,
    element("h3", "", `${word[0].toUpperCase()}${word.slice(1)}s (${found.length})`),
    ...found.map((finding) => findingBox(finding, before)))));
  leaves = [...$("findings").querySelectorAll(".leave")];
  if (!groups.length) $("findings").append(element("p", "good", "No problems found."));
}

/** Shows what is made, and leaves the focus where it is: in what is still there, or at the same finding. */
function put(make) {
  const focused = $("findings").querySelector(":focus"); // before a form is moved to where it is shown next
  $("findings").replaceChildren(...make());
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  else if (focused?.dataset.finding) document.querySelector(`[data-finding="${CSS.escape(focused.dataset.finding)}"]`)?.focus();
}

/** How many, beside the headline: the findings themselves may stand below what the window shows. */
function atTheTop(words, mark) {
  const count = $("found-count");
  count.hidden = false;
  count.textContent = words;
  count.dataset.mark = mark;
}

/** `before`: the forms that were shown so far, by what they are of: somebody may be filling one in. */
function findingBox(finding, before) {
  const place = element("span", "where", element("span", "", placeOf(finding)), " ", element("span", "id", finding.id));
  const words = [element("span", "message", finding.message), ...(finding.hint ? [element("span", "hint", finding.hint)] : []), place];
  const box = element("div", `finding ${finding.level}`);
  if (finding.line && finding.edition !== null) {
    const button = element("button", "go", ...words);
    button.type = "button";
    button.dataset.finding = `${finding.id} ${finding.where}`;
    button.addEventListener("click", () => go(finding));
    box.append(button);
  } else if (finding.href) {
    const link = element("a", "go", ...words);
    link.href = finding.href;
    box.append(link);
  } else box.append(element("p", "go", ...words));
  if (finding.silence) box.append(before.get(whatIs(finding))?.shift() ?? leaveIt(finding));
  return box;
}

/** As a person says it: of the file that is being written, its line alone. */
function placeOf({ where, line, here }) {
  if (!line) return here ? "" : where;
  return here ? `line ${line}` : `${where.slice(0, where.lastIndexOf(":"))}, line ${line}`;
}

function go({ edition, line, here }) {
  const event = new CustomEvent("desk:go", { detail: { edition: here ? draft.edition : edition, line }, cancelable: true });
  const unheeded = document.body.dispatchEvent(event);
  if (!here && unheeded) location.assign(`/r/${encodeURIComponent(name)}?${new URLSearchParams({ edition, line })}`);
}

const whatIs = ({ id, message }) => `${id} ${message}`;

/** A finding that is meant so: silenced in the header, with the reason for whoever comes next. */
function leaveIt(finding) {
  const { id, message } = finding;
  const reason = element("input", "");
  reason.setAttribute("aria-label", `Why “${message}” is meant so`);
  reason.placeholder = "Why it is meant so";
  reason.required = true;
  const form = element("form", "actions", reason, element("button", "button", "Leave it so"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const before = draft.text;
    const { text, trouble } = await ask("silence", { check: id, because: reason.value });
    if (trouble) reason.setCustomValidity(trouble);
    else replace(text, `Silenced ${id}`, before);
  });
  const leave = element("details", "leave", element("summary", "", "It is meant so…"), form);
  leave.dataset.of = whatIs(finding);
  return leave;
}

function showSilenced(silenced) {
  $("silenced").hidden = silenced.length === 0;
  $("silenced").querySelector("summary").textContent = `${silenced.length} silenced`;
  $("silenced").querySelector("ul").replaceChildren(...silenced.map(({ message, because, where, id }) =>
    element("li", "", element("span", "message", message), element("span", "hint", `Meant so: ${because}`), element("span", "where", `${where} · ${id}`))));
}

function showAudience({ summary, languages, left_out }) {
  $("audience").textContent = summary;
  const rows = (title, pairs, label) => pairs.length
    ? [element("div", "", element("dt", "", title), ...pairs.map(([word, number]) => element("dd", "", element("span", "", label(word)), element("span", "", number.toLocaleString("en")))))]
    : [];
  $("audience-details").replaceChildren(element("dl", "",
    ...rows("They read", languages, (tag) => (tag ? `${languageName(tag)} (${tag})` : "not known")),
    ...rows("Left out", left_out, (reason) => reason)));
}

/** What differs between the languages, above them where they stand side by side. */
function showDifferences(findings) {
  const differ = findings.filter(({ id }) => id.startsWith("translation-"));
  $("view-differences").replaceChildren(...(differ.length
    ? differ.map(({ message, hint }) => element("li", "note warning", `${message} ${hint}`))
    : [element("li", "note", "The same figures, links and notes in each language.")]));
}

let said = "";
let waiting = null;
/** Heard by who sees nothing, at most every ten seconds, and never twice. */
function announce(words) {
  said = words;
  if (waiting) return;
  if ($("check-counts").textContent !== said) $("check-counts").textContent = said;
  waiting = setTimeout(() => {
    waiting = null;
    if ($("check-counts").textContent !== said) announce(said);
  }, CALM);
}

$("tidy").addEventListener("click", async () => {
  const before = draft.text;
  const { text, changes, doubts, lines } = await ask("tidy");
  $("tidy-changes").replaceChildren(...changes.map((change) => element("li", "", change)));
  $("tidy-lines").replaceChildren(...lines.map(({ line, was, becomes }) => {
    const head = element("th", "number", String(line));
    head.scope = "row";
    return element("tr", "", head, element("td", "", ...pieces(was, "del")), element("td", "", ...pieces(becomes, "ins")));
  }));
  $("tidy-doubts").hidden = doubts.length === 0;
  $("tidy-doubts").replaceChildren(element("p", "", "Left for you to decide:"), element("ul", "", ...doubts.map(([line, message]) => element("li", "", `Line ${line}: ${message}`))));
  const dialog = $("tidy-dialog");
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "apply") replace(text, "Tidied up", before); };
  dialog.showModal();
});

const pieces = (words, mark) => words.map(([same, text]) => (same ? text : element(mark, "", text)));

document.body.addEventListener("desk:text", later);
document.body.addEventListener("desk:files", later);
document.body.addEventListener("desk:ledger", later);
later();
