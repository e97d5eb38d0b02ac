"""Who is never to be mailed again: kept, on Windows too, where an open file can't be replaced."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import httpx
import pytest
from support.bounce_corpus import ANA, BEN, bounces
from support.other_mail import others
from support.returned import ENVELOPE_FROM
from support.sent_mail import returned, send_to
from support.windows import PATIENCE, Windows

from mailer.press import Suppressions, unsubscribe_token
from mailer.workspace import Workspace

CORPUS = {sample.name: sample.content for sample in (*bounces(), *others())}

EXCEL = """
import ctypes, sys
name, others_may_read = sys.argv[1], int(sys.argv[2])
handle = ctypes.WinDLL("kernel32").CreateFileW(name, 0xC0000000, others_may_read, None, 3, 0, None)
print(handle, flush=True)
input()
"""
"""A program that holds a file open for reading and writing; others may at most read it meanwhile."""


def suppressed(office: Workspace) -> set[str]:
    with office.suppressed.open(encoding="utf-8", newline="") as file:
        return {row["address"] for row in csv.DictReader(file)}


def test_suppress_and_unsuppress(windows: Windows, office: Workspace) -> None:
    ran = windows.run("suppress", "ana.ruiz@example.net", "jean-luc@example.com", cwd=office.root)
    assert ran.code == 0, ran.err
    assert suppressed(office) >= {"ana.ruiz@example.net", "jean-luc@example.com", "gone.away@example.com"}
    ran = windows.run("unsuppress", "ana.ruiz@example.net", cwd=office.root)
    assert ran.code == 0, ran.err
    assert suppressed(office) == {"jean-luc@example.com", "gone.away@example.com"}


def take_over(windows: Windows, office: Workspace) -> None:
    """It was sent by another computer, as far as Windows can tell."""
    ran = windows.run("ledger", "adopt", "--yes", cwd=office.root)
    assert ran.code == 0, ran.err


def test_forget(windows: Windows, office: Workspace) -> None:
    send_to(office, ANA, BEN)
    take_over(windows, office)
    with (office.lists / "press.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(f"{ANA},Ana,,en,,\r\n")
    ran = windows.run("forget", ANA, "--yes", cwd=office.root)
    assert ran.code == 0, ran.err
    assert f"{ANA} stays suppressed" in ran.err
    assert not [path for path in office.lists.iterdir() if ANA.encode() in path.read_bytes()]
    assert not [
        path
        for path in office.private.glob("ledger.db*")
        if path.is_file() and ANA.encode() in path.read_bytes()
    ]


def test_bounces(windows: Windows, office: Workspace, tmp_path: Path) -> None:
    tokens = send_to(office, ANA, BEN)
    take_over(windows, office)
    box = tmp_path / "zurück.mbox"
    mail = returned(CORPUS["postfix, unknown user at a remote"], tokens[ANA])
    box.write_bytes((b"From MAILER-DAEMON Tue Mar  3 09:00:05 2026\n" + mail + b"\n").replace(b"\n", b"\r\n"))
    command = ("bounces", "--mbox", windows.path(box))
    rehearsed = windows.run(*command, "--dry-run", cwd=office.root, ENVELOPE_FROM=ENVELOPE_FROM)
    assert (rehearsed.code, ANA in rehearsed.out, ANA in suppressed(office)) == (0, True, False), (
        rehearsed.err
    )
    ran = windows.run(*command, cwd=office.root, ENVELOPE_FROM=ENVELOPE_FROM)
    assert (ran.code, ANA in suppressed(office)) == (0, True), ran.err


def test_a_click_on_unsubscribe(windows: Windows, office: Workspace) -> None:
    """RFC 8058; and again by whoever clicks twice."""
    key = "a key of forty characters or a few more than that"
    process = windows.start("unsubscribe-server", "--port", "0", cwd=office.root, SECRET_KEY=key)
    assert process.stdout
    try:
        url = process.stdout.readline().strip() + unsubscribe_token("ana.ruiz@example.net", key)
        for _ in range(2):
            answer = httpx.post(url, data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE)
            assert answer.status_code == 200, answer.text
    finally:
        process.kill()
        process.communicate()
    ran = windows.run("lists", "show", "press", cwd=office.root)
    assert "ana.ruiz@example.net: unsubscribed" in ran.err, "whatever comes next knows of it"


def test_clicks_while_excel_has_the_list_open(windows: Windows, office: Workspace) -> None:
    """Each wish is kept and followed at once; it reaches the file when that is closed. Staff are told meanwhile."""
    people = [f"reader{n}@example.net" for n in range(20)]
    key = "a key of forty characters or a few more than that"
    process = windows.start("unsubscribe-server", "--port", "0", cwd=office.root, SECRET_KEY=key)
    assert process.stdout
    said: list[str] = []
    Thread(target=said.extend, args=(process.stderr,), daemon=True).start()

    def click(address: str) -> int:
        link = url + unsubscribe_token(address, key)
        return httpx.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=PATIENCE).status_code

    def wait_for(done: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < until, said
            time.sleep(0.2)

    try:
        url = process.stdout.readline().strip()
        excel = windows.start_script(EXCEL, r"lists\suppressed.csv", "1", cwd=office.root)
        assert excel.stdout
        assert int(excel.stdout.readline()) > 0
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(click, people)) == {200}
        assert set(people) <= {entry.address for entry in Suppressions(office.suppressed)}
        wait_for(lambda: any("Excel" in line for line in said))
        ran = windows.run("unsuppress", people[0], cwd=office.root)
        assert (ran.code, "Excel" in ran.err) == (2, True), ran.err
        excel.communicate("\n", timeout=PATIENCE)
        wait_for(lambda: set(people) <= suppressed(office))
        assert windows.run("unsuppress", people[0], cwd=office.root).code == 0
        assert people[0] not in suppressed(office)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("others_may_read", [1, 0], ids=["as Excel does", "as a scanner does"])
def test_a_file_that_another_program_holds(windows: Windows, office: Workspace, others_may_read: int) -> None:
    """It is said, nothing is half done, and nobody is taken for suppressed who is not."""
    excel = windows.start_script(EXCEL, r"lists\suppressed.csv", str(others_may_read), cwd=office.root)
    assert excel.stdout
    assert int(excel.stdout.readline()) > 0
    before = office.suppressed.read_bytes()
    ran = windows.run("suppress", "ana.ruiz@example.net", cwd=office.root)
    assert (ran.code, ran.out) == (2, "")
    assert "suppressed.csv" in ran.err
    assert "bug in mailer" not in ran.err
    assert office.suppressed.read_bytes() == before
    excel.communicate("\n", timeout=PATIENCE)
    assert windows.run("suppress", "ana.ruiz@example.net", cwd=office.root).code == 0
    assert suppressed(office) == {"ana.ruiz@example.net", "gone.away@example.com"}
    assert sorted(path.name for path in office.lists.iterdir() if not path.name.startswith(".")) == [
        "press.csv", "regional.csv", "suppressed.csv",
    ]  # fmt: skip


def test_a_suppression_list_that_nobody_may_read_stops_the_sending(
    windows: Windows, office: Workspace
) -> None:
    scanner = windows.start_script(EXCEL, r"lists\suppressed.csv", "0", cwd=office.root)
    assert scanner.stdout
    scanner.stdout.readline()
    ran = windows.run(
        "send", "harbour-report", "--yes", cwd=office.root, SMTP_HOST="127.0.0.1", SMTP_SECURITY="none"
    )
    scanner.communicate("\n", timeout=PATIENCE)
    assert ran.code == 2
    assert "suppressed.csv: can't be read" in ran.err
