"""How long the desk keeps somebody waiting: from its start to the first page, with few and many releases, and in twelve tabs.

    python benchmarks/desk/start.py --rounds 9

`mailer desk` is started as a process of its own, and its first page fetched as soon as it has printed its address.
The same page is then fetched again, with 500 releases of which 100 were sent to 300 people each; and a real Chromium
opens it in twelve tabs, one after the other, each from its call to its `load` event, all of them staying open.
Processor seconds are those of the process alone, and differ less on a busy machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

import httpx
from support.browser import chromium
from support.desk import desk
from support.own_office import make_own_office
from support.terminal import COMMAND, environment

from mailer.delivery import Ledger
from mailer.delivery.ledger.records import Entry, FrozenEdition, FrozenRelease
from mailer.workspace import Workspace

TABS = 12
RELEASES, SENT, PEOPLE = 500, 100, 300


@contextmanager
def started(workspace: Workspace) -> Iterator[tuple[httpx.Client, float, float]]:
    """A desk: a client that has its first page, and seconds until the address was printed and until the page was there."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, "desk", "--no-browser"],
        cwd=workspace.root, env=environment(), stdout=-1, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        printed = time.perf_counter() - begun
        with httpx.Client(base_url=url.partition("?")[0]) as client:
            answer = client.get(url, follow_redirects=True)
            whole = time.perf_counter() - begun
            assert answer.status_code == 200
            yield client, printed, whole
    finally:
        process.terminate()
        process.communicate(timeout=20)


def fill(workspace: Workspace) -> None:
    """Many releases, of which some were sent."""
    text = (workspace.releases / "harbour-report.md").read_text("utf-8")
    for n in range(RELEASES):
        (workspace.releases / f"release-{n}.md").write_text(
            text.replace("Headline: ", f"Headline: {n} "), "utf-8"
        )
    with Ledger(workspace.ledger) as ledger:
        for n in range(SENT):
            frozen = FrozenRelease(
                f"release-{n}", "press release", f"{n} was sent", "a@example.org", "example.org",
                {"en": FrozenEdition(str(n), b"{}")},
            )  # fmt: skip
            ledger.queue(
                frozen, (Entry(f"p{i}@example.net", f"p{i}@example.net", "", "en", {}) for i in range(PEOPLE))
            )


def milliseconds(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms"


def again(client: httpx.Client, path: str, rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        assert client.get(path).status_code == 200
        found.append(time.perf_counter() - begun)
    return found


def measure_starts(workspace: Workspace, rounds: int) -> None:
    printed, whole, worked = [], [], []
    for _ in range(rounds + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with started(workspace) as (_, first, page):
            printed.append(first)
            whole.append(page)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    print(f"start → address printed: {milliseconds(printed[1:])}")  # the first fills the file system's cache
    print(f"start → first page:      {milliseconds(whole[1:])}")
    print(f"of that, processor:      {milliseconds(worked[1:])}")


def measure_lists(workspace: Workspace, rounds: int) -> None:
    with started(workspace) as (client, _, whole):
        print(f"{RELEASES} releases, start → first page: {whole * 1000:.0f} ms")
        print(f"{RELEASES} releases, the list again:     {milliseconds(again(client, '/', rounds))}")
        print(f"{RELEASES} releases, a search:           {milliseconds(again(client, '/?q=was+42', rounds))}")


def measure_tabs(workspace: Workspace) -> None:
    with chromium() as browser, desk(workspace, browser) as opened:
        context = opened.context()
        loads = []
        for _ in range(TABS):
            page = context.new_page()
            begun = time.perf_counter()
            page.goto(f"{opened.base}/", wait_until="load")
            loads.append(time.perf_counter() - begun)
        streams = sum(url.endswith("/events") for url in opened.requested)
        print(f"{TABS} tabs, each until loaded: {milliseconds(loads)}; streams: {streams}")


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rounds", type=int, default=9)
    rounds = arguments.parse_args().rounds
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        few, many = (make_own_office(Path(folder) / name) for name in ("few", "many"))
        measure_starts(few, rounds)
        fill(many)
        measure_lists(many, rounds)
        measure_tabs(few)


if __name__ == "__main__":
    main()
