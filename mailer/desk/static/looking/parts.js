// The parts of a mail, wherever one is shown: its tabs, its frame at two widths and in two schemes, its header and source.
// What a page remembers of it is kept for the tab of the browser alone.

export const $ = (id) => document.getElementById(id);

export const memory = (key, value) => {
  const name = `desk.${key}`;
  if (value !== undefined) sessionStorage.setItem(name, value);
  return sessionStorage.getItem(name) ?? "";
};

export const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

export const chosen = (name) => document.querySelector(`input[name=${name}]:checked`).value;
export const kilobytes = (octets) => `${Math.ceil(octets / 1024)} KB`;

export function languageName(tag) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

/** What an inbox shows of a mail, and all that is not its HTML. `sent`: when, where that matters. */
export function showView(view, sent = "") {
  $("view-sender").textContent = view.sender.replace(/\s*<[^>]*>$/, "");
  $("view-sent").textContent = sent;
  $("view-subject").textContent = view.subject;
  $("view-snippet").textContent = view.snippet;
  const files = view.attachments.map(([name, octets]) => `📎 ${name} (${kilobytes(octets)})`);
  $("view-envelope").textContent = [`To ${view.to}`, kilobytes(view.octets), ...files].join("  ·  ");
  $("view-text").querySelector("pre").textContent = view.text;
  $("view-text").querySelector("pre").lang = view.language;
  $("view-source").querySelector("pre").textContent = view.source;
  $("view-headers").querySelector("tbody").replaceChildren(...view.headers.map(([name, value]) => {
    const head = element("th", "", name);
    head.scope = "row";
    return element("tr", "", head, element("td", "", value));
  }));
}

/** Why something can't be shown; the mail, if there is one, is of an earlier moment then. */
export function showFaults(faults) {
  const older = $("shown").hasAttribute("src");
  $("view-faults").hidden = faults.length === 0;
  $("view").classList.toggle("faulty", faults.length > 0);
  $("view-older").hidden = !older;
  $("view-faults").querySelector("h2").textContent =
    faults.length > 1 ? `${faults.length} problems keep this from being shown` : "This can’t be shown yet";
  $("view-faults").querySelector("ol").replaceChildren(...faults.map(faultItem));
  $("shown").parentElement.hidden = faults.length > 0 && !older;
}

export function faultItem([where, message, hint]) {
  const item = element("li", "");
  if (where) item.append(element("span", "where", where), " ");
  item.append(message);
  if (hint) item.append(element("span", "hint", ` — ${hint}`));
  return item;
}

// Where somebody stands in a mail: at the mail itself, at one of its links, or nowhere in it.
const STOPS = "a[href], [tabindex]";
function stopIn(frame) {
  if (document.activeElement !== frame) return undefined;
  const there = frame.contentDocument;
  return there ? [...there.querySelectorAll(STOPS)].indexOf(there.activeElement) : -1;
}

// The new mail is loaded behind the old one and takes its place when it is there: its scroll position, and the focus
// of whoever stands in it.
export function load(shown, address, dark) {
  const before = $(shown);
  const frame = before.parentElement;
  frame.querySelector(".behind")?.remove();
  const next = before.cloneNode();
  next.removeAttribute("id");
  next.className = "behind";
  const there = new Promise((done) => {
    next.addEventListener("load", () => {
      if (!next.isConnected) return done(false);
      const place = before.contentWindow?.scrollY ?? 0;
      const stop = stopIn(before);
      before.remove();
      next.id = shown;
      next.className = "";
      next.contentWindow.scrollTo(0, place);
      if (stop !== undefined) next.focus({ preventScroll: true });
      if (stop >= 0) next.contentDocument?.querySelectorAll(STOPS)[stop]?.focus({ preventScroll: true });
      frame.classList.toggle("dark", dark);
      return done(true);
    }, { once: true });
  });
  next.src = address;
  frame.append(next);
  return there;
}

// A frame that has no room for the width of a desktop shows that width smaller: what the mail is told of its width is true.
const DESKTOP = 640; // CSS pixels
const roomy = matchMedia("(min-width: 48.01rem)");
const fitting = new ResizeObserver((frames) => {
  for (const { target, contentRect } of frames) {
    const scale = roomy.matches && !target.closest(".two-languages") ? Math.min(1, contentRect.width / DESKTOP) : 1;
    target.style.setProperty("--scale", scale);
  }
});

/** Tabs (WAI-ARIA Authoring Practices), and the switches of width and colours. `repaint`: shows the mail anew. */
export function attend(repaint) {
  const tabs = [...$("view-tabs").querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const each of tabs) {
      const on = each === tab;
      each.setAttribute("aria-selected", on);
      each.tabIndex = on ? 0 : -1;
      $(each.getAttribute("aria-controls")).hidden = !on;
    }
    $("view-looks").hidden = tab.id !== "tab-mail";
    memory("tab", tab.id);
  };
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
  const setWidth = () => {
    for (const frame of document.querySelectorAll(".frame")) {
      for (const width of ["desktop", "phone"]) frame.classList.toggle(width, chosen("width") === width);
    }
  };
  for (const name of ["width", "scheme"]) {
    const before = document.querySelector(`input[name=${name}][value="${memory(name)}"]`);
    if (before) before.checked = true;
    for (const input of document.querySelectorAll(`input[name=${name}]`)) {
      input.addEventListener("change", () => {
        memory(name, chosen(name));
        if (name === "width") setWidth();
        else repaint();
      });
    }
  }
  if (memory("tab") && $(memory("tab"))) select($(memory("tab")));
  setWidth();
  for (const frame of document.querySelectorAll(".frame")) fitting.observe(frame);
}
