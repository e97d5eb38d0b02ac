"""Rich text (.rtf), as TextEdit, WordPad and Word write it (Rich Text Format specification 1.9.1), read within limits.

No library keeps what a release needs: striprtf gives words without looks, links and notes; others read mail alone.
"""

from __future__ import annotations

from mailer.errors import DocumentError, Fault
from mailer.importing.document import SourceDocument

_MOST_BYTES = 64 << 20


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Reads rich text.

    Args:
        content: of the file.
        name: as staff would name it.
        accept_changes: takes tracked changes as accepted.

    Raises:
        DocumentError: it is no rich text, or goes over a limit.
    """
    from mailer.importing.sources.rich_text.document import document_of
    from mailer.importing.sources.rich_text.tokens import TooLarge

    hint = "open it in the program that made it, and save it as .docx"
    if len(content) > _MOST_BYTES:
        raise DocumentError([Fault(name, 0, "it has more than 64 MB", hint)])
    content = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not content.startswith(b"{\\rtf"):
        raise DocumentError([Fault(name, 0, "it is called rich text and is none", hint)])
    try:
        return document_of(content, accept_changes=accept_changes)
    except TooLarge as error:
        raise DocumentError([Fault(name, 0, f"it is not read, as {error}", hint)]) from None
