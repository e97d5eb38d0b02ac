"""What providers say when something is wrong with us, at the stage where they say it: nobody loses the release by it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import NamedTuple

import pytest
from support.places import Place
from support.smtp_conversation import Conversation
from support.smtp_faulty import Fault, FaultyServer
from support.smtp_mailing import QUICK, RELEASE, queued, reconcile, settings

from mailer.delivery import Ledger, Report, Schedule, SmtpTransport, deliver
from mailer.errors import TransportError
from mailer.model import Status

COUNT, NTH = 12, 4
"""Of so many messages this one is the first that is refused."""

WAYS = {"PIPELINING": (("PIPELINING",), 1), "BDAT": (("PIPELINING", "CHUNKING"), 8)}


class Said(NamedTuple):
    """A reply, where it comes, and a part of what staff are told to do."""

    stage: str
    reply: str
    cure: str


NO_QUOTA, NOT_THE_SENDER = "room again", "Send as SMTP_USERNAME"

ABOUT_US = (
    # Exchange Online: https://learn.microsoft.com/exchange/mail-flow-best-practices, troubleshoot/exchange
    Said("dot", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", NO_QUOTA),
    Said("MAIL", "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
         NO_QUOTA),
    Said("dot", "550 5.7.233 Your message can't be sent because your tenant has exceeded its daily limit for sending "
         "email to external recipients (tenant external recipient rate limit).", NO_QUOTA),
    Said("RCPT", "550 5.2.2 Submission quota exceeded", NO_QUOTA),
    Said("dot", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to "
         "process message due to a permanent exception with message Cannot submit message.", NOT_THE_SENDER),
    Said("dot", "554 5.2.252 SendAsDenied; a@example.org not allowed to send as b@example.org", NOT_THE_SENDER),
    Said("dot", "550 5.7.60 SMTP; Client does not have permissions to send as this sender", NOT_THE_SENDER),
    Said("dot", "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException."
         "MapiExceptionQuotaExceeded", "Empty Sent Items"),
    Said("MAIL", "550 5.2.251 Sender throttled due to continuous mailbox full errors.", "Mend that reason"),
    Said("RCPT", "550 5.2.252 Sender throttled due to continuous send as denied errors.", "Mend that reason"),
    Said("dot", "550 5.2.253 Sender throttled due to continuous invalid license errors.", "licence"),
    Said("RCPT", "550 5.2.254 Sender throttled due to continuous too many recipients errors.", "Mend that reason"),
    Said("RCPT", "550 5.2.255 Sender throttled due to continuous invalid recipients errors.", "Mend that reason"),
    Said("dot", "550 5.1.8 Access denied, bad outbound sender.", "Restricted entities"),
    Said("dot", "550 5.7.501 Access denied, spam abuse detected.", "Microsoft's support"),
    Said("RCPT", "550 5.7.705 Access denied, tenant has exceeded threshold.", "Microsoft's support"),
    Said("MAIL", "550 5.7.708 Access denied, traffic not accepted from this IP.", "Microsoft's support"),
    Said("RCPT", "550 5.7.64 TenantAttribution; Relay Access Denied", "inbound connector"),
    Said("dot", "550 5.7.515 Access denied, sending domain example.org does not meet the required authentication "
         "level.", "`mailer doctor`"),
    # Google: https://support.google.com/a/answer/3726730
    Said("MAIL", "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\r\n"
         "550-5.4.5 sending limits go to\r\n"
         "550 5.4.5  https://support.google.com/a/answer/166852 - gsmtp", NO_QUOTA),
    Said("RCPT", "550 5.4.5 Daily sending quota exceeded.", NO_QUOTA),
    Said("RCPT", "550 5.7.1 Daily SMTP relay limit exceeded for customer. For more information on SMTP relay sending "
         "limits please contact your administrator.", NO_QUOTA),
    Said("MAIL", "550 5.7.0 Mail relay denied [192.0.2.1]. Invalid credentials for relay for one of the domains in: "
         "example.org", "Google Workspace administrator"),
    Said("dot", "550 5.7.25 The IP address sending this message does not have a PTR record setup, or the "
         "corresponding forward DNS entry does not point to the sending IP.", "people who run the server"),
    Said("dot", "550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.",
         "`mailer doctor`"),
    Said("dot", "550 5.7.27 Gmail requires all large senders to authenticate with SPF.", "`mailer doctor`"),
    # Amazon SES: https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html
    Said("dot", "554 Message rejected: Email address is not verified. The following identities failed the check in "
         "region EU-WEST-1: press@example.org", "SES console"),
    Said("dot", "554 Message rejected: Sending paused for this account.", "SES console"),
    Said("dot", "454 Throttling failure: Daily message quota exceeded.", NO_QUOTA),
    Said("dot", "554 Access denied: User `arn:aws:iam::123456789012:user/press' is not authorized to perform "
         "`ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:123456789012:identity/example.org'", "IAM"),
    # SendGrid, Mailgun, Brevo
    Said("dot", "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is "
         "resolved.", "Sender Authentication"),
    Said("MAIL", "550 Unauthenticated senders not allowed", "Sender Authentication"),
    Said("DATA", "421 Domain sandbox1.mailgun.org is not allowed to send: Please activate your Mailgun account. Check "
         "your inbox or log in to your control panel to resend the activation email.", "Log in at Mailgun"),
    Said("DATA", "502 5.7.0 Your SMTP account is not yet activated. Please contact us at contact@sendinblue.com to "
         "request activation.", "Brevo's support"),
    Said("DATA", "450 Your SMTP account is not yet activated. Please contact us at contact@sendinblue.com to request "
         "activation.", "Brevo's support"),
)  # fmt: skip

NOT_NOW = (
    Said("dot", "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more "
         "information.", "SMTP_CONNECTIONS"),
    Said("MAIL", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "SMTP_CONNECTIONS"),
    Said("MAIL", "421 Too many concurrent SMTP connections", "SMTP_CONNECTIONS"),
    Said("dot", "454 Throttling failure: Maximum sending rate exceeded.", "SMTP_RATE"),
    Said("RCPT", "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.", "SMTP_RATE"),
    Said("MAIL", "421 4.4.2 Message submission rate for this client has exceeded the configured limit", "SMTP_RATE"),
    Said("dot", "421 4.7.28 Gmail has detected an unusual rate of mail originating from your IP address.", "SMTP_RATE"),
)  # fmt: skip

ABOUT_A_RECIPIENT = (
    Said("RCPT", "450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message "
         "at a later time.", ""),
    Said("RCPT", "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional "
         "messages from being delivered.", ""),
    Said("dot", "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", ""),
    Said("dot", "550 5.2.122 Recipient's per hour message receive limit exceeded.", ""),
    Said("RCPT", "452 4.2.2 The recipient's inbox is out of storage space.", ""),
)  # fmt: skip


def send(
    place: Place, server: FaultyServer, way: str = "PIPELINING", *, count: int = COUNT, connections: int = 1,
    processes: int = 1, schedule: Schedule = QUICK, **login: str,
) -> Report:  # fmt: skip
    values = {"smtp_connections": connections, "smtp_timeout": 2, "smtp_window": WAYS[way][1], **login}
    with Ledger(place) as ledger:
        known = any(mailing.release == RELEASE for mailing in ledger.mailings())
        mailing = ledger.mailing(RELEASE) if known else queued(ledger, count, paragraphs=2)
        transport = SmtpTransport(
            settings(server.port, **values), schedule, processes=processes, help_after=0
        )
        return deliver(mailing, ledger, transport, schedule=schedule, max_wait=0)


class GoingOn(Conversation):
    def _mail(self, words: list[str]) -> None:
        self._sender = words[1][6:-1]
        self._say(self.server.fault("MAIL") or "250 2.1.0 ok")


class GoesOn(FaultyServer):
    """Says no, and takes what follows."""

    conversation = GoingOn


def short(said: Said) -> str:
    return f"{said.stage} {said.reply[:50]}"


@pytest.mark.parametrize(
    ("said", "way"),
    [
        pytest.param(said, way, id=f"{way} {short(said)}")
        for way in WAYS
        for said in ABOUT_US
        if (way, said.stage) != ("BDAT", "DATA")  # RFC 3030 knows no DATA
    ],
)
def test_what_is_about_us_leaves_everybody_queued(any_place: Place, said: Said, way: str) -> None:
    """Nobody is refused or deferred for it, staff are told who does what, and once it is mended all get theirs, once."""
    with FaultyServer(
        Fault(said.stage, said.reply, nth=NTH, times=10_000), extensions=WAYS[way][0]
    ) as server:
        report = send(any_place, server, way)
        found = reconcile(any_place, server.accepted, COUNT)
        assert set(found.values()) == {Status.ACCEPTED, Status.QUEUED}
        assert len(server.accepted) == NTH - 1
        assert report.halted.startswith("The server refused the message to reporter")
        assert " ".join(said.reply.split())[:20].replace("-", " ") in report.halted
        assert said.cure in report.hint
        if said.cure == NO_QUOTA:
            assert f"The ledger shows {NTH - 1} accepted" in report.hint
        server.heal()
        assert send(any_place, server, way).finished
        reconcile(any_place, server.accepted, COUNT)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("said", NOT_NOW, ids=short)
def test_where_we_are_too_many_or_too_fast_the_run_waits_and_goes_on(
    any_place: Place, said: Said, way: str
) -> None:
    with FaultyServer(Fault(said.stage, said.reply, nth=NTH, times=2), extensions=WAYS[way][0]) as server:
        assert send(any_place, server, way).finished
        reconcile(any_place, server.accepted, COUNT)
        assert server.seen["EHLO"] > 1, "by another connection"


def test_where_three_connections_are_too_many_two_go_on(any_place: Place) -> None:
    """Exchange Online allows three a mailbox, and another program may have one of them."""

    def busy(stage: str, when: str) -> None:
        """Answers no message before three have connected, or could have long since."""
        until = time.monotonic() + 5
        while (stage, when) == ("dot", "before") and server.most_at_once < 3 and time.monotonic() < until:
            time.sleep(0.01)

    with FaultyServer(Fault("dot", NOT_NOW[0].reply, nth=10), hook=busy) as server:
        assert send(any_place, server, count=60, connections=3).finished
        reconcile(any_place, server.accepted, 60)
        assert server.most_at_once == server.seen["EHLO"] == 3, "no other one was opened in its place"


def test_what_a_helper_hears_about_us_halts_all(any_place: Place) -> None:
    both = threading.Event()

    def helped(stage: str, when: str) -> None:
        """Answers no message before both processes have connected, or could have long since."""
        if (stage, when) == ("MAIL", "before") and server.most_at_once == 2:
            both.set()
        if (stage, when) == ("dot", "before"):
            both.wait(10)

    with FaultyServer(Fault("dot", ABOUT_US[0].reply, nth=40, times=10_000), hook=helped) as server:
        # An answer may be held back until a process has started: longer than one usually waits for it here.
        report = send(
            any_place, server, count=400, connections=2, processes=2, schedule=replace(QUICK, dot=20)
        )
        found = reconcile(any_place, server.accepted, 400)
        assert set(found.values()) == {Status.ACCEPTED, Status.QUEUED}
        assert both.is_set()
        assert "SubmissionQuotaExceeded" in report.halted
        assert "The ledger shows" in report.hint and "room again" in report.hint
        server.heal()
        assert send(any_place, server).finished
        reconcile(any_place, server.accepted, 400)


def test_who_was_in_flight_when_a_quota_was_used_up_counts_too(any_place: Place) -> None:
    """The ledger's figure is the report's, not that of the moment at which the run heard of it."""
    told = threading.Event()

    def slow(stage: str, when: str) -> None:
        """Takes the twentieth message a moment after the next one was refused."""
        if (stage, when, server.seen["dot"]) == ("dot", "before", 20):
            told.wait(0.3)
            time.sleep(0.1)
        elif stage == "dot" and server.seen["dot"] > 20:
            told.set()

    with FaultyServer(Fault("dot", ABOUT_US[0].reply, nth=21, times=99), hook=slow) as server:
        report = send(any_place, server, count=60, connections=2)
    assert told.is_set() and report.accepted == 20
    assert "The ledger shows 20 accepted" in report.hint


def test_a_server_that_says_421_and_goes_on_gets_nothing_twice(any_place: Place) -> None:
    """It should close (RFC 5321 §4.2.3). What it makes of the messages behind is heard to the end."""
    crowded = {"reporter4@example.net": "421 Too many concurrent SMTP connections"}
    with FaultyServer(refuse=crowded, extensions=WAYS["BDAT"][0]) as server:
        send(any_place, server, "BDAT")
        found = reconcile(any_place, server.accepted, COUNT)
    assert Status.UNCERTAIN not in found.values()
    assert found["reporter4@example.net"] is Status.DEFERRED, "it has cost three connections"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("RSET", "451 4.7.28 mail has been temporarily rate limited", nth=NTH),
        Fault("RSET", "554 5.7.1 not now", nth=NTH),
        Fault("RSET", ABOUT_US[0].reply, nth=NTH),
        Fault("RSET", "452 4.2.2 not now", nth=NTH),
        Fault("MAIL", ABOUT_US[1].reply, nth=NTH),
        Fault("MAIL", "421 Too many concurrent SMTP connections", nth=NTH),
    ],
    ids=lambda fault: f"{fault.stage} {fault.kind[:20]}",
)
@pytest.mark.parametrize("cut", [False, True], ids=["answered", "cut before the answer"])
def test_a_server_that_refuses_and_takes_the_message_all_the_same_gets_nothing_twice(
    any_place: Place, fault: Fault, cut: bool
) -> None:
    """What was written ahead (BDAT) it may take, whatever it said before; only a refused recipient is proof that it did
    not."""
    faults = [fault, Fault("dot", "accepted-then-dropped", nth=NTH)] if cut else [fault]
    with GoesOn(*faults, extensions=WAYS["BDAT"][0]) as server:
        send(any_place, server, "BDAT")
        server.heal()
        send(any_place, server, "BDAT")
        found = reconcile(any_place, server.accepted, COUNT)
    assert (Status.UNCERTAIN in found.values()) is cut


@pytest.mark.parametrize("said", NOT_NOW, ids=short)
def test_where_that_does_not_pass_the_run_ends_and_nobody_is_lost(any_place: Place, said: Said) -> None:
    with FaultyServer(Fault(said.stage, said.reply, nth=NTH, times=10_000)) as server:
        report = send(any_place, server)
        found = reconcile(any_place, server.accepted, COUNT)
        assert set(found.values()) <= {Status.ACCEPTED, Status.QUEUED, Status.DEFERRED}
        assert list(found.values()).count(Status.DEFERRED) <= 2, "each has cost three connections"
        assert report.halted.startswith("The server takes no message: the server answered")
        assert said.cure in report.hint
        assert server.seen["EHLO"] < 10, "with pauses, not in circles"
        server.heal()
        assert send(any_place, server).finished
        reconcile(any_place, server.accepted, COUNT)


@pytest.mark.parametrize("said", NOT_NOW, ids=short)
def test_the_next_message_is_not_put_off_for_it(any_place: Place, said: Said) -> None:
    """Its commands may be on the wire already (PIPELINING) when the one before costs a connection."""
    with FaultyServer(Fault(said.stage, said.reply, nth=NTH, times=3)) as server:
        send(any_place, server)
        found = reconcile(any_place, server.accepted, COUNT)
    deferred = [address for address, state in found.items() if state is Status.DEFERRED]
    assert set(deferred) <= {f"reporter{NTH}@example.net"}, "that one has cost three connections"


@pytest.mark.parametrize("said", ABOUT_A_RECIPIENT, ids=short)
def test_what_is_about_one_recipient_neither_halts_nor_suppresses(any_place: Place, said: Said) -> None:
    with FaultyServer(Fault(said.stage, said.reply, nth=NTH)) as server:
        report = send(any_place, server, schedule=replace(QUICK, deferred=(3600,)))
        found = reconcile(any_place, server.accepted, COUNT)
        assert not report.halted and not report.suppress
        assert list(found.values()).count(Status.DEFERRED) == 1
        assert send(any_place, server).finished
        reconcile(any_place, server.accepted, COUNT)


def test_a_group_that_takes_no_mail_from_outside_does_not_halt_the_run(any_place: Place) -> None:
    """5.7.x by its code; the text speaks of one recipient."""
    closed = "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"
    with FaultyServer(refuse={"reporter5@example.net": closed}) as server:
        report = send(any_place, server)
        found = reconcile(any_place, server.accepted, COUNT)
    assert not report.halted
    assert [address for address, state in found.items() if state is Status.REJECTED] == [
        "reporter5@example.net"
    ]


def test_a_recipient_whose_server_speaks_as_our_provider_does_not_halt_the_run(any_place: Place) -> None:
    """A smart host that asks the recipient's server first, and cites it."""
    cited = (
        "550 5.1.1 <reporter5@example.net>: Recipient address rejected: undeliverable address: host "
        "mx.example.net[192.0.2.1] said: 550 Sending paused, daily message quota exceeded (in reply to RCPT TO command)"
    )
    with FaultyServer(refuse={"reporter5@example.net": cited}) as server:
        report = send(any_place, server)
        found = reconcile(any_place, server.accepted, COUNT)
    assert not report.halted
    assert [address for address, state in found.items() if state is not Status.ACCEPTED] == [
        "reporter5@example.net"
    ]


def test_a_recipient_whose_words_reach_us_unchanged_halts_one_run_and_comes_last_at_the_next(
    any_place: Place,
) -> None:
    """A smart host that hands the recipient's server through (Exim's cutthrough delivery): nothing tells that it is not
    our provider who speaks. Without that, whoever is first would keep the release from all others for ever."""
    with FaultyServer(refuse={"reporter2@example.net": "550 Sending paused for this account"}) as server:
        report = send(any_place, server)
        assert "Sending paused" in report.halted
        assert reconcile(any_place, server.accepted, COUNT)["reporter2@example.net"] is Status.QUEUED
        send(any_place, server)
        found = reconcile(any_place, server.accepted, COUNT)
    assert [address for address, state in found.items() if state is not Status.ACCEPTED] == [
        "reporter2@example.net"
    ]


def test_a_policy_that_may_be_one_recipients_comes_last_at_the_next_run(any_place: Place) -> None:
    """5.7.1 with no word that is known halts, and the recipient is deferred: the others get theirs meanwhile."""
    with FaultyServer(refuse={"reporter5@example.net": "550 5.7.1 policy violation"}) as server:
        assert "policy violation" in send(any_place, server).halted
        assert "policy violation" in send(any_place, server).halted
        found = reconcile(any_place, server.accepted, COUNT)
    assert len(server.accepted) == COUNT - 1
    assert found["reporter5@example.net"] is Status.DEFERRED


@pytest.mark.parametrize(
    ("reply", "cure"),
    [
        ("454 4.7.0 Too many login attempts, please try again later.", "Don't try again now"),
        ("451 Authentication failed: Maximum credits exceeded", "raises its plan"),
        ("525 5.7.1 Unauthorized IP address", "Authorised IPs"),
        ("550 5.7.30 Basic authentication is not supported for Client Submission.", "`mailer login`"),
    ],
)
def test_a_login_that_would_be_refused_again_is_tried_once(any_place: Place, reply: str, cure: str) -> None:
    """4xx too: by its code it may pass in a moment, by its words it does not."""
    login = {"smtp_username": "press@example.org", "smtp_password": "lamp"}
    with FaultyServer(
        Fault("AUTH", reply, times=100), extensions=("PIPELINING", "AUTH PLAIN"), login=tuple(login.values())
    ) as server:
        with pytest.raises(TransportError) as told:
            send(any_place, server, **login)
        assert server.seen["AUTH"] == 1
        assert reply in told.value.message and cure in told.value.hint
        server.heal()
        assert send(any_place, server, **login).finished
        reconcile(any_place, server.accepted, COUNT)


@pytest.mark.parametrize(
    "reply",
    [
        "503 This mail server requires authentication when attempting to send to a non-local e-mail address.",
        "550 relay not permitted",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    ],
)
def test_a_server_that_does_not_relay_for_us_refuses_nobody(any_place: Place, reply: str) -> None:
    """As Exim and qmail say it, without a code of RFC 3463: nothing is wrong with the recipients."""
    with FaultyServer(Fault("RCPT", reply, times=100)) as server:
        report = send(any_place, server)
        assert reply in report.halted
        assert set(reconcile(any_place, server.accepted, COUNT).values()) <= {Status.QUEUED, Status.DEFERRED}
        server.heal()
        assert send(any_place, server).finished
