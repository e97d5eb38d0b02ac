"""The table of replies, and the page that shows it."""

from __future__ import annotations

import pytest
from conftest import REPOSITORY

from mailer.delivery.replies import TABLE, Reply, Stage, Verdict, as_markdown, judge, outcome
from mailer.delivery.smtp import login_replies
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
        (Stage.DOT, 550, "5.7.26", Verdict.HALT, Status.DEFERRED),
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


def test_each_rule_cites_where_it_comes_from() -> None:
    assert all("RFC" in rule.reason for rule in TABLE)


def test_the_page_shows_the_tables() -> None:
    page = (REPOSITORY / "docs/reference/replies.md").read_text("utf-8")
    assert as_markdown() in page
    assert login_replies.as_markdown() in page


def test_each_refusal_of_a_login_says_what_to_do() -> None:
    for refusal in login_replies.AT_LOGIN:
        assert refusal.meaning.endswith(".") and refusal.cure
    assert login_replies.AT_LOGIN[-1].fits(Reply(0)), "the last fits whatever comes"
