"""A workbook that somebody else made can't take the computer down: it is read, or refused with the limit it breaks.

Each is given to `mailer lists show` as a process of its own, which may take 300 MB and is killed where it hangs.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZIP_LZMA

import pytest
from support.limited import Ran, mailer_within
from support.workbooks import (
    ANA,
    HEADER,
    KINDS,
    MAIN,
    parts,
    patched,
    relationships,
    sheet,
    text,
    write,
)

MEGABYTES = 300

XFD, LAST = "XFD", 1_048_576
SHEET = "xl/worksheets/sheet1.xml"


def repeated(before: str, piece: str, times: int, after: str) -> Iterator[str]:
    yield before
    block, rest = divmod(times, 1000)
    for _ in range(block):
        yield piece * 1000
    yield piece * rest + after


def rows(row: Callable[[int], str], number: int) -> Iterator[str]:
    """A sheet of so many rows below its header."""
    yield f"<worksheet {MAIN}><sheetData>{HEADER}"
    for first in range(2, number + 2, 500):
        yield "".join(map(row, range(first, min(first + 500, number + 2))))
    yield "</sheetData></worksheet>"


def with_sheet(content: object) -> dict[str, object]:
    return parts({"Press": content})


def one(cells: str) -> dict[str, object]:
    return with_sheet(sheet(HEADER, ANA, f'<row r="3">{cells}</row>'))


def with_strings(strings: object) -> dict[str, object]:
    return parts({"Press": sheet(HEADER, '<row r="2"><c r="A2" t="s"><v>0</v></c></row>')}, strings=strings)


def with_part(name: str, content: object) -> dict[str, object]:
    return parts() | {name: content}


MANY_SHEETS = {f"S{n}": sheet() for n in range(5_000)}

TOO_LARGE: dict[str, tuple[Callable[[], dict[str, object]], str]] = {
    "columns to XFD in each row": (
        lambda: with_sheet(rows(lambda n: f'<row r="{n}">{text(f"XFD{n}", "x")}</row>', 200_000)),
        "cells beyond column 1,000",
    ),
    "1,000 columns in each row": (
        lambda: with_sheet(rows(lambda n: f'<row r="{n}">{text(f"ALL{n}", "x")}</row>', 200_000)),
        "1,500,000 cells",
    ),
    "300,000 addresses": (
        lambda: with_sheet(rows(lambda n: f'<row r="{n}">{text(f"A{n}", f"p{n}@x.example")}</row>', 300_000)),
        "120,000 rows",
    ),
    "thirty addresses in each of 20,000 cells": (
        lambda: with_sheet(rows(lambda n: f'<row>{text(f"A{n}", ", ".join(f"p{n}x{m}@gmial.com" for m in range(30)))}</row>', 20_000)),
        "250,000 addresses and remarks",
    ),
    "a cell of 600 MB": (
        lambda: with_sheet(repeated(f'<worksheet {MAIN}><sheetData>{HEADER}<row r="2"><c r="A2" t="inlineStr"><is><t>',
                                    "a" * 1000, 600_000, "</t></is></c></row></sheetData></worksheet>")),
        "unpacks to more than 128 MB",
    ),
    "a cell of 100 MB": (
        lambda: with_sheet(repeated(f'<worksheet {MAIN}><sheetData>{HEADER}<row r="2"><c r="A2" t="inlineStr"><is><t>',
                                    "a" * 1000, 100_000, "</t></is></c></row></sheetData></worksheet>")),
        "32,767 characters",
    ),
    "a cell in a million pieces": (
        lambda: one('<c r="A3" t="inlineStr"><is>' + "<r><t>a</t></r>" * 1_000_000 + "</is></c>"),
        "32,767 characters",
    ),
    "a long text in each of 100,000 cells": (
        lambda: parts({"Press": rows(lambda n: f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>', 100_000)},
                      strings=f"<sst {MAIN}><si><t>{'a' * 32_000}</t></si></sst>"),
        "20,000,000 characters",
    ),
    "a long text in 1,000 cells of a row": (
        lambda: parts({"Press": sheet(HEADER, '<row r="2">' + '<c t="s"><v>0</v></c>' * 1_000 + "</row>")},
                      strings=f"<sst {MAIN}><si><t>{'a' * 32_000}</t></si></sst>"),
        "a row more than 1,000,000",
    ),
    "20 million shared texts": (
        lambda: with_strings(repeated(f"<sst {MAIN}>", "<si/>", 20_000_000, "</sst>")),
        "500,000 texts",
    ),
    "shared texts of 100 million characters": (
        lambda: with_strings(repeated(f"<sst {MAIN}>", f"<si><t>{'é' * 1000}</t></si>", 60_000, "</sst>")),
        "20,000,000 characters",
    ),
    "a shared text in 5 million pieces": (
        lambda: with_strings(repeated(f"<sst {MAIN}><si>", "<r><t>a</t></r>", 4_000_000, "</si></sst>")),
        "too large to be read safely",
    ),
    "5,000 sheets": (lambda: parts(MANY_SHEETS), "200 sheets"),
    "200 sheets that are one large part": (
        lambda: parts({f"S{n}": "" for n in range(200)}) | {
            "xl/_rels/workbook.xml.rels": relationships(
                *((f"s{n}", "worksheet", "worksheets/sheet1.xml") for n in range(1, 201))),
            SHEET: repeated(f"<worksheet {MAIN}><sheetData>", '<row>' + '<c><v>1</v></c>' * 100 + "</row>", 10_000,
                            "</sheetData></worksheet>"),
        },
        "too large to be read safely",
    ),
    "a million names": (
        lambda: with_part("xl/workbook.xml", repeated(f"<workbook {MAIN}><definedNames>",
                          '<definedName name="n">Press!$A$1</definedName>', 1_000_000, "</definedNames></workbook>")),
        "more than 16 MB",
    ),
    "two million styles": (
        lambda: with_part("xl/styles.xml", repeated(f"<styleSheet {MAIN}><cellXfs>", '<xf numFmtId="14"/>', 2_000_000,
                                                    "</cellXfs></styleSheet>")),
        "more than 16 MB",
    ),
    "a million relationships": (
        lambda: with_part("xl/_rels/workbook.xml.rels",
                          repeated("<Relationships>", '<Relationship Id="a" Target="b"/>', 1_000_000, "</Relationships>")),
        "more than 16 MB",
    ),
    "10 million empty tags": (
        lambda: with_sheet(repeated(f"<worksheet {MAIN}>", "<a/>", 10_000_000, "</worksheet>")),
        "6,000,000 tags",
    ),
    "a million elements in each other": (
        lambda: with_sheet(repeated(f"<worksheet {MAIN}>", "<a>", 1_000_000, "")),
        "64 deep",
    ),
    "a comment of 100 MB": (
        lambda: with_sheet(repeated(f"<worksheet {MAIN}><!--", "a" * 1000, 100_000, "--></worksheet>")),
        "no Office program writes",
    ),
    "an attribute of 100 MB": (
        lambda: with_sheet(repeated(f'<worksheet {MAIN}><c r="', "A" * 1000, 100_000, '"/></worksheet>')),
        "no Office program writes",
    ),
    "a million names of elements": (
        lambda: with_sheet(iter([f"<worksheet {MAIN}>", *(f"<a{n}/>" for n in range(1_000_000)), "</worksheet>"])),
        "no Office program writes",
    ),
    "20,000 files in the zip": (
        lambda: parts() | {f"x/{n}": "" for n in range(20_000)},
        "more than 10,000 files",
    ),
}  # fmt: skip

BROKEN: dict[str, tuple[Callable[[], dict[str, object]], str]] = {
    "row 2,000,000,000": (
        lambda: with_sheet(sheet(HEADER, f'<row r="2000000000">{text("A2000000000", "x@example.net")}</row>')),
        "a row 2000000000: Excel allows 1,048,576",
    ),
    "a row of a thousand digits": (lambda: with_sheet(sheet(f'<row r="{"9" * 1000}"/>')), "is not the number"),
    "a row below zero": (lambda: with_sheet(sheet('<row r="-1"/>')), "is not the number"),
    "a row twice": (lambda: with_sheet(sheet(HEADER, ANA, ANA)), "row 2 comes after row 2"),
    "a cell twice": (lambda: one(text("A3", "bo@example.org") + text("A3", "eve@example.com")), "appears twice"),
    "a column of seven letters": (lambda: one(text("AAAAAAA3", "x")), "is not the name of a column"),
    "a column without letters": (lambda: one(text("3", "x")), "is not the name of a column"),
    "a text that is not there": (lambda: one('<c r="A3" t="s"><v>9</v></c>'), "points to text 9"),
    "a text below zero": (lambda: one('<c r="A3" t="s"><v>-1</v></c>'), "is not the number"),
    "a number that is none": (lambda: one('<c r="A3"><v>x</v></c>'), "“x” is not a number"),
    "a sheet that is a zip": (lambda: with_sheet(b"PK\x03\x04" + b"\0" * 100), "can't be read"),
    "a sheet that is not there": (lambda: {k: v for k, v in parts().items() if k != SHEET}, "is not in it"),
    "no sheet at all": (lambda: parts({}), "no visible sheet"),
    "two parts of one name": (lambda: parts() | {"XL/worksheets/SHEET1.xml": sheet()}, "in it twice"),
    "XML that breaks off": (lambda: with_sheet(f"<worksheet {MAIN}><sheetData>{HEADER}"), "can't be read"),
    "an encoding that Python knows and XML doesn't": (
        lambda: with_sheet('<?xml version="1.0" encoding="utf-7"?><worksheet/>'), "can't be read"),
}  # fmt: skip

ENTITIES = {
    "an entity of a file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % e SYSTEM "file://{secret}"> %e;]>',
    "a document type elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/x.dtd">',
    "a billion laughs": '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "<!ENTITY e '&j;'>]>",
    "a text of 100 kB, a thousand times": f"<!DOCTYPE x [<!ENTITY e '{'a' * 100_000}'>]>",
}
TO_BE_READ = ("_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml",
              SHEET)  # fmt: skip


def show(folder: Path) -> Ran:
    ran = mailer_within("lists", "show", "list.xlsx", cwd=folder)
    assert ran.code in (0, 2)
    assert "bug in mailer" not in ran.err
    assert "Traceback" not in ran.err
    assert ran.peak < MEGABYTES
    return ran


def refused(folder: Path, complaint: str) -> str:
    """What is said where a workbook is refused: the file, what is wrong with it, what to do."""
    ran = show(folder)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err
    assert ran.err.startswith("Error: list.xlsx:")
    assert " — " in ran.err, "and what to do"
    return ran.err


@pytest.mark.parametrize("bomb", TOO_LARGE)
def test_a_bomb_is_refused_and_the_limit_named(bomb: str, tmp_path: Path) -> None:
    content, limit = TOO_LARGE[bomb]
    path = write(tmp_path / "list.xlsx", content())
    assert path.stat().st_size < 10_000_000
    assert "CSV UTF-8" in refused(tmp_path, limit)


@pytest.mark.parametrize("fault", BROKEN)
def test_what_excel_would_not_open_is_refused(fault: str, tmp_path: Path) -> None:
    content, complaint = BROKEN[fault]
    write(tmp_path / "list.xlsx", content())
    refused(tmp_path, complaint)


@pytest.mark.parametrize("part", TO_BE_READ)
@pytest.mark.parametrize("entity", ENTITIES)
def test_no_part_may_declare_entities(entity: str, part: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("eve@example.com")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        declared = (
            ENTITIES[entity].replace("{secret}", str(secret)).replace("{port}", str(server.getsockname()[1]))
        )
        content = parts(strings=f"<sst {MAIN}><si><t>Ana Ruiz</t></si></sst>")
        hostile = declared + str(content[part]).replace("Ana Ruiz", "&e;" * 1000)
        write(tmp_path / "list.xlsx", content | {part: hostile})
        assert "eve@" not in refused(tmp_path, "declares entities")
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_part_that_is_not_read_may_say_what_it_likes(tmp_path: Path) -> None:
    write(
        tmp_path / "list.xlsx", with_part("[Content_Types].xml", ENTITIES["a billion laughs"] + "<x>&e;</x>")
    )
    assert "ana@example.net" in show(tmp_path).out


def test_nothing_outside_the_file_is_asked_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        link = f'<Relationship Id="x" Type="{KINDS}/externalLink" Target="{url}" TargetMode="External"/>'
        image = f'<Relationship Id="i" Type="{KINDS}/image" Target="{url}a.png" TargetMode="External"/>'
        content = parts()
        before = str(content["xl/_rels/workbook.xml.rels"])
        content |= {
            "xl/_rels/workbook.xml.rels": before.replace("</Relationships>", link + "</Relationships>"),
            "xl/worksheets/_rels/sheet1.xml.rels": relationships(more=image),
        }
        write(tmp_path / "list.xlsx", content)
        assert "ana@example.net" in show(tmp_path).out
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "../../../../etc/passwd", "/etc/passwd", "//etc/passwd"]
)
def test_a_sheet_is_a_part_of_the_file(target: str, tmp_path: Path) -> None:
    write(
        tmp_path / "list.xlsx",
        with_part("xl/_rels/workbook.xml.rels", relationships(("s1", "worksheet", target))),
    )
    assert "root:" not in refused(tmp_path, "is not in it")


FOUR_GIGABYTES = b"\xff\xff\xff\xff"
LIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a smaller size than it has": (lambda p: patched(p, SHEET, 24, b"\x20\0\0\0", local=22), "can't be read"),
    "a size of 4 GB": (lambda p: patched(p, SHEET, 24, b"\xfe\xff\xff\xff", local=22), "more than 128 MB"),
    "a size that zip64 should say": (lambda p: patched(p, SHEET, 24, FOUR_GIGABYTES), "more than 128 MB"),
    "another checksum": (lambda p: patched(p, SHEET, 16, b"\1\2\3\4"), "can't be read"),
    "another part's place": (lambda p: patched(p, SHEET, 42, b"\0\0\0\0"), "can't be read"),
    "a place behind the end": (lambda p: patched(p, SHEET, 42, b"\0\0\0\x7f"), "can't be read"),
    "a password": (lambda p: patched(p, SHEET, 8, b"\1\0", local=6), "has a password"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_directory_that_lies_is_not_believed(lie: str, tmp_path: Path) -> None:
    change, complaint = LIES[lie]
    change(write(tmp_path / "list.xlsx", parts()))
    refused(tmp_path, complaint)


def test_only_the_packing_of_office_programs_is_unpacked(tmp_path: Path) -> None:
    """An LZMA stream names the size of the dictionary that it wants."""
    write(tmp_path / "list.xlsx", parts(), ZIP_LZMA)
    refused(tmp_path, "packed in a way")


def test_a_large_file_is_refused_before_its_directory_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "list.xlsx", parts())
    with path.open("ab") as file:
        file.truncate(100_000_000)
    refused(tmp_path, "larger than 32 MB")


def test_rows_far_apart_are_read_at_once(tmp_path: Path) -> None:
    last = f'<row r="{LAST}">{text(f"A{LAST}", "last@example.net")}</row>'
    write(tmp_path / "list.xlsx", with_sheet(sheet(HEADER, ANA, last)))
    assert show(tmp_path).out.splitlines() == ["ana@example.net\tAna Ruiz\t\t\t", "last@example.net\t\t\t\t"]


def test_cells_that_hold_nothing_count_for_nothing(tmp_path: Path) -> None:
    """Somebody coloured whole rows, to the last column."""
    empty = '<c r="XFD3" s="1"/><c r="XFE3"/>'
    write(tmp_path / "list.xlsx", one(empty))
    assert "ana@example.net" in show(tmp_path).out


def test_a_wrong_dimension_costs_nothing(tmp_path: Path) -> None:
    content = sheet(HEADER, ANA).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    write(tmp_path / "list.xlsx", with_sheet(content))
    assert "ana@example.net" in show(tmp_path).out


RULES = {
    "merged cells": '<mergeCells>{}</mergeCells>|<mergeCell ref="A1:XFD1048576"/>',
    "conditional formats": '{}|<conditionalFormatting sqref="A1:XFD1048576"><cfRule type="expression" priority="1">'
    "<formula>A1</formula></cfRule></conditionalFormatting>",
    "validations": '<dataValidations>{}</dataValidations>|<dataValidation sqref="A1:XFD1048576" type="list"/>',
    "links": '<hyperlinks>{}</hyperlinks>|<hyperlink ref="A1:XFD1048576" location="x"/>',
}


@pytest.mark.parametrize("rule", RULES)
def test_a_hundred_thousand_rules_are_passed_over(rule: str, tmp_path: Path) -> None:
    around, piece = RULES[rule].split("|")
    write(tmp_path / "list.xlsx", with_sheet(sheet(HEADER, ANA, after=around.format(piece * 100_000))))
    assert "ana@example.net" in show(tmp_path).out


def test_the_name_of_a_sheet_can_not_steer_the_terminal(tmp_path: Path) -> None:
    content = parts({"Press": sheet(HEADER, ANA), "Old": sheet(HEADER, ANA)})
    content["xl/workbook.xml"] = str(content["xl/workbook.xml"]).replace('"Old"', '"&#x9b;2J&#x202e;Old"')
    write(tmp_path / "list.xlsx", content)
    said = show(tmp_path).err
    assert "“2JOld”" in said
    assert not set(said) & set("\x9b\u202e\x1b")
