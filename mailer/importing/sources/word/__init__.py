"""Word documents (.docx), also those of Google Docs and LibreOffice.

The way (`document`): parts within limits (`parts`) → what must not leave is taken out and told (`leaks`) → what mammoth
would lose is put so that it doesn't (`drawings`, `fields`, `inline`, `formatting`, `plain`) → mammoth → HTML → blocks
(`html`). `words` reads the same parts by a way of its own.
"""

from __future__ import annotations

from mailer.errors import DocumentError, Fault
from mailer.importing.document import SourceDocument
from mailer.importing.sources.package import PackageFault
from mailer.visible import visible

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What Word's files began with until 2007, and what is around one with a password today (MS-CFB §2.2)."""


def read(content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """A Word document as blocks.

    Args:
        content: of the file.
        name: of the file, as staff would name it.
        accept_changes: tracked changes are taken as accepted, and listed in `accepted`. Comments and hidden text stop
            an import all the same.

    Raises:
        DocumentError: it can't be read, or costs more than is safe.
    """
    try:
        if content.startswith(_OLD):
            raise _old_kind(content)
        from mailer.importing.sources.word.document import read_parts

        return read_parts(content, accept_changes)
    except PackageFault as fault:
        raise DocumentError([Fault(name, 0, visible(fault.message), visible(fault.hint))]) from None


def _old_kind(content: bytes) -> PackageFault:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return PackageFault(
            "it has a password",
            "open it in Word, take the password off (File → Info → Protect Document) and save it",
        )
    return PackageFault(
        "this is a document of Word 97–2003 (.doc)", "open it in Word and save it as “Word document (.docx)”"
    )
