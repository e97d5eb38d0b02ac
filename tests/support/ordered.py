"""What somebody at the desk says yes to, without the page: an offer, a word, and what became of them."""

from __future__ import annotations

import time

from mailer.delivery import Ledger
from mailer.delivery.consent import Offer, Offers, Requests
from mailer.delivery.consent.requests import Kind
from mailer.pipeline.offering import Asked, looked_at
from mailer.settings import read_settings
from support.office import RELEASE, Office

GIVER = "Edda@desk"


def ordered(office: Office, asked: Asked | None = None, *, seconds: float = 0.0, **settings: str) -> Offer:
    """What the page does when somebody types the number: it leaves in so many seconds."""
    its = read_settings(office.workspace.root, office.settings(**settings))
    with Ledger(office.workspace.ledger) as ledger:
        look = looked_at(asked or Asked(), office.workspace, RELEASE, its, ledger)
        _, nonce = Offers(ledger).make(RELEASE, look.must_be_permitted().what)
        return Offers(ledger).give(nonce, GIVER, leaves=time.time() + seconds)


def order_now(office: Office, offer: Offer) -> Offer:
    with Ledger(office.workspace.ledger) as ledger:
        return Offers(ledger).offer(offer.id)


def until(office: Office, offer: Offer, *states: str, seconds: float = 60.0) -> Offer:
    """Waits until the order is in one of these states."""
    deadline = time.monotonic() + seconds
    while (found := order_now(office, offer)).state not in states:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def newest(office: Office, mailing: int = 0) -> Offer:
    """The last order of a mailing; 0: of the release."""
    with Ledger(office.workspace.ledger) as ledger:
        found = Offers(ledger).newest(mailing or Offers(ledger).mailing_of(RELEASE))
    assert found is not None
    return found


def ask(office: Office, mailing: int, kind: Kind) -> None:
    with Ledger(office.workspace.ledger) as ledger:
        Requests(ledger).ask(mailing, kind, GIVER)
