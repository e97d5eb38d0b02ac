"""From a key in the editor to the mail that shows it: median and slowest, in a real Chromium, on a real release.

    python benchmarks/desk/keystroke.py ../shared/real/press-release.md
    python benchmarks/desk/keystroke.py RELEASE.md --people 100000      # with a list of so many

A key is pressed in the editor, as a person types; the mail is there when a frame has been painted in which the word stands
in the document that is shown.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "tests"))

from support.browser import chromium, context_of, entered, serving  # noqa: E402 - of tests/
from support.own_office import make_own_office  # noqa: E402

MARK = "qqx"
"""A word that stands nowhere else; it is typed on."""

WATCH = """(word) => {
  window.seen = new Promise((done, failed) => {
    addEventListener("keydown", () => {
      const begun = performance.now();
      const shows = () => document.getElementById("shown").contentDocument?.body?.textContent.includes(word);
      const look = () => requestAnimationFrame(() => {
        if (performance.now() - begun > 20000) failed(new Error("the preview does not follow"));
        else if (shows()) setTimeout(() => done(performance.now() - begun)); // behind the frame that was painted
        else look();
      });
      look();
    }, { capture: true, once: true });
  });
}"""

GO = "(line) => document.body.dispatchEvent(new CustomEvent('desk:go', { detail: { edition: '', line } }))"


def measured(page: Page, word: str, keys: int) -> tuple[str, list[float]]:
    """The word as it was typed on, and the milliseconds of each key."""
    found = []
    for number in range(keys):
        letter = "abcdefghij"[number % 10]
        word += letter
        page.evaluate(WATCH, word)
        page.keyboard.press(letter)
        found.append(float(page.evaluate("window.seen")))
        page.wait_for_timeout(
            180
        )  # between keys of who types fast, and long enough for what comes later to disturb
    return word, found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("release", type=Path)
    options.add_argument("--keys", type=int, default=40)
    options.add_argument("--people", type=int, default=0, help="on the list, instead of the sample's")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        office = make_own_office(Path(scratch) / "office")
        header, body = given.release.read_text("utf-8").split("\n\n", 1)
        text = f"{header}\n\n{MARK} {body}"
        (office.releases / "measured.md").write_text(text, "utf-8")
        if given.people:
            rows = "".join(f"reader{n}@example.net,Reader {n},en\n" for n in range(given.people))
            (office.lists / "press.csv").write_text(f"email,name,language\n{rows}", "utf-8")
        with (
            serving("preview", "measured", "--no-browser", cwd=office.root) as url,
            entered(url) as client,
            chromium() as browser,
            context_of(browser, client, viewport={"width": 1400, "height": 900}).new_page() as page,
        ):
            page.goto(str(client.base_url.join("/r/measured")))
            page.frame_locator("#shown").get_by_text(MARK).last.wait_for()
            page.evaluate(GO, text[: text.index(MARK)].count("\n") + 1)
            for _ in MARK:
                page.keyboard.press("ArrowRight")
            word, _ = measured(page, MARK, 3)  # the first ones find everything cold
            times = sorted(measured(page, word, given.keys)[1])
    print(f"median {statistics.median(times):.0f} ms, slowest {times[-1]:.0f} ms, of {len(times)} keys")


if __name__ == "__main__":
    main()
