// The desk's page: asks for what is chosen, shows it, and asks again when a file was saved.
import { combobox } from "/static/combobox.js";

const $ = (id) => document.getElementById(id);
const show = document.body.dataset.show;
const live = "live" in document.body.dataset;
const memory = (key, value) => {
  const name = `desk.${key}`;
  if (value !== undefined) sessionStorage.setItem(name, value);
  return sessionStorage.getItem(name) ?? "";
};
const chosen = (name) => document.querySelector(`input[name=${name}]:checked`).value;
const element = (tag, className, ...children) => {
  const made = Object.assign(document.createElement(tag), { className });
  made.append(...children);
  return made;
};
const kilobytes = (octets) => `${Math.ceil(octets / 1024)} KB`;
const languageName = (tag) => {
  try {
    return new Intl.DisplayNames([tag, "en"], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
};

const query = () => new URLSearchParams({
  show,
  edition: memory(`edition.${show}`),
  for: memory(`for.${show}`),
  theme: memory(`theme.${show}`),
});

let asked = 0;
async function refresh() {
  const turn = ++asked;
  let scene;
  try {
    scene = await (await fetch(`/scene?${query()}`)).json();
  } catch {
    return stopped();
  }
  if (turn !== asked) return; // a later question is under way: its answer counts
  showFaults(scene.faults);
  if (scene.view) showView(scene);
}

function showFaults(faults) {
  $("faults").hidden = faults.length === 0;
  document.body.classList.toggle("faulty", faults.length > 0);
  $("older").hidden = $("shown").src === "";
  $("faults").querySelector("h2").textContent =
    faults.length > 1 ? `${faults.length} problems keep this from being shown` : "This can’t be shown yet";
  $("faults").querySelector("ol").replaceChildren(...faults.map(([where, message, hint]) => {
    const item = element("li", "");
    if (where) item.append(element("span", "where", where));
    item.append(message);
    if (hint) item.append(element("span", "hint", ` — ${hint}`));
    return item;
  }));
  $("frame").hidden = faults.length > 0 && $("shown").src === "";
}

function showView({ view, editions, edition, themes, theme, audience, findings }) {
  $("sender").textContent = view.sender.replace(/\s*<[^>]*>$/, "");
  $("sent").textContent = live ? "" : view.date;
  $("subject").textContent = view.subject;
  $("snippet").textContent = view.snippet;
  document.title = `${view.subject} · ${show}`;
  const files = view.attachments.map(([name, octets]) => `📎 ${name} (${kilobytes(octets)})`);
  $("envelope").textContent = [`To ${view.to}`, kilobytes(view.octets), ...files].join("  ·  ");
  $("text").querySelector("pre").textContent = view.text;
  $("text").querySelector("pre").lang = view.language;
  $("source").querySelector("pre").textContent = view.source;
  $("headers").querySelector("tbody").replaceChildren(...view.headers.map(([name, value]) => {
    const head = element("th", "", name);
    head.scope = "row";
    return element("tr", "", head, element("td", "", value));
  }));
  if (live) {
    offer("edition", editions, edition, languageName);
    offer("theme", themes, theme, (name) => name);
    showFindings(findings);
    showAudience(audience);
  }
  showMail();
}

function offer(name, values, value, label) {
  $(`${name}-field`).hidden = values.length < 2;
  $(name).replaceChildren(...values.map((each) => new Option(label(each), each, false, each === value)));
}

const LEVELS = [["error", "Errors"], ["warning", "Warnings"], ["notice", "Notices"]];
function showFindings(findings) {
  const groups = LEVELS.map(([level, title]) => [level, title, findings.filter((f) => f.level === level)]).filter(([, , found]) => found.length);
  $("findings").replaceChildren(...groups.map(([level, title, found]) => element("div", `group ${level}`,
    element("h3", "", `${title} (${found.length})`),
    ...found.map((finding) => element("div", `finding ${level}`,
      element("p", "", finding.message),
      ...(finding.hint ? [element("p", "hint", finding.hint)] : []),
      element("p", "where", element("span", "", finding.where), " ", element("span", "id", finding.id)))))));
  if (!groups.length) $("findings").append(element("p", "good", "No problems found."));
  $("to-check").textContent = groups.map(([, title, found]) => `${found.length} ${title.toLowerCase().slice(0, found.length > 1 ? undefined : -1)}`).join(", ") || "✓ Checked";
}

function showAudience({ summary, languages, left_out }) {
  $("audience").textContent = summary;
  const rows = (title, pairs, label) => pairs.length
    ? [element("dt", "", title), ...pairs.map(([word, number]) => element("dd", "", element("span", "", label(word)), element("span", "", number.toLocaleString("en"))))]
    : [];
  $("audience-details").replaceChildren(element("dl", "",
    ...rows("They read", languages, (tag) => (tag ? `${languageName(tag)} (${tag})` : "not known")),
    ...rows("Left out", left_out, (reason) => reason)));
}

// The new mail is loaded behind the old one and takes its place, and its scroll position, when it is there.
function showMail() {
  const wanted = query();
  wanted.set("scheme", chosen("scheme"));
  const before = $("shown");
  const next = before.cloneNode();
  next.id = "next";
  next.className = "behind";
  $("next")?.remove();
  next.addEventListener("load", () => {
    if (!next.isConnected) return;
    const place = before.contentWindow?.scrollY ?? 0;
    before.remove();
    next.id = "shown";
    next.className = "";
    next.contentWindow.scrollTo(0, place);
    $("frame").classList.toggle("dark", wanted.get("scheme") === "dark");
  }, { once: true });
  next.src = `/mail?${wanted}`;
  $("frame").append(next);
}

function setWidth() {
  for (const width of ["desktop", "phone"]) $("frame").classList.toggle(width, chosen("width") === width);
}

async function showEntries() {
  const entries = await (await fetch("/entries")).json();
  $("count").textContent = entries.length;
  $("nothing").hidden = entries.length > 0;
  $("entries").replaceChildren(...entries.map(({ key, title, detail, state, mark }) => {
    const link = element("a", "", element("span", "entry-title", title));
    if (key) link.href = `/?${new URLSearchParams({ show: key })}`;
    if (key === show) link.setAttribute("aria-current", "page");
    if (detail) link.append(element("span", "entry-detail", detail));
    if (state) {
      const words = element("span", "entry-state", state);
      words.dataset.mark = mark;
      link.append(words);
    }
    return element("li", "", link);
  }));
}

let saying;
function say(text) {
  $("state").textContent = text;
  $("state").classList.add("on");
  clearTimeout(saying);
  saying = setTimeout(() => $("state").classList.remove("on"), 1500);
}

function stopped() {
  $("live").hidden = false;
  $("live").dataset.state = "off";
  $("live").textContent = "The desk has stopped. Start it again.";
}

// ---- what a person can do -------------------------------------------------------------------------------

const tabs = [...document.querySelectorAll("[role=tab]")];
function select(tab) {
  for (const each of tabs) {
    const on = each === tab;
    each.setAttribute("aria-selected", on);
    each.tabIndex = on ? 0 : -1;
    $(each.getAttribute("aria-controls")).hidden = !on;
  }
  $("looks").hidden = tab.id !== "tab-mail";
  memory("tab", tab.id);
}
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    select(next);
    next.focus();
  });
});

for (const name of ["width", "scheme"]) {
  const before = document.querySelector(`input[name=${name}][value="${memory(name)}"]`);
  if (before) before.checked = true;
  for (const input of document.querySelectorAll(`input[name=${name}]`)) {
    input.addEventListener("change", () => {
      memory(name, chosen(name));
      name === "width" ? setWidth() : showMail();
    });
  }
}

// ---- begin ----------------------------------------------------------------------------------------------

const narrow = matchMedia("(max-width: 48rem)");
const fold = () => { $("shelf").open = !narrow.matches; };
narrow.addEventListener("change", fold);
fold();
if (memory("tab") && $(memory("tab"))) select($(memory("tab")));
setWidth();
if (show) refresh();

if (live) {
  $("for").value = memory(`for.${show}`);
  const find = async (q) => (await fetch(`/recipients?${new URLSearchParams({ show, q })}`)).json();
  combobox($("for"), $("people"), find, (address) => {
    memory(`for.${show}`, address);
    memory(`edition.${show}`, ""); // their own language comes first
    refresh();
  });
  for (const name of ["edition", "theme"]) {
    $(name).addEventListener("change", () => {
      memory(`${name}.${show}`, $(name).value);
      refresh();
    });
  }

  let last = null;
  const events = new EventSource("/events");
  events.onmessage = async ({ data }) => {
    $("live").dataset.state = "on";
    $("live").textContent = "Follows every save";
    if (last !== null && data !== last) {
      await Promise.all([show ? refresh() : null, showEntries()]);
      if (!document.body.classList.contains("faulty")) say("Saved and shown again");
    }
    last = data;
  };
  events.onerror = stopped;
  window.addEventListener("focus", () => showEntries().catch(stopped)); // something may have been sent meanwhile
}
