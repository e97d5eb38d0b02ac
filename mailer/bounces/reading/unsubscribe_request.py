"""Mail by which a person asks to be taken off: what List-Unsubscribe makes a mail program send (RFC 2369
§3.2), or the same wish in a few words. A wish buried in a longer letter is left to a person to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailer.bounces.reading.bounds import OPENING
from mailer.bounces.reading.parsed import Incoming
from mailer.bounces.reading.phrases import lines_of
from mailer.bounces.reading.prose import is_answer, is_of_a_list

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


def wish(mail: Incoming, address: str) -> Wish | None:
    """What a mail asks, or None: it does not ask to be unsubscribed.

    Args:
        address: the mailbox for such mail (UNSUBSCRIBE_MAILTO), or "".
    """
    subject, own = mail.text_of("Subject"), _own_words(mail.talk)
    answer, to_mailbox = is_answer(subject), bool(address) and _is_to(mail, address)
    word, token = _wish_in(subject)
    if not token and to_mailbox:
        token = _plus_token(mail, address)
    short, empty = (
        len(own) <= _SHORT,
        not mail.talk,
    )  # who answers below what they quote has no words of their own
    asked = short and _is_wish(own.split("\n\n")[0])
    sure = asked or _BY_A_CLIENT.match(own) is not None
    if token:
        # “Re: unsubscribe …” may be a letter about it: “I have changed my mind.”
        return Wish(token, clear=sure or empty or (short and not answer))
    if not to_mailbox and is_of_a_list(mail):
        return None  # a list's members say so to their list
    if word and (short or sure):
        return Wish(clear=sure or (empty and to_mailbox if answer else empty or to_mailbox))
    if asked and (to_mailbox or answer or not subject):
        return Wish()
    return Wish() if to_mailbox and not subject and empty else None


def _wish_in(subject: str) -> tuple[bool, str]:
    """Whether a subject is nothing but the wish, and the token in it."""
    plain = subject.strip(" \t.!\"'“”<>[]")
    while is_answer(plain):
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


def _own_words(talk: str) -> str:
    """The text without what it quotes, and without a signature that is marked as one."""
    lines = []
    for line in talk[:OPENING].split("\n"):
        if _QUOTED.match(line):
            break
        lines.append(line)
    return "\n".join(line.strip() for line in lines).strip()


def _is_to(mail: Incoming, address: str) -> bool:
    local, _, domain = address.lower().partition("@")
    return any(
        to == address.lower() or (to.endswith("@" + domain) and to.startswith(local + "+"))
        for to in mail.addresses_in("To", "Delivered-To", "X-Original-To", "Cc")
    )


def _plus_token(mail: Incoming, address: str) -> str:
    local, _, domain = address.partition("@")
    pattern = re.compile(rf"{re.escape(local)}\+({_TOKEN.pattern})@{re.escape(domain)}", re.IGNORECASE)
    values = (mail.text_of(name) for name in ("To", "Delivered-To", "X-Original-To"))
    return next((match[1] for value in values if (match := pattern.search(value))), "")
