// The sentence that is chosen is put where it is to be written anew, until somebody has written there. The field stands
// below the sentence then: the next stop of the Tab key. Whoever chooses by arrow keys stays among the sentences.
import { $ } from "../frame.js";

const right = $("right");
const field = right?.closest(".field");
let filled = "";
let pointed = false;
document.addEventListener("pointerdown", () => { pointed = true; }, true);
document.addEventListener("keydown", () => { pointed = false; }, true);
function chosen(sentence) {
  const label = sentence.closest("label");
  label.after(field);
  if (right.value.trim() && right.value !== filled) return;
  filled = label.textContent.trim();
  right.value = filled;
  right.lang = sentence.closest("[lang]").lang;
}
document.addEventListener("change", ({ target }) => {
  if (target.name !== "sentence" || !right) return;
  chosen(target);
  if (pointed) right.focus();
});
const before = right && document.querySelector("[name=sentence]:checked");
if (before) before.closest("label").after(field); // the form again, with what was typed
