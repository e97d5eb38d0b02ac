"""Why somebody is not among the recipients, and what staff do about it."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum

from mailer.model import Audience, LeftOut
from mailer.press.addresses import canonical
from mailer.visible import visible


class Reason(StrEnum):
    """Why somebody on a list, or a row of it, won't be mailed. docs/reference/lists.md explains each."""

    BEFORE_HEADER = "before the header"
    HEADER_AGAIN = "the header again"
    NO_ADDRESS = "no address"
    BAD_ADDRESS = "address can't be used"
    UNSAFE = "unsafe text"
    UNCLOSED_QUOTE = "unclosed quote"
    HIDDEN = "hidden in the workbook"
    STRUCK_OUT = "struck out"
    NO_VALUE = "formula without a value"
    NOT_ACTIVE = "not active"
    OPTED_OUT = "opted out"
    SUPPRESSED = "suppressed"
    EXCEPTED = "excepted"
    NO_EMBARGO = "accepts no embargoes"
    UNMARKED = "not marked as accepting embargoes"
    DUPLICATE = "duplicate"
    NOT_ALLOWED = "not in ALLOW_ONLY"
    TOO_SOON = "had another mail shortly before"
    NOT_CHOSEN = "not chosen by --where"
    OVER_LIMIT = "over the limit"


NAME_A_LIST = "Name a list: --list press, or Lists: in the release."

_WHAT_TO_DO: dict[str, str] = {
    Reason.NO_ADDRESS: "Write an address in the row.",
    Reason.BAD_ADDRESS: "Correct the address in the list.",
    Reason.UNSAFE: "Correct the row in the list: it contains something that can't be put into an email.",
    Reason.UNCLOSED_QUOTE: "Correct the row in the list: close the quotation mark.",
    Reason.HIDDEN: "Unhide the row in the workbook, or clear its filter, and save it.",
    Reason.STRUCK_OUT: "Remove the line through it in the workbook, and save it.",
    Reason.NO_VALUE: "Open the workbook in Excel or LibreOffice, and save it.",
    Reason.HEADER_AGAIN: "Add a person below the header.",
    Reason.BEFORE_HEADER: "Only rows below the header count: move the rows down.",
    Reason.NOT_ACTIVE: "The list's status column says so: correct it there if it is wrong.",
    Reason.OPTED_OUT: "According to the list, they asked not to be mailed; only they can change that.",
    Reason.SUPPRESSED: "Only if they have asked to be mailed again, run: mailer unsuppress ADDRESS",
    Reason.EXCEPTED: "Remove --except, or take them off that list.",
    Reason.NO_EMBARGO: "Send it when the embargo is over.",
    Reason.UNMARKED: "In the list, mark those who accept embargoes: a column accepts_embargo that says yes. To send it "
    "to everybody who isn't marked too: --include-unmarked. Or send it when the embargo is over: `mailer send --at`",
    Reason.TOO_SOON: "Send it later (`mailer send --at`), or change Follow up after: in newsroom.md.",
    Reason.NOT_CHOSEN: "Change --where.",
    Reason.OVER_LIMIT: "Raise --limit, or leave it out.",
}


def _reason(person: LeftOut) -> str:
    """With what more is known: `suppressed (unsubscribed 2026-01-02)`."""
    return f"{person.reason} ({person.detail})" if person.detail else person.reason


def what_to_do(reason: str, address: str = "") -> str:
    """What staff do about it at the command line, or ""."""
    return _WHAT_TO_DO.get(reason, "").replace("ADDRESS", visible(address) if address else "ADDRESS")


def why_not(audience: Audience, key: str, address: str) -> tuple[str, str]:
    """Why somebody who is not among the recipients would not get it, and what to do about it.

    Args:
        key: the canonical address.
        address: as it was typed.
    """
    lists = ", ".join(map(visible, audience.lists)) or "no list"
    left_out = (person for person in audience.left_out if person.address and canonical(person.address) == key)
    found = next(left_out, None)
    if found is None:
        return f"{address} would not get it: it is not on {lists}.", "Name the list: --list press"
    return f"{address} is on {lists} and would not get it: {_reason(found)}.", what_to_do(
        found.reason, address
    )


def why_nobody(audience: Audience) -> tuple[str, str]:
    """Why an audience has no recipients, and what to do: about people where there are any, else about lists."""
    lists = ", ".join(map(visible, audience.lists))
    number = len(audience.left_out)
    if not audience.lists:
        return "Nobody would get it: no list is named.", NAME_A_LIST
    if not number:
        return f"Nobody would get it: the list {lists} is empty.", "Add people to it, or name another list."
    if number == 1:
        (person,) = audience.left_out
        named = person.address or "the only row"
        where = "of" if lists.startswith("those who got ") else "on the list"
        said = f"{visible(named)} is the only person {where} {lists}, and is left out: {_reason(person)}."
        return f"Nobody would get it: {said}", what_to_do(person.reason, person.address)
    reasons = Counter(person.reason for person in audience.left_out).most_common()
    parts = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
    where = f"of {lists}" if lists.startswith("those who got ") else f"on the list {lists}"
    said = f"Nobody would get it: all {number:,} {where} are left out: {parts}."
    return said, what_to_do(reasons[0][0])
