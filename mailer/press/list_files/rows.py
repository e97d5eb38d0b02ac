"""One row of a list → its recipients, and whatever is to be said about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailer.model import Recipient, Where
from mailer.press.address_warnings import warning_about
from mailer.press.addresses import (
    AddressError,
    aliases,
    canonical,
    mentioned,
    plain_address,
    split_addresses,
    validated,
)
from mailer.press.clean_text import clean, garbled, has_encoded_word, header_injected, shortened, suspicious
from mailer.press.formulas import without_mark
from mailer.press.list_files.cell_values import (
    LONGEST,
    full_name,
    languages,
    says_not_to_mail,
    tag_that_opts_out,
    tags_in,
    yes_or_no,
)
from mailer.press.list_files.columns import Columns
from mailer.press.list_files.gates import says_out, why_out
from mailer.press.list_files.problems import Problem, left_out, warning
from mailer.press.list_files.raw_rows import RawRow
from mailer.press.reasons import Reason

Row = Recipient | Problem

REMARKS = frozenset(
    """
    notes note remarks remark comments comment description memo info observaciones observacion notas nota comentarios
    comentario remarques remarque commentaires commentaire bemerkungen bemerkung notizen notiz kommentar anmerkung
    observacoes comentarios note_interne opmerkingen opmerking uwagi anteckningar
    """.split()  # noqa: SIM905
)
"""Keys of columns in which people write what comes to their mind."""

MOST_IN_A_CELL = 100
"""Addresses: each becomes a recipient with all that the row says."""


class Rows:
    """Turns a list's rows into recipients.

    Args:
        columns: what the header row names.
        name: the list's name.
        shown: its path, as staff would name it.
    """

    def __init__(self, columns: Columns, name: str, shown: str) -> None:
        self._columns = columns
        self._lists = (name,)
        self._shown = shown
        self._width = len(columns.headers)
        self._plain_headers = [header.casefold() for header in columns.headers]
        roles = columns.roles
        self._known = [roles.get(role, -1) for role in ("name", "outlet", "language", "tags")]
        self._tags_at = self._known[3]
        explained = {key for key, role in columns.answered if not role}
        self._may_say = {roles[role] for role in ("name", "first_name", "last_name") if role in roles}
        self._may_say |= {index for index, key in columns.extras if key in REMARKS and key not in explained}
        self._may_say |= {index for index, header in enumerate(columns.headers) if not header}
        self._gates_at = {index for index, _ in columns.gates}
        self._fields = columns.fields
        self._composed = "first_name" in roles or "last_name" in roles

    def read(self, row: RawRow) -> list[Row]:
        """Everything that becomes of a row: nothing at all only where every cell is empty."""
        cells, line = row.cells, row.line
        said: list[Row] = []
        text = "".join(cells)
        if "'" in text:
            cells = [without_mark(cell) for cell in cells]
            row = RawRow(line, cells, row.lines)
        if text.isprintable() and "=?" not in text:
            cells = [cell.strip() for cell in cells]
            raw = cells[self._columns.address] if self._columns.address < len(cells) else ""
        else:
            raw = cells[self._columns.address] if self._columns.address < len(cells) else ""
            if any(map(header_injected, self._naming(cells))):
                plain = [clean(cell) for cell in cells]
                if (gate := self._gate(plain, line)) is not None and gate.bars:
                    return self._for_each_address(gate, plain)
                message = "a line break followed by what looks like an email header: the row is not used"
                return [left_out(line, Reason.UNSAFE, message, raw)]
            cells = self._cleaned(row, said)
        if not any(cells):
            return [*said, self._without([clean(cell) for cell in row.cells], line)] if said else []
        if not text.isascii() and garbled(text):
            message = f"“{shortened(_sample(cells))}” has been decoded wrongly at some point"
            said.append(warning(line, "garbled", message))
        gate = self._gate(cells, line)
        if gate is not None:
            return self._for_each_address(gate, cells)
        if len(cells) > self._width and any(cells[self._width :]):
            message = f"{len(cells)} cells under {self._width} headers: are quotation marks missing?"
            if self._gates_at:  # what says whether they are mailed may stand anywhere
                return [*said, left_out(line, Reason.UNCLOSED_QUOTE, message, raw)]
            said.append(warning(line, "surplus-cells", message))
        elif len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        return said + self._people(raw, cells, line)

    def _naming(self, cells: list[str]) -> Iterator[str]:
        """The cells that come near a header field: the address and the names."""
        roles = self._columns.roles
        for index in (
            self._columns.address,
            *(roles.get(r, -1) for r in ("name", "first_name", "last_name")),
        ):
            if 0 <= index < len(cells):
                yield cells[index]

    def _cleaned(self, row: RawRow, said: list[Row]) -> list[str]:
        """Cells on one line each; says where more than dirt was taken out."""
        cells = []
        for index, cell in enumerate(row.cells):
            if has_encoded_word(cell) and index != self._columns.address:
                # RFC 2047 in a name would be decoded by the reader's program, line breaks and all.
                message = f"“{self._header(index)}” contains an encoded word, so it is left empty"
                said.append(warning(row.line, "encoded-word", message))
                cell = "?" if index in self._gates_at else ""  # which is neither yes nor no
            if suspicious(cell) and index != self._columns.address:
                breaks_only = clean(cell) == " ".join(cell.split())
                if not breaks_only or index == self._columns.roles.get("name"):
                    what = "a line break became a space" if breaks_only else "control characters were removed"
                    message = f"“{self._header(index)}”: {what}"
                    said.append(warning(row.line, "control-characters", message))
            cells.append(clean(cell))
        return cells

    def _header(self, index: int) -> str:
        return shortened(self._columns.headers[index]) if index < self._width else f"column {index + 1}"

    def _gate(self, cells: list[str], line: int) -> Problem | None:
        """Why the row is not to be mailed at all, if so."""
        columns = self._columns
        address = cells[columns.address] if columns.address < len(cells) else ""
        if "@" not in address and [cell.casefold() for cell in cells] == self._plain_headers:
            return left_out(line, Reason.HEADER_AGAIN, "the header row appears here again")
        for index, kind in columns.gates:
            value = cells[index] if index < len(cells) else ""
            if not value and kind != "consent":
                continue
            reason, known = why_out(kind, value[:LONGEST])
            if reason is not None:
                shown = f"{self._header(index)}: {shortened(value) or 'empty'}{known}"
                return left_out(line, reason, shown, address, bars=bool(value) and not known)
        if self._tags_at >= 0 and self._tags_at < len(cells) and (tags := cells[self._tags_at]):
            tag = tag_that_opts_out(tags)
            if tag:
                said = f"{self._header(self._tags_at)}: {tag}"
                return left_out(line, Reason.OPTED_OUT, said, address, bars=True)
        if says_not_to_mail(cells):  # in a column of names or notes, or in one without a header
            index = next(
                (i for i, cell in enumerate(cells) if i in self._may_say and says_not_to_mail([cell])), -1
            )
            if index >= 0:
                said = f"{self._header(index) or f'column {index + 1}'}: {shortened(cells[index])}"
                return left_out(line, Reason.OPTED_OUT, said, address, bars=True)
        return None

    def _for_each_address(self, gate: Problem, cells: list[str]) -> list[Row]:
        """A row that is not to be mailed, once for each address of its person: whoever bars or excepts them must know
        all of them, those in other columns too."""
        columns = self._columns
        if plain_address(gate.address) is not None and not columns.others:
            return [gate]
        texts = ["".join(cells[index : index + 1]) for index in (columns.address, *columns.others)]
        found = [address for _, address in split_addresses(texts[0]) if "@" in address]
        found += [address for text in texts for address in mentioned(text)]
        addresses = dict.fromkeys(map(canonical, found))
        return [replace(gate, address=address) for address in addresses] or [gate]

    def _people(self, raw: str, cells: list[str], line: int) -> list[Row]:
        address, name = plain_address(raw), ""  # the plain case, a million times
        if address is None:
            if raw.count("@") > 2 * MOST_IN_A_CELL:  # a name may repeat its address
                return [self._crowd(f"{raw.count('@'):,} at signs", line)]
            found = split_addresses(raw)
            if not found:
                return [self._without(cells, line)]
            if len(found) > 1 or raw.count("@") > 1:
                return self._several(found, raw, cells, line)
            name, text = found[0]
            try:
                address = validated(text)
            except AddressError as error:
                return [_unusable(raw, error, line)]
            if says_out(raw.replace(text, " "), outright=True):
                return [left_out(line, Reason.OPTED_OUT, f"“{shortened(raw)}”", address, bars=True)]
        return [*self._said_of(address, cells, line), self._recipient(address, name, cells, line)]

    def _several(self, found: list[tuple[str, str]], raw: str, cells: list[str], line: int) -> list[Row]:
        """A cell with several addresses: a recipient for each that can be used, once."""
        if len(found) > MOST_IN_A_CELL:
            return [self._crowd(f"{len(found):,} addresses", line)]
        # Whatever looks like an address and was not found by taking the cell apart is complained of, not lost.
        same_mailbox = aliases(raw)
        understood = "\n".join((*(address for _, address in found), *same_mailbox))
        rows: list[Row] = [
            _unusable(text, f"in “{shortened(raw)}” it can't be read as an address", line)
            for text in mentioned(raw)
            if text not in understood
        ]
        rows += [
            left_out(line, Reason.DUPLICATE, f"{shortened(text)} leads to the mailbox of {found[0][1]}", text)
            for text in same_mailbox
            if canonical(text) != canonical(found[0][1])
        ]
        seen: set[str] = set()
        for name, text in found:
            try:
                address = validated(text)
            except AddressError as error:
                rows.append(_unusable(text, error, line))
                continue
            if canonical(address) in seen:
                rows.append(left_out(line, Reason.DUPLICATE, f"{address} is in the cell twice", address))
                continue
            seen.add(canonical(address))
            rows += [*self._said_of(address, cells, line), self._recipient(address, name, cells, line)]
        if len(seen) > 1:
            message = f"{len(seen)} addresses in one cell: each of them is mailed"
            rows.insert(0, warning(line, "several-addresses", message))
        return rows

    def _crowd(self, what: str, line: int) -> Problem:
        message = (
            f"{what} in one cell, where at most {MOST_IN_A_CELL} addresses are allowed: give each its own row"
        )
        return left_out(line, Reason.BAD_ADDRESS, message)

    def _without(self, cells: list[str], line: int) -> Problem:
        elsewhere = next(
            (cell for i in self._columns.others if "@" in (cell := "".join(cells[i : i + 1]))), ""
        )
        if elsewhere:
            message = f"no address, but another column has {shortened(elsewhere)}"
            return left_out(line, Reason.NO_ADDRESS, message, elsewhere)
        text = ", ".join(cell for cell in cells if cell)
        return left_out(
            line, Reason.NO_ADDRESS, f"no address in “{text[:60]}{'…' if len(text) > 60 else ''}”"
        )

    def _said_of(self, address: str, cells: list[str], line: int) -> list[Problem]:
        said = []
        doubt = warning_about(address)
        if doubt is not None:
            said.append(warning(line, *doubt, address))
        for index in self._columns.others:
            if "@" in cells[index] and cells[index].lower() != address.lower():
                message = f"{shortened(cells[index])} is not mailed: it is in another column"
                said.append(warning(line, "second-address", message, address))
        language = cells[self._known[2]] if self._known[2] >= 0 else ""
        if language and languages(language)[1]:
            words = ", ".join(languages(language)[1])
            said.append(warning(line, "unknown-language", f"“{words}” is not a language we know", address))
        return said

    def _recipient(self, address: str, pasted_name: str, cells: list[str], line: int) -> Recipient:
        name, outlet, language, tags = [cells[index] if index >= 0 else "" for index in self._known]
        fields = {key: cells[index] if index >= 0 else "" for key, index in self._fields}
        if "@" in name and name.lower() == address.lower():
            name = ""  # what mail programs write for people whose name they don't know
        if self._composed:
            name = full_name(name, fields)
        if "accepts_embargo" in fields:
            fields["accepts_embargo"] = yes_or_no(fields["accepts_embargo"])
        return Recipient(
            address,
            name or (pasted_name if "@" not in pasted_name else ""),
            outlet,
            languages(language)[0] if language else (),
            tags_in(tags) if tags else frozenset(),
            fields,
            self._lists,
            Where(self._shown, line),
        )


def _unusable(text: str, why: object, line: int) -> Problem:
    found = mentioned(text)
    if len(found) == 1 and says_out(text.replace(found[0], " ")):
        return left_out(line, Reason.OPTED_OUT, f"“{shortened(text)}”", found[0], bars=True)
    return left_out(line, Reason.BAD_ADDRESS, f"“{shortened(text)}”: {why}", text)


def _sample(cells: list[str]) -> str:
    return next((cell for cell in cells if garbled(cell)), cells[0])
