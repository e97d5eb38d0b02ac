"""What a returned mail does to the ledger and to lists/suppressed.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.bounce_corpus import ANA, BEN, bounces
from support.other_mail import others
from support.returned import ENVELOPE_FROM, TOKEN, VERP, note
from support.sent_mail import SENT, returned, send_to, state_of

from mailer.bounces import HandledMail, Sources, collect
from mailer.delivery import Feedback, History, Ledger
from mailer.model import Status
from mailer.press import Choice, Suppressions, read_audience, unsubscribe_token
from mailer.settings import Settings
from mailer.workspace import Workspace

CORPUS = {sample.name: sample.content for sample in (*bounces(), *others())}
UNKNOWN, FULL, POLICY = (
    CORPUS["postfix, unknown user at a remote"],
    CORPUS["postfix, full mailbox"],
    CORPUS["postfix, listed by a blocklist"],
)
SETTINGS = Settings(
    envelope_from=ENVELOPE_FROM,
    unsubscribe_mailto="unsubscribe@example.org",
    secret_key="k" * 40,
    bounce_authserv_id=("mx.example.org",),
)


def maildir(folder: Path, *mails: bytes) -> Path:
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for mail in mails:
        (folder / "new" / f"{len(list((folder / 'new').iterdir()))}.mail").write_bytes(mail)
    return folder


def take(
    workspace: Workspace, *mails: bytes, settings: Settings = SETTINGS, rehearsal: bool = False
) -> Sequence[HandledMail]:
    folder = maildir(workspace.root / "Maildir", *mails)
    return list(collect(workspace, settings, Sources(maildirs=(folder,)), rehearsal=rehearsal))


def followed(handled: Sequence[HandledMail]) -> tuple[str, str]:
    ((one,),) = [mail.consequences for mail in handled]
    return one.address, one.done


def suppressed(workspace: Workspace, address: str) -> str:
    entry = Suppressions(workspace.suppressed).get(address)
    return entry.reason if entry else ""


def test_a_hard_bounce_marks_the_delivery_and_suppresses_the_address(workspace: Workspace) -> None:
    token = send_to(workspace, ANA, BEN)[ANA]
    assert followed(take(workspace, returned(UNKNOWN, token))) == (ANA, "suppressed")
    assert state_of(workspace, ANA) is Status.BOUNCED
    assert state_of(workspace, BEN) is Status.ACCEPTED
    assert suppressed(workspace, ANA) == "bounced: 5.1.1 no such mailbox"
    with Ledger(workspace.ledger) as ledger:
        line = next(line for line in ledger.recipients("harbour-report") if line.address == ANA)
    assert "User unknown" in line.reply


def test_the_next_list_leaves_them_out_and_says_why(workspace: Workspace) -> None:
    (workspace.lists / "two.csv").write_text(f"email\n{ANA}\n{BEN}\n", encoding="utf-8")
    take(workspace, returned(UNKNOWN, send_to(workspace, ANA, BEN)[ANA]))
    audience = read_audience(workspace, Choice(lists=("two",)))
    assert [person.address for person in audience.recipients] == [BEN]
    (left,) = audience.left_out
    assert (left.address, left.reason) == (ANA, "suppressed")
    assert "bounced: 5.1.1" in left.detail


def test_without_verp_our_message_id_in_the_returned_header_tells(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    settings = replace(SETTINGS, envelope_from="")
    assert followed(take(workspace, returned(UNKNOWN, token, only_message_id=True), settings=settings)) == (
        ANA,
        "suppressed",
    )


def test_a_forwarder_s_address_is_not_suppressed_but_the_one_we_mailed(workspace: Workspace) -> None:
    token = send_to(workspace, "desk@paper.example.com")["desk@paper.example.com"]
    assert followed(take(workspace, returned(UNKNOWN, token))) == ("desk@paper.example.com", "suppressed")
    assert not suppressed(workspace, ANA)


def test_with_nothing_but_the_address_a_person_is_told_which_mail_it_may_be(workspace: Workspace) -> None:
    """Anybody can write a bounce that names anybody."""
    send_to(workspace, ANA, release="old", at=SENT - timedelta(days=90))
    domino = CORPUS["Domino without a report"].replace(TOKEN.encode(), b"0" * 24)
    (first,) = take(workspace, domino)
    assert (followed([first]), first.consequences[0].release) == ((ANA, "for you to decide"), "")
    send_to(workspace, ANA)
    (second,) = take(workspace, domino + b"\n ")
    assert (followed([second]), second.consequences[0].release) == (
        (ANA, "for you to decide"),
        "harbour-report",
    )
    assert f"mailer suppress {ANA}" in second.consequences[0].detail
    assert state_of(workspace, ANA, "old") is state_of(workspace, ANA) is Status.ACCEPTED
    assert not suppressed(workspace, ANA)


def test_one_full_mailbox_is_only_counted(workspace: Workspace) -> None:
    handled = take(workspace, returned(FULL, send_to(workspace, ANA)[ANA]))
    assert followed(handled) == (ANA, "bounced")
    assert "no. 1" in handled[0].consequences[0].detail
    assert state_of(workspace, ANA) is Status.BOUNCED, "this mail did not arrive all the same"
    assert not suppressed(workspace, ANA)


@pytest.mark.parametrize(
    ("days", "follows"),
    [
        ((1, 8, 15.5), "suppressed"),
        ((1, 8, 14.5), "bounced"),  # three, but over 13 and a half days
        ((1, 40), "bounced"),  # only two
        ((1, 200, 215), "bounced"),  # the first is more than half a year back
    ],
)
def test_three_soft_bounces_over_a_fortnight_suppress(
    workspace: Workspace, days: tuple[float, ...], follows: str
) -> None:
    for number, day in enumerate(days):
        token = send_to(workspace, ANA, release=f"release-{number}")[ANA]
        handled = take(workspace, returned(FULL, token, days=day))
    assert followed(handled) == (ANA, follows)
    assert bool(suppressed(workspace, ANA)) is (follows == "suppressed")


def test_three_notes_about_one_mail_are_one_soft_bounce(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    handled = take(workspace, *(returned(FULL, token, days=day) for day in (1, 10, 20)))
    assert [mail.consequences[0].done for mail in handled] == ["bounced"] * 3


def test_a_policy_block_is_about_us_and_never_suppresses(workspace: Workspace) -> None:
    for number in range(5):
        token = send_to(workspace, ANA, release=f"release-{number}")[ANA]
        handled = take(workspace, returned(POLICY, token, days=1 + 10 * number))
        assert followed(handled) == (ANA, "bounced")
        assert "about us" in handled[0].consequences[0].detail
    assert not suppressed(workspace, ANA)
    assert state_of(workspace, ANA, "release-4") is Status.BOUNCED


def test_a_delay_changes_nothing(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    assert followed(take(workspace, returned(CORPUS["postfix, still trying"], token))) == (ANA, "waiting")
    assert state_of(workspace, ANA) is Status.ACCEPTED


@pytest.mark.parametrize(
    "name", [s.name for s in others() if s.kind in ("auto-reply", "other") and "complaint" not in s.name]
)
def test_automatic_replies_receipts_and_letters_change_nothing(workspace: Workspace, name: str) -> None:
    token = send_to(workspace, ANA)[ANA]
    (handled,) = take(workspace, CORPUS[name].replace(TOKEN.encode(), token.encode()))
    assert handled.consequences == ()
    assert state_of(workspace, ANA) is Status.ACCEPTED
    assert not suppressed(workspace, ANA)


COMPLAINT = CORPUS["spam complaint"]


def test_who_reports_our_mail_as_spam_gets_no_more(workspace: Workspace) -> None:
    """The mail that the provider encloses bears the token of theirs (RFC 5965)."""
    token = send_to(workspace, ANA, BEN)[ANA]
    (handled,) = take(workspace, returned(COMPLAINT, token))
    assert (handled.kind, followed([handled])) == ("complaint", (ANA, "suppressed"))
    assert suppressed(workspace, ANA) == "reported our email as spam"
    assert not suppressed(workspace, BEN)
    assert state_of(workspace, ANA) is Status.ACCEPTED, "they did get it"


def test_a_complaint_is_of_its_day_and_counts_once_a_mail(workspace: Workspace) -> None:
    """The provider says that it was on 3 March 2026."""
    token = send_to(workspace, ANA, BEN)[ANA]
    take(workspace, returned(COMPLAINT, token))
    take(workspace, returned(COMPLAINT, token).replace(b"b1-report", b"b2-report"))
    with Ledger(workspace.ledger) as ledger:
        assert Feedback(ledger).complaints(datetime(2026, 3, 3, tzinfo=UTC).timestamp())[0] == 1
        assert Feedback(ledger).complaints(datetime(2026, 3, 4, tzinfo=UTC).timestamp())[0] == 0


def test_a_provider_may_black_out_all_but_the_return_path(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    bare = COMPLAINT.replace(
        b"Version: 1\n", b"Version: 1\nOriginal-Mail-From: <bounces+" + TOKEN.encode() + b"@example.org>\n"
    )
    head, gap, _ = bare.partition(b"--b1-report/mx.example.net\nContent-Type: message/rfc822")
    head = head.replace(VERP.encode(), b"press@example.org", 2)
    mail = (
        head.replace(TOKEN.encode(), token.encode())
        + gap
        + b"\n\nSubject: x\n\n[redacted]\n--b1-report/mx.example.net--\n"
    )
    assert followed(take(workspace, mail)) == (ANA, "suppressed")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Feedback-Type: abuse", b"Feedback-Type: not-spam"),
        (b"Feedback-Type: abuse", b"Feedback-Type: auth-failure"),
        (b"Feedback-Type: abuse", b"Feedback-Type: virus"),
        (b"Feedback-Type: abuse\n", b""),
        (b"Version: 1", b"Version: 1\nOriginal-Rcpt-To: <someone.else@example.com>"),
    ],
)
def test_other_reports_of_a_provider_are_put_to_a_person(
    workspace: Workspace, old: bytes, new: bytes
) -> None:
    """That it is no spam after all (RFC 6430); or that somebody complained to whom Ana's mail was forwarded."""
    assert old in COMPLAINT
    token = send_to(workspace, ANA)[ANA]
    mail = returned(COMPLAINT.replace(old, new), token)
    assert followed(take(workspace, mail)) == (ANA, "for you to decide")
    assert not suppressed(workspace, ANA)


def test_a_complaint_without_a_token_of_ours_proves_nothing(workspace: Workspace) -> None:
    send_to(workspace, ANA)
    (handled,) = take(workspace, COMPLAINT.replace(TOKEN.encode(), b"0" * 24))
    assert followed([handled]) == ("", "for you to decide")
    assert not suppressed(workspace, ANA)


def test_each_mail_is_dealt_with_once_wherever_it_lies(workspace: Workspace, tmp_path: Path) -> None:
    mail = returned(FULL, send_to(workspace, ANA)[ANA])
    assert len(take(workspace, mail)) == 1
    assert take(workspace) == []
    box = tmp_path / "box"
    kept = mail.replace(b"\n", b"\r\n", 3).replace(b"Subject:", b"Status: RO\nX-UID: 7\nSubject:", 1)
    box.write_bytes(b"From MAILER-DAEMON Tue Mar  3 09:00:05 2026\n" + kept.replace(b"\r\n", b"\n") + b"\n")
    assert list(collect(workspace, SETTINGS, Sources(mboxes=(box,)))) == []


@pytest.mark.own_ledger
def test_a_rehearsal_tells_the_same_and_changes_nothing(workspace: Workspace) -> None:
    mail = returned(UNKNOWN, send_to(workspace, ANA)[ANA])
    before = workspace.suppressed.read_bytes()
    rehearsed = take(workspace, mail, rehearsal=True)
    assert workspace.suppressed.read_bytes() == before
    assert state_of(workspace, ANA) is Status.ACCEPTED
    assert take(workspace) == rehearsed
    assert state_of(workspace, ANA) is Status.BOUNCED


@pytest.mark.own_ledger
def test_a_rehearsal_counts_as_the_real_thing_does(workspace: Workspace) -> None:
    tokens = [send_to(workspace, ANA, release=f"release-{n}")[ANA] for n in range(3)]
    mails = [returned(FULL, token, days=1 + 8 * n) for n, token in enumerate(tokens)]
    assert [h.consequences[0].done for h in take(workspace, *mails, rehearsal=True)] == [
        "bounced",
        "bounced",
        "suppressed",
    ]


@pytest.mark.own_ledger
def test_a_bounce_for_somebody_forgotten_keeps_nothing_about_them(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    with Ledger(workspace.ledger) as ledger:
        History(ledger).forget(ANA)
    assert followed(take(workspace, returned(UNKNOWN, token))) == ("", "bounced")
    assert ANA.encode() not in workspace.ledger.read_bytes() + workspace.suppressed.read_bytes()


# ---- unsubscribe mail -------------------------------------------------------------------------------


def wish(subject: str, sender: str = ANA, body: str = "") -> bytes:
    return note(sender=sender, subject=subject, body=body, to="unsubscribe@example.org", null=False)


def vouched(mail: bytes) -> bytes:
    """As our own server hands it over, which knows that Ana's or Ben's server sent it."""
    domain = BEN.partition("@")[2] if BEN.encode() in mail else ANA.partition("@")[2]
    return b"Authentication-Results: mx.example.org; dmarc=pass header.from=%s\n" % domain.encode() + mail


def test_the_token_of_the_mail_says_whose_wish_it_is(workspace: Workspace) -> None:
    """Even from another address: people forward their mail."""
    token = send_to(workspace, ANA, BEN)[ANA]
    assert followed(take(workspace, wish(f"unsubscribe {token}", sender="private@home.example.com"))) == (
        ANA,
        "unsubscribed",
    )
    assert suppressed(workspace, ANA) == "unsubscribed"
    assert state_of(workspace, ANA) is Status.ACCEPTED, "they did get this one"


def test_the_token_of_an_unsubscribe_link_does_too(workspace: Workspace) -> None:
    token = unsubscribe_token(BEN, SETTINGS.secret_key)
    assert followed(take(workspace, wish(f"unsubscribe {token}", sender="x@home.example.com"))) == (
        BEN,
        "unsubscribed",
    )


def test_a_forged_token_from_a_stranger_does_nothing(workspace: Workspace) -> None:
    send_to(workspace, ANA)
    forged = unsubscribe_token(ANA, "another key" * 4)
    assert followed(take(workspace, wish(f"unsubscribe {forged}", sender="x@home.example.com"))) == (
        "x@home.example.com",
        "for you to decide",
    )
    assert not suppressed(workspace, ANA)


def test_without_a_token_the_sender_must_be_on_file_exactly(workspace: Workspace) -> None:
    send_to(workspace, ANA)
    other, same = f"other.{ANA}", f"Ana Ruiz <{ANA.upper()}>"
    assert followed(take(workspace, vouched(wish("unsubscribe", sender=other)))) == (
        other,
        "for you to decide",
    )
    assert followed(take(workspace, vouched(wish("unsubscribe", sender=same)))) == (ANA, "unsubscribed")


def test_on_file_is_a_press_list_too(workspace: Workspace) -> None:
    (workspace.lists / "new.csv").write_text(f"email\n{BEN}\n", encoding="utf-8")
    assert followed(take(workspace, vouched(wish("Baja", sender=BEN)))) == (BEN, "unsubscribed")


def test_a_second_wish_is_no_fault(workspace: Workspace) -> None:
    send_to(workspace, ANA)
    first, second = take(workspace, vouched(wish("unsubscribe")), vouched(wish("unsubscribe me")))
    assert first.consequences[0].detail == "mx.example.org says dmarc=pass"
    assert second.consequences[0].detail == "was already suppressed"


@pytest.mark.parametrize("name", ["postfix, unknown user at a remote", "spam complaint"])
def test_a_report_from_somebody_to_whom_we_write_is_none_about_another_person(
    name: str, workspace: Workspace
) -> None:
    """Ben was forwarded Ana's mail, header and all, and has built a report around it."""
    mail = returned(CORPUS[name], send_to(workspace, ANA, BEN)[ANA])
    start = mail.index(b"\nFrom: ") + 1
    mail = mail[:start] + f"From: Ben <{BEN}>".encode() + mail[mail.index(b"\n", start) :]
    assert followed(take(workspace, mail)) == (ANA, "for you to decide")
    assert not suppressed(workspace, ANA)
