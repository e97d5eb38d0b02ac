"""Whatever an office does, in whatever order: what the server got is a part of what was typed, and nobody got it twice.

Sendings, second sendings to other lists, resuming, taking back, suppressing, edited lists, a server that is away, that
refuses the sender, that is busy for some, that drops the line at the worst moment. Each command is asked twice: the
first time somebody types "no", and nothing may have changed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.own_office import make_own_office
from support.places import empty
from support.smtp_faulty import Fault, FaultyServer

from mailer.cli import main
from mailer.delivery import Ledger
from mailer.model import Status

POOL = tuple(f"reporter{n}@example.net" for n in range(1, 25))
MOODS = st.sampled_from(("well", "away", "refuses the sender", "busy for some", "drops the line"))
SOME = st.sets(st.sampled_from(POOL), min_size=1, max_size=5)
WIDE = os.environ.get("MAILER_SEARCH") == "wide"


class Keyboard(io.StringIO):
    """Somebody who sits at a terminal."""

    def isatty(self) -> bool:
        return True


class Office(RuleBasedStateMachine):
    """A press office with two lists and one release, and what it must remember about who was meant to get it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.here = Path.cwd()
        self.workspace = make_own_office(Path(self.folder.name) / "press-office")
        os.chdir(self.workspace.root)
        empty(self.workspace.ledger)
        (self.workspace.releases / "short.md").write_text(
            "---\nHeadline: Eight harbours\nDate: 23 November 2026\nDateline: Portmellon\n---\n\nEight do.\n",
            "utf-8",
        )
        self.server = FaultyServer().__enter__()
        self.reachable = True
        self.lists: dict[str, set[str]] = {}
        self.suppressed: set[str] = set()
        self.heard = 0

    def teardown(self) -> None:
        self.server.__exit__(None, None, None)
        os.chdir(self.here)
        self.folder.cleanup()

    # ---- what can be done ---------------------------------------------------------------------------

    @initialize(a=SOME, b=SOME)
    def begin(self, a: set[str], b: set[str]) -> None:
        self.edit("a", a)
        self.edit("b", b)

    @rule(name=st.sampled_from("ab"), people=SOME)
    def edit(self, name: str, people: set[str]) -> None:
        self.lists[name] = people
        (self.workspace.lists / f"{name}.csv").write_text(
            "email\n" + "\n".join(sorted(people)) + "\n", "utf-8"
        )

    @rule(data=st.data(), again=st.booleans())
    def wishes(self, data: st.DataObject, again: bool) -> None:
        """Somebody of the lists wants no more mail; or somebody has asked for it again."""
        if again and self.suppressed:
            person = data.draw(st.sampled_from(sorted(self.suppressed)))
            assert self.run("unsuppress", person)[0] == 0
            self.suppressed.discard(person)
        else:
            person = data.draw(st.sampled_from(sorted(set().union(*self.lists.values()))))
            assert self.run("suppress", person)[0] == 0
            self.suppressed.add(person)

    @rule(names=st.sets(st.sampled_from("ab"), min_size=1), mood=MOODS)
    def send(self, names: set[str], mood: str) -> None:
        self.the_server_is(mood)
        options = [word for name in sorted(names) for word in ("--list", name)]
        known = self.states()
        chosen = set().union(*(self.lists[name] for name in names)) - self.suppressed
        self.order({p for p in chosen if p not in known} | self.waiting(), "send", "short", *options)

    @precondition(lambda self: self.states())
    @rule(mood=MOODS)
    def resume(self, mood: str) -> None:
        self.the_server_is(mood)
        self.order(self.waiting(), "resume", "short")

    @precondition(lambda self: self.states())
    @rule()
    def discard(self) -> None:
        before = self.states()
        in_queue = {p for p, state in before.items() if state in ("queued", "deferred")}
        _, said = self.run("discard", "short", typed="no")
        assert self.states() == before
        number = re.search(r"Type (\d+) to take back", said)
        assert (int(number[1]) if number else 0) == len(in_queue), said
        if number:
            assert self.run("discard", "short", typed=number[1])[0] == 0
            assert self.waiting() == set()

    def the_server_is(self, mood: str) -> None:
        self.server.heal()
        self.server.refuse.clear()
        self.server.seen.clear()
        self.reachable = mood != "away"
        if mood == "refuses the sender":
            self.server.faults.append(Fault("MAIL", "5xx", times=1_000))
        elif mood == "busy for some":
            self.server.refuse.update(dict.fromkeys(POOL[::2], "450 4.2.1 later"))
        elif mood == "drops the line":
            self.server.faults.append(Fault("dot", "drop", nth=2))

    # ---- what must hold -----------------------------------------------------------------------------

    @invariant()
    def nobody_has_it_twice(self) -> None:
        times = Counter(person for person, _ in self.server.accepted)
        assert max(times.values(), default=0) <= 1, times

    @invariant()
    def nothing_leaves_by_itself(self) -> None:
        assert len(self.server.accepted) == self.heard

    def order(self, meant: set[str], *command: str) -> None:
        """Gives an order, and sees that exactly those are asked about, and none but those get anything."""
        before = self.states()
        code, said = self.run(*command, "--max-wait", "0", typed="no")
        assert self.states() == before, "who says no has changed nothing"
        number = re.search(r"Type (\d+) to send", said)
        assert (int(number[1]) if number else 0) == len(meant), (said, meant)
        if not number:
            return
        code, said = self.run(*command, "--max-wait", "0", typed=number[1])
        note(f"{command}: {code}")
        got = {person for person, _ in self.server.accepted[self.heard :]}
        self.heard = len(self.server.accepted)
        assert got <= meant
        assert not got & self.suppressed
        if not self.reachable:
            assert (code, got, self.states()) == (2, set(), before)
        elif code == 0:
            assert got == meant

    # ---- how it is asked ----------------------------------------------------------------------------

    def states(self) -> dict[str, str]:
        """Everybody's state in the ledger, but for those who were taken off the queue."""
        if not self.workspace.has_ledger():
            return {}
        with Ledger(self.workspace.ledger) as ledger:
            lines = ledger.recipients("short") if ledger.find("short") else ()
            return {line.address: line.state.value for line in lines if line.state is not Status.DISCARDED}

    def waiting(self) -> set[str]:
        """Whoever stands in the queue and may be mailed."""
        states = self.states()
        return {p for p, state in states.items() if state in ("queued", "deferred")} - self.suppressed

    def run(self, *arguments: str, typed: str = "") -> tuple[int, str]:
        where = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.server.port if self.reachable else 9),
            "SMTP_SECURITY": "none",
        }
        shown, keyboard = io.StringIO(), sys.stdin
        os.environ.update(where)
        sys.stdin = Keyboard(f"{typed}\n")
        try:
            with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
                code = main(arguments)
        finally:
            sys.stdin = keyboard
            for name in where:
                del os.environ[name]
        assert "bug in mailer" not in shown.getvalue(), shown.getvalue()
        return code, shown.getvalue()


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=300 if WIDE else 25,
    stateful_step_count=30 if WIDE else 10,
    deadline=None,
    derandomize=not WIDE,
    # A shorter case would be found by running hundreds of commands again: only who searches wide waits for that.
    phases=tuple(Phase) if WIDE else (Phase.explicit, Phase.generate),
)
