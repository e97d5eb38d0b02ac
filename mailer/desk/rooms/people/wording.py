"""What the pages say about rows that are not mailed, or are to be looked at: what to do, at the desk."""

from __future__ import annotations

from mailer.press import Reason
from mailer.press.reasons import what_to_do

_AT_THE_DESK = {
    Reason.SUPPRESSED: "Only if they have asked to be mailed again: take them back under Suppressed.",
    Reason.EXCEPTED: "They are on a list whose people were to be left out.",
    Reason.DUPLICATE: "Nothing: they get it once. The row can be removed under Proposals.",
    Reason.NO_EMBARGO: "Send it when the embargo is over.",
    Reason.UNMARKED: "Mark those who accept embargoes in the list: a column accepts_embargo that says yes.",
    Reason.TOO_SOON: "Send it later, or change Follow up after: in the newsroom’s settings.",
    Reason.NOT_CHOSEN: "A condition was set that they don’t meet.",
    Reason.OVER_LIMIT: "A limit was set.",
    Reason.NOT_ALLOWED: "This computer may mail only certain addresses (ALLOW_ONLY in .env).",
}

KINDS = {
    "duplicate": "Twice on the list",
    "suppressed": "Never mailed",
    "bounced": "Mail came back",
    "typo": "Probably a slip of the fingers",
    "nobody": "Perhaps nobody reads it",
    "stale": "Not looked at for years",
}
"""Of proposals (`press.tidying.Kind`)."""

ROLES = {
    "name": "the person’s name", "first_name": "first name", "last_name": "last name", "outlet": "outlet",
    "language": "language", "tags": "tags", "beat": "beat", "country": "country",
    "accepts_embargo": "whether they accept embargoes", "status": "whether they are active: others are not mailed",
    "consent": "consent: only who says yes is mailed",
    "opted_out": "opted out: whoever has something here is not mailed",
    "email": "an address",
}  # fmt: skip
"""What a column is to the tool."""


def hint_for(reason: str, address: str = "") -> str:
    """What staff do about somebody who is left out."""
    return next((text for known, text in _AT_THE_DESK.items() if known == reason), "") or what_to_do(
        reason, address
    )


def plain(kind: str) -> str:
    """`bad-address` → “Bad address”."""
    return kind.replace("-", " ").capitalize()


def number_of(number: int, one: str, more: str = "") -> str:
    """“1 person”, “2,400 people”."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
