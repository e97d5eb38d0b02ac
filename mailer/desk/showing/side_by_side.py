"""Two states of a mail beside each other, with the words marked in which they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape

from lxml import html as parser
from lxml.html import HtmlElement

from mailer.desk.showing.message_view import View

_WORD = re.compile(r"\S+")
_UNREAD = frozenset(("head", "style", "script", "title"))
GOES = "background:#ffd7d5;color:#5c0a06;text-decoration:line-through"
COMES = "background:#c8f2d0;color:#053d14;text-decoration:none"
"""Both at more than 7:1 (WCAG 2.2, 1.4.6), whatever ground the mail has."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A mail as it was and as it is. `language`: the edition's; None: there was or is none."""

    language: str
    before: View | None
    now: View | None


def page_of(title: str, since: str, pairs: list[Pair]) -> str:
    """A page with no script and nothing from elsewhere: each edition as it was, and as it is.

    Args:
        title: the release's name.
        since: what it is compared with, in words.
    """
    rows = "".join(map(_row, pairs))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}: what changed</title><style>{_STYLE}</style></head>\n<body><main>"
        f"<h1>{escape(title)}</h1><p>First as it was: {escape(since)}; then as it is now."
        f' <span style="{GOES}">What goes</span> and <span style="{COMES}">what comes</span> is marked.</p>\n'
        f"{rows}</main></body></html>\n"
    )


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Frames inherit it (srcdoc documents, HTML): a picture on somebody else's server tells them who looks."""

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:Canvas;color:CanvasText}"
    "main{max-width:1400px;margin:0 auto;padding:24px}"
    "h1{font-size:1.5rem;margin:0 0 4px}h2{font-size:1.1rem;margin:24px 0 8px}"
    ".pair{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr))}"
    "figure{margin:0;min-width:0}figcaption{font-size:.875rem;padding-bottom:6px;overflow-wrap:anywhere}"
    "iframe{width:100%;height:80vh;border:1px solid GrayText;border-radius:6px;background:#fff}"
)


def _row(pair: Pair) -> str:
    before, now = marked(pair.before.html if pair.before else "", pair.now.html if pair.now else "")
    sides = ((pair.before, before, "was"), (pair.now, now, "is"))
    frames = "".join(_frame(view, content, pair.language, what) for view, content, what in sides)
    return f'<h2 lang="en">{escape(pair.language)}</h2><div class="pair">{frames}</div>\n'


def _frame(view: View | None, content: str, language: str, what: str) -> str:
    if view is None:
        return f"<figure><figcaption>There {what} no edition in {escape(language)}.</figcaption></figure>"
    name = escape(f"The email in {language} as it {what}", quote=True)
    return (
        f"<figure><figcaption><b>{escape(view.subject)}</b><br>{escape(view.sender)}</figcaption>"
        f'<iframe sandbox title="{name}" srcdoc="{escape(content, quote=True)}"></iframe></figure>'
    )


def marked(before: str, now: str) -> tuple[str, str]:
    """Both mails, with the words marked that only one of them has. Where one is "", the other stays as it is."""
    if not (before and now):
        return before, now
    old, new = parser.document_fromstring(before), parser.document_fromstring(now)
    places, others = _places(old), _places(new)
    words, other_words = [[word for word, *_ in each] for each in (places, others)]
    goes: set[int] = set()
    comes: set[int] = set()
    for tag, start, stop, first, last in SequenceMatcher(
        None, words, other_words, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            goes.update(range(start, stop))
            comes.update(range(first, last))
    _mark(places, goes, GOES)
    _mark(others, comes, COMES)
    written: list[str] = [
        parser.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>") for root in (old, new)
    ]
    return written[0], written[1]


_Place = tuple[str, HtmlElement, bool, int, int]
"""A word, the element in or behind whose start tag its text stands (`tail`), and where in that text."""


def _places(root: HtmlElement) -> list[_Place]:
    """Every word that is read, in order."""
    return [
        (match[0], element, tail, match.start(), match.end())
        for element, tail, text in _texts(root)
        for match in _WORD.finditer(text)
    ]


def _texts(element: HtmlElement) -> Iterator[tuple[HtmlElement, bool, str]]:
    """Texts in reading order. A mail is as deep as its theme, but what was kept may be anybody's: no recursion."""
    for event, at in _walk(element):
        if event == "start" and isinstance(at.tag, str) and at.text:
            yield at, False, at.text
        elif event == "end" and at is not element and at.tail:
            yield at, True, at.tail


def _walk(root: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    stack: list[tuple[str, HtmlElement]] = [("start", root)]
    while stack:
        event, element = stack.pop()
        if event == "end" or element.tag not in _UNREAD:
            yield event, element
        if event == "start":
            stack.append(("end", element))
            if element.tag not in _UNREAD:
                stack.extend(("start", child) for child in reversed(element))


def _mark(places: list[_Place], numbers: set[int], style: str) -> None:
    """Puts runs of these words into `<mark>`s, from the end, so that the places of those before stay right."""
    for run in reversed(_runs(places, numbers)):
        _, element, tail, start, _ = places[run[0]]
        end = places[run[-1]][4]
        text = (element.tail if tail else element.text) or ""
        mark = parser.Element("mark", style=style)
        mark.text, mark.tail = text[start:end], text[end:]
        if tail:
            element.tail = text[:start]
            element.addnext(mark)
            mark.tail = text[end:]
        else:
            element.text = text[:start]
            element.insert(0, mark)


def _runs(places: list[_Place], numbers: set[int]) -> list[list[int]]:
    """Words of the same text that follow each other."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        last = runs[-1][-1] if runs else -2
        if last == number - 1 and places[last][1:3] == places[number][1:3]:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
