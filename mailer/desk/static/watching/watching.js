// The watch page keeps up by itself: its pieces are fetched anew when the ledger has changed, and while something is
// going on every two seconds as well, as a sender that was killed writes nothing. What is said aloud is said calmly.
import { $ } from "../frame.js";

const TICK = 1000, LIVE = 2000, REPORT = 10000, CALM = 10000; // milliseconds
const asked = new Map();

// Fires an event of ours, but not more often than every so many milliseconds; the last one is never lost. The table of
// people waits as long as somebody's card is open in it.
function fire(name, every) {
  const now = Date.now();
  const state = asked.get(name) ?? { last: 0, timer: 0 };
  asked.set(name, state);
  if (state.timer) return;
  state.timer = setTimeout(function now() {
    if (name === "watching:people" && document.querySelector(".person-card")) {
      state.timer = setTimeout(now, every);
      return;
    }
    state.timer = 0;
    state.last = Date.now();
    document.body.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }, Math.max(0, state.last + every - now));
}

function all() {
  if (document.hidden) return;
  fire("watching:now", TICK);
  fire("watching:people", LIVE);
  fire("watching:report", REPORT);
}

const live = () => $("now")?.dataset.live === "yes";
document.body.addEventListener("desk:ledger", all);
document.addEventListener("visibilitychange", all);
setInterval(() => {
  if (!document.hidden && live()) fire("watching:now", TICK);
}, LIVE);

// What is told to whoever can't see it, when it differs from what was told last.
let told = $("now")?.dataset.said ?? "";
setInterval(() => {
  const said = $("now")?.dataset.said ?? "";
  if (said === told) return;
  told = said;
  $("told").textContent = said;
}, CALM);

// The countdown goes by the server's seconds; its last one asks what has become of it.
const offset = { until: 0, ends: 0 };
setInterval(() => {
  const until = Number($("now")?.dataset.until ?? 0);
  const shown = $("countdown");
  if (!until || !shown) return;
  if (offset.until !== until) Object.assign(offset, { until, ends: Date.now() + 1000 * Number(shown.textContent) });
  const left = Math.max(0, Math.ceil((offset.ends - Date.now()) / 1000));
  if (shown.textContent !== String(left)) shown.textContent = String(left);
  if (!left) fire("watching:now", TICK);
}, 250);

// The sentence for whoever asks, to be pasted elsewhere.
function show() {
  const copy = $("copy");
  if (copy && navigator.clipboard) copy.hidden = false;
}
document.body.addEventListener("click", async ({ target }) => {
  if (target.id !== "copy") return;
  await navigator.clipboard.writeText($(target.dataset.copies).textContent.trim());
  target.textContent = "Copied";
  setTimeout(() => { target.textContent = "Copy"; }, 2000);
});
document.body.addEventListener("htmx:after:swap", show);

// How many there are to choose from is as new as the people below; what is chosen stays chosen. Nothing moves under the
// hand of whoever is choosing.
function recount() {
  const select = $("filter-state");
  const groups = JSON.parse($("people")?.dataset.groups ?? "null");
  if (!select || !groups || select === document.activeElement) return;
  const numbers = new Map(groups.map(([name, said, number]) => [name, `${said}: ${number.toLocaleString("en")}`]));
  for (const option of [...select.options]) {
    if (!option.value) continue;
    if (numbers.has(option.value)) said(option, numbers.get(option.value));
    else if (option.selected) said(option, option.textContent.replace(/: .*/, ": 0"));
    else option.remove();
    numbers.delete(option.value);
  }
  for (const [name, words] of numbers) select.append(new Option(words, name));
}
const said = (option, words) => { if (option.textContent !== words) option.textContent = words; };
document.body.addEventListener("htmx:after:swap", recount);
document.body.addEventListener("focusout", ({ target }) => target.id === "filter-state" && setTimeout(recount));
show();
