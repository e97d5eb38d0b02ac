"""A small mailing for delivery tests, and the question that each of them ends with: who got it, and does the
ledger know?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailer.delivery import Entry, FrozenEdition, FrozenRelease, Ledger, Mailing, Schedule
from mailer.message import Head, compile_message
from mailer.model import Mailbox, Rendered, Slot, Status
from mailer.settings import Settings
from support.places import Place

RELEASE = "harbour-lamps"
QUICK = Schedule(deferred=(0.05,), reconnect=(0.01, 0.02, 0.02), jitter=0, dot=0.5, linger=0.3)
"""The real schedule, in another unit of time."""


def rendered(paragraphs: int = 30) -> Rendered:
    """A release of some 6 KB unless told otherwise, with lines that begin with a dot."""
    words = "Forty volunteers counted every lamp along the coast, and wrote down what they saw."
    text = "Dear \ue0000\ue001 of \ue0001\ue001,\n\n" + f"{words}\n\n" * paragraphs + ".\n.hidden\n..\n"
    html = "<html><body><p>Dear \ue0000\ue001 of \ue0001\ue001,</p>" + f"<p>{words}</p>\n" * paragraphs
    slots = (Slot(0, "first_name", "colleague"), Slot(1, "outlet", "the press"))
    return Rendered("en", "Harbour lamps counted", "", html + "\n.\n</body></html>\n", text, slots)


def draft(release: str = RELEASE, digest: str = "as written", paragraphs: int = 30) -> FrozenRelease:
    head = Head(Mailbox("press@example.org", "Lantern Coast Foundation"), list_id="press.example.org")
    frozen = compile_message(rendered(paragraphs), head).freeze()
    subject = "Harbour lamps counted"
    return FrozenRelease(
        release,
        "press release",
        subject,
        "press@example.org",
        "example.org",
        {"en": FrozenEdition(digest, frozen)},
    )


def addresses(count: int) -> list[str]:
    return [f"reporter{number}@example.net" for number in range(1, count + 1)]


def entries(count: int) -> Iterator[Entry]:
    for number, address in enumerate(addresses(count), 1):
        yield Entry(
            address,
            address,
            f"Reporter {number}",
            "en",
            {"first_name": f"Ana {number}", "outlet": "Gull & Sons"},
        )


def queued(ledger: Ledger, count: int, paragraphs: int = 30) -> Mailing:
    return ledger.queue(draft(paragraphs=paragraphs), entries(count))


def settings(port: int, **more: object) -> Settings:
    values = {
        "smtp_host": "127.0.0.1",
        "smtp_security": "none",
        "smtp_connections": 2,
        "smtp_timeout": 0.3,
    } | more
    return Settings(smtp_port=port, **values)


def states(place: Place, release: str = RELEASE) -> dict[str, Status]:
    with Ledger(place) as ledger:
        return {line.address: line.state for line in ledger.recipients(release)}


def reconcile(place: Place, accepted: list[tuple[str, bytes]], count: int) -> dict[str, Status]:
    """Holds the ledger against what the server accepted, and returns it.

    Nobody twice; nobody `accepted` who was not; whoever was is accepted or uncertain; everybody is named.
    """
    found = states(place)
    times = Counter(address for address, _ in accepted)
    assert set(found) == set(addresses(count)), "everybody is named"
    for address, state in found.items():
        assert times[address] <= 1, f"{address} got it {times[address]} times"
        assert state not in (Status.SENDING, Status.DOT), f"{address} is left in {state}"
        if state is Status.ACCEPTED:
            assert times[address] == 1, f"{address} is said to have it"
        elif state is not Status.UNCERTAIN:
            assert times[address] == 0, f"{address} has it, but is said to be {state}"
    return found
