"""A text document: its parts, its text with notes and pictures, its page heads and feet."""

from __future__ import annotations

from typing import Any

from mailer.importing.document import Margin, SourceDocument
from mailer.importing.sources.open_document.changes import changes_of
from mailer.importing.sources.open_document.names import attribute, name_of, qualified
from mailer.importing.sources.open_document.reading import Reading
from mailer.importing.sources.open_document.styles import Styles
from mailer.importing.sources.open_document.text import blocks_of
from mailer.importing.sources.open_document.words import words_of
from mailer.importing.sources.package import Package, PackageFault
from mailer.importing.sources.shaping.typed_lists import with_typed_lists

_HEADS = {
    f"style:{which}{pages}": f"page {which}"
    for which in ("header", "footer")
    for pages in ("", "-left", "-first")
}  # fmt: skip


def document_of(content: bytes, *, accept_changes: bool) -> SourceDocument:
    """What a text document says.

    Raises:
        PackageFault: it is damaged, has a password, or goes over a limit.
    """
    package = Package(content)
    if "META-INF/manifest.xml" in package:
        manifest = package.tree("META-INF/manifest.xml")
        if next(manifest.iter(qualified("manifest:encryption-data")), None) is not None:
            raise PackageFault("it has a password", "open it, save it without the password, and import that")
    root = package.tree("content.xml")
    text = next(root.iter(qualified("office:text")), None)
    if text is None:
        raise PackageFault("it has no text", "import the text document that it was made of")
    shared = package.tree("styles.xml") if "styles.xml" in package else None
    styles = Styles(*(tree for tree in (shared, root) if tree is not None))
    reading = Reading(package, styles, accept_changes, changes_of(text))
    blocks = blocks_of(text, reading)
    heads = list(_heads(shared)) if shared is not None else []
    margins = _margins(heads, reading)
    reading.finish_changes()
    words = " ".join(words_of(each, styles) for each in (text, *(element for _, element in heads)))
    blocks, words = with_typed_lists(blocks, words)
    return SourceDocument(
        kind="LibreOffice document",
        blocks=blocks,
        notes=reading.notes,
        pictures=reading.pictures,
        margins=(*reading.boxes, *margins),
        leaks=tuple(reading.leaks),
        accepted=tuple(reading.accepted),
        remarks=tuple(reading.remarks),
        language=styles.language,
        words=words,
    )


def _heads(shared: Any) -> list[tuple[str, Any]]:
    """The page heads and feet of all kinds of pages, each text once."""
    found: dict[tuple[str, str], Any] = {}
    for page in shared.iter(qualified("style:master-page")):
        for element in page:
            kind = _HEADS.get(name_of(element.tag))
            said = " ".join("".join(element.itertext()).split())
            if kind and said and attribute(element, "style:display") != "false":
                found.setdefault((kind, said), element)
    return [(kind, element) for (kind, _), element in found.items()]


def _margins(heads: list[tuple[str, Any]], reading: Reading) -> tuple[Margin, ...]:
    margins = []
    for kind, element in heads:
        if blocks := blocks_of(element, reading):
            margins.append(Margin("page header" if kind == "page header" else "page footer", blocks, kind))
    return tuple(margins)
