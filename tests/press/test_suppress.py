"""suppressed.csv: read as staff leave it, changed a line at a time, by several processes at once."""

from __future__ import annotations

import multiprocessing
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.suppressing import add_some

from mailer.errors import ListError
from mailer.press import AddressError, Suppressions, begin_suppressions

HEADER = "address,reason,date,source\n"
IO = Path("/proc/self/io")


def suppressions(tmp_path: Path, content: str | bytes = HEADER) -> Suppressions:
    path = tmp_path / "suppressed.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Suppressions(path)


def test_an_address_is_found_in_any_case_and_no_other_is(tmp_path: Path) -> None:
    found = suppressions(
        tmp_path, HEADER + "Ana@Example.net,unsubscribed,2026-01-02,link\nx@bücher.example,,,\n"
    )
    assert "ana@example.NET" in found
    assert "X@xn--bcher-kva.example" in found
    assert "ana+press@example.net" not in found
    assert "bo@example.net" not in found
    assert len(found) == 2
    entry = found.get("ANA@example.net")
    assert entry is not None
    assert (entry.reason, entry.date, entry.source, entry.line) == ("unsubscribed", "2026-01-02", "link", 2)


@pytest.mark.parametrize(
    "content",
    [
        "address;reason\nana@example.net;x\n",
        "sep=;\naddress;reason\nana@example.net;x\n",
        "reason\taddress\nleft; moved\tana@example.net\n",
        "E-Mail,Grund\nana@example.net,\n",
        "ana@example.net\n",
        "ana@example.net,unsubscribed,,\n",
        "\ufeffaddress,reason\n<ana@example.net>,\n",
        "address,reason\r\nAna <ana@example.net>,\r\n",
        "address,reason\n\n,ana@example.net\n",
        'address,reason\n"bo@example.org; ana@example.net",\n',
        "address,reason\nana@example.net",
        'address,reason\n"bo@example.org,never closed\nana@example.net,x\ncy@example.com,\n',
        'address,reason\nbo@example.org,"never closed\nana@example.net,x\ncy@example.com,"y\n',
        "address,reason\nbo@example.org,Zoë\nana@example.net,\n".encode("cp1252"),
        "address,reason\nana@example.net,\n".encode("utf-16"),
    ],
)
def test_whatever_excel_made_of_the_file_the_person_stays_suppressed(
    content: str | bytes, tmp_path: Path
) -> None:
    assert "ana@example.net" in suppressions(tmp_path, content)


def test_an_entry_without_reason_still_says_something(tmp_path: Path) -> None:
    """Whoever shows why an address is left out must not take "" for "not suppressed"."""
    entry = suppressions(tmp_path, HEADER + "ana@example.net,,,\n").get("ana@example.net")
    assert str(entry) == "suppressed"


def test_no_file_is_not_nobody(tmp_path: Path) -> None:
    """It may have been moved or renamed, and everybody whom it names would be mailed."""
    with pytest.raises(ListError, match="is missing"):
        Suppressions(tmp_path / "suppressed.csv")


def test_a_new_file_has_a_header_and_gets_a_line_for_each(tmp_path: Path) -> None:
    path = tmp_path / "lists" / "suppressed.csv"
    begin_suppressions(path)
    assert path.read_text() == HEADER
    found = Suppressions(path)
    assert found.add("Ana <Ana@example.net>", "unsubscribed", "link", on=date(2026, 1, 2))
    assert not found.add("ana@EXAMPLE.net", "bounced"), "already there: the first reason stays"
    assert found.add("bo@example.org", 'said "no",\nfirmly', "a colleague", on=date(2026, 1, 3))
    assert found.path.read_text() == (
        HEADER
        + "Ana@example.net,unsubscribed,2026-01-02,link\n"
        + 'bo@example.org,"said ""no"", firmly",2026-01-03,a colleague\n'
    )
    assert "bo@example.org" in found
    with pytest.raises(AddressError):
        found.add("nonsense", "x")
    with pytest.raises(AddressError, match="pattern"):
        found.add("*@example.org", "whoever believes that a domain was suppressed would mail it")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            b"\xef\xbb\xbfaddress;why;reason\r\nbo@example.org;;x",
            b"\xef\xbb\xbfaddress;why;reason\r\nbo@example.org;;x\r\nana@example.net;;left\r\n",
        ),
        (
            "reason,address\nZoë,bo@example.org\n".encode("cp1252"),
            "reason,address\nZoë,bo@example.org\nleft,ana@example.net\n".encode("cp1252"),
        ),
        (
            "address\tdate\nbo@example.org\t\n".encode("utf-16"),
            "address\tdate\nbo@example.org\t\nana@example.net\t2026-01-02\n".encode("utf-16"),
        ),
    ],
)
def test_adding_keeps_every_byte_that_was_there(before: bytes, after: bytes, tmp_path: Path) -> None:
    found = suppressions(tmp_path, before)
    found.add("ana@example.net", "left", on=date(2026, 1, 2))
    assert found.path.read_bytes() == after
    assert "ana@example.net" in found


def bytes_read() -> int:
    """By this process so far (proc_pid_io(5))."""
    return int(IO.read_text().split()[1])


@pytest.mark.skipif(not IO.exists(), reason="only Linux tells how much was read")
def test_adding_reads_nothing_again_that_is_there(tmp_path: Path) -> None:
    """400 wishes took 5.9 s: each read all that was there, and wrote it anew."""
    path = tmp_path / "suppressed.csv"
    path.write_text("address,reason\n" + "".join(f"gone{n}@example.org,bounced\n" for n in range(20_000)))
    os.utime(path, (1, 1))  # as after a night: what has just changed is looked at again
    found, size = Suppressions(path), path.stat().st_size
    before = bytes_read()
    assert all(found.add(f"ana{n}@example.net", "unsubscribed") for n in range(20))
    assert bytes_read() - before < size
    assert len(Suppressions(path)) == 20_020


def test_removing_takes_the_line_and_leaves_the_rest(tmp_path: Path) -> None:
    content = b"address , reason\r\n# kept by Bo,\r\nana@example.net,x\r\n\r\n"
    content += b'BO@example.org, "two\r\nlines" \r\n# \xff,raw byte'
    found = suppressions(tmp_path, content)
    assert found.remove("ANA@example.net") == 1
    assert found.path.read_bytes() == content.replace(b"ana@example.net,x\r\n", b"")
    assert "ana@example.net" not in found
    assert found.remove("bo@example.org") == 1
    assert found.path.read_bytes() == b"address , reason\r\n# kept by Bo,\r\n\r\n# \xff,raw byte"
    assert found.remove("nobody@example.org") == 0


def test_another_process_s_change_is_seen_at_the_next_refresh(tmp_path: Path) -> None:
    mine = suppressions(tmp_path)
    assert mine.refresh() is False
    Suppressions(mine.path).add("ana@example.net", "unsubscribed")
    assert "ana@example.net" not in mine
    assert mine.refresh() is True
    assert "ana@example.net" in mine
    mine.path.write_text(HEADER)
    assert mine.refresh() is True
    assert len(mine) == 0


def test_a_forgotten_person_stays_suppressed_by_hash(tmp_path: Path) -> None:
    found = suppressions(tmp_path, HEADER + "Ana@example.net,unsubscribed,,\n")
    found.forget("ana@example.net", "forgotten")
    assert "ana" not in found.path.read_text()
    assert "ANA@example.net" in found
    assert "bo@example.org" not in found
    assert not found.add("ana@example.net", "bounced"), "their address does not come back into the file"
    assert found.remove("ana@example.net") == 1
    assert "ana@example.net" not in found


CONTENT = st.one_of(
    st.binary(max_size=120),
    st.lists(
        st.sampled_from(
            [
                "address,reason",
                "bo@example.org,x",
                "ana2@example.net",
                "Zoë;y",
                '"',
                "\n",
                "\r\n",
                ",",
                "sha256:00",
            ]
        )
    ).map(lambda parts: "".join(parts).encode()),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=CONTENT)
@example(content=b"\xff\xfe")
@example(content=b'address\n"bo@example.org')
@example(content=b"address\r\rbo@example.org")
def test_whatever_the_file_an_address_added_is_suppressed_and_nobody_else_is_lost(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "suppressed.csv"
    path.write_bytes(content)
    try:
        found = Suppressions(path)
        before = {address for address in ("bo@example.org", "ana2@example.net") if address in found}
        found.add("ana@example.net", "unsubscribed", on=date(2026, 1, 2))
    except ListError:
        return
    assert "ana@example.net" in Suppressions(path)
    assert all(address in found for address in before)


def test_several_processes_add_without_losing_each_other_s(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.csv"
    begin_suppressions(path)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=add_some, args=(path, name)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert len(Suppressions(path)) == 45
    assert path.read_text().count("\n") == 46
    assert {file.name for file in tmp_path.iterdir()} == {"suppressed.csv", ".lock"}, (
        "no temporary file stays"
    )


def test_what_cannot_be_read_stops(tmp_path: Path) -> None:
    (tmp_path / "suppressed.csv").mkdir()
    with pytest.raises(ListError, match="can't be read"):
        Suppressions(tmp_path / "suppressed.csv")
