"""docs/guide/press-lists.md: dozens of people ask not to be mailed, or the file that names them is lost, in mid-run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.lists import make_list
from support.office import RELEASE, Office
from support.promises import promise
from support.terminal import Ran

from mailer.press import Suppressions

PAGE = "docs/guide/press-lists.md"
PACED = {"SMTP_RATE": "25/second", "SMTP_CONNECTIONS": "1"}
BEGUN = 10


def in_mid_run(office: Office, *done: Callable[[], object]) -> Ran:
    """A sending to sixty people, in which something is done while the server thinks about the tenth of them, about the
    twentieth, and so on: nobody behind them was begun by then."""
    to_do = dict(enumerate(done, 1))

    def meanwhile(stage: str, when: str) -> None:
        now, rest = divmod(office.server.seen["RCPT"], BEGUN)
        if (stage, when, rest) == ("RCPT", "before", 0) and now in to_do:
            to_do.pop(now)()

    office.server.hook = meanwhile
    ran = office.run("send", RELEASE, "--list", "many", "--yes", **PACED)
    assert not to_do
    office.server.heal()
    return ran


@pytest.fixture
def everybody(office: Office) -> list[str]:
    return make_list(office.workspace, "many", 60)


@promise(PAGE, "Once `mailer suppress` has returned, no message to them is begun, whichever process sends.")
@pytest.mark.parametrize("way", ["mailer suppress", "a click on unsubscribe"])
def test_dozens_ask_at_once(way: str, office: Office, everybody: list[str]) -> None:
    asking = everybody[BEGUN:55]

    def ask() -> None:
        if way == "mailer suppress":
            assert office.run("suppress", *asking).code == 0
        else:
            Suppressions(office.workspace.suppressed, to_add=True).note([(a, "one-click") for a in asking])

    ran = in_mid_run(office, ask)
    assert office.got() == everybody[:BEGUN] + everybody[55:]
    assert office.counts() == {"accepted": 15, "rejected": 45}
    assert (ran.code, "Halted" in ran.err) == (1, False)
    assert "not sent: unsubscribed" in office.run("status", RELEASE, "--recipients").out


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def _last_line(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _zeros(path: Path) -> None:
    with path.open("ab") as file:
        file.write(bytes(300))


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


LOST: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "the list of people who are never mailed is missing"),
    "empty": (lambda path: path.write_bytes(b""), "it is empty: 0 bytes"),
    "half-written": (_half, "it ends in the middle of this line"),
    "cut short": (_last_line, "1 person further down is missing"),
    "zeros at its end": (_zeros, "its last 300 bytes are zeros"),
    "a link to itself": (_loop, "can't be read: Too many levels of symbolic links"),
}


@promise(
    PAGE,
    "A mailing that runs waits two seconds, as somebody may just be saving it, and halts.",
    "It has lost its end while a mailing runs, or ends in zeros: it is half-written, or cut short.",
)
@pytest.mark.parametrize("what", LOST)
def test_the_file_is_lost_in_mid_run(what: str, office: Office, everybody: list[str]) -> None:
    spoil, told = LOST[what]
    path = office.workspace.suppressed
    office.run("suppress", everybody[40])
    good = path.read_bytes()
    ran = in_mid_run(office, lambda: spoil(path))
    begun = len(office.got())
    assert (ran.code, office.got()) == (1, everybody[:begun])
    assert begun in (BEGUN - 1, BEGUN), "the one on its way is not completed"
    assert "Halted:" in ran.err
    assert told in ran.err
    assert office.counts() == {"accepted": begun, "queued": 59 - begun}
    path.unlink(missing_ok=True)
    path.write_bytes(good)
    assert office.run("resume", RELEASE, "--yes").code in (0, 1)
    assert sorted(office.got()) == everybody[:40] + everybody[41:]


@promise(
    PAGE,
    "While a mailing runs, suppressions only grow: somebody who is taken off the file in the"
    " meantime, or is missing from an older copy that a shared drive has put back, gets nothing either.",
)
@pytest.mark.parametrize("copy", ["as it was", "with somebody who was taken off since"])
def test_a_shared_drive_puts_yesterday_s_copy_back(copy: str, office: Office, everybody: list[str]) -> None:
    path = office.workspace.suppressed
    yesterday = path.read_text() + ("long.ago@example.org,asked by phone,,\n" if copy != "as it was" else "")
    ran = in_mid_run(
        office, lambda: office.run("suppress", *everybody[30:50]), lambda: path.write_text(yesterday)
    )
    assert not set(office.got()) & set(everybody[30:50])
    if copy == "as it was":  # nothing but today's lines have gone: it may be half-written
        assert ran.code == 1 and len(office.got()) in (19, 20)
        assert "20 people further down are missing" in ran.err
    else:
        assert sorted(office.got()) == everybody[:30] + everybody[50:]


@promise(PAGE, "The next `send` or `resume` takes the file as it is.")
def test_they_want_it_after_all(office: Office, everybody: list[str]) -> None:
    """Suppressed in mid-run, which then stops before their turn; and taken off again before it goes on."""
    path = office.workspace.suppressed
    ran = in_mid_run(
        office,
        lambda: office.run("suppress", everybody[40], everybody[50]),
        lambda: path.rename(path.with_name("elsewhere")),
    )
    assert ran.code == 1 and len(office.got()) in (19, 20)
    path.with_name("elsewhere").rename(path)
    assert office.run("unsuppress", everybody[50]).code == 0
    office.run("resume", RELEASE, "--yes")
    assert sorted(office.got()) == everybody[:40] + everybody[41:]
