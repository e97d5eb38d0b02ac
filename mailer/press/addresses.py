"""Email addresses as people paste them → as they are mailed, and the key under which they are one.

Syntax is email-validator's business (RFC 5321, 6531; IDNA 2008 through `idna`). A plain ASCII address
takes a shorter way to the same answer, since a list may hold a million. Reserved domains (`.test`,
`.local`, `localhost`; RFC 6761) pass here, with a warning of `address_warnings`: an office's own relay may serve them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailer.press.beside_address import beside, not_to_be_mailed, what_stands_beside
from mailer.press.clean_text import normalised, shortened

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_PLAIN = re.compile(
    rf"(?P<local>{_ATEXT}+(?:\.{_ATEXT}+)*)@(?P<domain>(?:(?!-)[A-Za-z0-9-]{{1,63}}(?<!-)\.)+[A-Za-z]{{2,63}}|localhost)",
    re.ASCII,
)
_PUNYCODE_OR_RESERVED_LABEL = re.compile(r"(?:^|\.)..--")
_ENCODED_WORD = "=?"
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufeff]")
_EMBEDDING = "\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_TURNING = re.compile(f"[{_EMBEDDING}\u202d\u202e]")
_SPACES = re.compile(r"[\s\u00a0]+")
_ANGLE = re.compile(
    r"(?P<name>[^<>]*+)<(?=[^<>|@]*+@)\s*+(?:mailto:)?+(?P<address>[^<>|]*+)(?:\|[^<>]*+)?+>[^<>@]*+", re.I
)
_IN_BRACKETS = r"\((?:mailto:)?+(?=[^()\s@]++@[^()\s])(?P<address>[^()\s]++)\)"
_MARKDOWN = re.compile(rf"\[(?P<name>[^\]]*+)\]{_IN_BRACKETS}", re.I)
_ROUND = re.compile(rf"(?P<name>[^()@]*+){_IN_BRACKETS}", re.I)
_COMMENT = re.compile(r"\s*\((?P<words>[^()@]*)\)\s*$")
_QUOTES = "\"'“”‘’„«»`´"
_SEPARATORS = re.compile(r"\s(?:/|&|and|or|y|o|et|ou|und|oder|e)\s|[;,|\n]+", re.I)
_MASKED = re.compile(r"\s*[\[({]\s*(?:at|arroba|ät)\s*[\])}]\s*|\s+(?:at|arroba)\s+", re.I)
_MASKED_DOT = re.compile(r"\s*[\[({]\s*(?:dot|punto|point|punkt|ponto)\s*[\])}]\s*|\s+dot\s+", re.I)

_PRIMARY = re.compile(r"(?:^|[;,|\n])[^\S\n]*+SMTP:(?=[^\s@]++@)")
_OTHER_WAY = re.compile(r"(?:smtp|(?i:sip|eum|x500|x400|spo|sia)):")
_NO_END = r"[^\s<>()\[\],;:\"|]"
MENTION = re.compile(rf"(?<!{_NO_END})(?>{_NO_END}*@){_NO_END}*(?<![.!?])")
"""What may be an address in the middle of a text."""

LONGEST = 320
"""Characters: 64, the @, 255 (RFC 5321 §4.5.3.1.1, §4.5.3.1.2)."""


class AddressError(ValueError):
    """Text that is no address that can be mailed; the message says why, for staff."""


def parse_address(text: str) -> str:
    """The one address in `text`, as mailed: the local part as given, the domain in lower-case A-labels.

    Pasted forms are understood: `Ana <ana@example.net>`, `<ana@example.net>`, `mailto:…`, a trailing `;`,
    no-break and zero-width spaces, quotes around it, a comment in brackets.

    Raises:
        AddressError: it is no usable address, or there are several.
    """
    address = plain_address(text)
    if address is not None:
        return address
    found = split_addresses(text)
    if len(found) > 1:
        raise AddressError(f"{len(found)} addresses where one is expected")
    return validated(found[0][1] if found else "")


def canonical(address: str) -> str:
    """The key for deduplication and the ledger: lower case, domain in A-labels, nothing else.

    Dots and `+tags` stay: only the receiving server knows what they mean (RFC 5321 §2.3.11), and
    `jean-luc@` is not `jean-pierre@`. Never raises: what is no address is its own key.
    """
    if address.isascii():
        return address.strip().lower()
    local, _, domain = normalised("NFC", address.strip()).rpartition("@")
    return f"{local.lower()}@{_a_labels(domain)}"


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def aliases(cell: str) -> list[str]:
    """Addresses of a cell that belong to the mailbox of another one in it.

    Exchange and Active Directory export `SMTP:jane@example.org;smtp:j.doe@example.org;sip:jane@example.org`: the one in
    capitals is where the mailbox sends from, the others are further ways to it (proxyAddresses).
    """
    if not _PRIMARY.search(cell):
        return []
    pieces = (piece.strip() for piece in _SEPARATORS.split(cell))
    return [piece.partition(":")[2] for piece in pieces if _OTHER_WAY.match(piece)]


def split_addresses(cell: str) -> list[tuple[str, str]]:
    """The addresses of a cell, each with the display name that stands with it or "".

    Text without any `@` is one piece with that text as its address, for the complaint to name.
    """
    text = _INVISIBLE.sub("", normalised("NFC", cell)).strip()
    if _PRIMARY.search(text):
        text = "\n".join(p for p in map(str.strip, _SEPARATORS.split(text)) if not _OTHER_WAY.match(p))
    if text.count("@") <= 1:
        piece = _unwrapped(text)
        return [piece] if piece[1] else []
    whole = _unwrapped(text)
    if whole[1].count("@") == 1 and "@" not in whole[0]:
        return [whole]
    return [_unwrapped(piece) for piece in _pieces(_SPACES.sub(_one_space, text))]


def mentioned(text: str) -> list[str]:
    """Whatever may be an address in a text, unchecked."""
    if "@" not in text:
        return []
    crowded = (found.split("/") if found.count("@") > 1 else [found] for found in MENTION.findall(text))
    return [found.strip(_QUOTES) for pieces in crowded for found in pieces if len(found) > 1]


def _one_space(found: re.Match[str]) -> str:
    return "\n" if set(found[0]) & set("\n\r\t") else " "


def _pieces(text: str) -> list[str]:
    """Cuts a cell at its separators; a piece without `@` is the beginning of the next one's name."""
    pieces: list[str] = []
    name = ""
    for part in _SEPARATORS.split(text):
        part = f"{name}, {part.strip()}" if name else part.strip()
        if "@" not in part:
            name = part
            continue
        name = ""
        crowded = part.count("@") > 1 and not _ANGLE.fullmatch(part)
        pieces.extend(re.split(r"\s+|/|(?<=>)", part) if crowded else [part])
    return [piece for piece in pieces if "@" in piece]


def _unwrapped(text: str) -> tuple[str, str]:
    """`Ana <ana@example.net>;` → ("Ana", "ana@example.net")."""
    text = _SPACES.sub(" ", text).strip(" " + _EMBEDDING).rstrip(";,").strip()
    name = ""
    match = _ANGLE.fullmatch(text) or _MARKDOWN.fullmatch(text) or _ROUND.fullmatch(text)
    comment = _COMMENT.search(text)
    if match:
        if not not_to_be_mailed(match["name"]):
            name, text = match["name"].strip(), match["address"].strip()
    elif not (comment and not_to_be_mailed(comment["words"], remark=True)):
        text = _COMMENT.sub("", text)
        name, text = (beside(text) if text.count("@") == 1 else None) or (name, text)
    quoted_local = text.startswith('"') and '"@' in text
    text = text.strip(" " if quoted_local else _QUOTES + " <>[]").rstrip(".;,:")
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    text = re.sub(r"\s*@\s*", "@", text) if text.count("@") == 1 else text
    name = name.strip(_QUOTES + " ,;:-")
    return ("" if name.lower() == text.lower() else name), text


def validated(text: str) -> str:
    """`text`, which must be an address and nothing else, as mailed.

    Raises:
        AddressError: why it can't be.
    """
    plain = plain_address(text)
    if plain is not None:
        return plain
    if not text:
        raise AddressError("the address is empty")
    if len(text) > LONGEST:
        raise AddressError(f"an address can have at most {LONGEST} characters")
    if _ENCODED_WORD in text:
        # RFC 2047 §5 (3) keeps encoded words out of addresses; in an atom they are a way to smuggle headers.
        raise AddressError("an encoded word (=?…?=) can't be part of an address")
    if _TURNING.search(text):
        raise AddressError("characters that change the direction of text hide the real address")
    if text[0] in _QUOTES:
        raise AddressError("an address can't begin with a quotation mark")
    if "*" in (text[0], text.rpartition("@")[0][-1:]):
        # RFC 5321 has nothing against it. Who writes it means many, and would get one.
        raise AddressError("a pattern with * is not an address: each person needs their own")
    return _by_the_book(text)


def plain_address(text: str) -> str | None:
    """`text` as mailed where it is a plain ASCII address and nothing else; None where more must be asked."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    local, domain = match["local"], match["domain"].lower()
    if (
        len(local) > 64
        or len(local) + len(domain) > 253
        or _ENCODED_WORD in local
        or ("--" in domain and _PUNYCODE_OR_RESERVED_LABEL.search(domain))
        or local[0] in _QUOTES
        or "*" in (local[0], local[-1])
    ):
        return None
    return f"{local}@{domain}"


def _by_the_book(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError as error:
        raise AddressError(_complaint(text, str(error))) from None
    return f"{found.local_part}@{found.ascii_domain}"


def _complaint(text: str, said: str) -> str:
    """email-validator's sentence in the middle of ours, or what is more likely meant."""
    meant = _MASKED_DOT.sub(".", _MASKED.sub("@", text)) if "@" not in text else text
    meant = re.sub(r"@+", "@", re.sub(r"\.{2,}", ".", meant))
    meant = re.sub(r",(?=[a-z]{2,4}$)", ".", meant)
    if rest := what_stands_beside(text):
        return (
            f"what does “{shortened(rest)}” beside the address mean? Only a name or a label can stand there"
        )
    said = said.rstrip(".")
    said = said[0].lower() + said[1:]
    if meant != text and _PLAIN.fullmatch(meant):
        return f"{said} — did you mean {meant}?"
    return said


@lru_cache(maxsize=4096)
def _a_labels(domain: str) -> str:
    if domain.isascii() or len(domain) > LONGEST:
        return domain.lower()
    import idna

    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain.lower()
