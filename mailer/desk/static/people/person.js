// Somebody's very mail, beside their name: any `<a class="person" href="/r/NAME/person?address=…">` that is hovered or
// focused for a moment. Escape closes the card; Tab leads into it, as it stands behind the link. Without it, and on a
// touch screen, the link is a page.
import { htmx } from "../frame.js";

const PATIENCE = 300; // milliseconds, before it shows and before it goes
let card = null;
let link = null;
let timer = 0;

function hide(back = false) {
  clearTimeout(timer);
  if (!card) return;
  const held = card.contains(document.activeElement);
  card.remove();
  link.removeAttribute("aria-expanded");
  if (back && held) link.focus();
  [card, link] = [null, null];
}

function place() {
  const at = link.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const below = at.bottom + 6 + height <= innerHeight;
  const top = below ? at.bottom + 6 : Math.max(8, Math.min(at.top, innerHeight - height - 8));
  const left = below ? at.left : at.right + 8 + width <= innerWidth ? at.right + 8 : at.left - width - 8;
  card.style.top = `${top}px`;
  card.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
}

async function show(of) {
  hide();
  link = of;
  card = document.createElement("div");
  card.className = "person-card";
  card.popover = "manual";
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-label", of.textContent.trim());
  card.tabIndex = -1;
  const mine = card;
  link.after(card);
  link.setAttribute("aria-expanded", "true");
  await htmx.ajax("GET", of.getAttribute("href"), { target: card });
  if (card !== mine) return;
  if (card.childElementCount) open();
  else hide(); // nobody answered: whoever comes back to the name asks again
}

function open() {
  if (!card.isConnected || card.matches(":popover-open")) return;
  card.showPopover();
  place();
}

// The piece in which the link stands was fetched anew, and has no card: ours comes back behind its link.
function stay() {
  if (!card || card.isConnected) return;
  if (!link.isConnected) return hide();
  link.after(card);
  if (card.childElementCount) open();
}

function soon(what) {
  clearTimeout(timer);
  timer = setTimeout(what, PATIENCE);
}

const personOf = (event) => (event.target instanceof Element ? event.target.closest("a.person") : null);
const inCard = (node) => card && node instanceof Node && card.contains(node);

function near(event) {
  if (inCard(event.target)) return clearTimeout(timer);
  const of = personOf(event);
  if (of && of !== link) soon(() => show(of));
  else if (of) clearTimeout(timer);
}

function away(event) {
  const to = event.relatedTarget;
  if (inCard(to) || (link && to instanceof Node && link.contains(to))) return;
  if (personOf(event) || inCard(event.target)) soon(hide);
}

if (matchMedia("(hover: hover)").matches) {
  document.addEventListener("mouseover", near);
  document.addEventListener("mouseout", away);
}
document.addEventListener("focusin", near);
document.addEventListener("focusout", away);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (card || timer)) hide(true);
});
addEventListener("blur", () => clearTimeout(timer));
document.addEventListener("htmx:after:swap", stay);
