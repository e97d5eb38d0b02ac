"""A press office at work: its workspace, its mail server, and the commands that it types."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from mailer.delivery import Ledger
from mailer.workspace import Workspace
from support.forked import Forked
from support.places import end_leases
from support.queued import left_in_the_queue, server_of
from support.smtp_faulty import FaultyServer
from support.terminal import Ran, Terminal, mailer, on_a_terminal, start

RELEASE = "harbour-report"
"""The sample's release; it is sent to the list `press`, of eleven who can be mailed."""


@dataclass(frozen=True)
class Office:
    workspace: Workspace
    server: FaultyServer

    # ---- what they type ----

    def settings(self, **more: str) -> dict[str, str]:
        return server_of(self.server) | more

    def run(self, *arguments: str, **settings: str) -> Ran:
        """A command in a pipe, as scripts have it."""
        return mailer(*arguments, cwd=self.workspace.root, **self.settings(**settings))

    def typing(self, typed: str, *arguments: str, **settings: str) -> Ran:
        """A command on a terminal, and what is typed where it says so."""
        return on_a_terminal(*arguments, cwd=self.workspace.root, typed=typed, **self.settings(**settings))

    def terminal(self, *arguments: str, **settings: str) -> Terminal:
        return Terminal(*arguments, cwd=self.workspace.root, **self.settings(**settings))

    def started(self, *arguments: str, **settings: str) -> subprocess.Popen[str] | Forked:
        """A command that goes on by itself."""
        its = self.settings(**settings)
        return start(*arguments, cwd=self.workspace.root, stdout=subprocess.DEVNULL, **its)

    def queue(self, *arguments: str, **settings: str) -> Ran:
        """A sending of which nothing left: they stand in the queue."""
        return left_in_the_queue(self.workspace, *(arguments or (RELEASE,)), **settings)

    def killed_at(self, stage: str, nth: int, *arguments: str, **settings: str) -> None:
        """A command that is killed while the server thinks about its answer to the nth dot, MAIL or the like."""
        process = self.started(*arguments, **settings)

        def kill(reached: str, when: str) -> None:
            if (reached, when) == (stage, "before") and self.server.seen[stage] == nth:
                process.send_signal(signal.SIGKILL)
                process.wait()

        self.server.hook = kill
        process.communicate(timeout=60)
        end_leases(self.workspace.ledger)
        self.server.wait_until_idle()
        self.server.heal()
        assert process.returncode == -signal.SIGKILL

    def killed_while_waiting(self, *arguments: str, **settings: str) -> None:
        """A `send` that waits for its time, and is killed meanwhile."""
        process = self.started("send", *arguments, **settings)
        assert process.stderr is not None
        said = ""
        while "Waiting until" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        end_leases(self.workspace.ledger)

    # ---- what became of it ----

    def got(self) -> list[str]:
        """Who got something, once for each mail."""
        return [address for address, _ in self.server.accepted]

    def mails(self, address: str) -> list[EmailMessage]:
        found = [content for recipient, content in self.server.accepted if recipient == address]
        return [message_from_bytes(content, policy=default) for content in found]  # type: ignore[misc]

    def states(self, release: str = RELEASE) -> dict[str, str]:
        with Ledger(self.workspace.ledger) as ledger:
            return {line.address: line.state.value for line in ledger.recipients(release)}

    def counts(self, release: str = RELEASE) -> Counter[str]:
        return Counter(self.states(release).values())

    def nothing_was_ever_sent(self) -> bool:
        with Ledger(self.workspace.ledger) as ledger:
            return not list(ledger.mailings()) and not self.server.accepted

    # ---- what they write ----

    def release(self, name: str = RELEASE) -> Path:
        return self.workspace.releases / f"{name}.md"

    def edit(self, path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text, f"{path.name} says nothing of “{old}”"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def add_fields(self, *lines: str, release: str = RELEASE) -> None:
        """Puts fields on top of a release's header."""
        self.edit(self.release(release), "---\n", "\n".join(("---", *lines, "")))

    def without_date(self) -> None:
        text = self.release().read_text("utf-8")
        self.release().write_text(re.sub(r"(?m)^Date:.*\n", "", text), "utf-8")

    def correction(self, name: str = "better", kind: str = "Correction") -> str:
        self.release(name).write_text(
            f"---\nKind: {kind}\nHeadline: Nine harbours, not eight\nDate: 24 November 2026\nDateline: Portmellon\n"
            f"Corrects: {RELEASE}\nCorrection: Nine, not eight.\n---\n\nNine do.\n", "utf-8",
        )  # fmt: skip
        self.release(f"{name}.es").write_text(
            "---\nTitular: Nueve puertos, no ocho\nLugar: Portmellon\nCorrección: Nueve, no ocho.\n---\n\nSon nueve.\n", "utf-8",
        )  # fmt: skip
        return name

    def list(self, name: str, *rows: str, header: str = "email,name,outlet,language,tags") -> Path:
        path = self.workspace.lists / f"{name}.csv"
        path.write_text("\n".join((header, *rows)) + "\n", "utf-8")
        return path

    def marked_as_accepting_embargoes(self, name: str = "press") -> None:
        """Everybody on a list has said so."""
        head, *rows = (self.workspace.lists / f"{name}.csv").read_text("utf-8").splitlines()
        self.list(name, *(f"{row},yes" for row in rows), header=f"{head},accepts_embargo")

    # ---- what happens to the machine ----

    def restart_of_the_machine(self) -> None:
        """What was claimed belongs to another boot now."""
        with Ledger(self.workspace.ledger) as ledger, ledger.writing() as db:
            assert db.execute("UPDATE mailings SET boot = 'another boot'").rowcount

    def the_clock_goes_on(self, seconds: float) -> None:
        """As if the machine had slept so long: each planned time lies that much earlier."""
        with Ledger(self.workspace.ledger) as ledger, ledger.writing() as db:
            assert db.execute(
                "UPDATE mailings SET planned = planned - ? WHERE planned > 0", (seconds,)
            ).rowcount
