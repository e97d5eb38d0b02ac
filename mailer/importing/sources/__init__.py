"""Which source a document is, and its reader: by what is in it first, by its ending only where that says nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath

from mailer.errors import DocumentError, Fault
from mailer.importing.document import SourceDocument
from mailer.workspace.endings import kind_by_content

_MAIL_FIELD = re.compile(
    rb"(?:From |(?:Return-Path|Received|Delivered-To|Message-ID|MIME-Version|Date|From|To|Subject|X-[\w-]+"
    rb"|DKIM-Signature|ARC-[\w-]+|Authentication-Results|Content-[\w-]+|Reply-To|Cc|References|In-Reply-To|Thread-[\w-]+):)",
    re.IGNORECASE,
)
_ONLY_IN_MAIL = re.compile(
    rb"^(?:Received|Message-ID|MIME-Version|Return-Path|Delivered-To):", re.IGNORECASE | re.MULTILINE
)
_PAGE = re.compile(
    rb"<(?:html|body|head|!doctype html|meta|div|p|h1|span|table|b)\b[^>]{0,500}>", re.IGNORECASE
)
_BY_KIND = {
    "a Word document": "word",
    "a rich text document": "rich_text",
    "a web page": "web",
}
_BY_ENDING = {
    ".htm": "web", ".html": "web", ".xhtml": "web", ".xht": "web", ".eml": "message", ".mht": "message",
    ".mhtml": "message", ".md": "markdown", ".markdown": "markdown",
}  # fmt: skip

WITHOUT_CHANGES = frozenset(("plain", "markdown"))
"""Sources whose documents hold no tracked changes."""


def read_document(name: str, content: bytes, *, accept_changes: bool = False) -> SourceDocument:
    """Reads a document of any kind that can be imported.

    Args:
        name: as staff would name it.
        content: of the file.
        accept_changes: takes tracked changes as accepted, and lists them.

    Raises:
        DocumentError: it can't be imported, with what to do instead.
    """
    from mailer.importing.sources.shaping.invisible import without_invisible

    document = read_as(source_of(name, content), content, name, accept_changes=accept_changes)
    if not (document.blocks or document.margins or document.leaks):
        hint = "look at it in the program that made it; a page may fetch its text only in a browser: copy it there"
        raise DocumentError([Fault(name, 0, "there is no text in it", hint)])
    return without_invisible(document)


def read_as(source: str, content: bytes, name: str, *, accept_changes: bool = False) -> SourceDocument:
    """Reads a document by one source.

    Args:
        source: a module or package of this folder, as `source_of` names it.
        content, name, accept_changes: as for `read_document`.

    Raises:
        DocumentError: as it says.
    """
    read: Callable[..., SourceDocument] = import_module(f"{__name__}.{source}").read
    return read(content, name, accept_changes=accept_changes)


def source_of(name: str, content: bytes) -> str:
    """The name of the source that reads a document: a module or package of this folder.

    Raises:
        DocumentError: none does.
    """
    from mailer.importing.sources.refused import why_not

    ending = PurePath(name).suffix.lower()
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise DocumentError([Fault(name, 0, "it is empty", "was it saved, or is it still on its way here?")])
    kind = kind_by_content(content)
    if fault := why_not(name, content, kind):
        raise DocumentError([fault])
    if kind == "a LibreOffice document":
        return "open_document"
    if kind == "a zip archive":
        return "web"
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if _is_mail(content):
        return "message"
    if ending in _BY_ENDING:
        return _BY_ENDING[ending]
    return "web" if _PAGE.match(content.lstrip(b"\xef\xbb\xbf \t\r\n")) else "plain"


def _is_mail(content: bytes) -> bool:
    """Whether content begins as a mail does (RFC 5322, 2.2): fields that nobody types, not only a subject."""
    head = re.split(rb"\r?\n\r?\n", content.lstrip(b"\r\n")[:16_384], maxsplit=1)[0]
    return bool(_MAIL_FIELD.match(head) and _ONLY_IN_MAIL.search(head))
