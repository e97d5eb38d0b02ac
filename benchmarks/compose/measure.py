"""µs a message: this project's composer and signer beside Python's EmailMessage and dkimpy, in the same run.

    python benchmarks/compose/measure.py [--rounds 5]

Every message is another recipient's, so that nothing profits from having been composed before; one name in
five is not ASCII. Figures are processor time, medians of the rounds; the sides take turns within each.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from html import escape
from typing import TypeVar

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailer.message import Addressee, Composition, Head, compile_message, verify
from mailer.message.dkim import SIGNED, Signer
from mailer.model import Mailbox, Rendered, Slot

T = TypeVar("T")

FIELDS = ("first_name", "outlet", "unsubscribe")
PARAGRAPH = (
    "The lighthouse at Lantern Point was lit again last night, eleven years after a storm put it out — and "
    "the harbour, its boats and its people “could find their way home”, as the keeper said. "
)
HTML = (
    '<!DOCTYPE html>\n<html lang="en"><body>\n<p>Dear {0},</p>\n'
    + f'<p style="margin:0 0 16px;font-size:16px;line-height:1.5">{PARAGRAPH}</p>\n' * 120
    + '  <p>For {1}, <a href="{2}">unsubscribe</a>; {0}.</p>\n</body></html>\n'
)
TEXT = "Dear {0},\n\n" + f"{PARAGRAPH}\n\n" * 45 + "For {1}\n{2}\n"
HEAD = Head(
    Mailbox("press@example.org", "Lantern Coast Foundation"),
    list_id="press.example.org",
    unsubscribe_mailto="leave@example.org",
    one_click=True,
)
NAMES = ("Ana Ruiz", "Bo Lind", "Siobhán O’Neill", "Jo Park", "Kim Rae")


def people(count: int) -> list[Addressee]:
    return [
        Addressee(
            f"person{n}@example.com",
            f"{NAMES[n % 5]} {n}",
            {
                "first_name": f"{NAMES[n % 5].split()[0]} {n}",
                "outlet": f"Outlet & Sons {n}",
                "unsubscribe": f"https://press.example.org/leave/{n:032x}",
            },
            f"<{n:024x}@example.org>",
        )
        for n in range(count)
    ]


def composition() -> Composition:
    signs = [f"\ue000{n}\ue001" for n in range(3)]
    slots = tuple(Slot(n, field, "colleague") for n, field in enumerate(FIELDS))
    mail = Rendered("en", "The light is back", "", HTML.format(*signs), TEXT.format(*signs), slots)
    return compile_message(mail, HEAD)


def with_email_message(person: Addressee) -> bytes:
    """What a careful program makes of the same with the standard library."""
    values = [person.values[field] for field in FIELDS]
    message = EmailMessage(policy=SMTP)
    message["From"] = "Lantern Coast Foundation <press@example.org>"
    message["To"] = f"{person.name} <{person.address}>"
    message["Subject"] = "The light is back"
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = person.message_id
    message["List-Unsubscribe"] = f"<{values[2]}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Id"] = "<press.example.org>"
    message.set_content(TEXT.format(*values), cte="quoted-printable")
    message.add_alternative(HTML.format(*map(escape, values)), subtype="html", cte="quoted-printable")
    return message.as_bytes()


def microseconds(work: Callable[[T], object], items: list[T]) -> float:
    started = time.process_time()
    for item in items:
        work(item)
    return (time.process_time() - started) / len(items) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    made, everyone = composition(), people(3000)
    verify(made.fill(everyone[0]), everyone[0], made)
    messages = [made.fill(person) for person in everyone[:200]]
    rsa_key, ed25519_key = rsa.generate_private_key(65537, 2048), Ed25519PrivateKey.generate()
    pem = rsa_key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    covered = [name.encode() for name in SIGNED if f"\r\n{name}:".encode() in b"\r\n" + messages[0].lower()]

    def with_dkimpy(content: bytes) -> bytes:
        relaxed = (b"relaxed", b"relaxed")
        return dkim.sign(content, b"sel", b"example.org", pem, canonicalize=relaxed, include_headers=covered)

    jobs: list[tuple[str, Callable[[], float]]] = [
        ("compose: Composition.fill", lambda: microseconds(made.fill, everyone)),
        ("compose: EmailMessage", lambda: microseconds(with_email_message, everyone[:60])),
        ("sign: RSA 2048", lambda: microseconds(Signer("example.org", "sel", rsa_key).sign, messages)),
        ("sign: Ed25519", lambda: microseconds(Signer("example.org", "sel", ed25519_key).sign, messages)),
        ("sign: dkimpy, RSA 2048", lambda: microseconds(with_dkimpy, messages[:20])),
    ]
    found: dict[str, list[float]] = {name: [] for name, _ in jobs}
    for _ in range(rounds):
        for name, job in jobs:
            found[name].append(job())
    median = {name: statistics.median(values) for name, values in found.items()}
    print(f"{len(messages[0]):,} bytes a message, medians of {rounds} rounds")
    for name, value in median.items():
        peer = median["compose: EmailMessage" if name.startswith("compose") else "sign: dkimpy, RSA 2048"]
        print(f"{name:<28}{value:10.1f} µs {peer / value:8.1f} ×")


if __name__ == "__main__":
    main()
