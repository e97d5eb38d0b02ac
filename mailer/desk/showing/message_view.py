"""A message's bytes, taken apart to be shown: what arrives is what is looked at."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from typing import Any, Literal

from mailer.message import unstuffed

Scheme = Literal["light", "dark"]

# Foreign markup, so each pattern stops at the next tag: one that looks for an end which never comes would cost the
# square of the mail's length.
_STYLED = re.compile(r"<style\b|</style\b|\bmedia=(?:\"[^\"<>]*\"|'[^'<>]*')", re.IGNORECASE)
_ASKS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_OFFERS = re.compile(r"(?<=[:\"'\s])(?:light\s+dark|dark\s+light)(?=\s*[;}!\"'])", re.IGNORECASE)
_META = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"<a\b(?![^<>]*\bhref=[\"']?#)", re.IGNORECASE)
_FRAME = re.compile(r"<(i?frame)\b", re.IGNORECASE)
_UNSEEN = re.compile(r"<(/?)(head|style|script|title)\b|<!--|-->", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_FILLER = re.compile(r"[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]+")
_CID = re.compile(r"cid:([^\"'\s)>]+)")
LONGEST_FIELD = 2000
"""Characters of a header field that are read."""
SNIPPET = 160
"""Characters of a snippet; no inbox shows more."""
PICTURES = 60_000_000
"""Characters of a mail's pictures in all places where it has them: it may name a large one a hundred thousand times."""
SHOWN_SOURCE = 200_000
"""Characters of a message's source that a page shows; attachments make the rest."""


@dataclass(frozen=True, slots=True)
class View:
    """A message as a page shows it.

    Attributes:
        snippet: what an inbox shows after the subject: the HTML's first words.
        html: with its inline pictures as data: URLs.
        attachments: names, with their sizes in octets.
        octets: of the whole message.
    """

    subject: str
    sender: str
    to: str
    date: str
    language: str
    snippet: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
    attachments: tuple[tuple[str, int], ...]
    source: str
    octets: int


class _Careful(EmailPolicy):
    """Python's own way of reading header fields, of no more than a person would read of one: its parser takes
    the square of a field's length, and gives up on brackets nested a thousand deep."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value[:LONGEST_FIELD])
        except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
            return value[:LONGEST_FIELD]


CAREFUL = _Careful(utf8=True, linesep="\r\n")


def view_of(content: bytes) -> View:
    """Parse a message with Python's own parser, which did not compose it.

    Raises:
        RecursionError: its parts are nested a thousand deep.
    """
    message = message_from_bytes(content, policy=CAREFUL)
    assert isinstance(message, EmailMessage)
    rich, text = message.get_body(("html",)), message.get_body(("plain",))
    pictures = {
        str(part["Content-ID"]).strip("<> "): part
        for part in message.walk()
        if part["Content-ID"] and part.get_content_maintype() == "image"
    }

    left = PICTURES

    def picture(match: re.Match[str]) -> str:
        nonlocal left
        part = pictures.get(match[1])
        size = len(part.get_payload()) if part else 0
        if part is None or size > left:
            return match[0]
        left -= size
        return f"data:{part.get_content_type()};base64,{base64.b64encode(part.get_content()).decode()}"

    shown = _CID.sub(picture, _content(rich)) if rich else ""
    files = (part for part in message.iter_attachments() if part.get_content_disposition() != "inline")
    attached = [(_plain(part.get_filename() or part.get_content_type()), _octets(part)) for part in files]
    return View(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=str(message["Date"] or ""),
        language=str(message["Content-Language"] or ""),
        snippet=_snippet(shown),
        html=shown,
        text=_text(text) if text else "",
        headers=tuple((name, str(value)) for name, value in message.items()),
        attachments=tuple(attached),
        source=content[:SHOWN_SOURCE].decode("utf-8", "replace").replace("\r\n", "\n"),
        octets=len(content),
    )


def _text(part: MIMEPart) -> str:
    """The text as a program shows it: in its lines, without what flowed text has for the way (RFC 3676 §4.4)."""
    text = _content(part).replace("\r\n", "\n")
    return unstuffed(text) if part.get_param("format") == "flowed" else text


def _content(part: MIMEPart) -> str:
    """Of a part of text, also where it names a character set that nobody knows."""
    try:
        return _plain(str(part.get_content()))
    except (LookupError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _plain(text: str) -> str:
    """Without halves of characters, which no page can hold."""
    return text.encode("utf-8", "replace").decode()


def _octets(part: EmailMessage) -> int:
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def _snippet(html_text: str) -> str:
    """The first words that a reader, or an inbox, finds in a mail; the preheader where there is one."""
    words = html.unescape(_TAG.sub(" ", _seen(html_text)))
    return " ".join(_FILLER.sub(" ", words).split())[:SNIPPET]


def _seen(html_text: str) -> str:
    """The markup without comments and what stands in elements that nobody sees."""
    kept, begin, until = [], 0, ""
    for mark in _UNSEEN.finditer(html_text):
        name = (mark[2] or mark[0]).lower()
        if not until and not mark[1] and name != "-->":
            kept.append(html_text[begin : mark.start()])
            until = "-->" if name == "<!--" else name
        elif name == until and (mark[1] or name == "-->"):
            end = html_text.find(">", mark.end() - 1)
            if end < 0:
                break
            until, begin = "", end + 1
    return " ".join(kept if until else [*kept, html_text[begin:]])


def as_shown(html_text: str, scheme: Scheme) -> str:
    """The HTML as a client in light or dark mode applies it, for a frame in which links open elsewhere.

    A page can't tell a frame which colour scheme to prefer: the browser answers `prefers-color-scheme` from the
    system's own setting. So every such question, in style sheets and in `media` attributes, gets the chosen answer
    written in its place: a condition that always holds, or never. What the mail says of itself
    (`color-scheme: light dark`) becomes the chosen one. All its other rules stay as they are sent.
    """

    def answer(asked: re.Match[str]) -> str:
        return "(min-width: 0)" if asked[1].lower() == scheme else "(max-width: 0)"

    def decide(style: str) -> str:
        return _OFFERS.sub(scheme, _ASKS.sub(answer, style))

    decided = _META.sub(lambda meta: _told(meta[0], scheme), "".join(_decided(html_text, decide)))
    # Of two attributes of one name the first counts (HTML, 13.2.5.33). Our policy keeps a frame in the mail empty; but
    # Chromium has connected to its server by then, which tells whoever wrote the mail that it is being looked at.
    quiet = _FRAME.sub(r'<\1 srcdoc="" src="about:blank"', decided)
    return _LINK.sub('<a target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer"', quiet)


def _told(meta: str, scheme: Scheme) -> str:
    return _OFFERS.sub(scheme, meta) if "color-scheme" in meta.lower() else meta


def _decided(html_text: str, decide: Callable[[str], str]) -> Iterator[str]:
    """The markup in pieces, those of style elements and of media attributes as `decide` makes them."""
    begin, in_style = 0, False
    for mark in _STYLED.finditer(html_text):
        piece = html_text[begin : mark.start()]
        yield decide(piece) if in_style else piece
        begin = mark.start()
        if mark[0].lower().startswith("media"):
            yield decide(mark[0])
            begin = mark.end()
        else:
            in_style = not mark[0].startswith("</")
    yield decide(html_text[begin:]) if in_style else html_text[begin:]
