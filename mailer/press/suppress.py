"""Addresses never to mail: lists/suppressed.csv, with its columns address, reason, date, source.

Staff may edit the file, even in Excel: any usual encoding and delimiter is read, and what the tool
doesn't understand it leaves alone. A person forgotten stands there as `sha256:…`, the hash of their
canonical address. That keeps them suppressed, and is pseudonymous, not anonymous: whoever has the file
and a guess at the address can test it. A salt would not change that, as it would have to lie beside the
hash; a secret one would be lost with its key, and with it everybody's wish not to be mailed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.press.addresses import AddressError, canonical, mentioned, parse_address, split_addresses
from mailer.press.cells import clean
from mailer.press.columns import plain, role_of
from mailer.press.files import line_of, locked, lossless, newline_of, replacing, rewrite, text_records
from mailer.press.records import Record

HEADER = ("address", "reason", "date", "source")
HASH = "sha256:"


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an address is never mailed. `date` is as the file has it; `line` its 1-based line."""

    address: str
    reason: str = ""
    date: str = ""
    source: str = ""
    line: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, (self.reason or "suppressed", self.date)))


def hashed(address: str) -> str:
    """What stands in suppressed.csv for a person forgotten."""
    return HASH + hashlib.sha256(canonical(address).encode("utf-8", "surrogatepass")).hexdigest()


class Suppressions:
    """suppressed.csv: `address in suppressions`, `add`, `remove`. Exact addresses, never a whole domain.

    Args:
        path: the file; where it does not exist, nobody is suppressed.

    Raises:
        ListError: it can't be read: then nobody may be mailed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[str, Suppression] = {}
        self._seen: tuple[int, int, int] | None = None
        self._any_hash = False
        self.refresh()

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self.get(address) is not None

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Suppression]:
        return iter(self._entries.values())

    def get(self, address: str) -> Suppression | None:
        """The entry for an address, in whatever case it is given; None = it may be mailed."""
        entry = self._entries.get(canonical(address))
        if entry is None and self._any_hash:
            entry = self._entries.get(hashed(address))
        return entry

    def refresh(self) -> bool:
        """Reads the file again where it has changed since; costs one stat otherwise. True = it has.

        Raises:
            ListError: it can't be read.
        """
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        try:
            entries = (
                {key: entry for entry in _read(self.path) for key in _keys(entry.address)} if stamp else {}
            )
        except OSError as error:
            raise ListError([Fault(str(self.path), 0, f"can't be read: {error.strerror}")]) from None
        self._entries, self._seen = entries, stamp
        self._any_hash = any(key.startswith(HASH) for key in entries)
        return True

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def add(self, address: str, reason: str, source: str = "", on: date | None = None) -> bool:
        """Suppresses an address; False where it already was. The file's other lines stay as they are.

        Args:
            address: any form `parse_address` reads, or `sha256:…`.
            reason: a phrase for staff: "unsubscribed", "bounced: 5.1.1".
            source: where the wish came from: "link", "mail", a name.
            on: the day; today by default.

        Raises:
            AddressError: it is no address.
            ListError: the file can't be read or written.
        """
        known = address if address.startswith(HASH) else parse_address(address)
        with locked(self.path):
            self.refresh()
            if known in self._entries or (not known.startswith(HASH) and known in self):
                return False
            day = (on or date.today()).isoformat()  # noqa: DTZ011 (the day at the office, for people to read)
            _append(self.path, dict(zip(HEADER, (known, clean(reason), day, clean(source)), strict=True)))
            self.refresh()
            if known not in self._entries and known not in self:
                fault = Fault(
                    str(self.path), 0, f"{known} was added, and can't be read back", "mend or remove the file"
                )
                raise ListError([fault])
        return True

    def remove(self, address: str) -> int:
        """Takes an address off the file, and a forgotten person's hash too; returns how many lines went.

        Raises:
            ListError: the file can't be read or written.
        """
        mailed = _as_mailed(address)
        return self._drop({canonical(mailed), hashed(mailed)})

    def forget(self, address: str, reason: str, source: str = "") -> None:
        """Keeps an address suppressed under its hash alone.

        Raises:
            AddressError: it is no address.
            ListError: the file can't be read or written.
        """
        mailed = parse_address(address)
        self.add(hashed(mailed), reason, source)  # first: at no moment may they be mailed
        self._drop({canonical(mailed)})

    def _drop(self, keys: set[str]) -> int:
        """Takes every line of these keys off the file; returns how many there were."""
        dropped = 0
        with locked(self.path):
            if not self.path.exists():
                return 0
            index = _address_index(self.path)

            def edit(record: Record) -> list[str]:
                nonlocal dropped
                if keys.isdisjoint(_keys(_address_in(record, index))):
                    return record.lines
                dropped += 1
                return []

            rewrite(self.path, delimiter_of(self.path), edit)
            self.refresh()
        return dropped


def _as_mailed(address: str) -> str:
    try:
        return parse_address(address)
    except AddressError:
        return address


def _keys(text: str) -> list[str]:
    """The keys under which a cell of suppressed.csv is looked up: its addresses, or its hash."""
    text = clean(text)
    if text.lower().startswith(HASH):
        return [text.lower()]
    return [canonical(_as_mailed(piece)) for piece in _split(text)]


def _split(text: str) -> list[str]:
    return [address for _, address in split_addresses(text)] if "@" in text else []


def _read(path: Path) -> Iterator[Suppression]:
    columns: dict[str, int] | None = None
    for record in text_records(path, delimiter_of(path)):
        if columns is None:
            columns = _columns(record)
            if not _holds_person(record):
                continue
        address = _address_in(record, columns.get("address", 0))
        if len(record.lines) > 1:
            # A quotation mark never closed may have swallowed rows: whoever they name stays suppressed.
            yield from (
                Suppression(text, line=record.line) for line in record.lines for text in mentioned(line)
            )
        if address:
            values = {n: clean(record.cells[i]) for n, i in columns.items() if i < len(record.cells)}
            yield Suppression(
                address,
                values.get("reason", ""),
                values.get("date", ""),
                values.get("source", ""),
                record.line,
            )


def _holds_person(record: Record) -> bool:
    return any("@" in cell or cell.strip().lower().startswith(HASH) for cell in record.cells)


def _columns(header: Record) -> dict[str, int]:
    """Where each column stands; the usual order where the first row is already a person."""
    if _holds_person(header):
        return {name: index for index, name in enumerate(HEADER)}
    columns: dict[str, int] = {}
    for index, cell in enumerate(header.cells):
        name = "address" if role_of(cell) == "email" else plain(cell)
        if name in HEADER:
            columns.setdefault(name, index)
    return columns


def _address_index(path: Path) -> int:
    first = next((r for r in text_records(path, delimiter_of(path)) if any(r.cells)), None)
    return _columns(first).get("address", 0) if first else 0


def _address_in(record: Record, index: int) -> str:
    """The address of a row: from its column, else from any cell. Too many suppressed is the safe mistake."""
    cells = record.cells
    if index < len(cells) and _keys(cells[index]):
        return clean(cells[index])
    return next((clean(cell) for cell in cells if _keys(cell)), "")


def delimiter_of(path: Path) -> str:
    """The delimiter of suppressed.csv: the one its first line has most of, or names (`sep=;`)."""
    codec, errors = lossless(path)
    with path.open(encoding=codec, errors=errors, newline="") as file:
        first = file.readline()
    counts = {delimiter: first.count(delimiter) for delimiter in ",;\t|"}
    return max(counts, key=counts.__getitem__)


def _append(path: Path, values: dict[str, str]) -> None:
    if not path.exists():
        with replacing(path) as file:
            file.write((line_of(HEADER, ",", "\n") + line_of(values.values(), ",", "\n")).encode())
        return
    codec, errors = lossless(path)
    delimiter = delimiter_of(path)
    content = path.read_bytes()
    records = text_records(path, delimiter)
    first = next((record for record in records if any(record.cells)), None)
    columns = _columns(first) if first else {name: index for index, name in enumerate(HEADER)}
    columns.setdefault("address", 0)
    cells = [""] * max(len(first.cells) if first else 0, *(index + 1 for index in columns.values()))
    for name, index in columns.items():
        cells[index] = values[name]
    newline = (newline_of(first.lines[-1]) if first else "") or "\n"
    text = line_of(cells, delimiter, newline)
    tail = content[-8:].decode(codec, "replace")
    if content and not tail.endswith(("\n", "\r")):
        text = newline + text
    with replacing(path) as file:
        file.write(content)
        file.write(text.encode(codec, "replace" if errors == "strict" else errors))
