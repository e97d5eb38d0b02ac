"""`mailer post --install`: shown first, and asked about."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mailer.cli import COULD_NOT_START, DONE
from mailer.cli.terminal.output import on_a_terminal, row, say, style, tell
from mailer.errors import MailerError, WorkspaceError
from mailer.pipeline.outgoing import at_the_office
from mailer.release.values import moment_text
from mailer.workspace.timer import timer_of

if TYPE_CHECKING:
    from mailer.delivery import Mailing
    from mailer.workspace import Workspace


def install(workspace: Workspace, *, yes: bool) -> int:
    """Shows what would be written and run, asks, and does it.

    Raises:
        MailerError: it would run as root, or it can't be written or put in force.
    """
    _must_not_be_root()
    timer = timer_of(workspace)
    for path, content in timer.files.items():
        say(style(str(path), bold=True), err=True)
        for line in _shown(content).splitlines():
            row(f"  {line}", err=True)
    _tell_commands(timer.start)
    if not _agreed("Install this?", yes=yes):
        return COULD_NOT_START
    try:
        for path, content in timer.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise MailerError(f"{error.filename} can't be written: {error.strerror}.") from None
    _run(timer.start)
    say("Installed: what is due leaves by itself from now on. To undo it: mailer post --uninstall", err=True)
    for line in timer.told.splitlines():
        row(line, err=True)
    return DONE


def uninstall(workspace: Workspace, *, yes: bool) -> int:
    """Undoes that.

    Raises:
        MailerError: it can't be undone.
    """
    timer = timer_of(workspace)
    there = [path for path in timer.files if path.is_file()]
    if not there:
        say("It is not installed for this workspace.", err=True)
        return DONE
    _tell_commands(timer.stop)
    for path in there:
        tell("Delete", str(path))
    if not _agreed("Uninstall this?", yes=yes):
        return COULD_NOT_START
    _run(timer.stop)
    for path in there:
        path.unlink(missing_ok=True)
    say("Uninstalled: nothing leaves at its time any more, unless `mailer post` is run.", err=True)
    return DONE


def tell_kept(mailing: Mailing, workspace: Workspace) -> None:
    """The order is kept, and nothing of ours runs: who sends it, then?"""
    when = moment_text(at_the_office(mailing.planned, mailing.zone))
    say(
        f"Kept: it leaves on {when}, by `mailer post`. `mailer schedule` shows, moves and cancels it.",
        err=True,
    )
    if not _is_installed(workspace):
        say("Nothing runs `mailer post` on this computer yet: mailer post --install", err=True)


def _is_installed(workspace: Workspace) -> bool:
    try:
        return timer_of(workspace).installed
    except WorkspaceError:
        return False


def _must_not_be_root() -> None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise MailerError(
            "It would run as root, which no mail should be sent as.",
            "Run this as the user who sends: the timer is that user's own.",
        )


def _shown(content: bytes) -> str:
    return content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")


def _tell_commands(commands: Sequence[Sequence[str]]) -> None:
    for command in commands:
        tell("Run", shlex.join(command))


def _agreed(question: str, *, yes: bool) -> bool:
    if yes:
        return True
    if not on_a_terminal():
        raise MailerError(
            "There is no terminal to confirm on, so nothing was changed.", "In a script, use --yes."
        )
    if click.confirm(f"\n{question}", default=False, err=True):
        return True
    say("Nothing was changed.", err=True)
    return False


def _run(commands: Sequence[Sequence[str]]) -> None:
    for command in commands:
        try:
            ran = subprocess.run(  # noqa: S603 - shown before
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise MailerError(f"{command[0]} can't be run: {error.strerror}.", shlex.join(command)) from None
        if ran.returncode:
            said = (ran.stderr or ran.stdout).strip() or f"exit code {ran.returncode}"
            raise MailerError(
                f"{shlex.join(command)}: {said}", "The files are written; run the command yourself."
            )
