"""Spreadsheets as LibreOffice writes them (.ods), written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"),
        ("manifest", "manifest"),
    )
)  # fmt: skip
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
STYLES = (
    '<style:style style:name="gone" style:family="table-cell"><style:text-properties '
    'style:text-line-through-style="solid" style:text-line-through-type="single"/></style:style>'
    '<style:style style:name="there" style:family="table-cell"><style:text-properties '
    'style:text-line-through-style="none" style:text-line-through-type="none"/></style:style>'
    '<style:style style:name="after-gone" style:family="table-cell" style:parent-style-name="gone"/>'
    '<style:style style:name="hidden-sheet" style:family="table"><style:table-properties table:display="false"/></style:style>'
)


def cell(value: object = "", style: str = "", more: str = "") -> str:
    """A cell with a text, a number or a date (as text of 10 letters after `date:`)."""
    styled = f' table:style-name="{style}"' if style else ""
    if value == "":
        return f"<table:table-cell{styled}{more}/>"
    kind = (
        f'office:value-type="float" office:value="{value}"'
        if isinstance(value, int | float)
        else 'office:value-type="string"'
    )
    shown = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f"<table:table-cell{styled} {kind}{more}>{shown}</table:table-cell>"


def row(*cells: object, more: str = "") -> str:
    """A row of texts, or of cells that are XML already."""
    made = (each if isinstance(each, str) and each.startswith("<") else cell(each) for each in cells)
    return f"<table:table-row{more}>{''.join(made)}</table:table-row>"


def table(name: str, *rows: str, columns: str = "", style: str = "") -> str:
    styled = f" table:style-name={quoteattr(style)}" if style else ""
    columns = columns or '<table:table-column table:number-columns-repeated="16384"/>'
    return f"<table:table table:name={quoteattr(name)}{styled}>{columns}{''.join(rows)}</table:table>"


def content(*tables: str, styles: str = STYLES) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )


def write(
    path: Path, parts: str | Iterable[str], more: Sequence[tuple[str, str]] = (), mimetype: str = MIMETYPE
) -> Path:
    """Zips a content, given as a whole or in pieces, with what else a spreadsheet has."""
    entry = '<manifest:file-entry manifest:full-path="/" manifest:media-type="' + mimetype + '"/>'
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("mimetype", mimetype, ZIP_STORED)
        with file.open("content.xml", "w") as out:
            for piece in [parts] if isinstance(parts, str) else parts:
                out.write(piece.encode())
        file.writestr("styles.xml", f"<office:document-styles {NAMES}/>")
        for name, part in (
            ("META-INF/manifest.xml", f"<manifest:manifest {NAMES}>{entry}</manifest:manifest>"),
            *more,
        ):
            file.writestr(name, part)
    return path
