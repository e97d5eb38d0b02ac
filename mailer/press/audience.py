"""Several lists → one audience: everybody once, and a reason for everybody who is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from mailer.errors import WorkspaceError
from mailer.model import Audience, Finding, Recipient, Where
from mailer.press.addresses import canonical, mentioned
from mailer.press.audience_on_disk import AudienceOnDisk, RecipientsOnDisk
from mailer.press.list_files.problems import Problem
from mailer.press.list_files.read import PressList, read_list
from mailer.press.reasons import Reason
from mailer.press.suppressions.suppressions import Suppressions
from mailer.press.where_expression import read_where
from mailer.settings import allows
from mailer.workspace import Workspace

EXAMPLES = 10
"""Warnings of one kind that are shown row by row; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is to get it.

    Attributes:
        lists: press lists, by name or path; their order is the order of recipients.
        except_lists: lists whose people don't get it.
        where: an expression about recipients, or "" (see `where_expression.py`).
        limit: at most so many recipients; None = no limit.
        except_addresses: canonical addresses that don't get it: those who got another release, say.
        except_reason: the reason shown for `except_addresses`, e.g. "got harbour-report".
        embargoed: what is sent is under embargo: only whoever is on record as accepting embargoes gets it.
        include_unmarked: and whoever is not on record as not accepting them.
        newcomers: a correction goes to people of the lists, too, who never got what it corrects.
        allow_only: globs of addresses (ALLOW_ONLY); whoever matches none doesn't get it. None: no such limit.
    """

    lists: tuple[str, ...] = ()
    except_lists: tuple[str, ...] = ()
    where: str = ""
    limit: int | None = None
    except_addresses: Container[str] = field(default=(), repr=False)
    except_reason: str = "excepted"
    embargoed: bool = False
    include_unmarked: bool = False
    newcomers: bool = False
    allow_only: tuple[str, ...] = ()

    @property
    def is_made(self) -> bool:
        """Whether somebody has chosen at all, by lists or otherwise."""
        return bool(
            self.lists or self.except_lists or self.where or self.limit is not None or self.except_addresses
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How an audience is made up, for the summary before sending: words with numbers, largest first.

    `by_list` counts a person on each list they stand on; `by_language` their first language, "" = unknown.
    """

    by_list: tuple[tuple[str, int], ...]
    by_language: tuple[tuple[str, int], ...]
    by_reason: tuple[tuple[str, int], ...]


def read_audience(workspace: Workspace, choice: Choice) -> Audience:
    """Everybody on the chosen lists, once, in their order; the rest with a reason each.

    Where several reasons hold, the first of these is given: the row can't be used, suppressed, on an
    excepted list, not in ALLOW_ONLY, excepted by address, no embargoes accepted, not marked as accepting them,
    duplicate, opted out or not active according to another row, not chosen by `where`, over the limit. Someone on two
    lists has the tags of both.

    Raises:
        WorkspaceError: a list of that name does not exist, or is the one of those who are never mailed.
        ListError: a list, or suppressed.csv, can't be read.
        WhereError: `where` can't be understood.
    """
    chosen = [_list(workspace, name) for name in dict.fromkeys(choice.lists)]
    keys = dict.fromkeys(key for press_list in chosen for key in press_list.header.columns.keys)
    test = read_where(choice.where, keys) if choice.where.strip() else None
    gathering = _Gathering(
        Suppressions(workspace.suppressed), _excepted(workspace, choice.except_lists), choice
    )
    for press_list in chosen:
        gathering.take(press_list)
    on_disk = gathering.on_disk
    on_disk.drop_barred()
    if test is not None:
        on_disk.drop_unless(test, Reason.NOT_CHOSEN, choice.where)
    if choice.limit is not None:
        on_disk.drop_beyond(choice.limit, Reason.OVER_LIMIT, f"--limit {choice.limit}")
    names = tuple(press_list.name for press_list in chosen)
    return Audience(on_disk.recipients, on_disk.left_out, names, gathering.findings())


def _list(workspace: Workspace, name: str, *, excepted: bool = False) -> PressList:
    if workspace.means_suppressed(name, elsewhere=not excepted):
        what = "they are left out of every mailing anyway" if excepted else "it can't be used to mail anybody"
        hint = "Leave it out." if excepted else "Name a press list instead: `mailer lists` shows them."
        raise WorkspaceError(f"“{name}” is the list of people who are never mailed: {what}.", hint)
    path = workspace.list_path(name)
    # Whom an excepted list names is all that matters: no question about its columns has to be answered first.
    return read_list(path, shown=workspace.shown(path), asking=not excepted)


def _excepted(workspace: Workspace, names: Iterable[str]) -> AudienceOnDisk:
    """Everybody who stands on the excepted lists, those who can't be mailed too."""
    people = AudienceOnDisk()
    for name in dict.fromkeys(names):
        press_list = _list(workspace, name, excepted=True)
        people.source(press_list.shown, press_list.header.columns.keys)
        for row in press_list.rows():
            if isinstance(row, Recipient):
                people.add(canonical(row.address), row)
            else:
                for address in mentioned(row.address):
                    people.add(canonical(address), _named(address, press_list))
        for address in _in_other_columns(press_list):
            people.add(canonical(address), _named(address, press_list))
    return people


def _in_other_columns(press_list: PressList) -> Iterator[str]:
    """A person's further addresses: nobody says which of them another list has."""
    others = press_list.header.columns.others
    if others:
        for row in press_list.raw_rows():
            yield from (
                address for index in others for address in mentioned("".join(row.cells[index : index + 1]))
            )


def _named(address: str, press_list: PressList) -> Recipient:
    """Somebody of whom only that they stand on a list matters."""
    fields = dict.fromkeys(press_list.header.columns.keys, "")
    return Recipient(address, lists=(press_list.name,), fields=fields)


class _Gathering:
    """Takes lists in, row by row."""

    def __init__(self, suppressions: Suppressions, excepted: AudienceOnDisk, choice: Choice) -> None:
        self.on_disk = AudienceOnDisk()
        self._suppressions = suppressions
        self._excepted = excepted if choice.except_lists else None
        self._choice = choice
        self._findings: list[Finding] = []
        self._kinds: Counter[tuple[str, str]] = Counter()

    def take(self, press_list: PressList) -> None:
        self.on_disk.source(press_list.shown, press_list.header.columns.keys)
        self._findings += press_list.findings
        for row in press_list.rows():
            if isinstance(row, Recipient):
                self._person(row)
            elif row.reason is not None:
                self.on_disk.leave_out(row.address, row.reason, row.message, row.line)
                if row.bars:
                    detail = f"{row.message}, in {press_list.shown}:{row.line}"
                    self.on_disk.bar(canonical(row.address), row.reason, detail)
            else:
                self._remark(press_list.shown, row)

    def _person(self, person: Recipient) -> None:
        key = canonical(person.address)
        reason, detail = self._why_not(key, person)
        if not self.on_disk.add(key, person, reason, detail):
            first = self.on_disk.merge(key, person)
            assert person.where is not None
            self.on_disk.leave_out(person.address, Reason.DUPLICATE, f"same as {first}", person.where.line)

    def _why_not(self, key: str, person: Recipient) -> tuple[str | None, str]:
        entry = self._suppressions.get(key)
        if entry is not None:
            return Reason.SUPPRESSED, str(entry)
        if self._excepted is not None:
            found = next(self._excepted.people(key), None)
            if found is not None:
                return Reason.EXCEPTED, f"on the list {found.lists[0]}"
        if not allows(self._choice.allow_only, key):
            return Reason.NOT_ALLOWED, ", ".join(self._choice.allow_only)
        if key in self._choice.except_addresses:
            return self._choice.except_reason, ""
        if self._choice.embargoed and (accepts := person.fields.get("accepts_embargo", "")) != "yes":
            if accepts == "no":
                return Reason.NO_EMBARGO, "according to the list's column"
            if not self._choice.include_unmarked:
                return Reason.UNMARKED, "the list's column accepts_embargo does not say yes"
        return None, ""

    def _remark(self, shown: str, problem: Problem) -> None:
        kind = (shown, problem.id)
        self._kinds[kind] += 1
        if self._kinds[kind] <= EXAMPLES:
            where = Where(shown, problem.line)
            self._findings.append(Finding(problem.id, problem.level, problem.message, where=where))

    def findings(self) -> tuple[Finding, ...]:
        """What is to be said about the lists: of each kind the first rows, then how many more."""
        more = [
            Finding(kind, "warning", f"{number - EXAMPLES:,} more rows like these", where=Where(shown))
            for (shown, kind), number in self._kinds.items()
            if number > EXAMPLES
        ]
        return (*self._findings, *more)


def count_audience(audience: Audience) -> Counts:
    """The summary before sending. Where the audience lies on disk, SQLite counts; else one pass over each half."""
    if isinstance(audience.recipients, RecipientsOnDisk):
        lists, languages, reasons = audience.recipients.on_disk.counts()
    else:
        lists = Counter(name for person in audience.recipients for name in person.lists)
        languages = Counter(person.languages[0] if person.languages else "" for person in audience.recipients)
        reasons = Counter(other.reason for other in audience.left_out)
    return Counts(tuple(lists.most_common()), tuple(languages.most_common()), tuple(reasons.most_common()))
