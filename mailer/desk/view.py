"""A message's bytes, taken apart to be shown: what arrives is what is looked at."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Literal

Scheme = Literal["light", "dark"]

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)", re.IGNORECASE)
_CID = re.compile(r"cid:([^\"'\s)>]+)")
SHOWN_SOURCE = 200_000
"""Characters of a message's source that a page shows; attachments make the rest."""


@dataclass(frozen=True, slots=True)
class View:
    """A message as a page shows it. `html` has its inline pictures as data: URLs; `attachments` are
    names with their sizes in octets."""

    subject: str
    sender: str
    to: str
    date: str
    language: str
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
    html, text = message.get_body(("html",)), message.get_body(("plain",))
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

    attached = [(p.get_filename() or p.get_content_type(), _octets(p)) for p in message.iter_attachments()]
    return View(
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        date=str(message["Date"] or ""),
        language=str(message["Content-Language"] or ""),
        html=_CID.sub(picture, str(html.get_content())) if html else "",
        text=str(text.get_content()).replace("\r\n", "\n") if text else "",
        headers=tuple((name, str(value)) for name, value in message.items()),
        attachments=tuple(attached),
        source=content[:SHOWN_SOURCE].decode("utf-8", "replace").replace("\r\n", "\n"),
        octets=len(content),
    )


def _octets(part: EmailMessage) -> int:
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0


def in_scheme(html: str, scheme: Scheme) -> str:
    """The HTML as a client in light or dark mode applies it.

    An iframe can't be told its colour scheme by the page around it, so the media query is answered here: its
    rules hold always, or never. Everything else of the mail stays as it is sent.
    """
    return _DARK.sub("@media all" if scheme == "dark" else "@media not all", html)
