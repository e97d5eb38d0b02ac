"""The tables of replies. tests/docs/test_made.py holds the page to them."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from mailer.delivery import replies
from mailer.delivery.replies import TABLE, Reply, Rule, Stage, Verdict, judge, outcome, rule_for
from mailer.delivery.replies.providers import OF_PROVIDERS
from mailer.delivery.smtp import login_replies
from mailer.delivery.smtp.login_replies import AT_LOGIN, NO_RELAY, WITH_TOKEN, WITHOUT_LOGIN, Refusal
from mailer.model import Status


@pytest.mark.parametrize(
    ("stage", "code", "enhanced", "verdict", "status"),
    [
        (Stage.DOT, 250, "2.0.0", Verdict.ACCEPTED, Status.ACCEPTED),
        (Stage.RCPT, 550, "5.1.1", Verdict.SUPPRESS, Status.REJECTED),
        (Stage.RCPT, 550, "5.2.1", Verdict.SUPPRESS, Status.REJECTED),
        (Stage.RCPT, 550, "", Verdict.REJECTED, Status.REJECTED),
        (Stage.RCPT, 450, "4.7.1", Verdict.DEFERRED, Status.DEFERRED),
        (Stage.RCPT, 451, "", Verdict.DEFERRED, Status.DEFERRED),
        (Stage.RCPT, 452, "4.2.2", Verdict.DEFERRED, Status.DEFERRED),
        (Stage.RCPT, 552, "5.2.2", Verdict.DEFERRED, Status.DEFERRED),
        (Stage.RCPT, 554, "5.7.1", Verdict.HALT, Status.DEFERRED),
        (Stage.DOT, 550, "5.7.26", Verdict.HALT_QUEUED, Status.QUEUED),
        (Stage.DOT, 550, "5.7.1", Verdict.HALT, Status.DEFERRED),
        (Stage.MAIL, 550, "", Verdict.HALT_QUEUED, Status.QUEUED),
        (Stage.MAIL, 451, "4.3.0", Verdict.RECONNECT, Status.QUEUED),
        (Stage.AUTH, 454, "4.7.0", Verdict.RECONNECT, Status.QUEUED),
        (Stage.AUTH, 535, "5.7.8", Verdict.STOP, Status.QUEUED),
        (Stage.MAIL, 530, "5.7.0", Verdict.STOP, Status.QUEUED),
        (Stage.AUTH, 534, "5.7.9", Verdict.STOP, Status.QUEUED),
        (Stage.DOT, 552, "5.3.4", Verdict.STOP, Status.QUEUED),
        (Stage.MAIL, 552, "", Verdict.STOP, Status.QUEUED),
        (Stage.DOT, 554, "5.6.0", Verdict.REJECTED, Status.REJECTED),
        (Stage.DOT, 451, "", Verdict.DEFERRED, Status.DEFERRED),
        (Stage.RCPT, 421, "", Verdict.RECONNECT, Status.QUEUED),
        (Stage.DOT, 421, "4.3.2", Verdict.RECONNECT, Status.DEFERRED),
        (Stage.DOT, 354, "", Verdict.BROKEN, Status.UNCERTAIN),
        (Stage.BODY, 354, "", Verdict.BROKEN, Status.QUEUED),
        (Stage.DATA, 250, "", Verdict.BROKEN, Status.QUEUED),
    ],
)
def test_what_a_reply_means(stage: Stage, code: int, enhanced: str, verdict: Verdict, status: Status) -> None:
    reply = Reply(code, "text", enhanced)
    assert judge(stage, reply) is verdict
    assert outcome(stage, reply, verdict).status is status


def test_every_reply_means_something_and_only_2xx_at_the_dot_means_accepted() -> None:
    for stage in Stage:
        for code in range(200, 600):
            for enhanced in ("", "5.7.1", "5.1.1"):
                verdict = judge(stage, Reply(code, "", enhanced))
                assert (verdict is Verdict.ACCEPTED) == (stage is Stage.DOT and code < 300)


class Sample(NamedTuple):
    """An answer to a login that one row of a table decides, and none above it."""

    stage: Stage
    reply: Reply


def sample(stage: Stage, code: int, enhanced: str = "", text: str = "text") -> Sample:
    return Sample(stage, Reply(code, text, enhanced))


AT_LOGIN_SAMPLES = {
    "5..: SmtpClientAuthentication is disabled for the Tenant": sample(
        Stage.AUTH, 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    "5..: SmtpClientAuthentication is disabled": sample(
        Stage.AUTH, 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."),
    "5..: basic authentication is disabled|basic authentication is not supported": sample(
        Stage.AUTH, 550, "5.7.30", "Basic authentication is not supported for Client Submission."),
    "5..: security defaults|conditional access|did not meet the criteria": sample(
        Stage.AUTH, 535, "5.7.139", "Authentication unsuccessful, the request did not meet the criteria"),
    "5..: application[- ]specific password|app[- ]password|InvalidSecondFactor": sample(
        Stage.AUTH, 534, "5.7.9", "Application-specific password required. InvalidSecondFactor"),
    "5..: web browser|web login required|WebLoginRequired": sample(
        Stage.AUTH, 534, "5.7.14", "Please log in with your web browser and then try again"),
    "4..: maximum credits exceeded": sample(Stage.AUTH, 451, text="Authentication failed: Maximum credits exceeded"),
    "5..: unauthorized IP address": sample(Stage.AUTH, 525, "5.7.1", "Unauthorized IP address"),
    "[45]..: AUTH005|too many|locked|blocked|suspended|account disabled": sample(
        Stage.AUTH, 535, text="5.7.0 (#AUTH005) Too many bad auth attempts."),
    "5..: expired": sample(Stage.AUTH, 535, "5.7.8", "Your password has expired"),
    "538": sample(Stage.AUTH, 538, text="Encryption required for requested authentication mechanism"),
    r"5.. 5\.7\.11": sample(Stage.AUTH, 524, "5.7.11", "Encryption required"),
    "530: STARTTLS": sample(Stage.AUTH, 530, "5.7.0", "Must issue a STARTTLS command first"),
    "534": sample(Stage.AUTH, 534, "5.7.9", "Authentication mechanism is too weak"),
    "50[0234]": sample(Stage.AUTH, 504, "5.5.4", "Unrecognized authentication type"),
    "535: BadCredentials|Username and Password not accepted": sample(
        Stage.AUTH, 535, "5.7.8", "Username and Password not accepted. BadCredentials"),
    r"535 5\.7\.(3|139)": sample(Stage.AUTH, 535, "5.7.3", "Authentication unsuccessful"),
    "535": sample(Stage.AUTH, 535, "5.7.8", "Error: authentication failed"),
    "": sample(Stage.AUTH, 554, "5.7.0", "Error: no"),
}  # fmt: skip
"""By row of AT_LOGIN: its codes, its enhanced codes, and what it looks for in the text."""

WITH_TOKEN_SAMPLES = {
    "5..: SmtpClientAuthentication is disabled for the Tenant": sample(
        Stage.AUTH, 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    "5..: SmtpClientAuthentication is disabled": sample(
        Stage.AUTH, 535, "5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."),
    ": AADSTS65001|not consented|consent_required": sample(
        Stage.AUTH, 0, text="invalid_grant: AADSTS65001: The user or administrator has not consented to use the "
        "application with ID '0f5e' named 'press'."),
    ": insufficient_scope": sample(Stage.AUTH, 535, "5.7.8", "Error: authentication failed\ninsufficient_scope"),
    ": invalid_token|expired|revoked": sample(Stage.AUTH, 535, "5.7.8", "Error: authentication failed\ninvalid_token"),
    r"535 5\.7\.(3|139)": sample(Stage.AUTH, 535, "5.7.3", "Authentication unsuccessful"),
    "50[0234]": sample(Stage.AUTH, 504, "5.7.4", "Unrecognized authentication type"),
    "": sample(Stage.AUTH, 535, "5.7.8", "Username and Password not accepted. BadCredentials"),
}  # fmt: skip
"""By row of WITH_TOKEN, likewise."""

LATER_SAMPLES = {
    "5..: basic authentication is disabled|basic authentication is not supported": sample(
        Stage.MAIL, 550, "5.7.30", "Basic authentication is not supported for Client Submission."
    ),
    "530: STARTTLS": sample(Stage.MAIL, 530, "5.7.0", "Must issue a STARTTLS command first"),
    "530": sample(Stage.MAIL, 530, "5.7.0", "Authentication required"),
    r"5.. 5\.7\.57": sample(Stage.MAIL, 550, "5.7.57", "Client not authenticated to send mail"),
    r"5.. |5\.0\.0|5\.7\.\d+: \brelay": sample(Stage.RCPT, 554, "5.7.1", "Relay access denied"),
}
"""By row of WITHOUT_LOGIN, and NO_RELAY."""

LATER = (*WITHOUT_LOGIN, NO_RELAY)
TABLES: dict[str, tuple[tuple[Refusal, ...], dict[str, Sample]]] = {
    "AT_LOGIN_SAMPLES": (AT_LOGIN, AT_LOGIN_SAMPLES),
    "WITH_TOKEN_SAMPLES": (WITH_TOKEN, WITH_TOKEN_SAMPLES),
    "LATER_SAMPLES": (LATER, LATER_SAMPLES),
}


def called(row: Refusal) -> str:
    """A row by all that it looks at."""
    codes = f"{row.codes} {row.enhanced}".rstrip()
    return f"{codes}: {row.said}" if row.said else codes


@pytest.mark.parametrize(
    ("name", "row"),
    [
        pytest.param(name, row, id=f"{name}-{called(row)}")
        for name, (table, _) in TABLES.items()
        for row in table
    ],
)
def test_every_refusal_of_a_login_fits_something(name: str, row: Refusal) -> None:
    """A row that is new needs a sample here; one that those above it leave nothing to decide is found out."""
    table, samples = TABLES[name]
    assert called(row) in samples, (
        f"add to {name} a reply that this row decides:\n    {called(row)!r}: sample(…)"
    )
    first = next(each for each in table if each.fits(samples[called(row)].reply))
    assert first is row, f"“{called(first)}” decides {samples[called(row)].reply}, so this row does not"


@pytest.mark.parametrize("row", LATER, ids=called)
def test_every_wish_for_a_login_is_told(row: Refusal) -> None:
    """The general table must see the stop in such a reply, or nobody looks into this one."""
    told = login_replies.wanted(*LATER_SAMPLES[called(row)], user="")
    assert told is not None
    assert told[1].startswith(row.meaning)


@pytest.mark.parametrize("name", TABLES)
def test_every_sample_is_of_a_row(name: str) -> None:
    table, samples = TABLES[name]
    assert set(samples) <= {called(row) for row in table}, f"{name} has samples of rows that are gone"


# ---- the rows of the table --------------------------------------------------------------------------


def read(line: str) -> Reply:
    """A reply as it stands in the table."""
    code, enhanced, text = re.fullmatch(r"(\d{3}) (?:([245]\.\d+\.\d+) )?(.*)", line, re.DOTALL).groups("")
    return Reply(int(code), text, enhanced)


def said(rule: Rule) -> str:
    return rule.sample[1][:60]


@pytest.mark.parametrize("rule", TABLE, ids=said)
def test_every_row_decides_its_own_sample(rule: Rule) -> None:
    """One that those above it leave nothing to decide is found out."""
    stage, line = rule.sample
    first = next(each for each in TABLE if each.fits(stage, read(line)))
    assert first is rule, f"“{first.reason}” decides “{line}”, so this row does not"
    assert rule_for(stage, read(line)) is rule
    assert judge(stage, read(line)) is rule.verdict


@pytest.mark.parametrize("rule", OF_PROVIDERS, ids=said)
def test_a_providers_words_mean_the_same_wherever_they_come(rule: Rule) -> None:
    assert {judge(stage, read(rule.sample[1])) for stage in rule.stages} == {rule.verdict}


@pytest.mark.parametrize("rule", TABLE, ids=said)
def test_an_opening_knows_only_yes_later_and_no(rule: Rule) -> None:
    """Whatever is said before mail is: the handshake would take any other verdict for consent."""
    for stage in (Stage.CONNECT, Stage.EHLO, Stage.STARTTLS, Stage.AUTH):
        verdict = judge(stage, read(rule.sample[1]))
        assert verdict in (Verdict.PROCEED, Verdict.RECONNECT, Verdict.STOP, Verdict.BROKEN)
        assert verdict is not Verdict.BROKEN or rule.sample[1].startswith("3")


def test_each_row_says_where_it_comes_from_and_who_does_what() -> None:
    for rule in TABLE:
        assert "RFC" in rule.reason or rule.whose
        assert rule.reason.endswith((".", ").", "?"))
        assert bool(rule.cure) == (rule in OF_PROVIDERS and rule.verdict is Verdict.HALT_QUEUED), said(rule)
        assert not rule.window or rule.cure


def test_a_reply_is_known_by_its_text_where_the_codes_are_the_same() -> None:
    """Whatever was heard before: the table is read once for each kind of reply, not for each text."""
    quota = read("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException")
    other = read("554 5.2.0 Content rejected")
    for _ in range(2):
        assert judge(Stage.DOT, other) is Verdict.REJECTED
        assert judge(Stage.DOT, quota) is Verdict.HALT_QUEUED


def test_words_are_found_over_the_ends_of_lines_but_not_beyond_what_is_searched() -> None:
    google = Reply(
        550, "Daily user sending\nlimit exceeded. For more information on Gmail\nsending limits", "5.4.5"
    )
    assert judge(Stage.DOT, google) is Verdict.HALT_QUEUED
    late = Reply(550, "x" * 3000 + " Daily user sending limit exceeded", "5.4.5")
    assert judge(Stage.DOT, late) is Verdict.REJECTED


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("550 5.1.1 <submissionquotaexceeded@example.net>: User unknown", Verdict.SUPPRESS),
        ("550 unknown user rcpthosts@example.net", Verdict.REJECTED),
        ("550 5.1.1 <a@example.net>: undeliverable address: host mx.example.net[192.0.2.1] said: 550 Sending paused "
         "(in reply to RCPT TO command)", Verdict.SUPPRESS),
        ("550 5.1.1 <a@example.net>: host sendasdenied.example.net[192.0.2.1] said: 550 No", Verdict.SUPPRESS),
        ("450 4.1.1 <a@example.net>: unverified address: host mx.example.net[192.0.2.1] said: 450 4.7.1 Too many "
         "connections", Verdict.DEFERRED),
        ("450 4.1.2 <a@example.net>: Host not found: name=throttling type=MX", Verdict.DEFERRED),
        ('550 response to "RCPT TO:<a@example.net>" from mx.example.net was: 550 Sending paused', Verdict.REJECTED),
        ("550 Callback failed\nThe mail server said: 550-relay not permitted", Verdict.REJECTED),
    ],
)  # fmt: skip
def test_no_recipient_halts_a_mailing_by_their_name_or_by_what_their_server_says(
    reply: str, verdict: Verdict
) -> None:
    assert judge(Stage.RCPT, read(reply)) is verdict


def test_a_server_that_makes_up_codes_costs_no_memory() -> None:
    for number in range(5000):
        judge(Stage.RCPT, Reply(550, f"no {number}", f"5.1.{number}"))
    assert len(replies._CANDIDATES) <= replies._MOST_KINDS
    assert len(replies._VERDICTS) <= replies._MOST_KINDS
    assert judge(Stage.RCPT, Reply(550, "", "5.1.1")) is Verdict.SUPPRESS


# ---- logins -----------------------------------------------------------------------------------------


def test_each_refusal_of_a_login_says_what_to_do() -> None:
    for table in (AT_LOGIN, WITH_TOKEN):
        assert all(refusal.meaning.endswith((".", ").")) and refusal.cure for refusal in table)
        assert table[-1].fits(Reply(0)), "the last fits whatever comes"


def test_the_administrators_command_names_the_mailbox() -> None:
    reply = AT_LOGIN_SAMPLES["5..: SmtpClientAuthentication is disabled"].reply
    for token in (False, True):
        message, hint = login_replies.refused(reply, "press@example.org", token=token)
        assert "press@example.org" in message
        assert "`Set-CASMailbox -Identity press@example.org -SmtpClientAuthenticationDisabled $false`" in hint


def test_what_the_server_said_before_it_refused_a_token_counts() -> None:
    """At the end it says only that it failed (RFC 7628 §3.2.3): the reason stands in its JSON."""
    refused = Reply(535, "Error: authentication failed", "5.7.8")
    message, hint = login_replies.refused(refused, "press@example.org", token=True, reason="invalid_token")
    assert message.endswith("535 5.7.8 Error: authentication failed (invalid_token)")
    assert hint.startswith("The sign-in is no longer valid") and "password" not in hint
