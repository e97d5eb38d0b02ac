"""Where a mailing stands, by what is known of it: never more than that."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from mailer.delivery import Order, Request
from mailer.delivery.consent import Offer
from mailer.desk.rooms.watching.known import Known, Phase
from mailer.desk.rooms.watching.standing import standing_of
from mailer.model import Status

NOW = 1_796_000_000.0
HOLDER = "0123456789abcdef process 7 of ana on harbour, since 2026-11-30 00:53:00+00:00"
SINCE = NOW - 60
SENT = Order("send", 415, "digest", giver="ana@harbour", given=SINCE)
GIVEN = Offer(
    1,
    1,
    "harbour-report",
    {},
    NOW - 20,
    NOW + 580,
    "given",
    NOW - 10,
    "ana@harbour",
    NOW + 20,
    holder="",
    said="",
)
MIDWAY = {
    Status.ACCEPTED: 380,
    Status.QUEUED: 30,
    Status.SENDING: 2,
    Status.DOT: 1,
    Status.REJECTED: 2,
}


def known(counts: dict[Status, int], *, held: bool = False, **more: object) -> Known:
    values = {"orders": (SENT,), "holder": HOLDER, "since": SINCE, "last_accepted": NOW - 5} | more
    return Known(NOW, counts, held, **values)


def asked(kind: str, heard: str = HOLDER) -> Request:
    return Request(3, kind, NOW - 8, "bo@harbour", heard)


CASES: dict[str, tuple[Known, Phase, str]] = {
    "an order is given": (known({}, offer=GIVEN, orders=()), Phase.COUNTDOWN, "About to leave"),
    "its sender is at it, and nothing is queued yet": (
        known({}, held=True, offer=replace(GIVEN, state="begun", leaves=NOW - 1, holder=HOLDER), orders=()),
        Phase.BEGINNING,
        "Beginning",
    ),
    "its sender never came": (
        known({}, offer=replace(GIVEN, given=NOW - 300, leaves=NOW - 270), orders=()),
        Phase.NEVER_BEGAN,
        "It never began",
    ),
    "its sender died before it queued anybody": (
        known({}, offer=replace(GIVEN, state="begun", holder=HOLDER), orders=()),
        Phase.NEVER_BEGAN,
        "It never began",
    ),
    "it was taken back in the countdown": (
        known({}, offer=replace(GIVEN, state="withdrawn"), orders=()),
        Phase.WITHDRAWN,
        "Taken back before it left",
    ),
    "a page has shown it, and nobody said yes": (known({}, orders=()), Phase.NOTHING, "Nothing has left"),
    "it is planned": (
        known({Status.QUEUED: 415}, planned=NOW + 3600),
        Phase.PLANNED,
        "Planned for Monday, 30 November 2026, 01:53 UTC",
    ),
    "it was planned for long ago": (
        known({Status.QUEUED: 415}, planned=NOW - 3600),
        Phase.OVERDUE,
        "Its time has passed, and nothing was sent",
    ),
    "it is being sent": (known(MIDWAY, held=True), Phase.SENDING, "Sending: 382 of 415"),
    "it waits for its pace": (
        known({Status.ACCEPTED: 380, Status.QUEUED: 35}, held=True),
        Phase.SENDING,
        "Sending: 380 of 415",
    ),
    "somebody sits before the question, in a terminal": (
        known({Status.ACCEPTED: 380, Status.QUEUED: 35}, held=True, since=NOW - 5),
        Phase.IN_HAND,
        "Somebody has it in hand",
    ),
    "a pause was asked for, and nobody has heard it": (
        known(MIDWAY, held=True, request=asked("pause", heard="")),
        Phase.SENDING,
        "Sending: 382 of 415",
    ),
    "a pause was heard by a sender of before": (
        known(MIDWAY, held=True, request=asked("pause", heard="another holder")),
        Phase.SENDING,
        "Sending: 382 of 415",
    ),
    "a pause is heard, and one is in flight": (
        known(MIDWAY, held=True, request=asked("pause")),
        Phase.PAUSING,
        "Pausing at 382 of 415",
    ),
    "it is paused": (
        known(MIDWAY | {Status.DOT: 0, Status.ACCEPTED: 381}, held=True, request=asked("pause")),
        Phase.PAUSED,
        "Paused at 383 of 415",
    ),
    "it goes on": (known(MIDWAY, held=True, request=asked("go on")), Phase.SENDING, "Sending: 382 of 415"),
    "a stop is heard": (known(MIDWAY, held=True, request=asked("stop")), Phase.STOPPING, "Stopping at 382 of 415"),
    "its sender was killed": (known(MIDWAY), Phase.STOPPED, "Stopped at 383 of 415"),
    "it was stopped": (
        known({Status.ACCEPTED: 380, Status.QUEUED: 35}, request=asked("stop")),
        Phase.STOPPED,
        "Stopped at 380 of 415",
    ),
    "it halted": (
        known({Status.ACCEPTED: 380, Status.QUEUED: 35}, halted="The server refused the message to x: 550 no."),
        Phase.HALTED,
        "Halted at 380 of 415",
    ),
    "some were refused for now": (
        known({Status.ACCEPTED: 412, Status.DEFERRED: 3}),
        Phase.PUT_OFF,
        "Sent, but 3 people put off by their server",
    ),
    "everybody has it": (known({Status.ACCEPTED: 415}), Phase.FINISHED, "Everybody’s server has it"),
    "its sender is about to end": (
        known({Status.ACCEPTED: 415}, held=True),
        Phase.FINISHED,
        "Everybody’s server has it",
    ),
    "some were refused": (
        known({Status.ACCEPTED: 412, Status.REJECTED: 3}),
        Phase.FINISHED,
        "Sent, but not to everybody",
    ),
    "nobody was ever tried": (known({Status.QUEUED: 415}), Phase.QUEUED, "415 people in the queue"),
    "the rest is about to leave": (
        known({Status.ACCEPTED: 200, Status.QUEUED: 215}, offer=GIVEN),
        Phase.COUNTDOWN,
        "About to leave",
    ),
    "the clock was put back since it left": (
        known(MIDWAY, held=True, offer=replace(GIVEN, state="sending", leaves=NOW + 3600, holder=HOLDER)),
        Phase.SENDING,
        "Sending: 382 of 415",
    ),
    "everybody has it, and its sender has not written down its end": (
        known({Status.ACCEPTED: 415}, held=True, offer=replace(GIVEN, state="sending", leaves=NOW - 90, holder=HOLDER)),
        Phase.FINISHED,
        "Everybody’s server has it",
    ),
    "the sender of its order was killed, and a terminal sends": (
        known(MIDWAY, held=True, offer=replace(GIVEN, state="begun", holder="a dead one")),
        Phase.SENDING,
        "Sending: 382 of 415",
    ),
    "all of it was taken back": (
        known({Status.DISCARDED: 415}),
        Phase.DISCARDED,
        "All of it was taken back",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_where_it_stands(case: str) -> None:
    given, phase, title = CASES[case]
    standing = standing_of(given)
    assert (standing.phase, standing.title) == (phase, title)
    assert all(line.endswith((".", "?")) for line in standing.lines), standing.lines


def test_only_what_helps_is_offered() -> None:
    """Whoever sends can be paused; who is gone can't; what waits can be gone on with or taken back when nobody sends."""

    def may(case: str) -> set[str]:
        return set(standing_of(CASES[case][0]).may)

    assert may("it is being sent") == {"pause", "stop"}
    assert may("it is paused") == {"go on", "stop"}
    assert may("an order is given") == {"take back"}
    assert may("its sender is at it, and nothing is queued yet") == {"stop"}
    assert may("its sender was killed") == {"resume", "discard"}
    assert may("it is planned") == {"resume", "discard"}
    assert may("everybody has it") == set()
    assert may("a stop is heard") == set()


def test_the_sentence_for_whoever_asks() -> None:
    counts = {Status.ACCEPTED: 410, Status.BOUNCED: 2, Status.REJECTED: 3}
    after = known(counts, refused=("a@x.example", "b@x.example", "c@x.example"))
    assert standing_of(after).summary() == (
        "Accepted for 412 of 415 by 00:53; 2 came back; 3 refused (a@x.example, b@x.example and c@x.example)."
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (known(MIDWAY, in_doubt=("d@x.example",)), "Accepted for 380 of 415 by 00:53; 2 refused; 1 uncertain (d@x.example); 32 not sent yet."),
        (known(MIDWAY, held=True), "Accepted for 380 of 415 by 00:53; 2 refused; 1 on the way; 32 not sent yet."),
        (known({Status.QUEUED: 415}, planned=NOW + 3600), "Planned for Monday, 30 November 2026, 01:53 UTC, to 415 people."),
        (known({Status.QUEUED: 415}), "Nothing has left yet; 415 people are to get it."),
        (known({}, orders=()), "Nothing has left."),
        (known({Status.ACCEPTED: 412, Status.DISCARDED: 3}), "Accepted for 412 of 412 by 00:53; 3 more taken back, and not sent to."),
        (known({Status.ACCEPTED: 400, Status.REJECTED: 15}, unsent=5), "Accepted for 400 of 415 by 00:53; 10 refused; 5 not sent after all."),
        (known({Status.ACCEPTED: 415}, last_accepted=NOW - 90_000), "Accepted for 415 of 415 by 23:53 on 28 November 2026."),
    ],
)  # fmt: skip
def test_it_says_no_more_than_is_known(given: Known, sentence: str) -> None:
    assert standing_of(given).summary() == sentence


def any_ledger(chance: random.Random) -> Known:
    """What may stand in one, and what may have been asked."""
    counts = {status: chance.choice((0, 0, 1, 7)) for status in Status if chance.random() < 0.4}
    refused = counts.get(Status.REJECTED, 0)
    holder = chance.choice((HOLDER, "another holder"))
    offer = replace(
        GIVEN, state=chance.choice(("given", "begun", "sending", "done", "failed", "withdrawn")), holder=holder,
        given=NOW - chance.choice((1, 40, 4000, -3000)), leaves=NOW + chance.choice((-4000, -1, 20, 3000)),
        said="It ended.",
    )  # fmt: skip
    return known(
        counts, held=chance.random() < 0.5, offer=chance.choice((None, offer)), unsent=chance.randint(0, refused),
        request=chance.choice((None, asked(chance.choice(("pause", "go on", "stop")), chance.choice(("", holder))))),
        planned=chance.choice((0.0, 0.0, NOW - 3000, NOW - 30, NOW + 3000)), since=NOW - chance.choice((2, 60, 90)),
        orders=(SENT,) if counts else (), halted=chance.choice(("", "The server refused it.")),
        last_accepted=NOW - 5 if counts.get(Status.ACCEPTED, 0) + counts.get(Status.BOUNCED, 0) else 0.0,
    )  # fmt: skip


def test_whatever_stands_in_the_ledger_no_page_says_more() -> None:
    chance = random.Random("any ledger")
    for _ in range(5000):
        given = any_ledger(chance)
        standing = standing_of(given)
        said = " ".join((standing.title, *standing.lines, standing.summary()))
        may_have = given.accepted + given.number(Status.UNCERTAIN, Status.DOT)
        if may_have:
            for lie in ("Nobody has it", "Nothing has left", "Nothing left", "It never began"):
                assert lie not in said, (said, given)
        if standing.title.startswith("Everybody"):
            assert given.accepted == given.total > 0, given
        if told := re.match(r"Accepted for ([\d,]+) of ([\d,]+)", standing.summary()):
            assert (int(told[1]), int(told[2])) == (given.accepted, given.total)
            rest = [int(number) for number in re.findall(r"; (\d+) (?!more|came)", standing.summary())]
            assert given.accepted + sum(rest) == given.total, (said, given)
        if not given.held:
            assert not standing.title.startswith(("Sending", "Paus", "Stopping")), (said, given)
            assert "on the way" not in standing.summary()


def test_of_the_rest_nobody_is_said_to_have_nothing() -> None:
    """Of 415, 200 have it while the word about the others counts down."""
    standing = standing_of(CASES["the rest is about to leave"][0])
    assert standing.lines[0].endswith("Nobody new has it yet.")


def test_a_time_that_has_come_is_not_said_to_lie_ahead() -> None:
    """And what kept the one from leaving that was started for it, is told."""
    due = known({Status.QUEUED: 415}, planned=NOW - 60, why_not_yet="It was not approved.")
    standing = standing_of(due)
    assert standing.phase is Phase.PLANNED
    assert "until then" not in " ".join(standing.lines)
    assert "It was not approved." in standing.lines
    assert "It was not approved." in standing_of(replace(due, planned=NOW - 3600)).lines


def test_what_was_planned_and_stopped_is_not_called_planned() -> None:
    """`mailer post` leaves it alone from then on (pipeline/planned.py): nobody may wait for its time."""
    stopped = known({Status.QUEUED: 415}, planned=NOW + 3600, request=asked("stop"))
    standing = standing_of(stopped)
    assert (standing.phase, standing.title) == (Phase.STOPPED, "Stopped at 0 of 415")
    assert any("does not leave by itself any more" in line for line in standing.lines)
    again = replace(stopped, orders=(SENT, replace(SENT, kind="resume", given=NOW)))
    assert standing_of(again).phase is Phase.PLANNED


def test_a_ledger_that_was_lost_says_so() -> None:
    lines = standing_of(known({Status.UNCERTAIN: 3}, lost=True)).lines
    assert any("This record is not complete" in line for line in lines)
    assert any("3 people may or may not have it" in line for line in lines)
