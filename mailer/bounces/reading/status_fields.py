"""The machine-readable part of a bounce: message/delivery-status (RFC 3464), and its internationalised
form message/global-delivery-status (RFC 6533)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from mailer.bounces.reading.bounds import LONGEST_REPLY, MOST_RECIPIENTS

ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@\\|]{1,64}@[^\s<>()\[\]\"',;:@\\|/]{1,255}")

_UTF8_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_FIELD = re.compile(r"\s{0,3}([A-Za-z][A-Za-z-]{2,40}) ?:[ \t]*(.*)")
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_PER_RECIPIENT = (*_RECIPIENT_FIELDS, "action", "status", "diagnostic-code", "remote-mta")


@dataclass(frozen=True, slots=True)
class RecipientFields:
    """One group of per-recipient fields (RFC 3464 §2.3).

    Attributes:
        address: of the message's recipient, without its address type; "" where it is no mail address.
        action: failed, delayed, delivered, relayed, expanded, or "".
        status: the Status field as it stands.
        text: Diagnostic-Code without its type.
    """

    address: str
    action: str
    status: str
    text: str


def read_groups(text: str) -> tuple[RecipientFields, ...]:
    """The recipients in status fields, `MOST_RECIPIENTS` at most.

    Args:
        text: the fields, groups parted by blank lines; what is no field is passed over.
    """
    groups = (group for group in _groups(text) if any(name in group for name in _RECIPIENT_FIELDS))
    return tuple(
        RecipientFields(
            _recipient(group),
            _action(group),
            group.get("status", ""),
            re.sub(r"^\s*[\w/-]{1,20}\s*;\s*", "", group.get("diagnostic-code", "")),
        )
        for group in islice(groups, MOST_RECIPIENTS)
    )


def feedback_type(text: str) -> str:
    """What a provider reports (RFC 5965 §3.1): "abuse" where somebody pressed “spam”; "" where it isn't told."""
    found = re.search(r"^Feedback-Type:[ \t]*([\w-]{1,40})", text, re.I | re.M)
    return found[1].lower() if found else ""


def original_recipients(text: str) -> tuple[str, ...]:
    """Who had got the mail that is reported, lower case (RFC 5965 §3.2); mostly nobody, as providers black it out."""
    values = re.findall(r"^Original-Rcpt-To:[ \t]*<?([^\n<>]{1,300})", text, re.I | re.M)[:MOST_RECIPIENTS]
    return tuple(found[0].lower() for value in values if (found := ADDRESS.fullmatch(value.strip())))


def original_message_ids(text: str) -> tuple[str, ...]:
    """Message-IDs that the per-message fields name, as Gmail's X-Original-Message-ID."""
    return tuple(re.findall(r"^(?:X-)?Original-Message-ID:\s*(<[^<>\s]{1,300}>)", text, re.I | re.M))


def _groups(text: str) -> list[dict[str, str]]:
    """Fields by lower-case name, a dict for each group. A field that comes again begins a new group, and
    fields cut off from their recipient by a stray blank line go back to it."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.split("\n"):
        if not line.strip():
            if groups[-1]:
                groups.append({})
            last = ""
            continue
        match = _FIELD.match(line) if line[:1] not in ("\t",) else None
        if match is None or (line[:1] == " " and last and match[1].lower() not in _PER_RECIPIENT):
            if last and line[:1] in (" ", "\t") and len(groups[-1][last]) < LONGEST_REPLY:
                groups[-1][last] += " " + line.strip()[:LONGEST_REPLY]
            continue
        last = match[1].lower()
        if last in groups[-1] and last in _PER_RECIPIENT:
            groups.append({})
        elif not groups[-1] and _belongs_to_the_last(groups, last):
            groups.pop()
        groups[-1].setdefault(last, match[2].strip()[:LONGEST_REPLY])
    return groups


def _belongs_to_the_last(groups: list[dict[str, str]], name: str) -> bool:
    """Whether a field after a blank line still speaks of the recipient before it."""
    before = groups[-2] if len(groups) > 1 else {}
    return (
        name in ("action", "status", "diagnostic-code") and "final-recipient" in before and name not in before
    )


def _recipient(group: dict[str, str]) -> str:
    """The address as the sender gave it where that is told (RFC 3464 §2.3.1), else the final one."""
    for name in _RECIPIENT_FIELDS:
        _, _, value = group.get(name, "").rpartition(";")
        match = ADDRESS.search(_UTF8_XTEXT.sub(_character, value))
        if match:
            return match[0].strip(".")
    return ""


def _character(match: re.Match[str]) -> str:
    """utf-8-addr-xtext of RFC 6533 §3: `\\x{C3A9}` is U+C3A9."""
    number = int(match[1], 16)
    return chr(number) if 0x80 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


def _action(group: dict[str, str]) -> str:
    """The Action field's word (some put comments behind it), or what the status class implies."""
    word = (re.match(r"\s*([a-z]+)", group.get("action", ""), re.I) or [""])[0].strip().lower()
    if word in ("delayed", "delivered", "relayed", "expanded"):
        return word
    if word.startswith(("fail", "error", "expired", "deleted")):
        return "failed"
    classes = {"2": "delivered", "4": "delayed", "5": "failed"}
    return classes.get(group.get("status", "").strip()[:1], "failed" if word == "" else word)
