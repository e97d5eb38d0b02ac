"""Desk and sender are killed with SIGKILL at random moments after somebody has said yes: who got it twice, and how soon the
page of a desk that is started again tells the truth.

    PYTHONPATH=tests python benchmarks/desk/killed.py --rounds 24 --at-once 4

A round takes a minute: the countdown is the real one. Each has an office, a mail server and a desk of its own. The moment
lies anywhere from the word until shortly after the last message; the victim is the sender, the desk, or both. Then a desk is
started, its page is looked at until it says what the ledger says, and the rest is sent. Prints a line for each round, and
JSON at the end; exit code 1 if anybody got it twice, or is missing and not in doubt.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
from support.browser import entered
from support.office import RELEASE, Office
from support.ordered import newest, ordered
from support.own_office import make_own_office
from support.smtp_faulty import FaultyServer
from support.terminal import start

from mailer.delivery import Ledger
from mailer.pipeline.offering import Asked, is_alive

PEOPLE = 60
COUNTDOWN = 30.0
SEND = f"/r/{RELEASE}/send"


def an_office(folder: Path, server: FaultyServer) -> Office:
    office = Office(make_own_office(folder / "office"), server)
    office.list("press", *(f"reporter{n}@example.net,Reporter {n},,en," for n in range(PEOPLE)))
    return office


def a_desk(office: Office, stack: ExitStack) -> tuple[Any, httpx.Client]:
    process = start(
        "desk", "--no-browser", cwd=office.workspace.root, **office.settings(SMTP_CONNECTIONS="2")
    )
    stack.callback(lambda: process.poll() is None and process.kill())
    assert process.stdout is not None
    client = stack.enter_context(entered(process.stdout.readline().strip()))
    client.timeout = 120
    return process, client


def say_yes(client: httpx.Client) -> httpx.Response:
    page = client.get(SEND).text
    said = {
        "nonce": re.findall(r'name="nonce" value="([^"]+)"', page),
        "number": str(PEOPLE),
        "agreed": re.findall(r'name="agreed" value="([^"]+)"', page),
    }
    headers = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    return client.post(SEND, data=said, headers=headers)


def senders(office: Office) -> list[int]:
    """Processes that send an order of this office, from Linux's /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"--order" in words and (folder / "cwd").readlink() == office.workspace.root.resolve():
                found.append(int(folder.name))
    return found


def truthful(office: Office, client: httpx.Client) -> bool:
    """Whether the page says that somebody is at work if, and only if, the ledger does."""
    page = client.get(SEND).text
    offer = newest(office)
    with Ledger(office.workspace.ledger) as ledger:
        alive = is_alive(ledger, offer)
    return ("has said yes to this" in page) is alive


def one(number: int, seed: int) -> dict[str, Any]:
    chance = random.Random(seed * 1000 + number)
    victim = chance.choice(["sender", "desk", "both"])
    after = (
        chance.uniform(0.0, COUNTDOWN + 6.0) if chance.random() < 0.4 else COUNTDOWN + chance.uniform(0, 3.5)
    )
    with tempfile.TemporaryDirectory() as folder, FaultyServer() as server, ExitStack() as stack:
        office = an_office(Path(folder), server)
        server.hook = lambda stage, when: time.sleep(0.1) if (stage, when) == ("dot", "before") else None
        process, client = a_desk(office, stack)
        assert say_yes(client).status_code == 303
        time.sleep(after)
        state = newest(office).state
        reached = len(office.got())
        if victim in ("sender", "both"):
            for pid in senders(office):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if victim in ("desk", "both"):
            process.send_signal(signal.SIGKILL)
            process.communicate()
            process, client = a_desk(office, stack)
        began = time.monotonic()
        while not truthful(office, client) and time.monotonic() - began < 60:
            time.sleep(0.05)
        seconds = time.monotonic() - began
        while newest(office).state in (
            "given",
            "begun",
            "sending",
        ):  # a sender that nobody killed goes on; a dead one is found out
            client.get(SEND)
            time.sleep(0.5)
        server.wait_until_idle(120)
        server.heal()
        with Ledger(office.workspace.ledger) as ledger:
            queued = ledger.find(RELEASE) is not None
            left = [] if not queued else list(ledger.waiting(RELEASE))
        if left or not queued:
            its = {"SMTP_CONNECTIONS": "2"}
            office.run("send", "--order", str(ordered(office, Asked(rest=queued), **its).id), **its)
        got, states = Counter(office.got()), office.states()
        return {
            "round": number, "victim": victim, "after": round(after, 1), "order": state, "had": reached,
            "truthful_after": round(seconds, 2), "twice": sum(times > 1 for times in got.values()),
            "uncertain": sum(each == "uncertain" for each in states.values()),
            "missing": sum(a not in got and s != "uncertain" for a, s in states.items()) + PEOPLE - len(states),
        }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--seed", type=int, default=17)
    asked = parser.parse_args()
    rounds = []
    with ThreadPoolExecutor(asked.at_once) as pool:
        for found in pool.map(lambda number: one(number, asked.seed), range(asked.rounds)):
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
            rounds.append(found)
    summed = {key: sum(found[key] for found in rounds) for key in ("twice", "missing", "uncertain")}
    summed |= {
        "rounds": len(rounds),
        "truthful_after_at_most": max(found["truthful_after"] for found in rounds),
    }
    sys.stdout.write(json.dumps(summed) + "\n")
    return 1 if summed["twice"] or summed["missing"] else 0


if __name__ == "__main__":
    sys.exit(main())
