"""Addresses never to mail: lists/suppressed.csv, with its columns address, reason, date, source.

Staff may edit the file, even in Excel: any usual encoding and delimiter is read, and what the tool
doesn't understand it leaves alone. A person forgotten stands there as `sha256:…`, the hash of their
canonical address. That keeps them suppressed, and is pseudonymous, not anonymous: whoever has the file
and a guess at the address can test it. A salt would not change that, as it would have to lie beside the
hash; a secret one would be lost with its key, and with it everybody's wish not to be mailed.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from mailer.errors import Fault, ListError
from mailer.press.addresses import canonical, parse_address
from mailer.press.clean_text import clean
from mailer.press.list_files.write import cant_be_written, locked
from mailer.press.suppressions.elsewhere import Elsewhere, Shared
from mailer.press.suppressions.look_alikes import LookAlikes
from mailer.press.suppressions.suppressed_file import SuppressedFile
from mailer.press.suppressions.suppressed_rows import HASH, Suppression, as_mailed, hashed, keys_of
from mailer.press.suppressions.wishes import Wishes


class Suppressions:
    """suppressed.csv, and the wishes on their way there: `address in suppressions`, `add`, `remove`.

    Exact addresses, never a whole domain.

    Args:
        path: the file.
        to_add: for those who take wishes down and mail nobody. Then another file beside it is no hindrance, and what is
            odd about it one only to `add`, `fold`, `remove` and `refresh`.
        watched: for as long as a mailing runs (`StillWanted`): a file that has lost its end meanwhile is odd too.
        shared: told of whoever comes and goes, where other computers are to know; their own are known in any case, as
            far as they were heard of (elsewhere.py).

    Raises:
        ListError: it is missing, odd, or not alone: then nobody may be mailed.
    """

    def __init__(
        self, path: Path, *, to_add: bool = False, watched: bool = False, shared: Shared | None = None
    ) -> None:
        self.path = path
        self._shared = shared
        self._file = SuppressedFile(path, watched=watched)
        self._look_alikes = None if to_add else LookAlikes(path)
        self._wishes = Wishes(path)
        self.elsewhere = Elsewhere(path)
        try:
            self.refresh()
        except ListError:
            if not to_add:
                raise

    def __contains__(self, address: object) -> bool:
        return isinstance(address, str) and self.get(address) is not None

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __iter__(self) -> Iterator[Suppression]:
        yield from self._file.entries.values()
        for wish in self._wishes:
            if self._file.get(canonical(wish.address)) is None:
                yield wish
        for key, entry in self.elsewhere.entries.items():
            if self._own(key) is None:
                yield entry

    def get(self, address: str) -> Suppression | None:
        """The entry for an address, in whatever case it is given; None = it may be mailed."""
        key = canonical(address)
        return self._own(key) or self.elsewhere.get(key)

    def _own(self, key: str) -> Suppression | None:
        """What this computer's file says, or is about to."""
        return self._file.get(key) or self._wishes.get(key)

    @property
    def named(self) -> Mapping[str, Suppression]:
        """Everybody whom the file names, by key; the same object for as long as people only come."""
        return self._file.entries

    @property
    def wishes(self) -> Mapping[str, Suppression]:
        """Those on their way into the file, by canonical address."""
        return self._wishes.entries

    def refresh(self) -> bool:
        """Reads what has changed since; costs four looks at the folder otherwise. True = something has.

        What was fine before, and is missing, odd or not alone now, may just be saved by another program: it is
        waited for a little.

        Raises:
            ListError: as for a new one.
        """
        try:
            return self._refresh()
        except OSError as error:  # a share that has gone, a folder that nobody may look into
            hint = "it is a link that leads to itself: remove it, and put the file back"
            looped = error.errno == errno.ELOOP
            what = f"can't be read: {error.strerror}"
            raise ListError([Fault(str(self.path), 0, what, hint if looped else "")]) from None

    def _refresh(self) -> bool:
        if (
            self._wishes.none
            and self._file.current
            and self.elsewhere.current
            and (self._look_alikes is None or self._look_alikes.current)
        ):
            return False
        try:
            changed = self._wishes.refresh()  # first: a wish moves from there into the file
            changed = self.elsewhere.refresh() or changed
        except (OSError, ValueError) as error:
            message = f"the opt-outs kept beside it can't be read: {getattr(error, 'strerror', '') or error}"
            raise ListError([Fault(str(self.path), 0, message)]) from None
        faults: list[Fault] = []
        people: int | None = None
        try:
            changed = self._file.refresh() or changed
            people = len(self._file.entries)
        except ListError as error:
            faults += error.faults
        try:
            if self._look_alikes is not None:
                self._look_alikes.refresh(people)
        except ListError as error:
            faults += error.faults
        if faults:
            raise ListError(faults)
        return changed

    def add(self, address: str, reason: str, source: str = "", on: date | None = None) -> bool:
        """Suppresses an address; False where it already was. The file's other lines stay as they are.

        Args:
            address: any form `parse_address` reads, or `sha256:…`.
            reason: a phrase for staff: "unsubscribed", "bounced: 5.1.1".
            source: where the wish came from: "link", "mail", a name.
            on: the day; today by default.

        Raises:
            AddressError: it is no address.
            ListError: the file is missing, or can't be read or written: it is never made anew.
        """
        known = address if address.startswith(HASH) else parse_address(address)
        with locked(self.path):
            self.refresh()
            row = Suppression(known, clean(reason), _day(on), clean(source))
            new = known not in self._file.entries and (
                known.startswith(HASH) or self._own(canonical(known)) is None
            )
            if new:
                self._file.add([row])
        if self._shared:
            self._shared.added([row])
        return new

    def note(self, wishes: Sequence[tuple[str, str]], reason: str = "unsubscribed") -> list[bool]:
        """Suppresses many at once from this moment, whoever has suppressed.csv open, and however long it is.

        When this returns they are on the disk, and hold for every process. `fold` moves them into the file.

        Args:
            wishes: addresses as mailed, each with the source of the wish.
            reason: of them all.

        Returns:
            for each, whether it is new.

        Raises:
            AddressError: one of them is no address: then none is noted.
            ListError: they can't be written: nobody may be told that it was done.
        """
        # Other computers are told by whoever asks for it: that may take longer than to note it here.
        new: dict[str, Suppression] = {}
        asked = [(canonical(mailed := parse_address(address)), mailed, source) for address, source in wishes]
        try:
            # A file that was changed meanwhile is not asked: reading it may take long, and noting somebody
            # twice does no harm, while taking them for noted would.
            current = self._file.current
            self._wishes.refresh()
            for key, mailed, source in asked:
                if not (current and self._file.get(key)) and not self._wishes.surely(key):
                    new.setdefault(key, Suppression(mailed, reason, _day(None), clean(source)))
            if new:
                self._wishes.note(new.values())
        except OSError as error:
            raise cant_be_written(self.path, error) from None
        return [new.pop(key, None) is not None for key, _, _ in asked]

    @property
    def noted(self) -> bool:
        """Whether there are wishes to be folded, as far as was read."""
        return next(iter(self._wishes), None) is not None

    def fold(self) -> int:
        """Moves what was noted into suppressed.csv; returns how many lines that made there.

        Raises:
            ListError: the file is missing, or can't be read or written. The wishes stay noted, and hold.
        """
        if not self.path.parent.is_dir():  # a drive that has gone: not to be made anew in its place
            raise cant_be_written(self.path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
        with locked(self.path):
            return self._fold()

    def _fold(self) -> int:
        added = 0
        self._file.refresh()  # first: while it is odd, no wish moves
        try:
            while (wishes := self._wishes.take()) is not None:
                self._file.refresh()
                new = [
                    wish
                    for wish in wishes
                    if self._file.get(canonical(wish.address)) is None and keys_of(wish.address)
                ]
                if new:
                    self._file.add(new)
                self._wishes.done()
                added += len(new)
            self._wishes.refresh()
        except OSError as error:
            raise cant_be_written(self.path, error) from None
        return added

    def remove(self, address: str, *, everywhere: bool = False) -> int:
        """Takes an address off the file, and a forgotten person's hash too; returns how many lines went.

        Args:
            everywhere: what other computers have said of it counts no more either.

        Raises:
            ListError: the file can't be read or written.
        """
        mailed = as_mailed(address)
        keys = {canonical(mailed), hashed(mailed)}
        dropped = self._drop(keys)
        if self._shared:
            self._shared.dropped(keys, everywhere=everywhere)
        return dropped

    def take_in(self, rows: Sequence[Suppression]) -> int:
        """Writes what other computers have into the file; returns how many lines that made.

        Args:
            rows: addresses as mailed, or `sha256:…`.

        Raises:
            ListError: the file is missing, or can't be read or written.
        """
        with locked(self.path):
            self._fold()
            new = [row for row in rows if row.address not in self._file.entries and keys_of(row.address)]
            if new:
                self._file.add(new)
        return len(new)

    def forget(self, address: str, reason: str, source: str = "") -> None:
        """Keeps an address suppressed under its hash alone.

        Raises:
            AddressError: it is no address.
            ListError: the file can't be read or written.
        """
        mailed = parse_address(address)
        self.add(hashed(mailed), reason, source)  # first: at no moment may they be mailed
        self._drop({canonical(mailed)})
        if self._shared:
            self._shared.dropped({canonical(mailed)}, everywhere=True)

    def _drop(self, keys: set[str]) -> int:
        """Takes every line of these keys off the file; returns how many there were."""
        with locked(self.path):
            self._fold()
            return self._file.drop(keys)


def _day(on: date | None) -> str:
    return (on or date.today()).isoformat()  # noqa: DTZ011 (the day at the office, for people to read)
