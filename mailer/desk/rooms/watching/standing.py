"""Where a mailing stands, in words, and what somebody may do about it.

Pure: what is known goes in, what may be said and done comes out. What nobody knows is said to be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailer.desk.rooms.watching.known import LATELY, Known, Phase, pending_offer, phase_of
from mailer.desk.rooms.watching.wording import day_and_hour, hour, joined, people
from mailer.model import Status
from mailer.pipeline.planned import said_last

NAMED = 5
"""So many people are named in a sentence."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands, as a page shows it.

    Attributes:
        title: a few words.
        mark: how that is coloured: "done", "open", "broken" or "".
        lines: what else is to be said, a sentence each.
        live: something may change by itself.
        may: what somebody may do: "pause", "go on", "stop", "take back", "resume", "discard", "move".
    """

    known: Known
    phase: Phase
    title: str
    mark: str
    lines: tuple[str, ...]
    live: bool
    may: frozenset[str]

    @property
    def rate(self) -> float:
        """Accepted a second, lately; 0 where nothing is being sent."""
        return self.known.lately / LATELY if self.phase is Phase.SENDING else 0.0

    @property
    def seconds_left(self) -> float:
        """Until everybody has it, if it goes on as lately; 0: nobody can tell."""
        return self.known.left / self.rate if self.rate else 0.0

    @property
    def until(self) -> float:
        """Of a countdown: when it leaves, in seconds since 1970; else 0."""
        offer = self.known.offer
        return offer.leaves if offer and self.phase is Phase.COUNTDOWN else 0.0

    def summary(self) -> str:
        """For whoever asks how it went: a sentence or two that stand for themselves."""
        return summary_of(self.known, self.phase)


_MARKS = {
    Phase.FINISHED: "done", Phase.NEVER_BEGAN: "broken", Phase.STOPPED: "broken", Phase.HALTED: "broken",
    Phase.OVERDUE: "broken", Phase.NOTHING: "", Phase.WITHDRAWN: "", Phase.DISCARDED: "",
}  # fmt: skip
_LIVE = frozenset(
    (Phase.COUNTDOWN, Phase.BEGINNING, Phase.PLANNED, Phase.IN_HAND, Phase.SENDING, Phase.PAUSING, Phase.PAUSED,
     Phase.STOPPING)
)  # fmt: skip


def standing_of(known: Known) -> Standing:
    """Where it stands, in words."""
    phase = phase_of(known)
    complete = phase is Phase.FINISHED and known.accepted == known.total
    mark = _MARKS.get(phase, "open")
    if phase is Phase.FINISHED and not complete:
        mark = "open"
    lines = tuple(filter(None, _lines(known, phase)))
    return Standing(known, phase, _title(known, phase), mark, lines, phase in _LIVE, _may(known, phase))


def _may(known: Known, phase: Phase) -> frozenset[str]:
    may = {
        Phase.COUNTDOWN: {"take back"}, Phase.SENDING: {"pause", "stop"}, Phase.PAUSING: {"go on", "stop"},
        Phase.PAUSED: {"go on", "stop"}, Phase.BEGINNING: {"stop"},
    }.get(phase, set())  # fmt: skip
    if phase is Phase.PLANNED and known.held:
        may = {"stop"}
    if not known.held and phase not in (Phase.COUNTDOWN, Phase.BEGINNING):
        if known.left:
            may = may | {"resume", "discard"}
        elif known.uncertain:
            may = may | {"resume"}
    return frozenset(may)


def _title(known: Known, phase: Phase) -> str:
    of = f"{known.done:,} of {known.total:,}"
    if phase is Phase.STOPPED:
        return f"Stopped at {of}"
    if phase is Phase.HALTED:
        return f"Halted at {of}"
    if phase is Phase.PLANNED:
        return f"Planned for {day_and_hour(known.at(known.planned), None)}"
    if phase is Phase.FINISHED:
        return "Everybody’s server has it" if known.accepted == known.total else "Sent, but not to everybody"
    return _TITLES[phase].format(of=of, left=people(known.left), Left=_counted(known.left))


_TITLES = {
    Phase.NOTHING: "Nothing has left",
    Phase.COUNTDOWN: "About to leave",
    Phase.BEGINNING: "Beginning",
    Phase.NEVER_BEGAN: "It never began",
    Phase.WITHDRAWN: "Taken back before it left",
    Phase.OVERDUE: "Its time has passed, and nothing was sent",
    Phase.QUEUED: "{Left} in the queue",
    Phase.IN_HAND: "Somebody has it in hand",
    Phase.SENDING: "Sending: {of}",
    Phase.PAUSING: "Pausing at {of}",
    Phase.PAUSED: "Paused at {of}",
    Phase.PUT_OFF: "Sent, but {left} put off by their server",
    Phase.STOPPING: "Stopping at {of}",
    Phase.DISCARDED: "All of it was taken back",
}


def _lines(known: Known, phase: Phase) -> list[str]:
    """What else there is to say about it."""
    return [
        *_about_phase(known, phase),
        _never_began(known),
        _asked_in_vain(known, phase),
        f"{_counted(known.uncertain)} may or may not have it, named below: nobody read their server’s last answer."
        if known.uncertain else "",
        f"“{known.corrected_by}” stands in for it: whoever has the one has the other." if known.corrected_by else "",
        "This record is not complete: it was lost or replaced, and carried on with. Whoever it does not know to have "
        "the release counts as in doubt." if known.lost else "",
    ]  # fmt: skip


def _about_phase(known: Known, phase: Phase) -> list[str]:
    offer, asked = known.offer, known.request
    who = known.holder.partition(" ")[2]
    if phase in (Phase.PAUSING, Phase.PAUSED, Phase.STOPPING) and asked:
        what = "A stop was asked for" if asked.kind == "stop" else "Paused"
        rest = (
            "Nothing leaves until somebody says to go on."
            if phase is Phase.PAUSED
            else "Who is in flight is finished first."
        )
        return [f"{what} by {asked.giver} at {hour(known.at(asked.at))}. {rest}"]
    if phase in (Phase.COUNTDOWN, Phase.BEGINNING) and offer:
        nobody = "Nobody new has it yet." if known.tried else "Nobody has it yet."
        return [f"{offer.giver} said yes at {hour(known.at(offer.given))}. {nobody}"]
    if phase in (Phase.NEVER_BEGAN, Phase.WITHDRAWN) and offer:
        said = offer.said or f"The sender was told to begin, and is gone. {known.last_word}".rstrip()
        return [said if said.endswith((".", "?")) else f"{said}.", "Nothing left."]
    if phase is Phase.HALTED:
        return [known.halted, _rest(known)]
    if phase is Phase.STOPPED:
        said = offer.said if offer and offer.state in ("failed", "withdrawn") else ""
        planned = day_and_hour(known.at(known.planned), None) if known.planned else ""
        never = f"It was planned for {planned}, and does not leave by itself any more." if planned else ""
        return [_who_stopped(known), said, never, _rest(known)]
    if phase is Phase.PLANNED:
        return _about_plan(known, who)
    if phase is Phase.PUT_OFF:
        return ["Their servers asked for another attempt later. Nobody makes it by itself.", _rest(known)]
    if phase is Phase.OVERDUE:
        return [
            f"It was planned for {day_and_hour(known.at(known.planned), None)}. Should it still go out?",
            known.why_not_yet,
            _rest(known),
        ]
    if phase is Phase.IN_HAND:
        return [f"By {who}. It has not begun to send."]
    return [f"By {who}."] if phase is Phase.SENDING else []


def _about_plan(known: Known, who: str) -> list[str]:
    if known.planned > known.now:
        return [
            f"{_counted(known.left)}; until then nothing leaves.",
            f"Waits in {who}." if known.held else _elsewhere(known),
        ]
    sees_it = (
        "a “mailer work” sees it, on whichever computer" if known.by_workers else "a desk or a timer sees it"
    )
    begins = f"Its time has come. It leaves as soon as {sees_it}."
    return [begins, known.why_not_yet, _rest(known)]


def _elsewhere(known: Known) -> str:
    """It would be refused then, and whoever looks at it before can still set it right."""
    said = said_last(known.orders)
    return (
        f"It was ordered to leave through {said.relay}, and the settings name {known.elsewhere} now: it will not leave "
        "unless that is set again, or somebody says so anew."
        if said and known.elsewhere
        else ""
    )


def _counted(number: int) -> str:
    """At the beginning of a sentence."""
    said = people(number)
    return said[0].upper() + said[1:]


def _who_stopped(known: Known) -> str:
    asked = known.request
    if asked and asked.kind == "stop" and asked.heard and asked.heard == known.holder:
        return f"{asked.giver} said so at {hour(known.at(asked.at))}."
    if known.number(Status.SENDING, Status.DOT):
        return "The sender was ended before its time: it was killed, or the computer was."
    return "The sender ended before everybody had it."


def _never_began(known: Known) -> str:
    """Of an order for the rest of a mailing, whose sender is gone and has not said so."""
    offer = known.offer
    if not known.total or offer is None or offer.state != "given" or pending_offer(known):
        return ""
    return f"{offer.giver} said yes at {hour(known.at(offer.given))}, and the sender never began."


def _rest(known: Known) -> str:
    return f"{people(known.left)} surely have nothing yet, and stay in the queue." if known.left > 1 else (
        "One person surely has nothing yet, and stays in the queue." if known.left else ""
    )  # fmt: skip


def _asked_in_vain(known: Known, phase: Phase) -> str:
    """A request that nobody has heard, or not yet."""
    asked = known.request
    if not asked or asked.heard or asked.at < max(known.ordered, known.since):
        return ""
    if known.held:
        when = hour(known.at(asked.at))
        return f"{asked.giver} asked it to {asked.kind} at {when}; the sender has not heard that yet."
    return ""


# ---- the sentence ---------------------------------------------------------------------------------------


def summary_of(known: Known, phase: Phase) -> str:
    """How it went, or goes, for somebody who sees nothing else of it."""
    if phase is Phase.PLANNED:
        return f"Planned for {day_and_hour(known.at(known.planned), None)}, to {people(known.left)}."
    if not known.total:
        return "Nothing has left."
    if not known.tried:
        return f"Nothing has left yet; {people(known.total)} are to get it."
    by = (
        f" by {day_and_hour(known.at(known.last_accepted), known.at(known.now))}"
        if known.last_accepted
        else ""
    )
    said = [f"Accepted for {known.accepted:,} of {known.total:,}{by}"]
    back = known.number(Status.BOUNCED)
    waiting = known.left - known.number(Status.DEFERRED)
    taken_back = known.number(Status.DISCARDED)
    said += filter(None, (
        f"{back:,} came back" if back else "",
        _named(known.turned_down, "refused", known.refused),
        _named(known.uncertain, "uncertain", known.in_doubt),
        f"{known.number(Status.DEFERRED):,} put off by their server" if known.number(Status.DEFERRED) else "",
        f"{known.unsent:,} not sent after all" if known.unsent else "",
        f"{known.on_the_wire:,} on the way" if known.on_the_wire else "",
        f"{waiting:,} not sent yet" if waiting else "",
        f"{taken_back:,} more taken back, and not sent to" if taken_back else "",
    ))  # fmt: skip
    return "; ".join(said) + "."


def _named(number: int, what: str, names: tuple[str, ...]) -> str:
    if not number:
        return ""
    shown = f" ({joined(names)})" if names and number == len(names) <= NAMED else ""
    return f"{number:,} {what}{shown}"
