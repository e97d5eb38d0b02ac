// News of the server, by one stream for all tabs of a browser.
//
// The tab that holds a lock of the browser (Web Locks) listens, and tells the others (BroadcastChannel): a browser opens
// six connections to a host at most, and the seventh tab must load too. When that tab goes, however it goes, the browser
// gives the lock to the next one. A page says with what it was made (`meta[name=desk-known]`), so that nothing is missed
// between its making and its first news; what changes while nobody looks at a page is told to it when somebody does.
const LOCK = "mailer-desk-events";
const CHANNEL = "mailer-desk";
const WAITS = [1000, 2000, 4000, 8000, 15000]; // milliseconds before the stream is tried again

export const STATES = {
  on: "Up to date",
  off: "The desk has stopped. Start it again, and this page goes on.",
  strange: "The desk was started anew. Open the address that it has printed.",
};

let known = JSON.parse(document.querySelector('meta[name="desk-known"]').content);
let state = "on";
let told = () => {};
let channel = null;
let giveUp = null;
let stepDown = null;
let stream = null;
let timer = 0;
let tried = 0;
const held = new Set();

function hear(counters) {
  become("on");
  const before = known;
  known = counters;
  for (const [subject, number] of Object.entries(counters)) {
    if (subject === "run") continue;
    if (before.run !== counters.run || before[subject] !== number) held.add(subject);
  }
  tell();
}

function tell() {
  if (document.hidden) return;
  const subjects = [...held];
  held.clear();
  for (const subject of subjects) document.body.dispatchEvent(new CustomEvent(`desk:${subject}`, { bubbles: true }));
}

function become(next) {
  if (state === next) return;
  state = next;
  told(state);
}

const standing = () => (state === "on" ? { known } : { lost: state });

function say(message) {
  channel?.postMessage(message);
}

function listen() {
  clearTimeout(timer);
  stream?.close();
  stream = new EventSource("/events");
  stream.onmessage = ({ data }) => {
    tried = 0;
    hear(JSON.parse(data));
    say(standing());
  };
  stream.onerror = lose;
}

async function lose() {
  stream?.close();
  stream = null;
  clearTimeout(timer);
  timer = setTimeout(listen, WAITS[Math.min(tried++, WAITS.length - 1)]);
  const answer = await fetch("/events", { method: "HEAD" }).catch(() => null);
  if (!stepDown || stream) return; // it was tried again meanwhile
  if (answer?.ok) return; // it was there all the time: a proxy, or a computer that slept
  become(answer ? "strange" : "off");
  say(standing());
}

function lead() {
  return new Promise((done) => {
    stepDown = () => {
      clearTimeout(timer);
      stream?.close();
      stream = stepDown = null;
      done();
    };
    listen();
  });
}

function begin() {
  if (channel) return;
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => {
    if (data.ask) {
      if (stepDown) say(standing());
    } else if (data.known) hear(data.known);
    else if (data.lost) become(data.lost);
  };
  giveUp = new AbortController();
  navigator.locks.request(LOCK, { signal: giveUp.signal }, lead).catch(() => {});
  say({ ask: true });
}

function end() {
  if (!channel) return;
  stepDown?.();
  giveUp.abort();
  channel.close();
  channel = null;
}

/** Follows the server's news from now on. `whenever` is called with "on", "off" or "strange" (`STATES`). */
export function follow(whenever) {
  told = whenever;
  // A page that may come back from the browser's cache (bfcache), or that is frozen, keeps no lock and no stream.
  addEventListener("pagehide", end);
  addEventListener("pageshow", ({ persisted }) => persisted && begin());
  document.addEventListener("freeze", end);
  document.addEventListener("resume", begin);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    tell();
    if (state !== "on" && stepDown) listen();
    else say({ ask: true });
  });
  begin();
}
