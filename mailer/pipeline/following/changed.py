"""What was changed in a release since it was sent: the sentences that differ, of the text that readers have."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from email import message_from_bytes
from email.policy import default

from mailer.delivery import Ledger, Mailing
from mailer.message import Addressee, Composition, compile_message
from mailer.model import Edition
from mailer.pipeline.composing import head_of
from mailer.render import render
from mailer.settings import Settings
from mailer.workspace import Workspace

_END = re.compile(r"([.!?…؟。！？][\"'”’»)\]]*)((?:\[\d+\])*)\s+")
_MARK = re.compile(r"\[\d+\]")
"""Of a note. Their numbers change with the notes before them."""
_WRAPPED = re.compile(r"(?<![.!?:”»\"\r])\r?\n {3,}(?=[\w“«‘(])")
"""Where a quotation, a note or an item goes on in the next line."""
_MOST = 3
"""Sentences that are offered; who has changed more than these writes a sentence of their own."""


def changed_sentences(
    workspace: Workspace, ledger: Ledger, mailing: Mailing, edition: Edition, settings: Settings
) -> tuple[tuple[str, str], ...]:
    """The sentences of an edition that were sent and that its file says otherwise now: as sent, as it is; "" where it
    is said no more, or was not said before.

    Raises:
        LedgerError: what was sent can't be read.
        TemplateError: the file can't be rendered as it is now.
    """
    frozen = ledger.editions(mailing).get(edition.language)
    if frozen is None:
        return ()
    now = compile_message(render(edition, workspace.theme(edition.theme)), head_of(edition, settings))
    place = edition.dateline + edition.newsroom.dash if edition.dateline else "\0"
    before, after = (_sentences(_text(each).replace(place, "")) for each in (Composition.thaw(frozen), now))
    found = []
    for tag, start, stop, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append((" ".join(before[start:stop]), " ".join(after[first:last])))
    return tuple(found[:_MOST])


def sentences_sent(ledger: Ledger, mailing: Mailing) -> dict[str, tuple[str, ...]]:
    """What was sent, by language, a sentence each.

    Raises:
        LedgerError: what was sent can't be read.
    """
    found = {}
    for language, frozen in ledger.editions(mailing).items():
        text = _WRAPPED.sub(" ", _text(Composition.thaw(frozen)))
        found[language] = tuple(sentence.removeprefix("- ") for sentence in _sentences(text))
    return found


def offered(changes: tuple[tuple[str, str], ...]) -> str:
    """The changes as what a correction says of them, for an editor to make a sentence of: “old” → “new”. What was only
    taken out or put in says nothing so, and does not leave before somebody has written what it means."""
    return " ".join(
        f"“{old}” → “{new}”" if old and new else f"TODO new: “{new}”" if new else f"TODO left out: “{old}”"
        for old, new in changes
    )


def _text(composition: Composition) -> str:
    """The text part, as somebody gets it."""
    domain = composition.head.sender.domain
    content = composition.fill(Addressee(f"somebody@{domain}", "", {}, f"<compared@{domain}>"))
    part = message_from_bytes(content, policy=default).get_body(("plain",))
    return str(part.get_content()) if part else ""


def _sentences(text: str) -> list[str]:
    """Of each paragraph; a line that ends in a blank goes on in the next (RFC 3676 §4.1)."""
    unfolded = _END.sub(r"\1\2\n", re.sub(r" \r?\n", " ", text))
    return [sentence for line in unfolded.splitlines() if (sentence := _MARK.sub("", line).strip())]
