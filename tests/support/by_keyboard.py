"""Somebody without a mouse: what they do is keys, and what they see is where the focus is."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from support.writing import eventually

NAMED = """(() => {
  const it = document.activeElement;
  if (!it || it === document.body) return "";
  if (it.tagName === "IFRAME") return it.title;
  const labels = [...(it.labels ?? [])].map((label) => label.textContent);
  const by = it.getAttribute("aria-labelledby");
  const named = by && by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const said = it.getAttribute("aria-label") || named || labels.join(" ") || it.value && it.type === "submit" || it.textContent;
  return String(said ?? "").trim().replace(/\\s+/g, " ");
})()"""
"""What a screen reader calls that which has the focus, about."""

SEEN = """(() => {
  const it = document.activeElement;
  if (it.tagName === "IFRAME" || ["date", "time", "datetime-local"].includes(it.type)) return true; // the browser marks a part of it
  if (it.classList.contains("cm-content")) return it.closest(".cm-editor").classList.contains("cm-focused"); // has a caret of its own
  const box = it.getBoundingClientRect();
  const shown = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  const marked = (each) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  };
  return shown && (marked(it) || (it.parentElement && it.closest(".cm-editor, label, .field") !== null
    && marked(it.closest(".cm-editor, label, .field")) ));
})()"""
"""Whether somebody can see it: it is in the window, and something is drawn around it."""


def focused(page: Page) -> str:
    """The name of what has the focus; "" where nothing has."""
    return str(page.evaluate(NAMED))


def reach(page: Page, name: str, *, most: int = 90, back: bool = False) -> None:
    """Tab until it stands at something of that name, and everything on the way can be seen.

    Args:
        name: a pattern, from the beginning of the name on.
        back: the other way round.
    """
    passed: list[str] = []
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if not (here := focused(page)):
            continue  # the end of the page: the browser's own bar
        passed.append(here)
        # Where the page scrolls there, a moment later. The mail is shown anew while somebody writes: what had the focus
        # may be gone by then.
        eventually(
            page,
            lambda here=here: page.evaluate(SEEN) or focused(page) != here,
            f"nobody sees that “{here}” has the focus",
        )
        if re.match(name, here):
            return
    raise AssertionError(f"no key leads to “{name}”, but to {passed}")


def press(page: Page, name: str, *, back: bool = False) -> None:
    """Reach a button or link, and press Enter there."""
    reach(page, name, back=back)
    page.keyboard.press("Enter")


def write(page: Page, name: str, words: str, *, back: bool = False) -> None:
    """Reach a field, and type there in place of what it says."""
    reach(page, name, back=back)
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
