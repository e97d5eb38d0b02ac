"""Two states of a mail beside each other: only words are marked, and all that either says is still there."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from support.browser import chromium

from mailer.desk.showing.message_view import View
from mailer.desk.showing.side_by_side import COMES, GOES, Pair, marked, page_of

WORDS = st.lists(
    st.sampled_from(["harbour", "water", "1987", "clean", "né", "<b>", "&amp;", "»"]), max_size=12
)
PIECES = st.lists(st.tuples(st.sampled_from(["p", "b", "td", "div"]), WORDS, WORDS), max_size=6)


def mail(pieces: list[tuple[str, list[str], list[str]]]) -> str:
    inner = "".join(f"<{tag}>{' '.join(words)}</{tag}>{' '.join(after)} " for tag, words, after in pieces)
    return f"<html><head><title>t</title><style>p{{}}</style></head><body><p>x</p>{inner}</body></html>"


def read(page: str) -> str:
    return "".join(html.document_fromstring(page).body.itertext())


def of_style(page: str, style: str) -> list[str]:
    marks = html.document_fromstring(page).iter("mark")
    return [mark.text or "" for mark in marks if mark.get("style") == style]


@given(PIECES, PIECES)
def test_what_is_read_stays_what_it_was(before: list, now: list) -> None:
    was, becomes = mail(before), mail(now)
    old, new = marked(was, becomes)
    assert read(old) == read(was)
    assert read(new) == read(becomes)
    left = ["".join(read(re.sub(r"<mark[^>]*>.*?</mark>", "", page)).split()) for page in (old, new)]
    assert left[0] == left[1], "what is not marked is the same"


def test_the_words_that_differ_are_marked() -> None:
    old, new = marked(
        "<p>Clean since <b>1987</b>, a study of ten years finds.</p>",
        "<p>Clean since <b>1988</b>, a long study of ten years says.</p>",
    )
    assert of_style(old, GOES) == ["1987", "finds."]
    assert of_style(new, COMES) == ["1988", "long", "says."]


def test_a_thousand_changes_in_one_paragraph_are_in_order() -> None:
    words = [f"w{number}" for number in range(2000)]
    changed = [word if number % 2 else f"{word}x" for number, word in enumerate(words)]
    _, new = marked(f"<p>{' '.join(words)}</p>", f"<p>{' '.join(changed)}</p>")
    assert read(new).split() == changed
    assert of_style(new, COMES) == changed[::2]


def test_a_mail_without_a_counterpart_stays_as_it_is() -> None:
    assert marked("", "<p>New</p>") == ("", "<p>New</p>")


class Elsewhere(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012 - of all of them

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None: ...


def test_nothing_is_loaded_from_elsewhere(tmp_path: Path) -> None:
    """A picture of somebody else's server tells them who looks, and when."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server, chromium() as browser:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        style = f"<style>p{{background:url({at}/ground)}}</style>"
        mail = f'<html><body><p>Seen.</p><img src="{at}/picture">{style}</body></html>'
        view = View("Subject", "us@example.org", "", "", "en", "", mail, "", (), (), "", 1)
        path = tmp_path / "page.html"
        path.write_text(page_of("release", "the proof", [Pair("en", view, view)]), "utf-8")
        page = browser.new_page()
        page.goto(path.as_uri())
        page.frames[1].wait_for_selector("p")
        page.wait_for_load_state("networkidle")
        page.close()
        server.shutdown()
    assert Elsewhere.asked == []
