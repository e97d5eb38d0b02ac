"""What staff have said about a list that it doesn't say itself: in a file beside it, or as options for once.

`lists/press.toml` belongs to `lists/press.csv` (or .xlsx …), and is read wherever the list is: whoever sends has the
answers too.

    address = "Work email"
    encoding = "cp1251"

    [columns]
    "Status" = "not about mail"
"""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from mailer.errors import Fault, ListError
from mailer.press.list_files.words import plain

LARGEST = 100_000
"""Bytes of such a file."""

MEANINGS: dict[str, str] = {
    "opted out": "opted_out", "status": "status", "consent": "consent", "not about mail": "", "email": "email",
    "name": "name", "first name": "first_name", "last name": "last_name", "outlet": "outlet", "language": "language",
    "tags": "tags", "beat": "beat", "country": "country", "accepts embargo": "accepts_embargo",
}  # fmt: skip
"""What a column may be said to be, and what that is to the tool."""

_FOR_ONCE = "For once, mailer lists show, check and add take"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "vertical bar": "|"} | {d: d for d in ",;\t|"}
_KEYS = ("address", "encoding", "delimiter", "sheet", "columns")


@dataclass(frozen=True, slots=True)
class Answers:
    """What staff have said about a list.

    Attributes:
        address: header or 1-based number of the column that is mailed, or "".
        encoding: Python's name of the encoding, or "".
        delimiter: what separates cells, or "".
        sheet: which sheet of a workbook is the list, or "".
        columns: `plain` of a header → what the column is: a role, one of `GATES`, or "" for nothing about mail.
        headers: `plain` of a header → as it was written, with path and line where it was.
        file: path of the settings file, as staff would name it, whether it is there or not.
    """

    address: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)
    file: str = ""

    def role(self, header: str) -> str | None:
        """What a column has been said to be; None where nothing was said."""
        return self.columns.get(plain(header))

    def over(self, other: Answers) -> Answers:
        """These answers, and the other ones where there is none of these."""
        return Answers(
            self.address or other.address,
            self.encoding or other.encoding,
            self.delimiter or other.delimiter,
            self.sheet or other.sheet,
            {**other.columns, **self.columns},
            {**other.headers, **self.headers},
            self.file or other.file,
        )

    def how(self, key: str, value: str, option: str) -> str:
        """How to answer a question: the line for the file, and the option for once."""
        return f"write  {key} = {quoted(value)}  in {self.file}. {_FOR_ONCE} {option}"

    def how_column(self, header: str) -> str:
        """How to say what a column is."""
        return (
            f'write  {quoted(header)} = "opted out"  below a line [columns] in {self.file} if whoever has something '
            'there is not mailed; "consent" if only who says yes is; "status" if only who is active is; '
            f'"not about mail" if it says nothing of the kind. {_FOR_ONCE} --is "{header}=not about mail"'
        )

    def misnamed(self, headers: Iterable[str]) -> list[Fault]:
        """Answers about columns that the list doesn't have."""
        known = {plain(header): header for header in headers if header.strip()}
        return [
            Fault(
                path, line, f"there is no column “{header}” in the list", _did_you_mean(word, known, header)
            )
            for word, (header, path, line) in self.headers.items()
            if word not in known
        ]


def said(address: str = "", encoding: str = "", columns: Iterable[str] = ()) -> Answers:
    """Answers given as options: `columns` as `HEADER=MEANING`.

    Raises:
        ListError: a meaning is none that we know.
    """
    faults: list[Fault] = []
    meanings: dict[str, str] = {}
    headers: dict[str, tuple[str, str, int]] = {}
    for text in columns:
        header, equals, meaning = text.rpartition("=")
        meaning = " ".join(meaning.lower().replace("_", " ").split())
        if not equals or not header.strip() or meaning not in MEANINGS:
            faults.append(
                Fault(
                    "--is",
                    0,
                    f"“{text}” is not understood",
                    f'write --is "HEADER=…", with one of: {", ".join(MEANINGS)}',
                )
            )
            continue
        meanings[plain(header)] = MEANINGS[meaning]
        headers[plain(header)] = (header, "--is", 0)
    if faults:
        raise ListError(faults)
    return Answers(address, encoding, "", "", meanings, headers)


def settings_of(path: Path) -> Path:
    """The file with the answers about a list."""
    return path.with_suffix(".toml")


def read_answers(path: Path, shown: str) -> Answers:
    """What the file beside a list says; nothing where there is none.

    Args:
        path: the list's file.
        shown: its path, as staff would name it.

    Raises:
        ListError: it can't be read, or says what can't be; every fault of it.
        OSError: the system won't have it read.
    """
    beside, name = settings_of(path), str(PurePosixPath(shown).with_suffix(".toml"))
    if beside == path or not os.path.lexists(beside):
        return Answers(file=name)
    if not beside.is_file():
        what = "this is no file that can be read, though it is called as what is said about the list"
        raise ListError([Fault(name, 0, what, "put the file back, or remove this")])
    with beside.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ListError(
            [Fault(name, 0, f"larger than {LARGEST:,} bytes", f"is it about {shown}? Rename it if not")]
        )
    try:
        text = content.decode("utf-8-sig")
        return _Said(tomllib.loads(text.replace("\r\n", "\n")), text, name).answers()
    except UnicodeDecodeError:
        raise ListError([Fault(name, 0, "this is not UTF-8 text", "save it as UTF-8")]) from None
    except (
        ValueError,
        RecursionError,
    ) as error:  # TOMLDecodeError is a ValueError, as is a number without an end
        line = re.search(r"line (\d+)", str(error))
        message = f"can't be read: {str(error).partition(' (at')[0]}"
        hint = (
            f'a line is  key = "value"  ({", ".join(_KEYS[:-1])}), or below [columns]  "Header" = "meaning"'
        )
        raise ListError([Fault(name, int(line[1]) if line else 0, message, hint)]) from None


class _Said:
    """A settings file's content, checked key by key."""

    def __init__(self, content: dict[str, object], text: str, path: str) -> None:
        self._content = content
        self._lines = text.splitlines()
        self._path = path
        self._faults: list[Fault] = []

    def answers(self) -> Answers:
        for key in self._content.keys() - set(_KEYS):
            self._fault(key, f"there is no setting “{key}”", _did_you_mean(key, {k: k for k in _KEYS}, key))
        address = self._content.get("address", "")
        if isinstance(address, int) and not isinstance(address, bool):
            self._content["address"] = str(address)
        values = {key: self._text(key) for key in _KEYS[:-1]}
        if values["encoding"] and not is_encoding(values["encoding"]):
            self._fault(
                "encoding", f"there is no encoding “{values['encoding']}”", 'for example: encoding = "cp1251"'
            )
        if values["delimiter"] and values["delimiter"] not in _DELIMITERS:
            self._fault(
                "delimiter",
                f"“{values['delimiter']}” is no delimiter",
                f"one of: {', '.join(list(_DELIMITERS)[:4])}",
            )
        columns, headers = self._columns()
        if self._faults:
            raise ListError(sorted(self._faults, key=lambda fault: fault.line))
        delimiter = _DELIMITERS.get(values["delimiter"], "")
        return Answers(
            values["address"], values["encoding"], delimiter, values["sheet"], columns, headers, self._path
        )

    def _text(self, key: str) -> str:
        value = self._content.get(key, "")
        if isinstance(value, str):
            return value
        self._fault(key, f"{key} is not a text", f'write it in quotation marks: {key} = "…"')
        return ""

    def _columns(self) -> tuple[dict[str, str], dict[str, tuple[str, str, int]]]:
        columns: dict[str, str] = {}
        headers: dict[str, tuple[str, str, int]] = {}
        table = self._content.get("columns", {})
        if not isinstance(table, dict):
            self._fault(
                "columns",
                "columns is not a table",
                'write a line [columns], and below it  "Header" = "meaning"',
            )
            return columns, headers
        for header, meaning in table.items():
            word = " ".join(str(meaning).lower().replace("_", " ").split())
            if not isinstance(meaning, str) or word not in MEANINGS:
                self._fault(header, f"“{meaning}” is nothing that a column can be", _one_of(word))
                continue
            if columns.setdefault(plain(header), MEANINGS[word]) != MEANINGS[word]:
                other = headers[plain(header)][0]
                what = f"“{header}” and “{other}” are one column, and are said to be two things"
                self._fault(header, what, "leave one of them out")
                continue
            headers[plain(header)] = (header, self._path, self._line(header))
        return columns, headers

    def _line(self, key: str) -> int:
        pattern = re.compile(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*(?:=|\])""")
        return next((number for number, line in enumerate(self._lines, 1) if pattern.match(line)), 0)

    def _fault(self, key: str, message: str, hint: str) -> None:
        self._faults.append(Fault(self._path, self._line(key), message, hint))


def is_encoding(name: str) -> bool:
    """Whether Python knows a text encoding of this name."""
    try:
        "".encode(name)
        return bool(codecs.lookup(name).name)
    except (LookupError, ValueError):
        return False


def quoted(text: str) -> str:
    """A text as TOML has it (a basic string)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", escaped) + '"'


def settings_text(answered: Iterable[tuple[str, str]]) -> str:
    """A settings file that says what columns are, each by its header and role."""
    words = {role: meaning for meaning, role in MEANINGS.items()}
    lines = [f"{quoted(header)} = {quoted(words[role])}\n" for header, role in answered]
    return "# What columns of the list are, as was said when it was added.\n[columns]\n" + "".join(lines)


def answers_text(answers: Answers) -> str:
    """A settings file that says all of this."""
    lines = [f"{key} = {quoted(value)}\n" for key in _KEYS[:-1] if (value := getattr(answers, key))]
    columns = [(answers.headers[word][0], role) for word, role in answers.columns.items()]
    return "".join(lines) + (settings_text(columns) if columns else "")


def _did_you_mean(word: str, known: Mapping[str, str], given: str) -> str:
    near = get_close_matches(word, list(known), 1, 0.6) or get_close_matches(
        given.lower(), list(known), 1, 0.6
    )
    if near:
        return f"did you mean “{known[near[0]]}”?"
    return f"there are: {', '.join(f'“{header}”' for header in list(known.values())[:12])}"


def _one_of(word: str) -> str:
    near = get_close_matches(word, list(MEANINGS), 1, 0.6)
    return f"did you mean “{near[0]}”?" if near else f"one of: {', '.join(MEANINGS)}"
