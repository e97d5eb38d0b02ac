"""A message's bytes, taken apart to be shown: what arrives is what is looked at."""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Literal

Scheme = Literal["light", "dark"]

_STYLE = re.compile(r"<style\b.*?</style>|\bmedia=(\"[^\"]*\"|'[^']*')", re.IGNORECASE | re.DOTALL)
_ASKS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_OFFERS = re.compile(r"(?<=[:\"'\s])(?:light\s+dark|dark\s+light)(?=\s*[;}!\"'])", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]*color-scheme[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"<a\b(?=[^>]*\bhref=[\"']?(?!#)[^\"'\s>])", re.IGNORECASE)
_UNSEEN = re.compile(r"<(head|style|script|title)\b.*?</\1>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FILLER = re.compile(r"[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]+")
_CID = re.compile(r"cid:([^\"'\s)>]+)")
SNIPPET = 160
"""Characters of a snippet; no inbox shows more."""
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


def view_of(content: bytes) -> View:
    """Parse a message with Python's own parser, which did not compose it."""
    message = message_from_bytes(content, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    rich, text = message.get_body(("html",)), message.get_body(("plain",))
    pictures = {
        str(part["Content-ID"]).strip("<> "): part
        for part in message.walk()
        if part["Content-ID"] and part.get_content_maintype() == "image"
    }

    def picture(match: re.Match[str]) -> str:
        part = pictures.get(match[1])
        if part is None:
            return match[0]
        return f"data:{part.get_content_type()};base64,{base64.b64encode(part.get_content()).decode()}"

    shown = _CID.sub(picture, str(rich.get_content())) if rich else ""
    attached = [(p.get_filename() or p.get_content_type(), _octets(p)) for p in message.iter_attachments()]
    return View(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=str(message["Date"] or ""),
        language=str(message["Content-Language"] or ""),
        snippet=_snippet(shown),
        html=shown,
        text=str(text.get_content()).replace("\r\n", "\n") if text else "",
        headers=tuple((name, str(value)) for name, value in message.items()),
        attachments=tuple(attached),
        source=content[:SHOWN_SOURCE].decode("utf-8", "replace").replace("\r\n", "\n"),
        octets=len(content),
    )


def _octets(part: EmailMessage) -> int:
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def _snippet(html_text: str) -> str:
    """The first words that a reader, or an inbox, finds in a mail; the preheader where there is one."""
    words = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", html_text)))
    return " ".join(_FILLER.sub(" ", words).split())[:SNIPPET]


def as_shown(html_text: str, scheme: Scheme) -> str:
    """The HTML as a client in light or dark mode applies it, for a frame in which links open elsewhere.

    A page can't tell a frame which colour scheme to prefer: the browser answers `prefers-color-scheme` from the
    system's own setting. So every such question, in style sheets and in `media` attributes, gets the chosen answer
    written in its place: a condition that always holds, or never. What the mail says of itself
    (`color-scheme: light dark`) becomes the chosen one. All its other rules stay as they are sent.
    """

    def answer(asked: re.Match[str]) -> str:
        return "(min-width: 0)" if asked[1].lower() == scheme else "(max-width: 0)"

    def decide(style: re.Match[str]) -> str:
        return _OFFERS.sub(scheme, _ASKS.sub(answer, style[0]))

    decided = _META.sub(lambda meta: _OFFERS.sub(scheme, meta[0]), _STYLE.sub(decide, html_text))
    return _LINK.sub('<a target="_blank" rel="noopener noreferrer"', decided)
