"""A person's wish to be taken off: what List-Unsubscribe makes a mail program send (RFC 2369 §3.2), or the same in a
few words. A wish buried in a longer letter is for a person to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailer.bounces.reading.bounds import OPENING
from mailer.bounces.reading.parsed import ParsedMail
from mailer.bounces.reading.phrases import lines_of
from mailer.bounces.reading.signs import Signs, is_reply

_WORDS = frozenset(line.casefold().replace(",", "") for line in lines_of("unsubscribe"))
_FIRST_WORDS = frozenset(word for word in _WORDS if " " not in word)
_TOKEN = re.compile(r"(?=[\w.=-]*\d)[A-Za-z0-9_=-]{16,}(?:\.[A-Za-z0-9_=-]{16,})*")
_QUOTED = re.compile(
    r"^\s*(?:>|-{2,}\s*\w+|_{5,}|on .{5,120}wrote:|el .{5,120}escribió:|le .{5,120}a écrit|am .{5,120}schrieb"
    r"|em .{5,120}escreveu|il .{5,120}ha scritto"
    r"|(?:from|von|de|da|van):\s|--\s*$|sent from my |enviado desde|envoyé de)",
    re.IGNORECASE,
)
_SHORT = 200
_BY_A_CLIENT = re.compile(
    r"(this|the) (message|e-?mail) was (automatically )?(generated|sent) ", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wish:
    """That somebody asks to be taken off.

    Attributes:
        token: by which they say who: of the mail that they got, or of an unsubscribe link. "" without one.
        clear: nothing else can be meant. “Re: Baja” may answer a release about Baja California.
    """

    token: str = ""
    clear: bool = True


def wish_in(signs: Signs, address: str) -> Wish | None:
    """What a mail asks, or None: it does not ask to be taken off.

    Args:
        address: the mailbox for such mail (UNSUBSCRIBE_MAILTO), or "".
    """
    if signs.status or signs.by_daemon:
        return None  # no mail system asks for anything
    mail, subject, reply = signs.mail, signs.subject, signs.is_reply
    own = _own_words(mail.text)
    to_mailbox = bool(address) and _is_to(mail, address)
    asks, token = _wish_in(subject)
    if not token and to_mailbox:
        token = _plus_token(mail, address)
    # Who replies below what they quote has no words of their own, but their mail has a text.
    short, empty = len(own) <= _SHORT, not mail.text
    asks_in_text = short and _is_wish(own.split("\n\n")[0])
    sure = asks_in_text or _BY_A_CLIENT.match(own) is not None
    if token:
        # “Re: unsubscribe …” may be a letter about it: “I have changed my mind.”
        return Wish(token, clear=sure or empty or (short and not reply))
    if signs.of_a_list and not to_mailbox:
        return None  # a list's members say so to their list
    if asks and (short or sure):
        return Wish(clear=sure or (empty and to_mailbox if reply else empty or to_mailbox))
    if asks_in_text and (to_mailbox or reply or not subject):
        return Wish()
    return Wish() if to_mailbox and not subject and empty else None


def _wish_in(subject: str) -> tuple[bool, str]:
    """Whether a subject is nothing but the wish, and the token in it."""
    plain = subject.strip(" \t.!\"'“”<>[]")
    while is_reply(plain):
        plain = plain.partition(":")[2].strip() if ":" in plain else plain.partition("：")[2].strip()
    if _is_wish(plain):
        return True, ""
    first, _, rest = plain.partition(" ")
    match = _TOKEN.fullmatch(rest.strip())
    return (True, match[0]) if match and first.casefold().strip(":") in _FIRST_WORDS else (False, "")


def _is_wish(text: str) -> bool:
    if len(text) > _SHORT:
        return False
    plain = re.sub(r"[\s,]+", " ", text.casefold()).strip(" .!\"'“”¡")
    plain = re.sub(r"^(hello|hi|hola|bonjour|hallo|dear \w+|good morning)[ ,]+", "", plain)
    plain = re.sub(
        r"[ ,.]*(thanks|thank you|thx|gracias|merci|danke|obrigad[oa]|grazie|many thanks)$", "", plain
    ).strip(" .!,")
    return plain in _WORDS or plain.removesuffix(" please") in _WORDS


def _own_words(text: str) -> str:
    """A text without what it quotes, and without a signature that is marked as one."""
    lines = []
    for line in text[:OPENING].split("\n"):
        if _QUOTED.match(line):
            break
        lines.append(line)
    return "\n".join(line.strip() for line in lines).strip()


def _is_to(mail: ParsedMail, address: str) -> bool:
    local, _, domain = address.lower().partition("@")
    return any(
        to == address.lower() or (to.endswith("@" + domain) and to.startswith(local + "+"))
        for to in mail.addresses_in("To", "Delivered-To", "X-Original-To", "Cc")
    )


def _plus_token(mail: ParsedMail, address: str) -> str:
    local, _, domain = address.partition("@")
    pattern = re.compile(rf"{re.escape(local)}\+({_TOKEN.pattern})@{re.escape(domain)}", re.IGNORECASE)
    values = map(mail.field, ("To", "Delivered-To", "X-Original-To"))
    return next((match[1] for value in values if (match := pattern.search(value))), "")
