"""suppressed.csv while somebody saves it, and after something has damaged it. Nobody is mailed meanwhile who is in it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailer.errors import ListError
from mailer.press import Suppressions

HEADER = "address,reason,date,source\n"
ANA = "ana@example.net"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "suppressed.csv"
    path.write_text(HEADER + f"{ANA},unsubscribed,,\n")
    return path


# ---- saved by another program while a mailing runs ------------------------------------------------------


def _by_renaming(path: Path) -> None:
    path.rename(path.with_name("8A3F2C10"))
    time.sleep(0.4)
    path.write_text(HEADER + f"{ANA},,,\nbo@example.org,,,\n")


def _in_place(path: Path) -> None:
    path.write_bytes(b"")
    time.sleep(0.4)
    path.write_text(HEADER + f"{ANA},,,\nbo@example.org,,,\n")


def _half_first(path: Path) -> None:
    path.write_text(HEADER + f"{ANA},,,\nbo@exa")
    time.sleep(0.4)
    path.write_text(HEADER + f"{ANA},,,\nbo@example.org,,,\n")


def _by_a_copy(path: Path) -> None:
    copy = path.with_name("suppressed.csv.Xk2LQz")
    copy.write_text(HEADER + f"{ANA},,,\nbo@example.org,,,\n")
    time.sleep(0.4)
    copy.replace(path)


@pytest.mark.parametrize("save", [_by_renaming, _in_place, _half_first, _by_a_copy])
def test_a_file_that_is_just_being_saved_is_waited_for(save: Callable[[Path], None], path: Path) -> None:
    """As Excel, LibreOffice and editors save it. At no moment is somebody in it taken for mailable."""
    found = Suppressions(path)
    saving = threading.Thread(target=save, args=(path,))
    saving.start()
    while saving.is_alive():
        found.refresh()
        assert ANA in found
    found.refresh()
    assert ANA in found
    assert "bo@example.org" in found


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (Path.unlink, "is missing"),
        (lambda path: path.write_bytes(b""), "it is empty"),
        (
            lambda path: path.with_name("suppressed.xlsx").write_bytes(b"PK"),
            "suppressed.xlsx: this may also be a list",
        ),
    ],
    ids=["gone", "empty", "another beside it"],
)
def test_one_that_stays_away_stops_the_mailing(
    spoil: Callable[[Path], object], told: str, path: Path
) -> None:
    found = Suppressions(path)
    spoil(path)
    for _ in range(3):
        with pytest.raises(ListError, match=told):
            found.refresh()
        assert ANA in found, "what was known is not forgotten"
    with pytest.raises(ListError, match=r"is missing|is empty|may also be a list"):
        found.add("bo@example.org", "unsubscribed")
    assert not path.exists() or b"bo@" not in path.read_bytes()


def test_what_was_put_in_order_is_read_again(path: Path) -> None:
    found = Suppressions(path)
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(ListError):
        found.refresh()
    path.with_name("elsewhere").rename(path)
    found.refresh()
    assert found.add("bo@example.org", "unsubscribed")


def test_a_wish_that_cant_be_folded_stays_noted(path: Path) -> None:
    good = path.read_bytes()
    found = Suppressions(path)
    path.unlink()
    assert found.note([("bo@example.org", "page")]) == [True]
    assert "bo@example.org" in found
    with pytest.raises(ListError, match="is missing"):
        found.fold()
    assert not path.exists()
    path.write_bytes(good)
    assert "bo@example.org" in Suppressions(path)
    assert found.fold() == 1
    assert [entry.address for entry in Suppressions(path)] == [ANA, "bo@example.org"]


def test_where_nothing_has_changed_nothing_is_opened(path: Path) -> None:
    """It is asked for every message: a mailing must not read the file, nor list its folder, each time."""
    for file in (path, path.parent):
        os.utime(file, (1, 1))  # as after a night: what has just changed is looked at again
    found, opened, watched = Suppressions(path), [], True
    sys.addaudithook(
        lambda event, _: opened.append(event) if watched and event in ("open", "os.scandir") else None
    )
    assert not any(found.refresh() for _ in range(50))
    watched = False
    assert opened == []


def test_an_address_that_looks_like_a_comment_is_none(path: Path) -> None:
    found = Suppressions(path)
    assert found.add("#desk@example.net", "unsubscribed")
    assert "#desk@example.net" in Suppressions(path)
    assert '\n"#desk@example.net",' in path.read_text()
    assert found.remove("#desk@example.net") == 1


def test_a_hash_that_a_quotation_mark_swallowed_still_holds(path: Path) -> None:
    Suppressions(path).forget("bo@example.org", "forgotten")
    path.write_text(path.read_text().replace(f"{ANA},", f'{ANA},"never closed '))
    assert "bo@example.org" in Suppressions(path)


def test_offices_that_share_a_drive_have_a_file_each(path: Path) -> None:
    """Behind a link lies what its office calls its own; a copy of another office's is no copy of this one."""
    shared = path.parent / "shared"
    shared.mkdir()
    path.replace(shared / "coast-suppressed.csv")
    path.symlink_to(shared / "coast-suppressed.csv")
    (shared / "hills-suppressed.csv").write_text(HEADER)
    assert ANA in Suppressions(path)
    (shared / "coast-suppressed (conflict).csv").write_text(HEADER)
    with pytest.raises(ListError, match=r"coast-suppressed \(conflict\)\.csv: this may also be a list"):
        Suppressions(path)


# ---- damaged in whatever way --------------------------------------------------------------------------

NAMES = [f"reporter{n}@example{n % 3}.net" for n in range(6)]
CODECS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32")
PIECES = st.sampled_from(
    [b"", b"\0", b"\0" * 40, b'"', b'""', b"\n", b"\r", b",", b";", b"\t", b"|", b"#", b"@", b"\xef\xbb\xbf", b"\xff",
     b"\xff\xfe", b"sep=;\n", b"PK\x03\x04", b"\xe9", b"sha256:", b"address", b"\n# ", b"*@example.com\n"]
)  # fmt: skip
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 0, 1, 2, 5, 40]), PIECES), max_size=4)
"""Where, how many bytes go, and what comes in their place."""


def a_good_file(codec: str, delimiter: str, newline: str, notes: str) -> list[bytes]:
    """Its lines, in their encoding; the first with what the encoding puts before it."""
    rows = [["address", "reason", "date", "source"]]
    rows += [[name, f"{notes} {n}", "2026-01-02", "link"] for n, name in enumerate(NAMES)]
    text = newline.join(delimiter.join(row) for row in rows) + newline
    whole = text.encode(codec)
    ends = [len(text[:end].encode(codec)) for end in _ends(text, newline)]
    return [whole[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def _ends(text: str, newline: str) -> list[int]:
    return [n + len(newline) for n in range(len(text)) if text.startswith(newline, n)]


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    codec=st.sampled_from(CODECS),
    delimiter=st.sampled_from(",;\t|"),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    notes=st.sampled_from(["left", "Zoë rang", "“no”"]),
    damage=DAMAGE,
    end=st.floats(0, 1) | st.just(1.0),
)
@example(codec="utf-16", delimiter=",", newline="\n", notes="left", damage=[(0.5, 1, b"")], end=1.0)
@example(codec="utf-16", delimiter=",", newline="\n", notes="left", damage=[(0.5, 0, b"\0")], end=0.75)
@example(codec="utf-8", delimiter=",", newline="\n", notes="left", damage=[(0.15, 0, b'"')], end=1.0)
def test_whatever_has_happened_to_it_nobody_in_a_whole_line_is_mailed(
    codec: str, delimiter: str, newline: str, notes: str,
    damage: list[tuple[float, int, bytes]], end: float, path: Path,
) -> None:  # fmt: skip
    """Either it is refused, or everybody whose line nothing has touched is suppressed."""
    lines = a_good_file(codec, delimiter, newline, notes)
    whole = b"".join(lines)
    content, untouched = bytearray(whole), set(range(len(lines)))
    spans = [(sum(map(len, lines[:n])), sum(map(len, lines[: n + 1]))) for n in range(len(lines))]
    before, broken = (
        len(whole),
        len(newline.encode(codec)),
    )  # a line whose line break has gone is part of the next
    for where, length, piece in sorted(damage, reverse=True):
        at = int(where * len(whole))
        if at + length > before:
            continue  # one place is damaged once
        before = at
        content[at : at + length] = piece
        untouched -= {
            n for n, (begin, last) in enumerate(spans) if at <= last and at + length > begin - broken
        }
    cut = len(content) if end == 1.0 else int(end * len(content))
    if cut < len(content):
        untouched &= {
            n for n, (_, last) in enumerate(spans) if last <= cut - sum(len(piece) for *_, piece in damage)
        }
    path.write_bytes(content[:cut])
    try:
        found = Suppressions(path)
    except ListError:
        return
    assert [NAMES[n - 1] for n in untouched if n and NAMES[n - 1] not in found] == []
