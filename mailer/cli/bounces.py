"""What came back: reading the bounce mailbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.options import only_these, settings_of, workspace_here
from mailer.cli.terminal.logged import logged
from mailer.cli.terminal.output import count, row, say, say_json, style
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.bounces import FailedRecipient, HandledMail, MailKind, OurAddresses

_COLOURS = {"suppressed": "red", "unsubscribed": "yellow", "bounced": "magenta", "for you to decide": "cyan"}


@click.command(
    short_help="Read what came back: bounces and unsubscribe mail.",
    epilog="Example:  mailer bounces --maildir ~/Maildir --dry-run",
)
@click.option(
    "--mbox",
    "mboxes",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read this mbox file.",
)
@click.option(
    "--maildir",
    "maildirs",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Read this Maildir.",
)
@click.option("--imap", is_flag=True, help="Read the IMAP folder set in .env (BOUNCE_IMAP_…).")
@click.option(
    "--events", is_flag=True, help="Read what providers have posted to mailer unsubscribe-server (EVENTS_…)."
)
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option(
    "--explain", is_flag=True, help="Only explain the emails in FILES, one per file, or the events in one."
)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def bounces(
    mboxes: tuple[Path, ...],
    maildirs: tuple[Path, ...],
    imap: bool,
    events: bool,
    dry_run: bool,
    explain: bool,
    as_json: bool,
    files: tuple[Path, ...],
) -> None:
    """Read what came back, and record bounces, complaints and unsubscribe requests.

    Each message and each event of a provider is handled once, however often it is read; no mailbox is changed.
    Automatic replies are skipped. Messages from people are left alone, and listed.
    """
    from mailer.bounces import Sources, collect
    from mailer.pipeline.several.suppressions import suppressions_of

    if explain != bool(files):
        raise click.UsageError("--explain needs FILES, and FILES need --explain.")
    if explain:
        only_these({"explain", "as_json"}, "with --explain, which changes nothing")
        _explain(files, as_json=as_json)
        return
    if not (mboxes or maildirs or imap or events):
        raise click.UsageError("Choose where to look: --mbox FILE, --maildir DIR, --imap or --events.")
    workspace = workspace_here()
    settings = settings_of(workspace)
    found: list[HandledMail] = []
    sources = Sources(mboxes, maildirs, imap, events)
    for handled in collect(
        workspace, settings, sources, rehearsal=dry_run,
        suppressions=lambda ledger: suppressions_of(workspace, ledger=ledger),
    ):  # fmt: skip
        found.append(handled)
        if not as_json:
            _print(handled)
    if as_json:
        say_json([asdict(handled) for handled in found])
    if mboxes or maildirs or imap:
        _sum_up("new message", [handled for handled in found if not handled.is_event])
    if events:
        _sum_up("new event", [handled for handled in found if handled.is_event])
    if dry_run:
        say("Nothing was changed: this was a rehearsal.", err=True)
    elif found:
        done = Counter(each.done.value for mail in found for each in mail.consequences)
        logged(workspace, "bounces", messages=len(found), done=dict(done))


def _print(handled: HandledMail) -> None:
    """A line for each person a mail is about: address, what was done, why, which release."""
    for each in handled.consequences:
        done = style(each.done.value, fg=_COLOURS.get(each.done.value))
        why = (each.detail, each.release) if each.release else (each.detail,) if each.detail else ()
        row(each.address or "?", done, *why)


def _sum_up(what: str, found: list[HandledMail]) -> None:
    kinds = Counter(handled.kind.value for handled in found)
    listed = ", ".join(f"{number:,} {kind}" for kind, number in kinds.most_common())
    say(f"{count(len(found), what)}{': ' + listed if listed else ''}.", err=True)
    left = [handled for handled in found if _is_for_a_person(handled)]
    if left:
        say("Left alone; you may want to read these:", err=True)
    for mail in left:
        said = f"{mail.sender or '(nobody)'}: {mail.subject or '(no subject)'}  [{mail.where}]"
        say(f"  {visible(said)}", err=True)


def _is_for_a_person(handled: HandledMail) -> bool:
    """Whether nothing was done, but a person may have to do something."""
    from mailer.bounces import Done, MailKind

    if handled.is_event:  # else its line says all, and the post is gone
        return handled.kind is MailKind.UNREADABLE
    letter = handled.kind is MailKind.OTHER and not handled.consequences
    return letter or any(each.done is Done.FOR_YOU for each in handled.consequences)


def _explain(files: tuple[Path, ...], *, as_json: bool) -> None:
    ours = _ours()
    rows: list[dict[str, object]] = []
    for path in files:
        try:
            explained = list(_explained(path, ours))
        except OSError as error:
            raise click.UsageError(f"{path} can't be read: {error.strerror}.") from None
        for kind, recipients in explained:
            people = [
                {"address": r.address, "hard": r.hard, "status": r.status, "reason": r.said or r.cause}
                for r in recipients
            ]
            rows.append({"file": str(path), "class": kind.value, "recipients": people})
            if not as_json:
                row(str(path), kind.value)
                for r in recipients:
                    row("", r.address, r.severity.value, r.status, f"{r.cause}: {r.said}")
    if as_json:
        say_json(rows)


def _explained(path: Path, ours: OurAddresses) -> Iterator[tuple[MailKind, tuple[FailedRecipient, ...]]]:
    """What a mail is, or each event that was posted at once, and whom it did not reach."""
    from mailer.bounces import MailKind, read_report
    from mailer.bounces.events import read_events, read_kept

    kept = read_kept(path)
    if kept is None:
        report = read_report(path.read_bytes(), ours)
        yield report.kind, report.recipients
        return
    events = read_events(kept.provider, kept.body)
    for event in events:
        kind = event.meaning.kind
        yield kind, (event.recipient,) if kind in (MailKind.BOUNCE, MailKind.DELAY) else ()
    if not events:
        yield MailKind.UNREADABLE, ()


def _ours() -> OurAddresses:
    """Our addresses, where the current folder is a workspace; a mail can be read without."""
    from mailer.bounces import OurAddresses, our_addresses
    from mailer.errors import WorkspaceError

    try:
        return our_addresses(settings_of(workspace_here()))
    except WorkspaceError:
        return OurAddresses()
