"""What staff say about a list: in the settings file beside it, or as options for once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.terminal import Ran, mailer

from mailer.errors import ListError
from mailer.press import Suppressions, read_list, said
from mailer.press.list_files.answers import MEANINGS
from mailer.workspace import Workspace

TWO = "Email;Private email;Wer;Haus;Status\nana@example.net;ana@home.example.org;Ana Ruiz;El Faro;Freelance\n"


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    (tmp_path / "list.csv").write_text(TWO, "utf-8")
    return tmp_path / "list.toml"


def people(path: Path) -> list[tuple[str, str, str]]:
    return [(p.address, p.name, p.outlet) for p in read_list(path.with_suffix(".csv"))]


def test_the_file_beside_a_list_answers_what_would_be_asked(beside: Path) -> None:
    with pytest.raises(ListError) as asked:
        people(beside)
    assert [fault.message.partition("?")[0] for fault in asked.value.faults] == [
        "which column should be mailed", "does “Status” (column 5) say who may be mailed",
    ]  # fmt: skip
    beside.write_text(
        'address = "Private email"\n[columns]\n"Status" = "not about mail"\nWer = "name"\n"HAUS " = "Outlet"\n',
        "utf-8",
    )
    assert people(beside) == [("ana@home.example.org", "Ana Ruiz", "El Faro")]


@pytest.mark.parametrize("number", ["1", '"1"'])
def test_a_column_may_be_given_by_number(number: str, beside: Path) -> None:
    beside.write_text(f'address = {number}\n[columns]\nStatus = "not about mail"\n', "utf-8")
    assert people(beside)[0][0] == "ana@example.net"


@pytest.mark.parametrize(("meaning", "mailed"), [
    ("opted out", ["b", "e"]), ("consent", ["a", "c"]), ("status", ["a", "c", "e"]), ("not about mail", ["a", "b", "c", "d", "e"]),
])  # fmt: skip
def test_what_a_column_may_be_said_to_be(meaning: str, mailed: list[str], tmp_path: Path) -> None:
    cells = {
        "a": "yes",
        "b": "no",
        "c": "2026-01-02" if meaning != "status" else "active",
        "d": "VIP",
        "e": "",
    }
    rows = "".join(f"{who}@example.net,{cell}\n" for who, cell in cells.items())
    (tmp_path / "list.csv").write_text(f"email,Sonstiges\n{rows}", "utf-8")
    (tmp_path / "list.toml").write_text(f'[columns]\nSonstiges = "{meaning}"\n', "utf-8")
    assert [address[0] for address, _, _ in people(tmp_path / "list.toml")] == mailed


def test_encoding_and_delimiter(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes("email;name|outlet\nivan@example.net;Иван|Вестник\n".encode("koi8-r"))
    (tmp_path / "list.toml").write_text('encoding = "koi8-r"\ndelimiter = "semicolon"\n', "utf-8")
    press_list = read_list(tmp_path / "list.csv")
    assert (press_list.delimiter, [p.address for p in press_list]) == ("semicolon", ["ivan@example.net"])
    assert press_list.columns == ("email", "name|outlet")
    assert not press_list.findings, "nothing is guessed"


def test_the_sheet_of_a_workbook(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(("email",))
    book.active.append(("old@example.net",))
    book.create_sheet("Press").append(("email",))
    book["Press"].append(("ana@example.net",))
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "list.toml").write_text('sheet = "Press"\n', "utf-8")
    assert [p.address for p in read_list(tmp_path / "list.xlsx")] == ["ana@example.net"]
    (tmp_path / "list.toml").write_text('sheet = "Presse"\n', "utf-8")
    with pytest.raises(ListError, match="it has no visible sheet “Presse”"):
        read_list(tmp_path / "list.xlsx")


WRONG = {
    "a key mistyped": ('adress = "Email"\n', [(1, "there is no setting “adress”", "did you mean “address”?")]),
    "a meaning mistyped": ('\n[columns]\nStatus = "optedout"\n', [(3, "“optedout” is nothing", "did you mean “opted out”?")]),
    "no such column": ('[columns]\nStatos = "status"\n', [(2, "there is no column “Statos”", "did you mean “Status”?")]),
    "no such encoding": ('encoding = "cp99999"\n', [(1, "there is no encoding “cp99999”", "cp1251")]),
    "no text encoding": ('encoding = "base64"\n', [(1, "there is no encoding “base64”", "cp1251")]),
    "no such delimiter": ('delimiter = "dot"\n', [(1, "“dot” is no delimiter", "comma, semicolon")]),
    "a number for a text": ("encoding = 1251\n", [(1, "encoding is not a text", 'encoding = "…"')]),
    "columns that are no table": ('columns = "Status"\n', [(1, "columns is not a table", "[columns]")]),
    "no TOML": ('address = "Email"\nencoding: cp1251\n', [(2, "can't be read", "key = ")]),
    "several at once": ('adress = "Email"\nencoding = "x"\n[columns]\nStatus = "?"\n', [
        (1, "adress", ""), (2, "no encoding", ""), (4, "“?” is nothing", "one of: opted out")]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_every_fault_of_the_file_is_named_with_its_line(case: str, beside: Path) -> None:
    text, faults = WRONG[case]
    beside.write_text(text, "utf-8")
    with pytest.raises(ListError) as refused:
        read_list(beside.with_suffix(".csv"), shown="lists/list.csv", answers=said("Email", "", ["Status=not about mail"] if case == "no such column" else []))  # fmt: skip
    found = refused.value.faults
    assert [(f.path, f.line) for f in found] == [("lists/list.toml", line) for line, _, _ in faults]
    for fault, (_, message, hint) in zip(found, faults, strict=True):
        assert message in fault.message
        assert hint in fault.hint


def test_a_file_that_is_no_text_or_too_large_is_refused(beside: Path) -> None:
    for content, complaint in ((b"\xff\xfe\0", "not UTF-8"), (b"#" * 200_000, "larger than 100,000 bytes")):
        beside.write_bytes(content)
        with pytest.raises(ListError, match=complaint):
            people(beside)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(
        st.sampled_from(
            [
                "address",
                "columns",
                "Status",
                "=",
                '"',
                "'",
                "[",
                "]",
                "{",
                "}",
                ".",
                ",",
                "\n",
                " ",
                "1",
                "1e9",
                "#",
                "é",
                "\0",
                "2026-01-01",
                "true",
            ]
        ),
        max_size=30,
    ).map("".join)
)
@example(text="a = " + "[" * 50_000)
@example(text="address = " + "9" * 5_000)
@example(text="[columns]\nStatus = {a = 1}")
@example(text="[[columns]]\n")
@example(text="[columns.Status]\nx = 1")
def test_whatever_is_in_the_file_it_is_read_or_refused(text: str, beside: Path) -> None:
    beside.write_text(text, "utf-8")
    with suppress(ListError):
        people(beside)


def test_an_option_goes_before_the_file(beside: Path) -> None:
    beside.write_text('address = "Email"\n[columns]\nStatus = "status"\n', "utf-8")
    answers = said("Private email", columns=["Status = Not about mail", "Wer=name"])
    assert [(p.address, p.name) for p in read_list(beside.with_suffix(".csv"), answers=answers)] == [
        ("ana@home.example.org", "Ana Ruiz")
    ]


@pytest.mark.parametrize("text", ["Status", "Status=", "=status", "Status=perhaps"])
def test_an_option_that_is_not_understood_says_what_would_be(text: str) -> None:
    with pytest.raises(ListError, match="is not understood") as refused:
        said(columns=[text])
    assert "one of: opted out, status, consent, not about mail" in refused.value.faults[0].hint


# ---- commands -----------------------------------------------------------------------------------------


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    (workspace.root / "export.csv").write_text(
        "Email,Name,Status,Sperre\nana@example.net,Ana,Freelance,\nbo@example.org,Bo,Staff,ja\ncy@example.com,Cy,VIP,\n", "utf-8"
    )  # fmt: skip
    return workspace


def run(office: Workspace, *words: str) -> Ran:
    return mailer(*words, cwd=office.root)


def test_a_list_that_was_added_with_answers_does_not_ask_again(office: Workspace) -> None:
    refused = run(office, "lists", "add", "export.csv", "--as", "coast")
    assert refused.code == 2
    assert '--is "Status=not about mail"' in refused.err
    assert not (office.lists / "coast.csv").exists()
    given = ("--is", "Status=not about mail", "--is", "Sperre=opted out")
    ran = run(office, "lists", "add", "export.csv", "--as", "coast", *given)
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[:2] == ["lists/coast.csv", "lists/coast.toml"]
    assert (office.lists / "coast.toml").read_text("utf-8").splitlines()[1:] == [
        "[columns]", '"status" = "not about mail"', '"sperre" = "opted out"',
    ]  # fmt: skip
    assert [p.address for p in read_list(office.lists / "coast.csv")] == ["ana@example.net", "cy@example.com"]
    written = (office.lists / "coast.csv").read_text("utf-8")
    (office.lists / "coast.csv").write_text(written.replace("VIP,\n", "VIP,seit Mai\n"), "utf-8")
    assert [p.address for p in read_list(office.lists / "coast.csv")] == ["ana@example.net"], "nor forgets"


def test_answers_of_another_list_are_not_taken_over(office: Workspace) -> None:
    (office.lists / "coast.toml").write_text('encoding = "utf-16"\n', "utf-8")
    (office.root / "plain.csv").write_text("email\nana@example.net\n", "utf-8")
    ran = run(office, "lists", "add", "plain.csv", "--as", "coast")
    assert (ran.code, "lists/coast.toml already exists" in ran.err) == (2, True)
    assert run(office, "lists", "add", "plain.csv", "--as", "coast", "--replace").code == 0
    assert not (office.lists / "coast.toml").exists()
    assert run(office, "lists", "show", "coast").out.startswith("ana@example.net")


def test_the_file_is_no_list_and_disturbs_none(office: Workspace) -> None:
    (office.lists / "office.csv").write_text(
        "email,Status\nana@example.net,Freelance\nbo@example.org,x\n", "utf-8"
    )
    (office.lists / "office.toml").write_text('[columns]\nStatus = "not about mail"\n', "utf-8")
    assert "toml" not in run(office, "lists").out
    assert run(office, "lists", "check", "office").code == 0
    assert run(office, "suppress", "bo@example.org").code == 0
    assert '"file": "lists/office.csv"' in run(office, "lists", "export", "ana@example.net").out
    assert run(office, "forget", "ana@example.net", "--yes").code == 0
    assert (office.lists / "office.csv").read_text("utf-8") == "email,Status\nbo@example.org,x\n"
    assert (office.lists / "office.toml").exists()


def test_who_asks_to_be_forgotten_does_not_wait_for_answers(office: Workspace) -> None:
    (office.lists / "office.csv").write_text(
        "email,Status\nana@example.net,Freelance\nbo@example.org,x\n", "utf-8"
    )
    assert run(office, "forget", "ana@example.net", "--yes").code == 0
    assert "ana@example.net" not in (office.lists / "office.csv").read_text("utf-8")
    assert "ana@example.net" in Suppressions(office.suppressed)


def test_every_meaning_is_documented() -> None:
    from conftest import REPOSITORY

    page = (REPOSITORY / "docs" / "reference" / "lists.md").read_text("utf-8")
    for meaning in MEANINGS:
        assert f"`{meaning}`" in page.split("## Settings of a list", 1)[1].split("\n## ", 1)[0], meaning


def test_a_header_that_is_said_to_be_two_things_is_a_fault(beside: Path) -> None:
    beside.write_text(
        '[columns]\n"Status" = "opted out"\nSTATUS = "not about mail"\nWer = "name"\nWER = "name"\n'
    )
    with pytest.raises(ListError, match=r"list.toml:3: “STATUS” and “Status” are one column"):
        people(beside)


def test_what_is_called_so_and_is_no_file_is_not_passed_over(beside: Path) -> None:
    """Such as a link to a share that is not there today: what it says may be who is not to be mailed."""
    beside.symlink_to("gone.toml")
    with pytest.raises(ListError, match="no file that can be read"):
        people(beside)
    beside.unlink()
    beside.mkdir()
    with pytest.raises(ListError, match="no file that can be read"):
        people(beside)
