"""Text documents as LibreOffice writes them (.odt), written by hand."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

NAMES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in (
        *(
            (prefix, f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0")
            for prefix, name in (
                ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
                ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"), ("manifest", "manifest"),
            )
        ),
        ("dc", "http://purl.org/dc/elements/1.1/"),
        ("xlink", "http://www.w3.org/1999/xlink"),
    )
)  # fmt: skip
MIMETYPE = "application/vnd.oasis.opendocument.text"


def text_style(name: str, properties: str, *, family: str = "text", parent: str = "") -> str:
    """A style with text properties, such as `fo:font-weight="bold"`."""
    inherits = f' style:parent-style-name="{parent}"' if parent else ""
    return (
        f'<style:style style:name="{name}" style:family="{family}"{inherits}>'
        f"<style:text-properties {properties}/></style:style>"
    )


def document(
    body: str,
    *,
    automatic: str = "",
    styles: str = "",
    masters: str = "",
    more: Mapping[str, bytes] | None = None,
    prologue: str = "",
) -> bytes:
    """A text document.

    Args:
        body: what stands in `office:text`.
        automatic: automatic styles of its content.
        styles, masters: named styles and master pages of styles.xml.
        more: other parts, such as pictures.
        prologue: what stands before the root of its content: a document type, for those that should be refused.
    """
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prologue}<office:document-content {NAMES}>'
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    shared = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-styles {NAMES}><office:styles>{styles}</office:styles>'
        f"<office:master-styles>{masters}</office:master-styles></office:document-styles>"
    )
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("mimetype", MIMETYPE, ZIP_STORED)
        file.writestr("content.xml", content)
        file.writestr("styles.xml", shared)
        for name, part in (more or {}).items():
            file.writestr(name, part)
    return written.getvalue()
