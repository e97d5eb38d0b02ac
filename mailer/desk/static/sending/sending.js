// The send page: a button that was pressed says so until its page comes. What its keys do is the frame's.
document.addEventListener("submit", ({ target, defaultPrevented }) => {
  const button = target.dataset.busy && !defaultPrevented && target.querySelector("button");
  if (!button) return;
  button.dataset.before = button.textContent;
  button.textContent = target.dataset.busy;
});

// Whatever is chosen anew makes another offer, which brings a button of its own: until it is there nothing can be sent,
// as this one's is of another number of people.
let typed = null; // where a change is still to be told
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    if (!target.closest?.("#choose")) return;
    typed = kind === "input" ? target : null;
    const button = document.getElementById("send");
    if (button) button.disabled = true;
  }, true);
}
// What was typed and taken back is no change to a browser.
document.addEventListener("focusout", ({ target }) => {
  if (target === typed) target.dispatchEvent(new Event("change", { bubbles: true }));
});

// Back shows the page as it was left.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[data-before]")) button.textContent = button.dataset.before;
});
