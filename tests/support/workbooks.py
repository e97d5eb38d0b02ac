"""Workbooks written by hand, part by part: such as no Office program writes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Content = str | bytes | Iterable[str]


def relationships(*which: tuple[str, str, str], more: str = "") -> str:
    """(id, kind, target) of each."""
    body = "".join(f'<Relationship Id="{i}" Type="{KINDS}/{kind}" Target="{to}"/>' for i, kind, to in which)
    schema = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{schema}">{body}{more}</Relationships>'


def text(reference: str, content: str) -> str:
    """A cell with its text in it."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{content}</t></is></c>'


HEADER = f'<row r="1">{text("A1", "email")}{text("B1", "name")}</row>'
ANA = f'<row r="2">{text("A2", "ana@example.net")}{text("B2", "Ana Ruiz")}</row>'


def sheet(*rows: str, after: str = "") -> str:
    return f"<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData>{after}</worksheet>"


def parts(
    sheets: Mapping[str, Content] | None = None, strings: Content = "", styles: Content = ""
) -> dict[str, Content]:
    """Every part of a small workbook; a test replaces one."""
    sheets = {"Press": sheet(HEADER, ANA)} if sheets is None else sheets
    numbered = list(enumerate(sheets, 1))
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="s{n}"/>' for n, name in numbered)
    overrides = "".join(
        f'<Override PartName="/xl/{name}" ContentType="{CONTENT}.{kind}+xml"/>'
        for name, kind in (
            ("workbook.xml", "sheet.main"),
            ("sharedStrings.xml", "sharedStrings"),
            ("styles.xml", "styles"),
            *((f"worksheets/sheet{n}.xml", "worksheet") for n, _ in numbered),
        )
    )
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": relationships(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{KINDS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(
            *((f"s{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered),
            ("strings", "sharedStrings", "sharedStrings.xml"),
            ("styles", "styles", "styles.xml"),
        ),
        "xl/sharedStrings.xml": strings or f"<sst {MAIN}/>",
        "xl/styles.xml": styles or f"<styleSheet {MAIN}/>",
        **{f"xl/worksheets/sheet{n}.xml": sheets[name] for n, name in numbered},
    }


def write(path: Path, content: Mapping[str, Content], method: int = ZIP_DEFLATED) -> Path:
    """Zips parts; one given as an iterable is written piece by piece."""
    with ZipFile(path, "w", method, compresslevel=1) as target:
        for name, part in content.items():
            if isinstance(part, str | bytes):
                target.writestr(name, part)
                continue
            with target.open(name, "w") as out:
                for piece in part:
                    out.write(piece.encode())
    return path


def directory_entry(path: Path, name: str) -> int:
    """Where in a file the entry of a part begins in the zip's directory."""
    content = path.read_bytes()
    at = content.rindex(b"PK\x05\x06")
    at = int.from_bytes(content[at + 16 : at + 20], "little")
    while content[at + 46 : at + 46 + len(name)] != name.encode():
        at = content.index(b"PK\x01\x02", at + 4)
    return at


def patched(path: Path, name: str, offset: int, value: bytes, *, local: int | None = None) -> Path:
    """Writes over a field of a part's directory entry, and of its local header where `local` says the offset."""
    content = bytearray(path.read_bytes())
    at = directory_entry(path, name)
    content[at + offset : at + offset + len(value)] = value
    if local is not None:
        header = int.from_bytes(content[at + 42 : at + 46], "little")
        content[header + local : header + local + len(value)] = value
    path.write_bytes(content)
    return path


assert zipfile.sizeCentralDir == 46
