"""The steps before a release leaves, and where each stands. All of it is read from the files and the ledger."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from mailer.delivery import LATE, Ledger
from mailer.errors import MailerError
from mailer.model import Status
from mailer.pipeline.approval import must_be_approved
from mailer.pipeline.composing import compositions_of
from mailer.pipeline.earlier import Tried, proof_of, rehearsal_of
from mailer.pipeline.offering import Look, since
from mailer.pipeline.outgoing import at_the_office
from mailer.pipeline.prepared import Prepared
from mailer.settings import Settings

Mark = Literal["done", "open", "stale", "broken"]

_HAVE_IT = (Status.ACCEPTED, Status.BOUNCED)


@dataclass(frozen=True, slots=True)
class Step:
    """One of them.

    Attributes:
        key: what it is called in the page.
        mark: done; open: still to do; stale: done once, and something has changed since; broken: it keeps the release
            from leaving.
        words: for people.
        grey: an earlier one has to be done again first.
    """

    key: str
    title: str
    mark: Mark
    words: str
    grey: bool = False


def steps_of(prepared: Prepared, look: Look | None, settings: Settings, ledger: Ledger) -> list[Step]:
    """In their order; an edit greys those after the first that is out of date.

    Args:
        look: None: what was chosen can't be looked at, and the page says why.
    """
    now = {language: c.freeze() for language, c in compositions_of(prepared, settings).items()}
    zone = prepared.release.original.newsroom.zone
    steps = [
        _checked(prepared),
        _tried("rehearsal", "Rehearse", rehearsal_of(prepared), now, zone, "Nobody has rehearsed it."),
        _tried("proof", "Proof to me", proof_of(prepared), now, zone, "Nobody has had a proof."),
    ]
    if prepared.release.original.newsroom.approvers:
        steps.append(_approved(look.prepared if look and look.prepared else prepared, settings, ledger, zone))
    steps.append(_sent(prepared, look, ledger, zone))
    return _greyed(steps)


def _greyed(steps: list[Step]) -> list[Step]:
    first = next((n for n, step in enumerate(steps) if step.mark in ("stale", "broken")), len(steps))
    return [replace(step, grey=n > first and step.mark != "broken") for n, step in enumerate(steps)]


def _checked(prepared: Prepared) -> Step:
    levels = [finding.level for finding in prepared.findings]
    errors, warnings = levels.count("error"), levels.count("warning")
    if errors:
        return Step("check", "Check", "broken", f"{_count(errors, 'error')} to mend before it can leave.")
    if warnings:
        return Step(
            "check", "Check", "done", f"No errors. You are asked about {_count(warnings, 'warning')}."
        )
    return Step("check", "Check", "done", "Nothing was found.")


def _tried(
    key: str, title: str, tried: Tried | None, now: Mapping[str, bytes], zone: str, never: str
) -> Step:
    if tried is None:
        return Step(key, title, "open", never)
    what = f"{_count(tried.number, 'message')}, {moment(tried.at, zone)}" if key == "rehearsal" else (
        f"Sent {moment(tried.at, zone)}"
    )  # fmt: skip
    if changed := since(tried.editions, now):
        return Step(key, title, "stale", f"{what}. Changed since your {key}: {changed.said}.")
    return Step(key, title, "done", f"{what}.")


def _approved(prepared: Prepared, settings: Settings, ledger: Ledger, zone: str) -> Step:
    try:
        approval = must_be_approved(prepared, settings, ledger)
    except MailerError as error:
        said = error.message.removesuffix(": nothing was sent.").removesuffix(" Nothing was sent.")
        mark: Mark = "open" if "has not been approved" in said else "stale"
        return Step("approval", "Approve", mark, f"{said.rstrip('.')}.")
    assert approval is not None
    return Step("approval", "Approve", "done", f"By {approval.by}, {moment(approval.at, zone)}.")


def _sent(prepared: Prepared, look: Look | None, ledger: Ledger, zone: str) -> Step:
    name, title = prepared.release.name, "Send"
    mailing = ledger.find(name)
    counts = ledger.counts(name) if mailing else {}
    have = sum(counts.get(state, 0) for state in _HAVE_IT)
    waiting = sum(counts.get(state, 0) for state in (Status.QUEUED, Status.DEFERRED, Status.SENDING))
    if mailing and waiting and mailing.planned:
        when, late = moment(mailing.planned, zone), time.time() - mailing.planned
        if late <= LATE:
            return Step("send", title, "done", f"It leaves {when}, for {waiting:,}.")
        said = f"It was to leave {when}, and has not: {waiting:,} wait. Should it still go out?"
        return Step("send", title, "broken", said)
    if have:
        left = f", {waiting:,} still to get it" if waiting else ""
        return Step("send", title, "open" if waiting else "done", f"Accepted for {have:,}{left}.")
    if look is None or look.forbidden:
        return Step("send", title, "open", "Not yet: see below what it waits for.")
    return Step("send", title, "open", "Nothing has left.")


def moment(seconds: float, zone: str) -> str:
    """A moment as people say it at the office."""
    at, today = (
        at_the_office(seconds, zone),
        datetime.now(UTC).astimezone(at_the_office(0, zone).tzinfo).date(),
    )
    days = (at.date() - today).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days, f"on {at.day} {at:%B}")
    year = f" {at.year}" if at.year != today.year else ""
    return f"{day}{year}, {at:%H:%M}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
