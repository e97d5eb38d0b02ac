"""What is known about a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mailer.cli import DONE, UNFINISHED
from mailer.cli.options import parsed, settings_of, workspace_here
from mailer.cli.terminal.output import row, say, say_json

if TYPE_CHECKING:
    from mailer.delivery import Answer, PastMail
    from mailer.pipeline.person import Person


@click.command(
    short_help="Show what a person got, and why they are in or out.",
    epilog="Example:  mailer people ana@example.net",
)
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON on stdout.")
def people(address: str, as_json: bool) -> int:
    """Show every list a person is on, every email they had, what became of it, and whether they answered.

    Whether they answered is known for the mailboxes that `mailer bounces` reads. Exit code 1 if nothing is known
    about the address.
    """
    from mailer.pipeline.person import look_up

    workspace = workspace_here()
    person = look_up(workspace, settings_of(workspace), parsed(address))
    if as_json:
        say_json(_as_data(person))
    else:
        _print(person)
    return DONE if person.is_known else UNFINISHED


def _print(person: Person) -> None:
    for found in person.on_lists:
        row(f"{found.path}:{found.line}" if found.line else found.path, found.standing, found.detail)
    for mail in person.mails:
        row(mail.release, mail.state.value, _day(mail.at), _became(mail))
        for answer in mail.answers:
            row(mail.release, _answered(answer), _day(answer.at), "")
        if mail.complained:
            row(mail.release, "reported as spam", _day(mail.complained), "")
    if not person.is_known:
        say(f"Nothing is known about {person.address}.", err=True)
        return
    say(f"{person.address} {person.why}.", err=True)
    last = person.last
    if last is not None:
        answers = [answer for answer in person.answers if not answer.automatic]
        replied = f"last answered on {_day(answers[-1].at)}" if answers else "no answer on record"
        when = f", {_day(last.at)}" if last.at else ""
        say(f"Last email: {last.release}{when}, {last.state.value}; {replied}.", err=True)


def _became(mail: PastMail) -> str:
    """The subject, and what a server or a bounce said last."""
    said = mail.taken_back or (str(mail.attempts[-1]) if mail.attempts else "")
    return f"“{mail.subject}”{': ' if said else ''}{said}"


def _answered(answer: Answer) -> str:
    return "automatic reply" if answer.automatic else "answered"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds else ""


def _as_data(person: Person) -> dict[str, Any]:
    entry = person.suppressed
    return {
        "address": person.address,
        "gets": person.gets,
        "why": person.why,
        "lists": [
            {"file": found.path, "line": found.line, "standing": found.standing, "detail": found.detail}
            for found in person.on_lists
        ],
        "suppressed": entry and {"reason": entry.reason, "date": entry.date, "source": entry.source},
        "mails": [
            {
                "release": mail.release, "kind": mail.kind, "subject": mail.subject, "state": mail.state.value,
                "at": _moment(mail.at), "said": mail.taken_back or (str(mail.attempts[-1]) if mail.attempts else ""),
                "attempts": len(mail.attempts),
                "answers": [{"at": _moment(a.at), "automatic": a.automatic} for a in mail.answers],
                "complained": _moment(mail.complained),
            }
            for mail in person.mails
        ],
    }  # fmt: skip


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
