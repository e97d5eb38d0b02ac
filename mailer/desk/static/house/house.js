// The form of newsroom.md: the email beside it follows what is typed; the colour can be picked; nobody leaves by mistake.
import { $ } from "../frame.js";
import { load } from "../looking/parts.js";

const form = $("house");
const before = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
let leaving = false;

const differs = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString() !== before;

let asked = 0;
let waiting;
async function show() {
  const turn = ++asked;
  const typed = new FormData(form);
  typed.delete("f.logo.upload");
  typed.set("live", "1");
  const answer = await fetch(form.dataset.sample, { method: "POST", body: typed });
  if (!answer.ok || turn !== asked) return;
  const { seen } = await answer.json();
  load("sample", `/settings/sample?${new URLSearchParams({ seen })}`, false);
}

form.addEventListener("input", () => {
  $("unsaved").hidden = !differs();
  clearTimeout(waiting);
  waiting = setTimeout(() => show().catch(() => {}), 300);
});
form.addEventListener("submit", ({ submitter }) => { if (submitter?.id !== "look") leaving = true; });
addEventListener("beforeunload", (event) => { if (!leaving && differs()) event.preventDefault(); });

// A picker beside the text of a colour; the text is what counts.
const text = $("f.colour");
const swatch = document.querySelector(".swatch");
if (text && swatch) {
  const picker = Object.assign(document.createElement("input"), { type: "color", ariaLabel: "Pick the brand colour" });
  const six = (value) => {
    const digits = value.trim().replace(/^#/, "");
    if (/^[0-9a-f]{3}$/i.test(digits)) return `#${[...digits].map((each) => each + each).join("")}`;
    return /^[0-9a-f]{6}$/i.test(digits) ? `#${digits}` : "";
  };
  const follow = () => { picker.value = six(text.value || text.placeholder) || "#000000"; };
  picker.addEventListener("input", () => {
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
  text.addEventListener("input", follow);
  follow();
  swatch.replaceWith(picker);
}
$("look").hidden = true; // it follows by itself
