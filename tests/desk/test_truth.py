"""Sender and desk are killed at any moment. The page says what is so: nobody who has it is said to have nothing, nobody
is said to have it whom no server took."""

from __future__ import annotations

import random
import re
import signal
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support.browser import entered, serving
from support.own_office import make_own_office
from support.terminal import start
from support.watched import Shown, Slow, begin, shown, slow_server, until, with_people

from mailer.workspace import Workspace

PEOPLE = 60
MOMENTS = 8


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    workspace = make_own_office(tmp_path / "office")
    with_people(workspace, PEOPLE)
    return workspace


def must_be_true(said: Shown, accepted: list[str]) -> None:
    """By the spreadsheet and by the sentence, held against what the server has taken."""
    times = Counter(accepted)
    assert not [address for address, number in times.items() if number > 1], "twice"
    for address, state in said.states.items():
        if state == "accepted":
            assert times[address], f"{address} does not have it"
        if state in ("queued", "sending", "deferred"):
            assert not times[address], f"{address} has it"
    told = re.match(r"Accepted for ([\d,]+) of ([\d,]+)", said.sentence)
    counts = Counter(said.states.values())
    if told is None:
        assert not counts["accepted"], said.sentence
        return
    assert int(told[1]) == counts["accepted"] <= len(times)
    assert int(told[2]) == PEOPLE
    in_doubt = counts["uncertain"] + counts["dot"]
    assert (f"{in_doubt} uncertain" in said.sentence) == (in_doubt > 0), said.sentence
    for address, state in said.states.items():
        if state in ("uncertain", "dot"):
            assert address in said.sentence, "whoever is in doubt is named"


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_sender_killed_at_a_random_moment(office: Workspace, moment: int) -> None:
    """The page, opened after that, says where it stopped, and is right after the rest is sent too."""
    chance = random.Random(f"a sender is killed: {moment}")
    with (
        slow_server(Slow()) as server,
        serving("desk", "--no-browser", cwd=office.root) as url,
        entered(url) as client,
    ):
        sender = begin(office, server)
        stage, number = chance.choice(("MAIL", "RCPT", "body", "dot")), chance.randrange(1, PEOPLE)
        until(lambda: server.seen[stage] >= number or sender.poll() is not None)
        sender.send_signal(signal.SIGKILL)
        sender.communicate()
        server.wait_until_idle()
        said = shown(client)
        must_be_true(said, [address for address, _ in server.accepted])
        if len(said.states) == PEOPLE and "queued" in said.states.values():
            assert re.match(r"Stopped at \d+ of 60|60 people in the queue", said.title), said.title
        begin(office, server, "resume").communicate(timeout=60)
        must_be_true(shown(client), [address for address, _ in server.accepted])


def test_a_sender_that_is_killed_is_not_said_to_send(office: Workspace) -> None:
    """Though it has written nothing down: who has hold of it is asked of the system. And one on the wire is in doubt."""
    slow = Slow(hold_after=20)
    with (
        slow_server(slow) as server,
        serving("desk", "--no-browser", cwd=office.root) as url,
        entered(url) as client,
    ):
        sender = begin(office, server)
        slow.reached.wait(60)
        before = shown(client)
        assert before.title == "Sending: 20 of 60"
        assert "uncertain" not in before.sentence
        sender.send_signal(signal.SIGKILL)
        sender.communicate()
        after = shown(client)
        assert after.title == "Stopped at 21 of 60"
        assert "1 uncertain (reporter20@skua.example); 39 not sent yet" in after.sentence
        assert "One person may or may not have it".lower() in after.page.lower()
        assert "Go on with the 39 left" in after.page
        assert 'action="/m/1/pause"' not in after.page


def test_the_desk_is_killed_and_the_sending_goes_on(office: Workspace) -> None:
    """A desk that is started again finds it, and can have it paused."""
    slow = Slow(hold_after=20)
    with slow_server(slow) as server:
        desk = start("desk", "--no-browser", cwd=office.root)
        assert desk.stdout is not None
        url = desk.stdout.readline().strip()
        sender = begin(office, server)
        slow.reached.wait(60)
        with entered(url) as client:
            assert shown(client).title == "Sending: 20 of 60"
        desk.send_signal(signal.SIGKILL)
        desk.communicate()
        assert sender.poll() is None
        with serving("desk", "--no-browser", cwd=office.root) as url, entered(url) as client:
            assert shown(client).title == "Sending: 20 of 60"
            post(client, "/m/1/pause")
            slow.open.set()
            until(lambda: shown(client).title.startswith("Paused at"))
            paused = shown(client)
            # How many were in flight until it was heard is the machine's affair.
            assert re.match(r"Paused at [2-5]\d of 60", paused.title), paused.title
            post(client, "/m/1/go-on")
            sender.communicate(timeout=60)
            done = shown(client)
        assert (sender.returncode, done.title) == (0, "Everybody’s server has it")
        must_be_true(done, [address for address, _ in server.accepted])


def test_killed_in_a_pause(office: Workspace) -> None:
    """The page says stopped, and not paused: nobody waits any more."""
    slow = Slow(hold_after=20)
    with (
        slow_server(slow) as server,
        serving("desk", "--no-browser", cwd=office.root) as url,
        entered(url) as client,
    ):
        sender = begin(office, server)
        slow.reached.wait(60)
        post(client, "/m/1/pause")
        slow.open.set()
        until(lambda: shown(client).title.startswith("Paused at"))
        sender.send_signal(signal.SIGKILL)
        sender.communicate()
        assert re.match(r"Stopped at 2\d of 60", shown(client).title)
        again = begin(office, server, "resume")
        until(lambda: again.poll() is not None or shown(client).title.startswith("Sending"))
        again.communicate(timeout=60)
        assert shown(client).title == "Everybody’s server has it"


def post(client: httpx.Client, path: str) -> None:
    parts = urlsplit(str(client.base_url))
    origin = f"{parts.scheme}://{parts.netloc}"
    answer = client.post(path, headers={"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303, answer.text
