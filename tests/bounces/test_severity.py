"""Whether an address is dead, for now out of reach, or it is about us: by the words and codes of servers."""

from __future__ import annotations

import pytest

from mailer.bounces.reading.phrases import PHRASES, lines_of
from mailer.bounces.reading.severity import CAUSES, Severity, cause_of, status_code
from mailer.delivery.replies import Rule, Verdict
from mailer.delivery.replies.providers import OF_PROVIDERS

HARD, SOFT, US = "hard", "soft", "about us"


@pytest.mark.parametrize(
    ("field", "said", "severity"),
    [
        # no such mailbox, in many words
        ("5.1.1", "550 5.1.1 <ana@news.example.net>: Recipient address rejected: User unknown in virtual mailbox table", HARD),
        ("5.0.0", "550 Unknown user", HARD),
        ("", "550 No such user here", HARD),
        ("", "550 Invalid recipient ana@news.example.net", HARD),
        ("", "553 sorry, that user doesn't have an account here", HARD),
        ("", "550 ana@news.example.net does not exist", HARD),
        ("", "550 Mailbox not found", HARD),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", HARD),
        ("5.1.1", "", HARD),
        ("5.1.10", "556 5.1.10 Recipient address has null MX", HARD),
        ("", "550 Destinataire inconnu", HARD),
        ("", "550 Usuario desconocido", HARD),
        ("5.1.6", "551 5.1.6 User has moved to ana@daily.example.com", HARD),
        # security status, and yet it is the mailbox
        ("5.7.1", "550 5.7.1 No such user", HARD),
        ("5.7.1", "554 5.7.1 <ana@news.example.net>: Recipient address rejected: this mailbox does not exist", HARD),
        ("5.7.1", "554 5.7.1 <ana@news.example.net>: Recipient address rejected: Invalid-Recipient.", HARD),
        ("5.0.0", "554 RCPT (ana@news.example.net) dosn't exist", HARD),
        # a code that speaks of the address, and no reason
        ("5.1.0", "550 #5.1.0 Address rejected ana@news.example.net", HARD),
        # what the server furthest on says, where one quotes another
        ("5.1.1", "550 5.1.1 undeliverable address: host mx.news.example.net[192.0.2.5] said: 550 User unknown", HARD),
        ("", "retry timeout exceeded; last reply: 550 no such user", HARD),
        ("5.0.350", "550 5.0.350 Remote server returned an error -> 550 5.1.1 user unknown", HARD),
        ("5.4.300", "550 5.4.300 Message expired -> 421 4.2.1 no such user right now", SOFT),
        ("", "host nospam.blocklist.example.net[192.0.2.5] said: 550 user unknown", HARD),
        ("", "550 user unknown, cmd=a451b-x450c", HARD),
        # a code of the reporter's own making
        ("5.0.0", "smtp; 550 5.1.1 no such user", HARD),
        ("4.0.0", "550 5.1.1 no such user", HARD),
        # it may pass
        ("5.2.2", "552 5.2.2 mailbox full", SOFT),
        ("5.1.1", "550 5.1.1 The email account that you tried to reach is over quota", SOFT),
        ("5.0.0", "552 Requested mail action aborted: exceeded storage allocation", SOFT),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", SOFT),
        ("4.4.1", "Connection timed out", SOFT),
        ("4.1.1", "450 4.1.1 <ana@news.example.net>: Recipient address rejected: User unknown", SOFT),
        ("4.4.3", "Name service error for name=news.example.net type=MX: Host not found, try again", SOFT),
        ("5.4.6", "554 5.4.6 Too many hops", SOFT),
        ("5.1.1", "550 5.1.1 <ana@news.example.net> too many recipients this hour", SOFT),
        ("5.1.1", "550 5.1.1 <ana@news.example.net> [SUSPEND] Mailbox suspended, ask its owner", SOFT),
        ("5.1.1", "550 5.1.1 <ana@news.example.net>: greylisted, come back in five minutes", SOFT),
        ("5.1.2", "550 5.1.2 <ana@news.example.net>... Temporary DNS failure", SOFT),
        ("5.7.1", "550 5.7.1 Recipient temporarily deferred", SOFT),
        ("5.1.0", "550 5.1.0 something with the address", SOFT),
        ("5.4.4", "550 5.4.4 unable to route", SOFT),
        ("5.1.2", "550 5.1.2 host unreachable", SOFT),
        ("5.2.1", "550 5.2.1 Mailbox unavailable", SOFT),
        ("", "550 the mailbox may not exist, or may be full", SOFT),
        ("", "450 mailbox unavailable (e.g., mailbox not found, no access)", SOFT),
        ("5.0.0", "", SOFT),
        ("", "something that nobody has ever said", SOFT),
        # about us
        ("5.7.1", "550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", US),
        ("5.0.0", "554 Message rejected as spam by content filtering", US),
        ("5.1.8", "550 5.1.8 Sender address rejected: Domain not found", US),
        ("", "550 <bounces@example.org>: Sender address rejected: Domain not found", US),
        ("5.0.0", "550 Verification failed for <bounces@example.org>: sender verify failed, unknown user", US),
        ("5.0.0", "550 <ana@news.example.net>: invalid HELO", US),
        ("5.0.0", "553 192.0.2.10 https://www.spamhaus.org/query/ip/192.0.2.10", US),
        ("5.1.1", "550 5.1.1 mailbox not found: 192.0.2.10 is black listed", US),
        ("5.1.1", "550 5.1.1 <ana@news.example.net>: Reject due to SPF, unknown user", US),
        ("5.1.1", "550 5.1.1 <ana@news.example.net>: user unknown (in reply to MAIL FROM command)", US),
        ("", "550 Too many invalid recipients", US),
        ("", "554 no data before greeting; 192.0.2.10 rejected", US),
        ("5.1.1", "550 5.1.1 User reject", US),
        ("5.1.1", "550 5.1.1 Refused due to recipient preferences", US),
        ("", "554-No SMTP service 554 IP address is block listed", US),
        ("", "550 Client host rejected: cannot find your hostname", US),
        ("5.1.1", "554 5.7.1 relay access denied", US),
        ("5.1.1", "550 5.1.1 message blocked: see our policy", US),
        ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", US),
        ("5.6.0", "554 5.6.0 Message contains a virus", US),
    ],
)  # fmt: skip
def test_what_is_concluded(field: str, said: str, severity: str) -> None:
    assert cause_of(status_code(field, said), said).severity == severity


DECIDED_BY = (
    ("5.2.0", "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"),
    ("5.2.2", "552 5.2.2 mailbox full"),
    ("5.7.1", "550 5.7.1 Greylisted, see the help page"),
    ("5.1.8", "550 5.1.8 <bounces@example.org>: not accepted"),
    ("5.1.0", "550 5.1.0 Your domain has no MX"),
    ("4.7.0", "421 4.7.0 temporarily deferred due to user complaints"),
    ("5.0.0", "552 Message size exceeds fixed limit"),
    ("5.6.3", "554 5.6.3 Conversion required but not supported"),
    ("4.1.1", "450 4.1.1 User unknown"),
    ("5.2.1", "550 5.2.1 This mailbox has been deleted; its owner is locked out"),
    ("5.1.1", "550 5.1.1 Temporary DNS failure, no such user"),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
    ("5.7.1", "550 5.7.1 No such user, or blocked"),
    ("5.1.1", "550 5.1.1 User unknown in virtual mailbox table; see our policy"),
    ("5.1.10", "556 5.1.10 Recipient address has null MX"),
    ("5.1.6", "551 5.1.6 User has moved to ana@daily.example.com"),
    ("5.1.1", "550 5.1.1 blocked: see our policy"),
    ("5.7.1", "550 5.7.1 no"),
    ("5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable"),
    ("5.1.0", "550 5.1.0 Address rejected"),
    ("5.1.1", "550 5.1.1 User reject"),
    ("5.1.1", "550 5.1.1 <ana@news.example.net>... no"),
    ("5.1.2", "550 5.1.2 <ana@news.example.net>... no"),
)
"""For each line of the table, in its order, a failure that this line decides."""


@pytest.mark.parametrize("line", range(len(CAUSES)), ids=lambda line: f"{line}: {CAUSES[line].name}")
def test_each_line_of_the_table_decides_something(line: int) -> None:
    """One that never does is hidden behind those above it."""
    assert len(DECIDED_BY) == len(CAUSES)
    field, said = DECIDED_BY[line]
    assert cause_of(status_code(field, said), said) is CAUSES[line]


@pytest.mark.parametrize("rule", OF_PROVIDERS, ids=lambda rule: rule.sample[1][:60])
@pytest.mark.parametrize("field", ["5.0.0", "4.0.0", "5.1.1", ""])
def test_what_halts_a_run_never_speaks_against_an_address_when_it_comes_back(rule: Rule, field: str) -> None:
    """A provider that took the message first says it by mail: three soft bounces would suppress the address."""
    _, said = rule.sample
    if rule.verdict in (Verdict.HALT_QUEUED, Verdict.FEWER, Verdict.SLOWER):
        assert cause_of(status_code(field, said), said).severity is Severity.ABOUT_US
    else:
        assert cause_of(status_code(field, said), said).severity is not Severity.HARD


ONLY_WITH = {"address_rejected": "5.1.0"}
IN_THE_TABLE = {name: cause for name, words in PHRASES.items() for cause in CAUSES if cause.words is words}


@pytest.mark.parametrize("name", IN_THE_TABLE)
def test_each_phrase_of_the_table_decides_something(name: str) -> None:
    hidden = [
        phrase
        for phrase in lines_of(name)
        if cause_of(ONLY_WITH.get(name, ""), phrase.replace("…", " x ")) is not IN_THE_TABLE[name]
    ]
    assert hidden == []


@pytest.mark.parametrize("paper", ["Daily Herald", "Foreign Policy", "Mimecast", "The Locals", "USA Today"])
def test_the_name_of_a_paper_hides_nothing(paper: str) -> None:
    said = f"550 {paper}: user unknown"
    assert cause_of(status_code("5.1.1", said), said).severity is Severity.HARD


@pytest.mark.parametrize(
    "word", ["spam", "blocked", "policy", "unknown-user", "mailbox.full", "no.such.user"]
)
def test_a_word_in_an_address_or_a_link_proves_nothing(word: str) -> None:
    said = f"550 <{word}@news.example.net> see https://mail.example.net/{word}?{word}"
    assert cause_of(status_code("5.0.0", said), said).words is None


@pytest.mark.parametrize(
    ("field", "said", "code"),
    [
        ("5.1.1", "", "5.1.1"),
        ("5.0.0 (permanent failure)", "", "5.0.0"),
        ("5.0.0", "550 5.1.1 no", "5.1.1"),
        ("5.1.1", "554 5.7.1 no", "5.7.1"),
        ("5.1.0", "5.1.0 - Unknown address error 550-'5.1.1 no such'", "5.1.1"),
        ("", "host 192.0.2.5 said 550 no", "5.0.0"),
        ("", "host 5.1.1.9 hung up", ""),
        ("", "Internet Mail Service (5.5.2657.72)", ""),
        ("", "#5.1.2 no host", "5.1.2"),
        ("2.0.0", "", "2.0.0"),
        ("", "queued as x451y, said 550 no", "5.0.0"),
        ("", "queued as x4.5.1y", ""),
        ("5.0.350", "550 5.0.350 an error -> 550 5.1.1 no", "5.1.1"),
        ("5.0.0", "451 no", "4.0.0"),
        ("5.4.7", "451 no", "5.4.7"),
    ],
)
def test_the_code_that_tells_most(field: str, said: str, code: str) -> None:
    assert status_code(field, said) == code
