"""suppressed.csv as a file: read in whatever form staff leave it, written without touching what stands there.

A line more is *appended* where the file's form is plain: in its own encoding, after a last line that is whole.
Copying all of it for each new line, to replace it in one go, would take seconds once it is long, and on Windows would
fail whenever another mailer is reading it. Nothing that stands in the file is at risk: an append that is cut short
leaves a part of one line at its end, and the next line begins on a new one. Where a line more could change how
the rest is read (an odd encoding, a quotation mark never closed, half a last line), and where lines are taken out,
the file is written anew beside itself and replaced. While Excel has the file open, Windows refuses both.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.press.list_files.delimited_text import cut
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.list_files.write import (
    cant_be_written,
    locked,
    lossless,
    lossless_rows,
    replacing,
    rewrite,
)
from mailer.press.suppressions.being_saved import PATIENCE_FOR_SAVING, TICK_NS, until_read
from mailer.press.suppressions.contents import contents_of
from mailer.press.suppressions.faults import (
    BEGIN,
    check_has_an_end,
    check_is_text,
    cut_short,
    faults_in,
    in_step,
    missing,
    not_text,
)
from mailer.press.suppressions.look_alikes import refuse_to_begin
from mailer.press.suppressions.suppressed_rows import (
    HASH,
    Form,
    Suppression,
    delimiter_of,
    hashed,
    is_comment,
    keys_of,
    person_in,
)
from mailer.workspace.durable import append

Stamp = tuple[int, int, int]
"""By which a change is noticed: time of the last one in ns, size, number of the file."""
_HALF_WRITTEN = 0.1
"""Seconds for another process to end the line that it is writing."""


@dataclass(slots=True)
class _Reading:
    """The file as it was last read.

    Attributes:
        settled: it was old enough then for a later change to show in its stamp.
        hashes: whether it holds somebody who was forgotten.
        digest: of all its bytes; None where they changed meanwhile.
    """

    stamp: Stamp | None = None
    form: Form = field(default_factory=Form)
    entries: dict[str, Suppression] = field(default_factory=dict)
    settled: bool = False
    hashes: bool = False
    digest: hashlib._Hash | None = None


class SuppressedFile:
    """Whom suppressed.csv names, by canonical address or by hash. Whoever changes it holds its lock.

    Where it is missing or odd it is not read, and never made anew: it would have one line, and everybody else whom it
    named would be mailed.

    Args:
        watched: while a mailing runs. A file that has lost its end since it was last read is odd then too.
    """

    def __init__(self, path: Path, *, watched: bool = False) -> None:
        self.path = path
        self._watched = watched
        self._reading = _Reading()
        self._fine = False
        self._half_written = False

    @property
    def entries(self) -> Mapping[str, Suppression]:
        return self._reading.entries

    def get(self, key: str) -> Suppression | None:
        """The entry for a canonical address."""
        reading = self._reading
        return reading.entries.get(key) or (reading.entries.get(hashed(key)) if reading.hashes else None)

    @property
    def current(self) -> bool:
        """Whether it surely is as it was last read. Costs one stat."""
        return self._reading.settled and stamp_of(self.path) == self._reading.stamp

    def refresh(self) -> bool:
        """Reads what has changed since it was last read; costs one stat otherwise. True = something has.

        A file that was fine before is waited for.

        Raises:
            ListError: it is missing or odd. What was read last stays.
        """
        if self.current:
            return False
        try:
            changed = until_read(self._refresh, PATIENCE_FOR_SAVING if self._fine else 0)
        except ListError:
            self._fine = False
            if not self._half_written:
                raise
            changed = until_read(self._refresh, _HALF_WRITTEN)
        self._fine = True
        return changed

    def _refresh(self) -> bool:
        self._half_written = False
        before, now = self._reading, time.time_ns()
        stamp = stamp_of(self.path)
        if stamp is None:
            raise ListError([missing(self.path)])
        try:
            self._reading = self._read_on(stamp) or self._read(stamp)
        except FileNotFoundError:
            raise ListError([missing(self.path)]) from None
        except OSError as error:
            raise ListError([Fault(str(self.path), 0, f"can't be read: {error.strerror}")]) from None
        except UnicodeError:
            raise ListError([not_text(self.path)]) from None
        self._reading.settled = not 0 <= now - stamp[0] < TICK_NS
        return stamp != before.stamp or self._reading.entries is not before.entries

    def add(self, rows: Sequence[Suppression]) -> None:
        """Writes a line for each row, and reads it back.

        Raises:
            ListError: it can't be written; then it is as it was.
        """
        self.refresh()
        form, stamp = self._reading.form, self._reading.stamp
        text = "".join(map(form.line, rows))
        if stamp is not None and form.can_take(text):
            self._append(text.encode(form.codec, form.errors), stamp)
        else:
            with replacing(self.path) as file:
                file.write(self.path.read_bytes())
                errors = "replace" if form.errors == "strict" else form.errors
                file.write((form.before + text).encode(form.codec, errors))
        self.refresh()  # costs a stat where it was appended to
        for row in rows:
            if not any(key in self.entries for key in keys_of(row.address)):
                message = f"{row.address} was added, but can't be read back"
                raise ListError([Fault(str(self.path), 0, message, "repair or remove the file")])

    def drop(self, keys: Collection[str]) -> int:
        """Takes every line of these keys off; returns how many there were.

        Raises:
            ListError: it can't be read or written; then it is as it was.
        """
        self.refresh()
        dropped = 0

        def edit(row: RawRow) -> list[str]:
            nonlocal dropped
            if is_comment(row) or not any(
                key in keys for key in person_in(row, columns.get("address", 0))[1]
            ):
                return row.lines
            dropped += 1
            return []

        columns = self._reading.form.columns
        rewrite(self.path, self._reading.form.delimiter, edit)
        self.refresh()
        return dropped

    def _append(self, content: bytes, stamp: Stamp) -> None:
        try:
            append(self.path, content, make=False)
        except OSError as error:
            after = stamp_of(self.path)
            if after and after[2] == stamp[2] and stamp[1] < after[1] <= stamp[1] + len(content):
                with suppress(OSError):
                    os.truncate(self.path, stamp[1])  # the part that was written
            raise cant_be_written(self.path, error) from None
        after = stamp_of(self.path)
        only_ours = after and after[1:] == (stamp[1] + len(content), stamp[2])
        if after and only_ours and (reading := self._read_on(after, ours=True)):
            # To keep its time, size and number, somebody would have to write it anew twice within a tick.
            reading.settled = True
            self._reading = reading

    def _read(self, stamp: Stamp) -> _Reading:
        """All of it.

        Raises:
            ListError: with everything that is odd about it.
        """
        check_has_an_end(self.path)
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        codec, errors = lossless(self.path)
        check_is_text(self.path, codec)
        form = Form(codec, errors, delimiter_of(self.path, codec, errors))
        with lossless_rows(self.path, form.delimiter) as rows:
            found = contents_of(in_step(rows, self.path) if form.wide else rows, form)
        faults = faults_in(self.path, found)
        if self._watched and (known := self._reading).stamp:
            shorter = stamp[1] < known.stamp[1]
            faults += cut_short(self.path, found, known.form, known.entries, shorter=shorter)
        # Of a line that another process is just writing, a part may be met.
        self._half_written = bool(found.form.before and [f.line for f in faults] == [found.form.lines])
        if faults:
            raise ListError(faults)
        unchanged = stamp_of(self.path) == stamp
        hashes = _any_hash(found.entries)
        return _Reading(stamp, found.form, found.entries, False, hashes, digest if unchanged else None)

    def _read_on(self, stamp: Stamp, ours: bool = False) -> _Reading | None:
        """What was appended since; None where something else changed too, or all of it must be looked at.

        Args:
            ours: we have appended it ourselves, so that what stands before has not changed.
        """
        known = self._reading
        if known.stamp is None or known.digest is None or not known.form.plain:
            return None
        size = known.stamp[1]
        if stamp[1] < size or stamp[2] != known.stamp[2]:
            return None
        with self.path.open("rb") as file:
            if ours:
                file.seek(size)
            elif hashlib.sha256(file.read(size)).digest() != known.digest.digest():
                return None
            content = file.read(stamp[1] - size)
        text = content.decode("utf-8" if known.form.codec == "utf-8" else "ascii", "replace")
        if "\ufffd" in text:
            return None
        lines = io.StringIO(text, newline="")
        rows = list(cut(lines, known.form.delimiter, str(self.path), known.form.lines))
        found = contents_of(rows, known.form, going_on=True)
        if not found.form.plain or found.complaints:
            return None
        known.digest.update(content)
        known.entries.update(found.entries)  # in place: a copy of a long list would cost more than the line
        hashes = known.hashes or _any_hash(found.entries)
        return _Reading(stamp, found.form, known.entries, False, hashes, known.digest)


def _any_hash(entries: Mapping[str, Suppression]) -> bool:
    return any(key.startswith(HASH) for key in entries)


def stamp_of(path: Path) -> Stamp | None:
    """None: there is no such file."""
    try:
        stat = os.stat(path)  # noqa: PTH116 (asked for every message, and half the price)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def begin(path: Path, rows: Iterable[Suppression] = ()) -> None:
    """Makes suppressed.csv where there is none.

    Args:
        rows: whom it names.

    Raises:
        ListError: it is there already, or what may be it under another name; or it can't be written.
    """
    with locked(path):
        refuse_to_begin(path)
        with replacing(path) as file:
            file.write((BEGIN + "".join(map(Form().line, rows))).encode())
