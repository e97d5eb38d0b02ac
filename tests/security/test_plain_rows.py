"""Rows in plain form are read by an expression, past expat: it must say of them what expat says, or leave them to it.

The same document in UTF-16 never takes the short way, as what it looks for are bytes of UTF-8. So each document is read
in both, and must be the same list, or be refused both times.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support import open_documents
from support.workbooks import MAIN, parts, write

from mailer.errors import ListError
from mailer.press import read_list
from mailer.press.list_files.workbooks.xml_part import Handlers, Plain, XmlPart

WILD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])

TEXTS = st.sampled_from([
    "ana@example.net", "bo@example.org", "Ana Ruiz", "José", "周😀", "AT&amp;T", "&#233;", "&#xE9;", "&#0;", "&#55296;", "&bogus;", "&",
    "&amp;amp;", "a\nb", "a\tb", "a\rb", "a\u0085b", " blank ", "", "]]&gt;", "]]>", "_x000D_", "_x0041_", "1", "01", "1.50", "1e3", "-7", "x",
    "99999999", "٣", "+1", " 1", "1_0", "<b/>", "<!-- c -->", "<![CDATA[<row r=\"9\">]]>", "\x01", "\ufffe", "#N/A", "0", "46082",
])  # fmt: skip
REFERENCES = st.sampled_from(["A", "B", "C", "D", "E", "AA", "ALL", "ALM", "XFD", "a", "", "AAAA"])
KINDS = st.sampled_from(
    ["", ' t="s"', ' t="n"', ' t="str"', ' t="b"', ' t="inlineStr"', ' t="d"', ' t="e"', ' t="x"']
)
STYLES = st.sampled_from(["", ' s="0"', ' s="1"', ' s="2"', ' s="9"', ' s="1" s="2"', ' s="-1"', " s='1'"])
ATTRIBUTES = st.sampled_from([
    "", ' spans="1:3"', ' hidden="1"', ' hidden="true"', ' ht="0"', ' ht="x"', ' s="2" customFormat="1"', ' s="2"', ' hidden="1" hidden="0"',
    ' r="7"', ' x:d="0.2"', ' a="&amp;"', ' a="<"', ' a="\u00e9"', " hidden='1'", ' a = "1"', ' a="1"b="2"', '\n hidden="1"', ' a="&bogus;"',
])  # fmt: skip
INSIDE = st.sampled_from([
    "<v>{}</v>", "<is><t>{}</t></is>", '<is><t xml:space="preserve">{}</t></is>', "<v>{}</t></is>", "<is><t>{}</v>", "<v>{}", "{}",
    "<f>A1</f><v>{}</v>", "<is><r><rPr><strike/></rPr><t>{}</t></r><r><t>z</t></r></is>", "<is><rPh><t>{}</t></rPh></is>", "<v></v>", "",
])  # fmt: skip
BETWEEN = st.sampled_from(["", "", "", "\n", "  ", "x", "<!-- </row> -->", "<?p </row>?>", "<![CDATA[</row>]]>", "<a/>", "&#10;", "&bogus;",
                           "</row>", "<row>", "<rPh>", "</rPh>"])  # fmt: skip


@st.composite
def cells(draw: st.DrawFn, row: int) -> str:
    if draw(st.integers(0, 5)) == 0:
        return draw(BETWEEN)
    reference = draw(REFERENCES)
    place = f' r="{reference}{row}"' if reference else ""
    inside = draw(INSIDE).format(draw(TEXTS))
    end = f">{inside}</c>" if inside or draw(st.booleans()) else "/>"
    return f"<c{place}{draw(STYLES)}{draw(KINDS)}{end}"


def plain_cell(row: int, column: str, content: str, kind: str) -> str:
    if kind == "s":
        return f'<c r="{column}{row}" t="s"><v>{len(content) % 6}</v></c>'
    return f'<c r="{column}{row}" t="inlineStr"><is><t>{content}</t></is></c>'


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Mostly plain rows, so that a wild one stands between some that are read the short way."""
    out = []
    number = 1
    for _ in range(draw(st.integers(1, 8))):
        number += draw(st.sampled_from([1, 1, 1, 2, 0, -1]))
        if draw(st.booleans()):
            content, kind = draw(TEXTS), draw(st.sampled_from(["s", "i"]))
            body = "".join(plain_cell(number, column, content, kind) for column in "ABC")
        else:
            body = "".join(draw(st.lists(cells(number), max_size=4)))
        given_number = draw(
            st.sampled_from([f' r="{number}"', f' r="{number}"', "", f' r="0{number}"', ' r="2000000"'])
        )
        out.append(f"{draw(BETWEEN)}<row{given_number}{draw(ATTRIBUTES)}>{body}</row>")
    return "".join(out)


STRINGS = "".join(f"<si>{each}</si>" for each in (
    "<t>ana@example.net</t>", "<t/>", '<t xml:space="preserve"> b </t>', "<r><rPr><strike/></rPr><t>gone@example.org</t></r>",
    "<r><rPr><strike/></rPr><t>old</t></r><r><t>new@example.org</t></r>", "<t>AT&amp;T&#233;</t>",
))  # fmt: skip
SHEET_STYLES = (
    f"<styleSheet {MAIN}><fonts><font/><font><strike/></font></fonts>"
    '<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="14" fontId="0"/><xf numFmtId="0" fontId="1"/></cellXfs></styleSheet>'
)
FIRST = '<row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'

Said = list[tuple[int, list[str], object]] | str


def said(path: Path) -> Said:
    """All that a file says, or that it is refused. Of what expat complains of, the place in the file may differ."""
    try:
        raw = [(row.line, row.cells, row.marks and (row.marks.hidden, list(row.marks.struck), list(row.marks.partly_struck),
                list(row.marks.uncalculated))) for row in read_list(path).raw_rows()]  # fmt: skip
    except ListError as error:
        message = error.faults[0].message
        return "not XML" if "can't be read" in message else message
    return raw


def as_utf16(content: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-16"?>' + content).encode("utf-16", "surrogatepass")


def as_utf8(content: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>' + content).encode("utf-8", "surrogatepass")


def xlsx_in(encode: Callable[[str], bytes], body: str, strings: str, path: Path) -> Path:
    sheet = f'<worksheet {MAIN} xmlns:x="urn:x"><sheetData>{FIRST}{body}</sheetData></worksheet>'
    content = parts(
        {"Press": encode(sheet)}, strings=encode(f"<sst {MAIN}>{strings}</sst>"), styles=SHEET_STYLES
    )
    return write(path, content)


@WILD
@given(body=rows())
@example(body='<row r="2"><c r="A2" t="s"><v>٣</v></c></row>')
@example(body='<row r="2"><c r="A2" t="inlineStr"><is><t>a]]></t></is></c></row>')
@example(body='<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>')
@example(body='<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>')
@example(
    body='<row r="2"><c r="A2" t="s"><v>4</v></c><c r="B2" s="2"><v>2</v></c></row><row r="3" s="2" customFormat="1"><c r="A3"><v>1</v></c></row>'
)
@example(
    body='<!-- </row> <row r="2"><c r="A2"><v>1</v></c></row> --><row r="3"><c r="A3"><v>1</v></c></row>'
)
def test_an_excel_sheet_is_the_same_by_either_way(body: str, tmp_path: Path) -> None:
    short = said(xlsx_in(as_utf8, body, STRINGS, tmp_path / "a.xlsx"))
    assert short == said(xlsx_in(as_utf16, body, STRINGS, tmp_path / "b.xlsx"))


@WILD
@given(
    texts=st.lists(st.tuples(BETWEEN.filter(lambda piece: "row" not in piece), TEXTS), min_size=1, max_size=8)
)
def test_shared_texts_are_the_same_by_either_way(texts: list[tuple[str, str]], tmp_path: Path) -> None:
    body = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 2}</v></c></row>' for n in range(2, len(texts) + 2)
    )
    strings = "".join(f"{between}<si><t>{content}</t></si>" for between, content in texts)
    short = said(xlsx_in(as_utf8, body, strings, tmp_path / "a.xlsx"))
    assert short == said(xlsx_in(as_utf16, body, strings, tmp_path / "b.xlsx"))


OPEN_CELLS = st.sampled_from([
    "<table:table-cell{0}><text:p>{1}</text:p></table:table-cell>", "<table:table-cell{0}/>", "<table:table-cell{0}></table:table-cell>",
    "<table:table-cell{0}><text:p><text:a{0}>{1}</text:a></text:p></table:table-cell>", "<table:table-cell{0}><text:p>{1}</text:a></text:p></table:table-cell>",
    "<table:table-cell{0}><text:p>{1}</text:p><text:p>z</text:p></table:table-cell>", "<table:covered-table-cell{0}><text:p>{1}</text:p></table:covered-table-cell>",
    "<table:table-cell{0}><text:p><text:span text:style-name=\"gone\">{1}</text:span>y</text:p></table:table-cell>",
    "<table:table-cell{0}><text:p>{1}</table:table-cell>", "<table:table-cell{0}><office:annotation><text:p>{1}</text:p></office:annotation></table:table-cell>",
])  # fmt: skip
OPEN_ATTRIBUTES = st.sampled_from([
    "", ' office:value-type="string"', ' office:value-type="float" office:value="1.50"', ' office:value-type="float" office:value="x"',
    ' table:style-name="gone"', ' table:number-columns-repeated="3"', ' table:number-columns-repeated="3000"', ' table:number-columns-repeated="-1"',
    ' table:formula="of:=1"', ' office:value-type="string" office:string-value="q"', ' office:value-type="date" office:date-value="2026-03-01"',
    ' a:a="1" a:a="2"', ' a="&amp;"', ' office:value-type="boolean" office:boolean-value="true"', ' office:value="&bogus;"',
])  # fmt: skip
OPEN_ROWS = st.sampled_from(["", ' table:visibility="collapse"', ' table:number-rows-repeated="2"', ' table:default-cell-style-name="gone"',
                             ' table:number-rows-repeated="2000000"', ' table:visibility="filter" table:visibility="filter"'])  # fmt: skip
OPEN_BETWEEN = st.sampled_from(["", "", "", "\n", "x", "<!-- </table:table-row> -->", "<![CDATA[</table:table-row>]]>", "&bogus;",
                                '<table:table-row-group table:display="false">', "</table:table-row-group>", "<text:soft-page-break/>",
                                "<table:shapes>", "</table:shapes>"])  # fmt: skip


@st.composite
def open_rows(draw: st.DrawFn) -> str:
    out = []
    for _ in range(draw(st.integers(1, 6))):
        body = "".join(
            draw(OPEN_BETWEEN)
            if draw(st.integers(0, 6)) == 0
            else draw(OPEN_CELLS).format(draw(OPEN_ATTRIBUTES), draw(TEXTS))
            for _ in range(draw(st.integers(0, 4)))
        )
        out.append(f"{draw(OPEN_BETWEEN)}<table:table-row{draw(OPEN_ROWS)}>{body}</table:table-row>")
    return "".join(out)


def ods_in(encode: Callable[[str], bytes], body: str, path: Path) -> Path:
    table = open_documents.table("Press", open_documents.row("email", "name"), body)
    content = open_documents.content(table).partition("?>")[2]
    return write(path, {"mimetype": open_documents.MIMETYPE, "content.xml": encode(content)})


@WILD
@given(body=open_rows())
def test_an_open_document_is_the_same_by_either_way(body: str, tmp_path: Path) -> None:
    short = said(ods_in(as_utf8, body, tmp_path / "a.ods"))
    assert short == said(ods_in(as_utf16, body, tmp_path / "b.ods"))


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_only_plain_elements_are_taken_and_only_where_they_are_elements(size: int, encoding: str) -> None:
    """Whatever the blocks are in which a part comes: nothing is read twice, and nothing within a comment."""
    taken: list[str] = []
    by_expat: list[str] = []

    def take(text: str, at: int) -> int:
        while text.startswith("<e>é</e>", at):
            taken.append("é")
            at += len("<e>é</e>")
        return at

    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><d><s>' + "<e>é</e>" * 50 + "<!-- <e>é</e> --><e>other</e>"
        + "<e>é</e>" * 50 + "<![CDATA[<e>é</e><e>é</e>]]>" + "<e>é</e>" * 50 + "</s><e>é</e></d>"
    ).encode(encoding)  # fmt: skip
    handlers = Handlers({}, {"e": by_expat.append}, longest_text=100, plain=Plain("e", 2, take))
    part = XmlPart("part", handlers, lambda _: None)
    for at in range(0, len(document), size):
        part.feed(document[at : at + size])
    part.close()
    assert len(taken) + len(by_expat) == 152
    assert by_expat.count("other") == 1
    assert (len(taken) >= 49) == (encoding == "utf-8"), "a block is taken to its end by whoever began it"
