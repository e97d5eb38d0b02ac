"""The mailing that every benchmark sends: some 40 KB of personalised HTML and text, invented recipients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from mailer.delivery import Entry, FrozenEdition, FrozenRelease
from mailer.message import Addressee, Head, compile_message
from mailer.model import Mailbox, Rendered, Slot

SUBJECT = "Harbour lamps counted"
_SENTENCE = (
    "Forty volunteers counted every lamp along the coast, wrote down what they saw each night, and compared it "
    "with what the harbour office had on file."
)
_STYLE = "margin:0 0 16px 0;font-size:16px;line-height:1.5;color:#1a1a1a;font-family:Georgia,serif"
_KIB = 36


def content(first_name: str, outlet: str, unsubscribe: str) -> tuple[str, str]:
    """HTML and text, some 40 KB together, for one recipient."""
    paragraph = f'<p style="{_STYLE}">{_SENTENCE}</p>\n'
    html = (
        f"<!DOCTYPE html><html lang=en><body><p>Dear {first_name} of {outlet},</p>\n"
        + paragraph * (_KIB * 1024 // len(paragraph))
        + f'<p><a href="{unsubscribe}">Unsubscribe</a></p></body></html>\n'
    )
    text = f"Dear {first_name} of {outlet},\n\n" + f"{_SENTENCE}\n\n" * 28 + f"Unsubscribe: {unsubscribe}\n"
    return html, text


def person(number: int) -> dict[str, str]:
    return {
        "email": f"reporter{number}@example.net",
        "name": f"Ana Reporter {number}",
        "first_name": "Ana",
        "outlet": f"Gull & Sons {number % 97}",
        "unsubscribe": f"https://example.org/u/{number:08d}",
    }


def draft(release: str = "harbour-lamps") -> FrozenRelease:
    slots = ("first_name", "outlet", "unsubscribe")
    html, text = content(*(f"\ue000{number}\ue001" for number in range(3)))
    rendered = Rendered(
        "en", SUBJECT, "", html, text, tuple(Slot(n, name, "") for n, name in enumerate(slots))
    )
    head = Head(Mailbox("press@example.org", "Lantern Coast Foundation"), list_id="press.example.org")
    frozen = compile_message(rendered, head).freeze()
    return FrozenRelease(
        release,
        "press release",
        SUBJECT,
        "press@example.org",
        "example.org",
        {"en": FrozenEdition("1", frozen)},
    )


def entries(count: int) -> Iterator[Entry]:
    for number in range(count):
        row = person(number)
        yield Entry(row["email"], row["email"], row["name"], "en", row)


def octets() -> int:
    """The size of one message on the wire, for smtp-source to send as much."""
    from mailer.message import Composition

    row = person(0)
    composition = Composition.thaw(draft().editions["en"].content)
    return len(composition.fill(Addressee(row["email"], row["name"], row, "<0@example.org>")))


def write_for_peers(folder: Path, count: int) -> None:
    """The same for tools that are no Python: people.json and content.json."""
    html, text = content("{{first_name}}", "{{outlet}}", "{{unsubscribe}}")
    (folder / "people.json").write_text(json.dumps([person(number) for number in range(count)]))
    (folder / "content.json").write_text(json.dumps({"subject": SUBJECT, "html": html, "text": text}))
