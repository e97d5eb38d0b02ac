"""A foreign verifier: Dovecot lets in whoever has a token that the authorization server calls good, by both mechanisms,
for sending and for reading."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.authorization_server import AuthorizationServer, authorization_server
from support.dovecot import Dovecot, running_dovecot
from support.places import Place
from support.postfix import Postfix, running_postfix
from support.smtp_certificates import Authority
from support.smtp_faulty import FaultyServer
from support.smtp_mailing import QUICK, addresses, queued, reconcile
from support.smtp_mailing import settings as reaching
from support.token_sender import by_name, send

from mailer.bounces.register import MailRegister
from mailer.bounces.sources.imap import read_imap
from mailer.delivery import Ledger, log_in
from mailer.errors import TransportError
from mailer.model import Status
from mailer.settings import Settings


class Reach:
    """A Dovecot that knows one mechanism, the server behind it, and how to get there."""

    def __init__(
        self, dovecot: Dovecot, relay: FaultyServer, office: AuthorizationServer, certificates: Authority
    ) -> None:
        self.dovecot, self.relay, self.office = dovecot, relay, office
        self._authority_file = certificates.file

    def settings(self, **more: object) -> Settings:
        """As of somebody who has signed in."""
        its: dict[str, object] = {
            "smtp_security": "starttls", "smtp_ca_file": str(self._authority_file), "smtp_timeout": 20,
            "bounce_imap_host": "127.0.0.1", "bounce_imap_port": self.dovecot.imap,
            "bounce_imap_username": self.office.user,
        }  # fmt: skip
        values = {**by_name(self.office.settings()), "smtp_port": self.dovecot.submission} | its | more
        settings = reaching(int(str(values.pop("smtp_port"))), **values)
        self.office.signed_in(settings)
        return settings


@pytest.fixture(scope="module", params=["oauthbearer", "xoauth2"])
def reach(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reach]:
    folder = tmp_path_factory.mktemp("dovecot")
    certificates = Authority(folder)
    certificates.server()
    with (
        authorization_server(lifetime=600) as office,
        FaultyServer(extensions=("8BITMIME", "XCLIENT")) as relay,
        running_dovecot(
            f"{office.url}/introspect", folder / "127.0.0.1-10-False.pem", relay.port, request.param
        ) as dovecot,
    ):
        yield Reach(dovecot, relay, office, certificates)


@pytest.fixture
def postfix(reach: Reach) -> Iterator[Postfix]:
    """Nobody may send here who has not logged in, and Dovecot says who has."""
    with running_postfix(_ASKS_DOVECOT.format(port=reach.dovecot.sasl)) as server:
        yield server


_ASKS_DOVECOT = """
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{port}
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
"""


def test_a_mailing_goes_out_through_postfix(any_place: Place, reach: Reach, postfix: Postfix) -> None:
    """The usual pair: Postfix lets in whom Dovecot lets in. The first token is dead, and Dovecot says why in JSON."""
    settings = reach.settings(smtp_security="none", smtp_port=postfix.port, smtp_connections=2)
    before = reach.office.refreshes
    reach.office.expire()
    with Ledger(any_place) as ledger:
        queued(ledger, 100)
    report = send(any_place, settings)
    assert report.counts == {Status.ACCEPTED: 100}, report.halted
    arrived = postfix.wait_for(100)
    assert {address: len(copies) for address, copies in arrived.items()} == dict.fromkeys(addresses(100), 1)
    assert reach.office.refreshes == before + 1


def test_a_message_goes_out_through_dovecot(any_place: Place, reach: Reach) -> None:
    """One: Dovecot 2.3.19's submission server falls over a client that sends the next one's commands with the dot."""
    reach.relay.accepted.clear()
    settings, before = reach.settings(), reach.office.refreshes
    reach.office.expire()
    with Ledger(any_place) as ledger:
        queued(ledger, 1)
    report = send(any_place, settings)
    reconcile(any_place, reach.relay.accepted, 1)
    assert report.finished and len(reach.relay.accepted) == 1
    assert reach.office.refreshes == before + 1


def test_another_mailbox_than_the_one_that_signed_in(reach: Reach) -> None:
    settings = reach.settings()
    other = reach.settings(smtp_username="desk@example.org")
    assert log_in(settings, QUICK)
    with pytest.raises(TransportError, match=r"refused the login of desk@example\.org") as told:
        log_in(other, QUICK)
    assert "status: " in told.value.message, "as Dovecot's JSON says"


def test_bounces_are_read_with_the_same_token(any_place: Place, reach: Reach) -> None:
    mail = b"Subject: back again\r\n\r\nunknown user\r\n"
    reach.dovecot.receive(reach.office.user, mail)
    settings = reach.settings()
    with Ledger(any_place) as ledger:
        assert [content for _, content in read_imap(settings, MailRegister(ledger))][-1:] == [mail]
        reach.office.expire()
        before = reach.office.refreshes
        assert list(read_imap(settings, MailRegister(ledger))) == [], "read already"
    assert reach.office.refreshes == before + 1


def test_bounces_of_another_mailbox_are_not_read(any_place: Place, reach: Reach) -> None:
    settings = reach.settings(bounce_imap_username="desk@example.org")
    with (
        Ledger(any_place) as ledger,
        pytest.raises(TransportError, match=r"did not take the sign-in for desk@example\.org") as told,
    ):
        list(read_imap(settings, MailRegister(ledger)))
    assert "status: " in told.value.message
