"""Files that are not Unicode: where too many letters would be guessed, staff choose among readings of a real line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailer.errors import ListError
from mailer.press import Choice, read_audience, read_list, said
from mailer.workspace import Workspace

RUSSIAN = ("Иван Петров", "Вестник недели", "Ольга Смирнова", "Новая газета")
GREEK = ("Γιώργος Παπαδόπουλος", "Η Καθημερινή", "Ελένη Αντωνίου", "Τα Νέα")
HEBREW = ("דוד כהן", "הארץ", "רות לוי", "מעריב")
ARABIC = ("أحمد حسن", "جريدة الأهرام", "فاطمة علي", "المصري اليوم")
JAPANESE = ("山田太郎", "朝日新聞", "鈴木花子", "毎日新聞")
OTHERS = {
    "cp1251": RUSSIAN, "koi8-r": RUSSIAN, "iso8859-5": RUSSIAN, "cp866": RUSSIAN, "mac-cyrillic": RUSSIAN,
    "koi8-u": ("Олена Їжак", "Українська правда", "Іван Ґедзь", "День"),
    "cp1253": GREEK, "iso8859-7": GREEK, "cp1255": HEBREW, "iso8859-8": HEBREW, "cp1256": ARABIC, "iso8859-6": ARABIC,
    "cp932": JAPANESE, "euc-jp": JAPANESE, "shift-jis": JAPANESE, "gb18030": ("王伟", "人民日报", "李娜", "新华社"),
    "gbk": ("王伟", "人民日报", "李娜", "新华社"), "big5": ("陳美玲", "聯合報", "林志明", "自由時報"),
    "euc-kr": ("홍길동", "조선일보", "김영희", "한겨레"), "cp874": ("สมชาย ใจดี", "ไทยรัฐ", "มานี", "มติชน"),
}  # fmt: skip


def saved(path: Path, codec: str, texts: tuple[str, str, str, str]) -> Path:
    one, paper, other, second = texts
    rows = f"email;name;outlet\nfirst.person@example.net;{one};{paper}\nsecond.person@example.org;{other};{second}\n"
    path.write_bytes(rows.encode(codec))
    return path


@pytest.mark.parametrize("codec", OTHERS)
def test_another_alphabet_is_asked_about_with_its_right_reading_first(codec: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "list.csv", codec, OTHERS[codec])
    with pytest.raises(ListError) as asked:
        read_list(path, shown="lists/list.csv")
    [fault] = asked.value.faults
    readings = re.findall(r"(\S+): “([^”]+)”", fault.message)
    assert 3 <= len(readings) <= 6
    assert len({text for _, text in readings}) == len(readings)
    likeliest, text = readings[0]
    assert text in (f"{OTHERS[codec][0]}, {OTHERS[codec][1]}", f"{OTHERS[codec][2]}, {OTHERS[codec][3]}")
    assert f'encoding = "{likeliest}"  in lists/list.toml' in fault.hint
    (tmp_path / "list.toml").write_text(f'encoding = "{likeliest}"\n')
    names = [(person.name, person.outlet) for person in read_list(path)]
    assert names == [OTHERS[codec][:2], OTHERS[codec][2:]]
    assert [p.name for p in read_list(path, answers=said(encoding=codec))] == [
        OTHERS[codec][0],
        OTHERS[codec][2],
    ]


LATIN = {
    "cp1252": ("José Peña", "El Diario", "Zoë Müller", "Die Zeitung"),
    "cp1250": ("Wojciech Żak", "Gazeta", "Łukasz Świątek", "Rzeczpospolita"),
    "iso8859-2": ("Jiří Novák", "Lidové noviny", "Božena Němcová", "Deník"),
    "cp1254": ("Şükrü Işık", "Sözcü Gazetesi", "Çağlar Öğüt", "Hürriyet Gazetesi"),
    "cp1257": ("Jānis Bērziņš", "Diena", "Žydrūnas Šimkus", "Lietuvos rytas"),
}


@pytest.mark.parametrize("codec", LATIN)
def test_accented_letters_are_guessed_as_before_with_a_warning(codec: str, tmp_path: Path) -> None:
    press_list = read_list(saved(tmp_path / "list.csv", codec, LATIN[codec]))
    [finding] = press_list.findings
    assert finding.id == "encoding-guessed"
    assert "list.toml" in finding.hint
    if codec in ("cp1250", "iso8859-2", "cp1254"):
        assert f"--encoding {codec}" in finding.hint, "the likeliest is named"


def test_addresses_and_links_are_no_letters_that_were_read(tmp_path: Path) -> None:
    """They are ASCII in every language, and would make a Russian list look as a western one."""
    rows = "".join(
        f"somebody.with.a.long.name.{n}@newspaper.example.net;Иван;https://example.org/a/long/link/{n}\n"
        for n in range(50)
    )
    path = tmp_path / "list.csv"
    path.write_bytes(f"e-mail;name;url\n{rows}".encode("cp1251"))
    with pytest.raises(ListError, match="cp1251: “Иван”"):
        read_list(path)


def test_utf_8_with_a_few_stray_bytes_is_not_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"p{n}@example.net;Иван Петров;Вестник\n" for n in range(20))
    path.write_bytes(
        f"email;name;outlet\n{rows}".encode() + "last@example.net;Zoë;Die Zeitung\n".encode("cp1252")
    )
    assert [p.name for p in read_list(path)][-2:] == ["Иван Петров", "Zoë"]


def test_nobody_is_mailed_before_the_letters_are_known(workspace: Workspace) -> None:
    saved(workspace.lists / "office.csv", "cp1251", RUSSIAN)
    with pytest.raises(ListError, match="which letters are these"):
        read_audience(workspace, Choice(lists=("office",)))
    (workspace.lists / "office.toml").write_text('encoding = "cp1251"\n')
    assert [p.name for p in read_audience(workspace, Choice(lists=("office",))).recipients] == [
        "Иван Петров",
        "Ольга Смирнова",
    ]


def test_a_line_without_an_end_is_weighed_in_time_that_grows_with_it(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    rows = "".join(f"p{n}@example.net;{'x' * 100_000}é\n" for n in range(40))
    path.write_bytes(f"email;name\n{rows}".encode("cp1252"))
    assert len(list(read_list(path))) == 40
