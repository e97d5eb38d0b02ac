// The desk's page: asks for what is chosen, shows it, and asks again when a file was saved.
"use strict";

const $ = (id) => document.getElementById(id);
const show = document.body.dataset.show;
const memory = (key, value) => {
  const name = `desk.${key}`;
  if (value !== undefined) sessionStorage.setItem(name, value);
  return sessionStorage.getItem(name) ?? "";
};
const chosen = (name) => document.querySelector(`input[name=${name}]:checked`).value;
const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

function query() {
  const edition = $("edition-label").hidden ? "" : memory(`edition.${show}`);
  return new URLSearchParams({ show, edition, for: $("for").value.trim() });
}

let asked = 0;
async function refresh() {
  const turn = ++asked;
  let scene;
  try {
    scene = await (await fetch(`/scene?${query()}`)).json();
  } catch {
    return say("The desk has stopped. Start it again with: mailer desk", true);
  }
  if (turn !== asked) return; // a later question is under way: its answer counts
  showFaults(scene.faults);
  if (scene.view) showView(scene);
}

function showFaults(faults) {
  $("faults").hidden = faults.length === 0;
  $("faults").querySelector("ol").replaceChildren(...faults.map(([where, message, hint]) => {
    const item = document.createElement("li");
    if (where) item.append(element("span", "where", where), document.createElement("br"));
    item.append(message);
    if (hint) item.append(document.createElement("br"), element("span", "quiet", hint));
    return item;
  }));
}

function showView({ view, editions, edition, audience, findings }) {
  $("subject").textContent = view.subject;
  document.title = `${view.subject} · ${show}`;
  const files = view.attachments.map(([name, octets]) => `${name} (${Math.ceil(octets / 1024)} KB)`);
  $("from-to").textContent = [`${view.sender} → ${view.to}`, `${Math.ceil(view.octets / 1024)} KB`, ...files].join(" · ");
  $("text").querySelector("pre").textContent = view.text;
  $("source").querySelector("pre").textContent = view.source;
  $("headers").querySelector("tbody").replaceChildren(...view.headers.map(([name, value]) => {
    const row = document.createElement("tr");
    const head = element("th", "", name);
    head.scope = "row";
    row.append(head, element("td", "", value));
    return row;
  }));
  $("edition-label").hidden = editions.length < 2;
  $("edition").replaceChildren(...editions.map((tag) => new Option(tag, tag, false, tag === edition)));
  $("audience").textContent = audience;
  showFindings(findings);
  showMail();
}

function showFindings(findings) {
  $("findings").replaceChildren(...findings.map((finding) => {
    const box = element("div", `finding ${finding.level}`, "");
    const line = document.createElement("p");
    line.append(element("span", `level ${finding.level}`, finding.level), ` ${finding.message}`);
    box.append(line);
    if (finding.hint) box.append(element("p", "hint", finding.hint));
    box.append(element("p", "where", [finding.where, finding.id].filter(Boolean).join(" · ")));
    return box;
  }));
  if (!findings.length) $("findings").append(element("p", "quiet", "Nothing to complain about."));
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
  }, { once: true });
  next.src = `/mail?${wanted}`;
  $("frame").append(next);
}

function setWidth() {
  $("frame").className = `frame ${chosen("width")}`;
}

let saying;
function say(text, stays = false) {
  $("state").textContent = text;
  $("state").classList.add("on");
  clearTimeout(saying);
  if (!stays) saying = setTimeout(() => $("state").classList.remove("on"), 1500);
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
$("edition").addEventListener("change", () => {
  memory(`edition.${show}`, $("edition").value);
  refresh();
});

let typing;
$("for").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(async () => {
    const found = await (await fetch(`/recipients?${new URLSearchParams({ show, q: $("for").value })}`)).json();
    $("recipients").replaceChildren(...found.map(({ address, label }) => Object.assign(new Option(label, address), { label })));
    const typed = $("for").value.trim();
    if (typed === "" || found.some(({ address }) => address === typed)) {
      memory(`for.${show}`, typed);
      memory(`edition.${show}`, ""); // their own language comes first
      refresh();
    }
  }, 150);
});

// ---- begin ----------------------------------------------------------------------------------------------

$("for").value = memory(`for.${show}`);
if (memory("tab") && $(memory("tab"))) select($(memory("tab")));
setWidth();
refresh();

if (document.body.dataset.recipients === "yes") {
  let last = null;
  const events = new EventSource("/events");
  events.onmessage = async ({ data }) => {
    if (last !== null && data !== last) {
      await refresh();
      say("Saved, shown anew");
    }
    last = data;
  };
  events.onerror = () => say("The desk has stopped. Start it again with: mailer desk", true);
}
