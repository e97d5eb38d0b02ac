"""The record of a release as a folder that is read without this tool: mails, tables, a page, sums, plain words.

Nothing of it is taken from memory: the mails are those that the ledger froze, the tables are its rows, and what the
release's file says now stands beside it, with what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from mailer.delivery import History, Ledger, Snapshots
from mailer.errors import MailerError, WorkspaceError
from mailer.model import Status
from mailer.publish.archiving.folder import Folder, new_folder
from mailer.publish.archiving.mails import differences, mail_of
from mailer.publish.archiving.record import Record
from mailer.publish.archiving.tables import write_answers, write_recipients
from mailer.publish.archiving.words import readme, summary, timeline
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace, web_name

ARCHIVES = "archive"
"""The folder of `.mailer/` in which archives lie: there `mailer forget` finds whom they name."""


@dataclass(frozen=True, slots=True)
class Archived:
    """What came of it.

    Attributes:
        states: how many people it names, by state.
        sent: the ledger knows of a mailing.
        doubt: why it does not know everything that was sent; "" where nothing tells so.
        differs: the release's file is not what was sent any more.
    """

    folder: Path
    states: dict[str, int]
    sent: bool
    doubt: str
    differs: bool


def archive(
    workspace: Workspace, name: str, parent: Path | None = None, *, now: datetime | None = None
) -> Archived:
    """Writes the record of a release.

    Args:
        name: of the release, or its path. Its file may be gone, if it was sent.
        parent: the folder in which the archive's own folder is made; `.mailer/archive` by default.
        now: aware; the moment itself by default.

    Raises:
        WorkspaceError: there is no such release, or the folder can't be written.
        LedgerError: the ledger can't be read.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    release = workspace.release_called(name)
    with new_folder(parent or workspace.private / ARCHIVES, web_name(release), now.date()) as (folder, made):
        record = _record(workspace, release, folder, now)
        _sources(workspace, record, folder)
        if record.mailing is None and not record.sources and not record.doubt:
            workspace.release_path(name)  # which says what there is instead
        folder.write("summary.html", summary(record, folder.sums).encode())
        folder.write("README.txt", readme(record).encode())
    return Archived(
        made[0], dict(record.told.states), record.mailing is not None, record.doubt, bool(record.changes)
    )


def _record(workspace: Workspace, release: str, folder: Folder, now: datetime) -> Record:
    """Mails and tables, written; the rest as it is told in words."""
    with Ledger(workspace.ledger) as ledger:
        record = Record(release, now, ledger.find(release))
        record.doubt = "; ".join(str(each) for each in ledger.doubts() if each.testimony.release == release)
        if record.mailing is None:
            return record
        history, told = History(ledger), record.told
        with folder.file("recipients.csv") as file:
            discarded = ledger.recipients(release, Status.DISCARDED)
            write_recipients(history.recorded(record.mailing), discarded, file, told, record.when)
        with folder.file("answers.csv") as file:
            write_answers(history.heard(record.mailing), file, told, record.when)
        at = told.first_accepted or record.mailing.created
        for language, frozen in sorted(ledger.editions(record.mailing).items()):
            mail = mail_of(language, frozen, record.mailing.domain, at)
            folder.write(f"mail/{web_name(release)}.{language.lower()}.eml", mail.content)
            folder.write(f"mail/{web_name(release)}.{language.lower()}.frozen.json", frozen)
            record.mails.append(mail)
        followers = [each for each in ledger.mailings() if each.follows == release]
        approval = Snapshots(ledger).latest(release)
        record.happened = timeline(record.mailing, ledger.orders(release), followers, approval, told)
    return record


def _sources(workspace: Workspace, record: Record, folder: Folder) -> None:
    """The release's files as they are now, and what of them was not sent so."""
    try:
        path = workspace.release_path(record.release)
    except WorkspaceError:
        record.unreadable = "the release's file is not there any more"
        return
    for each in sorted(path.parent.glob("*.md")):
        if workspace.release_name(each) == record.release and each.is_file():
            folder.write(f"source/{each.name}", each.read_bytes())
            record.sources.append(each.name)
    if record.mailing is None:
        return
    try:
        day = date.fromisoformat(record.mailing.day) if record.mailing.day else None
        release = read_release(workspace, record.release, today=day)
        now = {e.language: render(e, workspace.theme(e.theme)) for e in release.editions}
    except MailerError as error:
        record.unreadable = f"the release can't be read now: {error.message.splitlines()[0]}"
        return
    for mail in record.mails:
        if mail.language not in now:
            record.changes[mail.language] = [f"There is no edition in {mail.language} any more."]
        elif changed := differences(mail.frozen, now[mail.language]):
            record.changes[mail.language] = changed
    for language in sorted(set(now) - {mail.language for mail in record.mails}):
        record.changes[language] = [f"The edition in {language} was not there when the release was sent."]
    if record.changes:
        lines = (f"{line}\n" for language in sorted(record.changes) for line in record.changes[language])
        folder.write("source/differences.txt", "".join(lines).encode())
