"""Texts in several fonts (ECMA-376-1 §18.4): what is struck out in them, and what is only how a word is spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailer.press.list_files.workbooks.cell_texts import unescaped


def said(attributes: Mapping[str, str], name: str, otherwise: str = "0") -> bool:
    """What an attribute of xsd:boolean says; where it is not there, what that means."""
    return attributes.get(name, otherwise) in ("1", "true", "on")


class RichText:
    """One text as its pieces come. `starts`, `texts` and `ends` are handlers of elements within it."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._struck: list[str] = []
        self._striking = self._spoken = False
        self.starts: dict[str, Callable[[dict[str, str]], None]] = {
            "r": self._run,
            "strike": self._strike,
            "rPh": self._phonetic,
        }
        self.texts = {"t": self._piece}
        self.ends = {"r": self._run_ends, "rPh": self._phonetic_ends}

    @property
    def aside(self) -> bool:
        """Whether what comes now is no part of it."""
        return self._spoken

    def add(self, text: str, *, struck: bool = False) -> None:
        """A piece of it."""
        (self._struck if struck else self._seen).append(text)

    def take(self) -> tuple[str, bool, bool]:
        """The text, whether it is struck out as a whole, and whether struck-out words were left out of it."""
        seen = "".join(self._seen)
        self._seen.clear()
        if not self._struck:
            return seen, False, False
        struck = "".join(self._struck)
        self._struck.clear()
        if struck.strip() and not seen.strip():
            return struck, True, False
        return seen, False, bool(struck.strip())

    def _piece(self, text: str) -> None:
        if text and not self._spoken:  # how a Japanese word is spoken is no part of it
            self.add(unescaped(text), struck=self._striking)

    def _run(self, _: dict[str, str]) -> None:
        self._striking = False

    def _run_ends(self) -> None:
        self._striking = False

    def _strike(self, attributes: dict[str, str]) -> None:
        self._striking = said(attributes, "val", "1")

    def _phonetic(self, _: dict[str, str]) -> None:
        self._spoken = True

    def _phonetic_ends(self) -> None:
        self._spoken = False
