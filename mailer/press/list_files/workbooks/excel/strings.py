"""The texts that a workbook's cells share (ECMA-376-1 §18.4)."""

from __future__ import annotations

import re

from mailer.press.list_files.workbooks.cell_texts import LONGEST_CELL, Texts, unescaped
from mailer.press.list_files.workbooks.excel.plain_text import TEXT, meant
from mailer.press.list_files.workbooks.excel.rich_text import RichText
from mailer.press.list_files.workbooks.package import Package
from mailer.press.list_files.workbooks.refused import too_large
from mailer.press.list_files.workbooks.xml_part import Handlers, Plain

MOST_STRINGS, MOST_STRING_TEXT = 500_000, 20_000_000
"""Texts that cells share, and characters of them: they are kept while the workbook is open."""

_PLAIN = re.compile(r'<si>(?:<t(?: xml:space="preserve")?>(' + TEXT + r"{1,32767}+)</t>|<t/>)?</si>")


def shared_texts(package: Package, part: str) -> Texts:
    """The texts of a part, read when the first is asked for that was not.

    Args:
        part: "" where there are none.
    """
    texts = Texts()
    if part:
        texts.further = package.stream(part, _Strings(texts).handlers)
    return texts


class _Strings:
    """Each `si` is one text, of one piece or of several in different fonts."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._text = RichText()
        self._length = 0
        self.handlers = Handlers(
            self._text.starts,
            {"t": self._piece},
            {**self._text.ends, "si": self._ends},
            LONGEST_CELL,
            plain=Plain("si", 1, self._plain),
        )

    def _piece(self, text: str) -> None:
        self._length += len(text)
        self._check()
        self._text.texts["t"](text)

    def _ends(self) -> None:
        text, struck, partly = self._text.take()
        number = len(self._texts.found)
        if struck:
            self._texts.struck.add(number)
        if partly:
            self._texts.partly.add(number)
        self._texts.found.append(text)
        self._check()

    def _plain(self, text: str, at: int) -> int:
        """As `Plain.take`."""
        if self._text.aside:
            return at
        whole = text[at:] if at else text
        pieces = _PLAIN.split(whole)
        if any(pieces[::2]) and "".join(pieces[::2]).strip(" \n"):
            return self._one_by_one(text, at)
        contents = [content or "" for content in pieces[1::2]]
        if "&" in whole or "_x" in whole:
            try:
                contents = [unescaped(meant(content)) for content in contents]
            except ValueError:
                return self._one_by_one(text, at)
        self._texts.found += contents
        self._length += sum(map(len, contents))
        self._check()
        return len(text)

    def _one_by_one(self, text: str, at: int) -> int:
        while string := _PLAIN.match(text, at):
            try:
                content = unescaped(meant(string[1] or ""))
            except ValueError:
                break
            self._texts.found.append(content)
            self._length += len(content)
            self._check()
            at = string.end()
        return at

    def _check(self) -> None:
        if len(self._texts.found) > MOST_STRINGS or self._length > MOST_STRING_TEXT:
            raise too_large(f"more than {MOST_STRINGS:,} texts, or {MOST_STRING_TEXT:,} characters in them")
