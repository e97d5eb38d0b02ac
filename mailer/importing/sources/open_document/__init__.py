"""Text documents of LibreOffice and others (.odt): content.xml and styles.xml in a zip (OpenDocument 1.3, part 3).

odfpy would read them too; but it makes a tree of its own with no limits, keeps deleted text among the text, and knows
nothing of what inherits what.
"""

from __future__ import annotations

from mailer.errors import DocumentError, Fault
from mailer.importing.document import SourceDocument


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Reads a text document.

    Args:
        content: of the file.
        name: as staff would name it.
        accept_changes: takes tracked changes as accepted.

    Raises:
        DocumentError: it is damaged, has a password, or goes over a limit.
    """
    from mailer.importing.sources.open_document.document import document_of
    from mailer.importing.sources.package import PackageFault
    from mailer.visible import visible

    try:
        return document_of(content, accept_changes=accept_changes)
    except PackageFault as fault:
        raise DocumentError([Fault(name, 0, visible(fault.message), fault.hint)]) from None
