"""A press list as a person exports it → recipients, and a reason for every row that is none.

Rows pass one at a time, problems too: a list of a million needs no more memory than one of a thousand.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.model import Finding, Recipient, Where
from mailer.press.clean_text import clean
from mailer.press.list_files.answers import Answers, read_answers
from mailer.press.list_files.cards import CARD_HEADER, Cards, find_cards, is_cards, read_cards
from mailer.press.list_files.delimited_text import DELIMITER_NAMES, Dialect, find_dialect, read_delimited
from mailer.press.list_files.header import Header, find_header
from mailer.press.list_files.problems import Problem, left_out
from mailer.press.list_files.raw_rows import MOST_COLUMNS, RawRow, too_wide
from mailer.press.list_files.readings import encoding_question, readings
from mailer.press.list_files.rows import Row, Rows
from mailer.press.list_files.workbooks.kinds import is_workbook
from mailer.press.list_files.workbooks.list_sheet import find_sheet, read_sheet
from mailer.press.list_files.workbooks.refused import SAVE_AS_CSV
from mailer.press.list_files.workbooks.remarks import Remarks
from mailer.press.reasons import Reason

LARGEST_FILE = 500 << 20
"""Bytes of a list: five million rows or so."""
MOST_OF_A_WORKBOOK = 250_000
"""Recipients and problems: a cell may hold several addresses, and there may be something to say about each."""


@dataclass(frozen=True, slots=True)
class PressList:
    """One file of recipients. Iterating reads the file, each time anew and row by row.

    Attributes:
        path: the file.
        name: the list's name: the file's without its suffix.
        shown: the path, as staff would name it.
        header: the header row: its line and columns, and what is to be said about them.
        dialect: encoding and delimiter; None for a workbook.
        sheet: the sheet that is read, of a workbook.
        workbook: what kind of workbook it is, for staff; "" for a text.
        findings: what is to be said about the file as a whole.
        cards: how a file of cards (.vcf) is read; None for all else.
    """

    path: Path
    name: str
    shown: str
    header: Header
    dialect: Dialect | None
    sheet: str = ""
    workbook: str = ""
    findings: tuple[Finding, ...] = ()
    cards: Cards | None = None

    @property
    def encoding(self) -> str:
        """For staff: "UTF-8", "Windows-1252" … or "Excel workbook"."""
        if self.cards:
            return f"cards in {self.cards.encoding}"
        return str(self.dialect.encoding) if self.dialect else self.workbook

    @property
    def delimiter(self) -> str:
        """For staff: "comma", "semicolon", "tab", "vertical bar", "one column"; "" for a workbook."""
        return DELIMITER_NAMES[self.dialect.delimiter] if self.dialect else ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The headers, as the file has them."""
        return self.header.columns.headers

    @property
    def problems(self) -> Iterator[Problem]:
        """What is to be said about rows, in order of lines; last, what many rows of a workbook have in common."""
        return (row for row in self.rows() if isinstance(row, Problem))

    def __iter__(self) -> Iterator[Recipient]:
        """Everybody on the list who can be mailed, in its order; duplicates and suppressed people too."""
        return (row for row in self.rows() if isinstance(row, Recipient))

    def rows(self) -> Iterator[Row]:
        """Recipients and problems, in order of lines: every row that isn't empty yields at least one. Last, what many
        rows of a workbook have in common.

        Raises:
            ListError: the file turns out unreadable on the way, or a workbook makes more than `MOST_OF_A_WORKBOOK`
                of them.
        """
        for number, row in enumerate(self._rows()):
            if number == MOST_OF_A_WORKBOOK and self.sheet:
                what = f"too large to be read safely: more than {number:,} addresses and remarks"
                raise ListError([Fault(self.shown, 0, what, SAVE_AS_CSV)])
            yield row

    def _rows(self) -> Iterator[Row]:
        rows = Rows(self.header.columns, self.name, self.shown)
        delimiter = self.dialect.delimiter if self.dialect else ""
        width, address = len(self.columns), self.header.columns.address
        remarks = Remarks(self.header.columns)
        for row in self.raw_rows():
            if row.line <= self.header.line:
                if row.line < self.header.line and any(cell.strip() for cell in row.cells):
                    text = " ".join(clean(cell) for cell in row.cells if cell.strip())
                    yield left_out(row.line, Reason.BEFORE_HEADER, f"“{text[:60]}” is above the header")
            elif len(row.lines) > 1 and row.swallowed_rows(delimiter, width, address):
                yield from _swallowed(row)
            elif row.marks is not None:
                said, used = remarks.of(row, row.marks)
                yield from said
                yield from rows.read(row) if used else ()
            else:
                yield from rows.read(row)
        yield from remarks.in_all()

    def raw_rows(self) -> Iterator[RawRow]:
        """The file's rows as cells, header and all."""
        if self.cards:
            return read_cards(self.path, self.cards, self.shown)
        if self.dialect is None:
            return read_sheet(self.path, self.sheet, self.shown)
        return read_delimited(self.path, self.dialect, self.shown)


def _swallowed(row: RawRow) -> Iterator[Problem]:
    for number, text in enumerate(row.lines, row.line):
        if text.strip():
            message = f"a quotation mark opened on line {row.line} is not closed before “{clean(text)[:60]}”"
            yield left_out(number, Reason.UNCLOSED_QUOTE, message)


def read_list(
    path: Path, *, shown: str = "", answers: Answers | None = None, asking: bool = True
) -> PressList:
    """One press list: .csv, .txt, .tsv in any encoding and with any usual delimiter, .xlsx, .xlsm, .ods, .xls, or cards
    (.vcf).

    Only its first rows and its encoding are judged here; its rows are read when it is iterated.

    Args:
        path: the file. What staff have said about it stands in a file beside it (`answers.read_answers`).
        shown: its path for messages; the path as given by default.
        answers: what they say besides, which goes before.
        asking: whether anybody may be mailed from it, so that what only staff can know must be known. Who only looks
            for a person in it does not ask.

    Raises:
        ListError: it can't be read; or only staff can know which column is mailed, who must not be, or which letters
            these are. All that is to be asked at once.
    """
    shown = shown or str(path)
    try:
        _check_file(path, shown)
        known = (answers or Answers()).over(read_answers(path, shown))
        press_list, questions = _opened(path, shown, known)
    except OSError as error:
        raise ListError([Fault(shown, 0, f"can't be read: {error.strerror}")]) from None
    if questions and asking:
        raise ListError(questions)
    return press_list


def _opened(path: Path, shown: str, answers: Answers) -> tuple[PressList, list[Fault]]:
    """A list, and what is to be asked about it."""
    if is_workbook(path, shown):
        _without_effect(shown, answers, ("encoding", "delimiter"), "a workbook")
        found = find_sheet(path, shown, answers)
        header = found.header
        return PressList(path, path.stem, shown, header, None, found.name, found.kind, header.findings), list(
            header.questions
        )
    if is_cards(path):
        _without_effect(shown, answers, ("address", "delimiter", "sheet"), "cards (.vcf)")
        cards, questions = find_cards(path, shown, answers)
        return PressList(path, path.stem, shown, CARD_HEADER, None, cards=cards), questions
    _without_effect(shown, answers, ("sheet",), "text")
    try:
        dialect, sample = find_dialect(path, shown, answers)
    except (LookupError, UnicodeError):
        fault = Fault(shown, 0, f"this is not {answers.encoding} text", "name another encoding, or none")
        raise ListError([fault]) from None
    wide = next((row for row in sample if len(row.cells) > MOST_COLUMNS), None)
    if wide is not None:
        raise ListError([too_wide(wide, shown)])
    questions = list(encoding_question(path, shown, dialect.encoding, answers))
    try:
        header = find_header(sample, shown, answers)
    except ListError as error:
        raise ListError([*questions, *error.faults]) from None
    findings = (*_encoding_findings(path, dialect, sample, shown, answers), *header.findings)
    press_list = PressList(path, path.stem, shown, header, dialect, findings=findings)
    return press_list, [*questions, *header.questions]


def _without_effect(shown: str, answers: Answers, keys: tuple[str, ...], kind: str) -> None:
    """An answer that means nothing for this kind of file is a mistake."""
    given = [key for key in keys if getattr(answers, key)]
    if given:
        names = " and ".join(f"--{key}" if key in ("encoding", "address") else key for key in given)
        names = names.replace("--address", "--column")
        what = f"{names} has no effect on {kind}"
        raise ListError([Fault(shown, 0, what, f"leave it out; {answers.file} may say it too")])


def _check_file(path: Path, shown: str) -> None:
    """A pipe or a device has no end, and reading one may wait for ever."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise ListError([Fault(shown, 0, f"this is {kind}, not a file", "move it out of lists/")])
    if status.st_size > LARGEST_FILE:
        what = f"the file is larger than {LARGEST_FILE >> 20:,} MB"
        raise ListError(
            [Fault(shown, 0, what, "is this really a press list? Export it again, or split it in two")]
        )


def _encoding_findings(
    path: Path, dialect: Dialect, sample: list[RawRow], shown: str, answers: Answers
) -> Iterator[Finding]:
    if not dialect.encoding.guessed or dialect.encoding.in_doubt:
        return
    cells = ((row.line, cell) for row in sample for cell in row.cells)
    line, example = next(((line, clean(cell)) for line, cell in cells if not cell.isascii()), (0, ""))
    seen = f", which reads line {line} as “{example}”" if example else ""
    likely = next(iter(readings(path)), None)
    codec = likely.codec if likely and likely.codec != dialect.encoding.codec else "cp1250"
    yield Finding(
        "encoding-guessed",
        "warning",
        f"read as {dialect.encoding}: a guess{seen}",
        f"If that is wrong, save the list as “CSV UTF-8”, or name its encoding, such as {codec}: "
        + answers.how("encoding", codec, f"--encoding {codec}"),
        Where(shown, line),
    )
