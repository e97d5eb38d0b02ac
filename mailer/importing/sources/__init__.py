"""Each kind of source, from bytes to blocks."""

from __future__ import annotations

from mailer.importing.document import SourceDocument


def read_document(name: str, content: bytes, *, accept_changes: bool = False) -> SourceDocument:
    """Reads a document of any kind that can be imported.

    Raises:
        DocumentError: it can't be.
    """
    from mailer.importing.sources import plain, web

    read = web.read if name.lower().endswith((".html", ".htm")) else plain.read
    return read(content, name, accept_changes=accept_changes)
