"""Electronic business cards (.vcf): vCard 2.1, 3.0 and 4.0, as address books write them and as nobody should."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailer.errors import ListError
from mailer.model import Recipient
from mailer.press import Choice, forget, kept_about, read_audience, read_list, said
from mailer.press.list_files.raw_rows import LONGEST_CELL
from mailer.workspace import Workspace


def cards(folder: Path, *bodies: str, version: str = "4.0", encoding: str = "utf-8") -> Path:
    path = folder / "people.vcf"
    text = "".join(f"BEGIN:VCARD\nVERSION:{version}\n{body}\nEND:VCARD\n" for body in bodies)
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path


def one(folder: Path, body: str, version: str = "4.0", encoding: str = "utf-8") -> Recipient:
    [person] = read_list(cards(folder, body, version=version, encoding=encoding))
    return person


@pytest.mark.parametrize(("body", "name", "address"), [
    ("FN:Ana Ruiz\nEMAIL:ana@example.net", "Ana Ruiz", "ana@example.net"),
    ("N:Ruiz;Ana;;;\nEMAIL;TYPE=work:ana@example.net", "Ana Ruiz", "ana@example.net"),
    ("N:山田;花子;;;\nEMAIL:ana@example.net", "山田花子", "ana@example.net"),
    ("fn:Ana Ruiz\nitem1.email;type=pref:ana@example.net", "Ana Ruiz", "ana@example.net"),
    ("FN:Ana\n  Ruiz\nEMAIL:ana@exam\n ple.net", "Ana Ruiz", "ana@example.net"),
    ("FN:Ana\n\tRuiz\nEMAIL:mailto:ana@example.net", "AnaRuiz", "ana@example.net"),
    ("FN:Ruiz\\, Ana\\; Dr.\nEMAIL:ana@example.net", "Ruiz, Ana; Dr.", "ana@example.net"),
    ('FN;X-NOTE="a:b;c":Ana Ruiz\nEMAIL;X="1:2":ana@example.net', "Ana Ruiz", "ana@example.net"),
    ('FN;X=\\"a b:Ana Ruiz\nEMAIL:ana@example.net', "Ana Ruiz", "ana@example.net"),
    ("FN:ana@example.net\nEMAIL:ana@example.net", "", "ana@example.net"),
    ("FN:Ana Ruiz\nEMAIL;PREF=2:b@example.org\nEMAIL;PREF=1:ana@example.net", "Ana Ruiz", "ana@example.net"),
    ("FN:Ana Ruiz\nEMAIL:b@example.org\nEMAIL;TYPE=pref,work:ana@example.net", "Ana Ruiz", "ana@example.net"),
    ("FN:Ana Ruiz\nGARBAGE WITHOUT A COLON\n=\n:\nEMAIL:ana@example.net", "Ana Ruiz", "ana@example.net"),
])  # fmt: skip
def test_a_card_is_read(body: str, name: str, address: str, tmp_path: Path) -> None:
    person = one(tmp_path, body)
    assert (person.name, person.address) == (name, address)


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("", "utf-8"), ("UTF-8", "utf-8"), ("windows-1251", "cp1251"), ("x-none", "utf-8")],
)
def test_quoted_printable_of_old_telephones(charset: str, encoding: str, tmp_path: Path) -> None:
    octets = "".join(f"={byte:02X}" for byte in "Иван Петров".encode(encoding))
    half = octets.index("=20") + 3
    parameter = f"CHARSET={charset};" if charset else ""
    body = f"FN;{parameter}ENCODING=QUOTED-PRINTABLE:{octets[:half]}=\n{octets[half:]}\nEMAIL;INTERNET;WORK:ivan@example.net"
    person = one(tmp_path, body, "2.1")
    assert (person.name, person.address) == ("Иван Петров", "ivan@example.net")


def test_what_a_list_can_use_of_a_card(tmp_path: Path) -> None:
    person = one(
        tmp_path,
        "FN:Ana Ruiz\nN:Ruiz;Ana;;;\nORG:El Faro;Coast desk\nTITLE:Editor\nEMAIL:ana@example.net\nLANG;PREF=2:en\nLANG;PREF=1:es\n"
        "CATEGORIES:Press,Coast\\, north\nADR:;;Muelle 3;Vigo;;36201;Spain\nTEL;VALUE=uri:tel:+34600000000\nNOTE:by\\nboat",
    )
    assert (person.outlet, person.languages, person.tags) == (
        "El Faro",
        ("es", "en"),
        {"press", "coast", "north"},
    )
    assert person.fields == {
        "first_name": "Ana", "last_name": "Ruiz", "country": "Spain", "title": "Editor", "phone": "+34600000000", "note": "by boat",
        "opted_out": "",
    }  # fmt: skip
    assert person.where is not None
    assert person.where.line == 1


@pytest.mark.parametrize(
    "line",
    [
        "X-UNSUBSCRIBED:true",
        "X-EMAIL-OPT-OUT:2026-01-02",
        "X-STATUS:inactive",
        "X-CONSENT:no",
        "CATEGORIES:Unsubscribed",
        "X-DO-NOT-EMAIL;TYPE=x:1",
    ],
)
def test_who_has_opted_out_is_not_mailed(line: str, tmp_path: Path) -> None:
    path = cards(tmp_path, f"FN:Ana\nEMAIL:ana@example.net\n{line}", "FN:Bo\nEMAIL:bo@example.org")
    [problem, bo] = read_list(path).rows()
    assert isinstance(bo, Recipient)
    assert (problem.reason, problem.line) == ("opted out", 1)


def test_a_property_that_is_not_understood_is_asked_about(tmp_path: Path) -> None:
    path = cards(tmp_path, "FN:Ana\nEMAIL:ana@example.net\nX-STATUS:Freelance")
    with pytest.raises(ListError, match=r"does “X-STATUS” .* say who may be mailed\? It holds “Freelance”"):
        read_list(path)
    path.with_suffix(".toml").write_text('[columns]\n"X-STATUS" = "not about mail"\n')
    assert [p.address for p in read_list(path)] == ["ana@example.net"]


def test_other_alphabets_are_asked_about_here_too(tmp_path: Path) -> None:
    path = cards(
        tmp_path, "FN:Иван Петров\nORG:Вестник\nEMAIL:ivan@example.net", version="2.1", encoding="cp1251"
    )
    with pytest.raises(ListError, match="cp1251: “"):
        read_list(path)
    assert [p.name for p in read_list(path, answers=said(encoding="cp1251"))] == ["Иван Петров"]
    with pytest.raises(ListError, match="this is not"):
        read_list(path, answers=said(encoding="utf-8"))


def test_a_card_that_never_ends_loses_nobody(tmp_path: Path) -> None:
    path = tmp_path / "people.vcf"
    path.write_text("BEGIN:VCARD\nFN:Ana\nEMAIL:ana@example.net\nBEGIN:VCARD\nFN:Bo\nEMAIL:bo@example.org\n")
    assert [(p.name, p.where and p.where.line) for p in read_list(path)] == [("Ana", 1), ("Bo", 4)]


def test_cards_are_a_list_everywhere(workspace: Workspace) -> None:
    cards(workspace.lists, "FN:Ana\nEMAIL:ana@example.net", "FN:Bo\nEMAIL:bo@example.org")
    assert [p.address for p in read_audience(workspace, Choice(lists=("people",))).recipients] == [
        "ana@example.net",
        "bo@example.org",
    ]
    assert [(found.path, found.line) for found in kept_about(workspace, "bo@example.org")] == [
        ("lists/people.vcf", 6)
    ]
    gone = forget(workspace, "bo@example.org")
    assert [(found.path, found.line) for found in gone.by_hand] == [("lists/people.vcf", 6)], (
        "named for a person to remove"
    )


# ---- made to harm -------------------------------------------------------------------------------------


def test_portraits_are_not_held_and_memory_does_not_grow(tmp_path: Path) -> None:
    folded = "PHOTO;ENCODING=b;TYPE=JPEG:" + "\n ".join(["QUJD" * 18] * 6_000)
    endless = "PHOTO:data:image/jpeg;base64," + "QUJD" * 200_000

    def peak(number: int) -> int:
        bodies = [f"FN:P{n}\nEMAIL:p{n}@example.net\n{folded if n % 2 else endless}" for n in range(number)]
        path = cards(tmp_path, *bodies)
        tracemalloc.start()
        assert sum(1 for _ in read_list(path)) == number
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(2)
    assert peak(30) < peak(2) + 500_000


@pytest.mark.parametrize(("body", "complaint"), [
    ("NOTE:" + "x" * (LONGEST_CELL + 10), "a property of the card has more than 131,072 characters"),
    ("NOTE:" + "\n ".join(["x" * 70] * 2_000), "a property of the card has more than 131,072 characters"),
    ("\n".join(["TEL:1"] * 1_100), "the card has more than 1,000 properties"),
])  # fmt: skip
def test_what_is_larger_than_any_card_is_refused_with_its_line(
    body: str, complaint: str, tmp_path: Path
) -> None:
    path = cards(tmp_path, "FN:Ana\nEMAIL:ana@example.net", body)
    with pytest.raises(ListError, match=complaint) as refused:
        list(read_list(path).rows())
    assert refused.value.faults[0].line in (6, 8)


FRAGMENTS = st.sampled_from([
    "BEGIN:VCARD", "END:VCARD", "\n", "\r\n", "\n ", "\n\t", "=\n", "=3D", "EMAIL:", "item1.EMAIL;type=pref:", "ana@example.net", "N:;;;",
    "FN;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-16:", "ORG:a\\;b;c", "\\", '"', ";", ":", ",", "CATEGORIES:x,y", "X-STATUS:active", "é", "\0", "PREF=99:",
])  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(FRAGMENTS, max_size=40).map("".join))
@example(text="\nEMAIL;QUOTED-PRINTABLE:=\n=\n")
def test_whatever_is_in_cards_there_are_people_remarks_or_a_complaint(text: str, tmp_path: Path) -> None:
    path = tmp_path / "people.vcf"
    path.write_bytes(f"BEGIN:VCARD\n{text}".encode())
    try:
        for row in read_list(path).rows():
            assert not isinstance(row, Recipient) or row.address.isprintable()
    except ListError as error:
        assert all(fault.message for fault in error.faults)
