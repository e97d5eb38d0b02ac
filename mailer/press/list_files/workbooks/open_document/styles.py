"""Which styles of an OpenDocument strike out, and which hide a sheet (OpenDocument 1.3, part 3, §16, §20)."""

from __future__ import annotations

from mailer.press.list_files.workbooks.refused import too_large

_MOST_STYLES = 100_000
_MOST_PARENTS = 20


class Styles:
    """Takes the elements of styles, of each part that has some. `starts` are their handlers."""

    def __init__(self) -> None:
        self._struck: dict[str, bool] = {}
        self._parents: dict[str, str] = {}
        self._hiding: set[str] = set()
        self._name = ""
        self.starts = {"style": self._style, "text-properties": self._text, "table-properties": self._table}

    def strikes_out(self, name: str) -> bool:
        """Whether a style, or the one that it is made after, has a line through its text."""
        for _ in range(_MOST_PARENTS):
            if name in self._struck or not name:
                break
            name = self._parents.get(name, "")
        return self._struck.get(name, False)

    def hides(self, name: str) -> bool:
        """Whether a sheet of this style is hidden."""
        return name in self._hiding

    def _style(self, attributes: dict[str, str]) -> None:
        self._name = attributes.get("style:name", "")
        self._parents[self._name] = attributes.get("style:parent-style-name", "")
        if len(self._parents) > _MOST_STYLES:
            raise too_large(f"it has more than {_MOST_STYLES:,} styles")

    def _text(self, attributes: dict[str, str]) -> None:
        lines = [attributes.get(f"style:text-line-through-{what}", "") for what in ("style", "type")]
        if any(lines):
            self._struck[self._name] = "none" not in lines

    def _table(self, attributes: dict[str, str]) -> None:
        if attributes.get("table:display") == "false":
            self._hiding.add(self._name)
