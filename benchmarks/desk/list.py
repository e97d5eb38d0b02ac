"""How long a page of a list of 100,000 takes at the desk: when nobody has looked at it yet, and from then on; and how long
"who has it?" takes with 50 mailings to them.

    python benchmarks/desk/list.py                    # 100,000 people, 50 mailings
    python benchmarks/desk/list.py --people 20000 --mailings 10 --rounds 9

The desk is a process of its own, asked over HTTP by somebody who has looked at the first page for a while: as in a browser,
its news are listened to, and what other pages need is imported meanwhile. Times are from the question to the last byte of the page; a median of
the rounds, and the slowest. What a browser does with it is not in them. The mailings are written into the ledger
directly: nothing is sent.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import httpx

from mailer.delivery import Ledger
from mailer.workspace import Workspace, make_workspace

ROOT = Path(__file__).parents[2]
LOOKS = 3.0
"""Seconds for which somebody looks at the first page."""
FIRST = ("Ana", "José", "Bo", "Jean-Luc", "Priya", "Omar", "Zoë")
PAGES = (
    ("first page", "/lists/big"),
    ("page 1,500", "/lists/big?page=1500"),
    ("words", "/lists/big?q=ruiz+4711"),
    ("words of nobody", "/lists/big?q=nobodyhere"),
    ("a filter", "/lists/big?language=es&c.beat=beat+7"),
    ("problems", "/lists/big?show=problems"),
    ("left out", "/lists/big?show=left-out"),
    ("all lists", "/lists"),
    ("who has it: a name", "/who/found?q=ruiz+4711"),
    ("who has it: nobody", "/who/found?q=nobodyhere"),
    ("who has it: the page", "/who?q=desk.99"),
)


def write_list(path: Path, people: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("email,first name,last name,outlet,language,tags,beat\n")
        for n in range(people):
            address = f"desk.{n}@paper{n % 50}.example.com" if n % 1000 else f"desk.{n}@@example"
            languages = ("es", "en", "fr", "pt-BR", "")
            file.write(
                f"{address},{FIRST[n % 7]},Ruiz {n},Outlet {n % 997},{languages[n % 5]},coast,beat {n % 10}\n"
            )


def fill_ledger(workspace: Workspace, people: int, mailings: int) -> None:
    """So many mailings that everybody has accepted, an attempt each."""
    Ledger(workspace.ledger).close()
    with sqlite3.connect(workspace.ledger) as db:
        for mailing in range(1, mailings + 1):
            db.execute(
                "INSERT INTO mailings (id, release, kind, subject, mail_from, domain, follows, created)"
                " VALUES (?, ?, 'press release', 'Subject', 'a@example.org', 'example.org', '', ?)",
                (mailing, f"release-{mailing}", time.time()),
            )
            first = (mailing - 1) * people
            db.executemany(
                "INSERT INTO deliveries (id, mailing, canonical, address, name, language, fields, token, in_reply_to,"
                " state) VALUES (?1, ?2, ?3, ?3, ?4, 'en', '{}', ?5, '', 'a')",
                (
                    (first + n + 1, mailing, f"desk.{n}@paper{n % 50}.example.com", f"{FIRST[n % 7]} Ruiz {n}",
                     f"{mailing}.{n}")
                    for n in range(people)
                ),
            )  # fmt: skip
            db.executemany(
                "INSERT INTO attempts (delivery, at, code, enhanced, text, host) VALUES (?, ?, 250, '', 'OK', 'mx')",
                ((first + n + 1, time.time()) for n in range(people)),
            )


def asked(client: httpx.Client, path: str) -> tuple[float, str]:
    """Milliseconds until the page was there, and the page."""
    begun = time.perf_counter()
    answer = client.get(path, timeout=120)
    took = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 200, answer.text
    return took, answer.text


def listen(base: httpx.URL, cookies: dict[str, str]) -> None:
    """To the news, until the desk ends."""
    with (
        suppress(httpx.HTTPError),
        httpx.Client(base_url=base, cookies=cookies, timeout=None) as client,
        client.stream("GET", "/events") as news,
    ):
        for _ in news.iter_lines():
            pass


def resident(process: subprocess.Popen[str]) -> str:
    """Megabytes that the desk has in memory, where the system tells."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        kilobytes = int(re.findall(r"VmRSS:\s+(\d+)", status)[0])
        return f"{kilobytes / 1024:.0f} MB"
    except (OSError, IndexError):
        return "?"


def measure(workspace: Workspace, rounds: int) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "mailer", "desk", "--no-browser"]
    process = subprocess.Popen(
        command, cwd=workspace.root, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        parts = urlsplit(url)
        with httpx.Client(base_url=f"{parts.scheme}://{parts.netloc}") as client:
            client.get(url, follow_redirects=True)
            Thread(target=listen, args=(client.base_url, dict(client.cookies)), daemon=True).start()
            time.sleep(LOOKS)
            print(f"memory at the start: {resident(process)}")
            begun = time.perf_counter()
            took, text = asked(client, "/lists/big")
            print(f"{'cold: first page':<28}{took:8.0f} ms, {text.count('?line=')} people on it")
            slowest = took
            while "still being read" in text:
                time.sleep(0.7)
                took, text = asked(client, "/lists/big")
                slowest = max(took, slowest)
            print(
                f"all of it read after {time.perf_counter() - begun:.1f} s; slowest page meanwhile {slowest:.0f} ms"
            )
            took, text = asked(client, "/who/found?q=ruiz+4711")
            print(f"{'cold: who has it':<28}{took:8.0f} ms")
            while "still being read" in text or "Not everything" in asked(client, "/who?q=ruiz")[1]:
                time.sleep(0.5)
            print(f"the record read after {time.perf_counter() - begun:.1f} s; memory {resident(process)}")
            for what, path in PAGES:
                times = sorted(asked(client, path)[0] for _ in range(rounds))
                print(f"{'warm: ' + what:<28}{statistics.median(times):8.0f} ms, slowest {times[-1]:.0f} ms")
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--mailings", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "press-office")
        write_list(workspace.lists / "big.csv", options.people)
        fill_ledger(workspace, options.people, options.mailings)
        measure(workspace, options.rounds)


if __name__ == "__main__":
    main()
