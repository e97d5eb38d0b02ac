"""Lists as people export them: what each shape of file becomes, or the question it raises.

Each case is a file's bytes and what is read from it: `address` or `address|name` for a recipient, and the
reason (`Reason`) for each row that is none. All people are invented.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import Problem, read_list, said

TWO = ["ana@example.net|Ana Ruiz", "jo@example.com|José Peña"]
BASIC = "email,name\nana@example.net,Ana Ruiz\njo@example.com,José Peña\n"


@dataclass(frozen=True)
class Shape:
    """A file, and what it is read as."""

    id: str
    content: bytes | str
    people: list[str]
    reasons: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    warns: tuple[str, ...] = ()


def with_bom(text: str, codec: str, mark: bytes) -> bytes:
    return mark + text.encode(codec)


SEMICOLON = BASIC.replace(",", ";")

SHAPES = [
    # ---- encodings
    Shape("utf-8", BASIC, TWO, encoding="UTF-8", delimiter="comma"),
    Shape("utf-8 with a mark, as Excel saves it", BASIC.encode("utf-8-sig"), TWO, encoding="UTF-8 with a byte-order mark"),
    Shape("a mark before a quoted header", '"email","name"\n"ana@example.net","Ana Ruiz"\n'.encode("utf-8-sig"), TWO[:1]),
    Shape("utf-16 as Excel's Unicode text", with_bom(BASIC.replace(",", "\t"), "utf-16-le", codecs.BOM_UTF16_LE), TWO,
          encoding="UTF-16", delimiter="tab"),
    Shape("utf-16 big-endian", with_bom(BASIC, "utf-16-be", codecs.BOM_UTF16_BE), TWO, encoding="UTF-16"),
    Shape("utf-16 without a mark", BASIC.encode("utf-16-le"), TWO, warns=("encoding-guessed",)),
    Shape("utf-32", with_bom(BASIC, "utf-32-le", codecs.BOM_UTF32_LE), TWO, encoding="UTF-32"),
    Shape("cp1252 from a Windows Excel", SEMICOLON.encode("cp1252"), TWO, encoding="Windows-1252",
          warns=("encoding-guessed",)),
    Shape("cp1252 with curly quotes", "email;name\no@example.net;Siobhán O’Neill\n".encode("cp1252"),
          ["o@example.net|Siobhán O’Neill"], warns=("encoding-guessed",)),
    Shape("latin-1 with a C1 control", "email;name\na@example.net;Iñaki Peña\u0081\n".encode("latin-1"),
          ["a@example.net|Iñaki Peña"], encoding="ISO 8859-1", warns=("encoding-guessed", "control-characters")),
    Shape("Macintosh Roman", "email;name\na@example.net;René Muñoz\nb@example.net;Zoë Gómez\n".encode("mac-roman"),
          ["a@example.net|René Muñoz", "b@example.net|Zoë Gómez"], encoding="Macintosh Roman", warns=("encoding-guessed",)),
    Shape("utf-8 and cp1252 pasted together", BASIC.encode() + "ed@example.org,Zoë Müller\n".encode("cp1252"),
          [*TWO, "ed@example.org|Zoë Müller"], encoding="UTF-8 mixed with Windows-1252", warns=("encoding-guessed",)),
    Shape("plain ascii warns of nothing", "email,name\nana@example.net,Ana Ruiz\n", TWO[:1], encoding="ASCII"),
    Shape("decoded wrongly once before", "email,name\njo@example.com,JosÃ© PeÃ±a\n", ["jo@example.com|JosÃ© PeÃ±a"],
          warns=("garbled",)),
    # ---- delimiters
    Shape("semicolon", SEMICOLON, TWO, delimiter="semicolon"),
    Shape("tab", BASIC.replace(",", "\t"), TWO, delimiter="tab"),
    Shape("vertical bar", BASIC.replace(",", "|"), TWO, delimiter="vertical bar"),
    Shape("sep= line", "sep=;\r\n" + SEMICOLON, TWO, delimiter="semicolon"),
    Shape("quoted sep= line", '"sep=|"\n' + BASIC.replace(",", "|"), TWO, delimiter="vertical bar"),
    Shape("sep= with a mark", ("sep=\t\n" + BASIC.replace(",", "\t")).encode("utf-8-sig"), TWO, delimiter="tab"),
    Shape("semicolons with commas in every name", "email;name\na@example.net;Ruiz, Ana\nb@example.net;Bo, Li\n",
          ["a@example.net|Ruiz, Ana", "b@example.net|Bo, Li"], delimiter="semicolon"),
    Shape("commas with semicolons in every tag", "email,name,tags\na@example.net,Ana,x;y;z\nb@example.net,Bo,x;y\n",
          ["a@example.net|Ana", "b@example.net|Bo"], delimiter="comma"),
    Shape("more commas in quotes than semicolons", 'email;notes\na@example.net;"one, two, three, four"\n',
          ["a@example.net"], delimiter="semicolon"),
    Shape("every row quoted as a whole", '"email,name"\n"ana@example.net,""Ruiz, Ana"""\n"bo@example.org,Bo"\n',
          ["ana@example.net|Ruiz, Ana", "bo@example.org|Bo"], delimiter="comma"),
    Shape("every cell quoted", '"email";"name"\n"ana@example.net";"Ana Ruiz"\n', TWO[:1], delimiter="semicolon"),
    Shape("one quoted column", '"email"\n"ana@example.net"\n', ["ana@example.net"], delimiter="one column"),
    Shape("one column", "email\nana@example.net\njo@example.com\n", ["ana@example.net", "jo@example.com"],
          delimiter="one column"),
    Shape("one column without a header", "ana@example.net\njo@example.com\n", ["ana@example.net", "jo@example.com"]),
    Shape("one column of pasted forms", "email\nRuiz, Ana <ana@example.net>\nBo <bo@example.org>,\n",
          ["ana@example.net|Ruiz, Ana", "bo@example.org|Bo"]),
    Shape("one column with two in a cell", "email\nana@example.net; bo@example.org\n",
          ["ana@example.net", "bo@example.org"], warns=("several-addresses",)),
    Shape("space after the delimiter before a quote", 'email, name\nana@example.net, "Ruiz, Ana"\n',
          ["ana@example.net|Ruiz, Ana"]),
    Shape("delimiters at the end of each row", "email;name;;\nana@example.net;Ana Ruiz;;\njo@example.com;José Peña;;\n", TWO,
          delimiter="semicolon"),
    Shape("one column, delimiters at the end of each row", "email;;;;\nana@example.net;;;;\n", ["ana@example.net"], delimiter="semicolon"),
    Shape("delimiters at the end of each row but the header", "email\nana@example.net;;;\nbo@example.org;;\n",
          ["ana@example.net", "bo@example.org"], delimiter="semicolon"),
    Shape("delimiters at the end of the header only", "email;;;;\nana@example.net\nbo@example.org\n",
          ["ana@example.net", "bo@example.org"], delimiter="semicolon"),
    Shape("as many as the program liked", "email,name,,\nana@example.net,Ana Ruiz,,,,,\njo@example.com,José Peña\n", TWO, delimiter="comma"),
    Shape("no header, and delimiters at the end", "ana@example.net;;;\nbo@example.org;;;;\n", ["ana@example.net", "bo@example.org"],
          delimiter="semicolon"),
    # ---- line ends and blank rows
    Shape("CRLF", BASIC.replace("\n", "\r\n"), TWO),
    Shape("CR of old Macintosh", BASIC.replace("\n", "\r"), TWO),
    Shape("CR CR LF of a double conversion", BASIC.replace("\n", "\r\r\n"), TWO),
    Shape("no last line end", BASIC.rstrip("\n"), TWO),
    Shape("empty rows between", BASIC.replace("\n", "\n\n,\n"), TWO),
    Shape("rows of delimiters at the end", BASIC + ",\n,\n,,,\n", TWO),
    Shape("spaces only", BASIC + "  , \n", TWO),
    # ---- headers
    Shape("padded and capital headers", "  E-MAIL : ,  Full Name *\nana@example.net,Ana Ruiz\n", TWO[:1]),
    Shape("headers with no-break spaces", "E\u2011mail\u00a0,\u00a0Name\nana@example.net,Ana Ruiz\n", TWO[:1]),
    Shape("Spanish", "Correo electrónico;Nombre;Apellidos;Medio;Idioma\nana@example.net;Ana;Ruiz;El Faro;español\n", TWO[:1]),
    Shape("French", "Courriel;Prénom;Nom;Média\nana@example.net;Ana;Ruiz;La Gazette\n", TWO[:1]),
    Shape("German", "E-Mail-Adresse;Vorname;Nachname;Redaktion\nana@example.net;Ana;Ruiz;Die Welle\n", TWO[:1]),
    Shape("Portuguese", "Endereço de e-mail;Nome;Sobrenome;Veículo\nana@example.net;Ana;Ruiz;A Maré\n", TWO[:1]),
    Shape("French without accents", "adresse electronique;prenom et nom\nana@example.net;Ana Ruiz\n", TWO[:1]),
    Shape("decomposed accents, as macOS writes them", "Correo electro\u0301nico;Nombre completo\nana@example.net;Ana Ruiz\n",
          TWO[:1]),
    Shape("German Name and Vorname", "Name;Vorname;E-Mail\nRuiz;Ana;ana@example.net\n", TWO[:1]),
    Shape("full name beside its parts", "Name,First name,Last name,Email\nAna Ruiz,Ana,Ruiz,ana@example.net\n", TWO[:1]),
    Shape("Outlook's further addresses, empty", "E-mail Address,E-mail 2 Address,Name\nana@example.net,,Ana Ruiz\n", TWO[:1]),
    Shape("Google's numbered address", "Name,E-mail 1 - Value\nAna Ruiz,ana@example.net\n", TWO[:1]),
    Shape("a header called address", "address,name\nana@example.net,Ana Ruiz\n", TWO[:1]),
    Shape("a header we don't know", "Kontaktpost;Wer\nana@example.net;Ana\n", ["ana@example.net"], warns=("column-inferred",)),
    Shape("preamble rows", "Press list of the coast,\nExported 2026-03-01,\n,\n" + BASIC, TWO,
          ("before the header", "before the header")),
    Shape("preamble in one cell, then semicolons", "List of press contacts\n\n" + SEMICOLON, TWO, ("before the header",)),
    Shape("the header twice, once at its place", BASIC + BASIC, TWO + TWO, ("the header again",)),
    Shape("a repeated header with the same cells", "email,name,email\nana@example.net,Ana Ruiz,ana@example.net\n", TWO[:1]),
    Shape("two columns called name", "email,name,name\nana@example.net,Ana Ruiz,x\n", TWO[:1]),
    Shape("header without names for some columns", "email,,name\nana@example.net,x,Ana Ruiz\n", TWO[:1]),
    # ---- cells
    Shape("quoted line break in notes", 'email,notes,name\nana@example.net,"one\ntwo, three",Ana Ruiz\njo@example.com,,José Peña\n',
          TWO),
    Shape("quoted line break in a name", 'email,name\nana@example.net,"Ana\nRuiz"\n', TWO[:1], warns=("control-characters",)),
    Shape("doubled quotes", 'email,name\nana@example.net,"Ana ""Nita"" Ruiz"\n', ['ana@example.net|Ana "Nita" Ruiz']),
    Shape("quotes inside an unquoted cell", 'email,name\nana@example.net,Ana "Nita" Ruiz\n',
          ['ana@example.net|Ana "Nita" Ruiz']),
    Shape("a quote never closed", 'email,name\n"ana@example.net,Ana\njo@example.com,Jo\n', [],
          ("unclosed quote", "unclosed quote")),
    Shape("a quote closed by a later row's", 'email,name\n"ana@example.net,Ana\njo@example.com,Jo\n"bo@example.org",Bo\ned@example.net,Ed\n',
          ["ed@example.net|Ed"], ("unclosed quote",) * 3),
    Shape("a quote closed at the end of a later row", 'email,name\nana@example.net,"Ana\njo@example.com,Jo"\ned@example.net,Ed\n',
          ["ed@example.net|Ed"], ("unclosed quote",) * 2),
    Shape("an address in a quoted line of notes", 'email,notes\nana@example.net,"old:\nask bo@example.org, later"\n',
          ["ana@example.net"]),
    Shape("several addresses in a cell", 'email,name\n"ana@example.net, bo@example.org / cy@example.com",Desk\n',
          ["ana@example.net|Desk", "bo@example.org|Desk", "cy@example.com|Desk"], warns=("several-addresses",)),
    Shape("several addresses on lines of a cell", 'email,name\n"ana@example.net\nbo@example.org",Desk\n',
          ["ana@example.net|Desk", "bo@example.org|Desk"], warns=("several-addresses",)),
    Shape("one of several is wrong", "email;name\nana@example.net, bo@@example;Desk\n", ["ana@example.net|Desk"],
          ("address can't be used",)),
    Shape("no address in a row", "email,name\n,Ana Ruiz\nbo@example.org,Bo\n", ["bo@example.org|Bo"], ("no address",)),
    Shape("a total at the end", BASIC + "Total: 2,\n", TWO, ("address can't be used",)),
    Shape("n/a for an address", "email,name\nn/a,Ana Ruiz\nbo@example.org,Bo\n", ["bo@example.org|Bo"],
          ("address can't be used",)),
    Shape("a row shifted by an unquoted comma", "name,email\nRuiz, Ana,ana@example.net\nBo,bo@example.org\n",
          ["bo@example.org|Bo"], ("address can't be used",), warns=("surplus-cells",)),
    Shape("more cells than headers", "email,name\nana@example.net,Ana Ruiz,x\n", TWO[:1], warns=("surplus-cells",)),
    Shape("fewer cells than headers", "email,name,outlet\nana@example.net,Ana Ruiz\n", TWO[:1]),
    Shape("an encoded word for a name", "email,name\nana@example.net,=?utf-8?q?Ana?=\n", ["ana@example.net"],
          warns=("encoded-word",)),
    Shape("zero-width dirt from a web page", "email,name\n\u200bana@example.net\u00a0,\ufeffAna Ruiz\n", TWO[:1]),
    # ---- who is active
    Shape("status active and not", "email,name,status\nana@example.net,Ana Ruiz,Active\nbo@example.org,Bo,Unsubscribed\n",
          TWO[:1], ("not active",)),
    Shape("estado activo y baja", "correo;nombre;estado\nana@example.net;Ana Ruiz;Activo\nbo@example.org;Bo;Baja\n", TWO[:1],
          ("not active",)),
    Shape("statut", "courriel;nom;statut\nana@example.net;Ana Ruiz;abonné\nbo@example.org;Bo;désabonné\n", TWO[:1],
          ("not active",)),
    Shape("a status nobody knows, among known ones", "email,name,status\nana@example.net,Ana Ruiz,active\nbo@example.org,Bo,VIP\n",
          TWO[:1], ("not active",)),
    Shape("an empty status", "email,name,status\nana@example.net,Ana Ruiz,\nbo@example.org,Bo,inactive\n", TWO[:1],
          ("not active",)),
    Shape("subscribed yes and no", "email,name,subscribed\nana@example.net,Ana Ruiz,TRUE\nbo@example.org,Bo,FALSE\n", TWO[:1],
          ("not active",)),
    Shape("unsubscribed at a date", "email,name,unsubscribed at\nana@example.net,Ana Ruiz,\nbo@example.org,Bo,2026-01-02\n",
          TWO[:1], ("opted out",)),
    Shape("email opt out 0 and 1", "email,name,Email Opt Out\nana@example.net,Ana Ruiz,0\nbo@example.org,Bo,1\n", TWO[:1],
          ("opted out",)),
    Shape("unsubscribed never", "email,name,unsubscribed\nana@example.net,Ana Ruiz,never\nbo@example.org,Bo,yes\n", TWO[:1],
          ("opted out",)),
    Shape("two status columns, one says no", "email,name,status,subscribed\nana@example.net,Ana Ruiz,active,yes\nbo@example.org,Bo,active,no\n",
          TWO[:1], ("not active",)),
]  # fmt: skip


def read(path: Path) -> tuple[list[str], tuple[str, ...], set[str]]:
    press_list = read_list(path)
    rows = list(press_list.rows())
    people = [f"{r.address}|{r.name}".removesuffix("|") for r in rows if isinstance(r, Recipient)]
    reasons = tuple(str(r.reason) for r in rows if isinstance(r, Problem) and r.reason)
    warns = {r.id for r in rows if isinstance(r, Problem) and not r.reason} | {
        f.id for f in press_list.findings
    }
    return people, reasons, warns


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.id)
def test_a_shape_is_read(shape: Shape, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(shape.content if isinstance(shape.content, bytes) else shape.content.encode())
    assert read(path) == (shape.people, shape.reasons, set(shape.warns))
    press_list = read_list(path)
    assert shape.encoding in ("", press_list.encoding)
    assert shape.delimiter in ("", press_list.delimiter)


REFUSED = {
    "empty": (b"", "the file is empty"),
    "blank lines only": (b"\n\n,,\n", "the file is empty"),
    "a mark only": (codecs.BOM_UTF8, "the file is empty"),
    "no addresses at all": (
        b"name,outlet\nAna,The Tide\n",
        "none of these columns is known to hold addresses: “name”, “outlet”",
    ),
    "no header over several columns": (
        b"ana@example.net,Ana\nbo@example.org,Bo\n",
        "the first row is a person",
    ),
    "two columns of addresses": (
        b"Email,Private email,Name\nana@example.net,ana@example.org,Ana\n",
        "which column should be mailed? “Email” (column 1) and “Private email” (column 2)",
    ),
    "the same header twice, different addresses": (
        b"email,email\nana@example.net,ana@example.org\n",
        "which column should be mailed?",
    ),
    "a status that may be a province": (
        b"correo;nombre;estado\nana@example.net;Ana Ruiz;Jalisco\n",
        "does “estado” (column 3) say who may be mailed? It holds “Jalisco”",
    ),
    "an old .xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel file (.xls)"),
    "a web page called .csv": (b"<html><table><tr><td>email</td></tr></table>", "this is a web page"),
    "a zip that is no workbook": (b"PK\x03\x04" + b"\0" * 40, "not an Excel workbook"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_shape_is_refused_with_a_question(case: str, tmp_path: Path) -> None:
    content, complaint = REFUSED[case]
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(ListError) as refused:
        read_list(path)
    assert complaint in str(refused.value)
    assert all(fault.hint for fault in refused.value.faults), "it says what to do"


def test_the_question_which_column_can_be_answered(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Email,Private email\nana@example.net,ana@example.org\n")
    assert [r.address for r in read_list(path, answers=said("private EMAIL"))] == ["ana@example.org"]
    assert [r.address for r in read_list(path, answers=said("1"))] == ["ana@example.net"]
    with pytest.raises(ListError, match="there is no column “Fax”"):
        read_list(path, answers=said("Fax"))


def test_a_guessed_encoding_can_be_answered(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("email;name\nwk@example.net;Wojciech Żak\n".encode("cp1250"))
    assert read_list(path).findings[0].id == "encoding-guessed"
    assert [r.name for r in read_list(path, answers=said(encoding="cp1250"))] == ["Wojciech Żak"]
    with pytest.raises(ListError, match="this is not utf-8 text"):
        read_list(path, answers=said(encoding="utf-8"))


def test_an_answered_encoding_that_fails_late_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"email\n" + b"ana@example.net\n" * 6_000 + "josé@example.net\n".encode("cp1252"))
    press_list = read_list(path, answers=said(encoding="utf-8"))
    with pytest.raises(ListError, match="this is not UTF-8 text"):
        list(press_list)


def test_an_endless_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email\nana@example.net\n" * 5000 + 'bo@example.org\n"' + "x\n" * 200_000)
    with pytest.raises(ListError, match=r"list.csv:10002: a quotation mark opens a cell here"):
        list(read_list(path).rows())
