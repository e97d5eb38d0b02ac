"""What changed since somebody put their name to a release."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli import DONE
from mailer.cli.options import settings_of, workspace_here

if TYPE_CHECKING:
    from mailer.desk.showing.side_by_side import Pair
    from mailer.pipeline.earlier import Earlier, Since


@click.command(
    short_help="Show what changed since the proof, the approval or the sending.",
    epilog="Example:  mailer diff harbour-report --since approval",
)
@click.argument("release")
@click.option(
    "--since",
    type=click.Choice(["proof", "approval", "sending"]),
    help="Compare with this; by default with the newest that there is.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File for the page; by default .mailer/diffs/RELEASE.html.",
)
def diff(release: str, since: Since | None, out: Path | None) -> int:
    """Show what changed in a release since its proof, its approval or its sending: each changed paragraph of the
    email's text, and a page with the emails side by side, their changed words marked.

    What reads the same and is not the same, such as a picture or a header field, is said in a line.
    """
    from contextlib import nullcontext

    from mailer import pipeline
    from mailer.cli.terminal.output import say
    from mailer.delivery import Ledger
    from mailer.pipeline.earlier import compared
    from mailer.press import Choice

    workspace = workspace_here()
    settings = settings_of(workspace)
    prepared = pipeline.prepare(workspace, release, Choice())
    with Ledger(workspace.ledger) if workspace.has_ledger() else nullcontext() as ledger:
        earlier = compared(prepared, settings, ledger, since)
    zone = prepared.release.original.newsroom.zone
    pairs = _pairs(earlier)
    _print(earlier, pairs, zone)
    if any(pair.before != pair.now for pair in pairs):
        name = prepared.release.name
        page = _written(
            out or workspace.private / "diffs" / f"{name}.html", name, _since(earlier, zone), pairs
        )
        say(f"Side by side: {workspace.shown(page)}", err=True)
    return DONE


def _pairs(earlier: Earlier) -> list[Pair]:
    from mailer.desk.showing.message_view import view_of
    from mailer.desk.showing.side_by_side import Pair

    return [
        Pair(
            language,
            *(
                view_of(mails[language]) if language in mails else None
                for mails in (earlier.before, earlier.now)
            ),
        )
        for language in {**earlier.now, **earlier.before}
    ]


def _since(earlier: Earlier, zone: str) -> str:
    from mailer.pipeline.outgoing import at_the_office
    from mailer.release.values import moment_text

    by = f", {earlier.by}" if earlier.by else ""
    return f"{earlier.since} of {moment_text(at_the_office(earlier.at, zone))}{by}"


def _print(earlier: Earlier, pairs: list[Pair], zone: str) -> None:
    from mailer.cli.terminal.output import say, style
    from mailer.cli.write.changed_words import print_changes

    say(f"Since the {_since(earlier, zone)}:", err=True)
    for pair in pairs:
        if pair.before is None or pair.now is None:
            say(style(pair.language, bold=True), ": a new edition" if pair.now else ": this edition is gone")
            continue
        before, now = (
            f"Subject: {view.subject}\nFrom: {view.sender}\n{_unfolded(view.text)}"
            for view in (pair.before, pair.now)
        )
        if before != now:
            print_changes(pair.language, before, now, numbered=False)
        elif earlier.before[pair.language] == earlier.now[pair.language]:
            say(style(pair.language, bold=True), ": the same, to the last sign")
        else:
            say(style(pair.language, bold=True), ": it reads the same; ", _unread(pair))


def _unfolded(text: str) -> str:
    """Flowed text in its paragraphs (RFC 3676 §4.2): where lines break says nothing about what changed."""
    return re.sub(r"(?<!\n--) \n *", " ", text)


_OF_THE_MOMENT = frozenset(("Date", "Content-Type"))
"""Fields that differ in any two messages, or with what was said already."""


def _unread(pair: Pair) -> str:
    """What is not the same where the text is."""
    assert pair.before is not None
    assert pair.now is not None
    differs = []
    if pair.before.html != pair.now.html:
        differs.append("how it is set, or its pictures")
    if pair.before.attachments != pair.now.attachments:
        differs.append("its attachments")
    left = {name for name, _ in set(pair.before.headers) ^ set(pair.now.headers)} - _OF_THE_MOMENT
    differs += [f"the header field {name}" for name in sorted(left)]
    return ("not the same: " + ", ".join(differs)) if differs else "what differs can't be seen"


def _written(path: Path, name: str, since: str, pairs: list[Pair]) -> Path:
    from mailer.desk.showing.side_by_side import page_of
    from mailer.errors import WorkspaceError
    from mailer.workspace.durable import in_place_of

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():  # a folder that somebody else made may lead anywhere
            path.unlink()
        if path.is_file() and not _is_earlier(path):
            raise WorkspaceError(
                f"{path} is there already, and is no such page: it would be lost.",
                "Name another file with --out.",
            )
        with in_place_of(path) as file:
            file.write(page_of(name, since, pairs).encode())
    except OSError as error:
        raise WorkspaceError(
            f"{path} can't be written: {error.strerror}.", "Choose another file with --out."
        ) from None
    return path


def _is_earlier(path: Path) -> bool:
    """Whether a file is a page that was written here before, or empty."""
    with path.open("rb") as file:
        first = file.read(2000)
    return not first or b": what changed</title>" in first
