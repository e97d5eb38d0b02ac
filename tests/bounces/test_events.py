"""What the events of providers do to the ledger and to lists/suppressed.csv."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.bounce_corpus import ANA, BEN
from support.event_signing import posted
from support.forking import in_a_fork
from support.provider_events import SECONDS, Told, told
from support.sent_mail import send_to, state_of
from support.terminal import mailer

from mailer.bounces import Done, HandledMail, MailKind, Sources, collect
from mailer.bounces.event_handling import EventHandler
from mailer.bounces.events import Kept, Spool, read_events, read_kept
from mailer.bounces.events import spool as spool_module
from mailer.bounces.proven import Proven
from mailer.bounces.register import MailRegister
from mailer.delivery import Feedback, History, Ledger
from mailer.model import Status
from mailer.presets import TELLING
from mailer.press import Suppressions
from mailer.settings import Settings
from mailer.workspace import Workspace

TOLD = told()
BY_NAME = {(each.provider, each.name): each for each in TOLD}
MARCH_3 = datetime(2026, 3, 3, tzinfo=UTC).timestamp()


def keep(workspace: Workspace, provider: str, event: object) -> None:
    Spool(workspace.private).keep(provider, posted(provider, event).body)


def digest(workspace: Workspace, *, rehearsal: bool = False) -> Sequence[HandledMail]:
    return list(collect(workspace, Settings(), Sources(events=True), rehearsal=rehearsal))


def waiting(workspace: Workspace) -> list[Path]:
    return list(Spool(workspace.private).waiting())


def suppressed(workspace: Workspace, address: str = ANA) -> str:
    entry = Suppressions(workspace.suppressed).get(address)
    return f"{entry.reason} ({entry.source})" if entry else ""


def followed(handled: Sequence[HandledMail]) -> list[tuple[str, str]]:
    return [(one.address, one.done.value) for mail in handled for one in mail.consequences]


# ---- each kind --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Workspace, HandledMail]]]:
    """All that five providers may tell, each about the mail to somebody else."""
    from mailer.workspace import make_workspace

    workspace = make_workspace(tmp_path_factory.mktemp("all") / "office")
    addresses = {each.id: f"reader{number}@example.com" for number, each in enumerate(TOLD)}
    tokens = send_to(workspace, *addresses.values())
    for number, each in enumerate(TOLD):
        address = addresses[each.id]
        keep(workspace, each.provider, each.filled(address, tokens[address], number=number))
    handled = digest(workspace)
    assert len(handled) == len(TOLD)
    assert waiting(workspace) == []
    by_address = {mail.consequences[0].address: mail for mail in handled if mail.consequences}
    nothing = iter(mail for mail in handled if not mail.consequences)
    yield {each.id: (workspace, by_address.get(addresses[each.id]) or next(nothing)) for each in TOLD}


@pytest.mark.parametrize("each", TOLD, ids=[each.id for each in TOLD])
def test_what_follows(digested: dict[str, tuple[Workspace, HandledMail]], each: Told) -> None:
    workspace, handled = digested[each.id]
    assert handled.kind.value == each.kind
    assert [one.done.value for one in handled.consequences] == [each.done] * bool(each.done)
    for one in handled.consequences:
        assert (suppressed(workspace, one.address) != "") == (each.done in ("suppressed", "unsubscribed"))
        bounced = state_of(workspace, one.address) is Status.BOUNCED
        assert bounced == (each.kind == "bounce"), "a complaint is about a mail that arrived"


def test_every_provider_tells_at_least_eight_kinds() -> None:
    for provider in TELLING:
        assert len({each.name for each in TOLD if each.provider == provider}) >= 8


# ---- proof ------------------------------------------------------------------------------------------------


def test_what_is_told_of_somebody_else_is_put_to_a_person(workspace: Workspace) -> None:
    """The token is Ana's, and the event names Ben."""
    tokens = send_to(workspace, ANA, BEN)
    for number, each in enumerate(TOLD):
        if each.kind != "notice":
            keep(workspace, each.provider, each.filled(BEN, tokens[ANA], number=number))
    assert {done for _, done in followed(digest(workspace))} == {Done.FOR_YOU}
    assert not suppressed(workspace, ANA) + suppressed(workspace, BEN)
    assert state_of(workspace, ANA) is Status.ACCEPTED


def test_without_a_token_of_ours_nothing_is_done(workspace: Workspace) -> None:
    send_to(workspace, ANA)
    for number, each in enumerate(TOLD):
        keep(workspace, each.provider, each.filled(ANA, "0" * 24, number=number))
    handled = digest(workspace)
    assert len(handled) == len(TOLD)
    assert {done for _, done in followed(handled)} == {Done.FOR_YOU}
    assert not suppressed(workspace)
    assert state_of(workspace, ANA) is Status.ACCEPTED


def test_other_mail_of_the_same_account_is_no_news(workspace: Workspace) -> None:
    """An office that sends its invoices through it too is not asked about each."""
    send_to(workspace, ANA)
    for each in TOLD:
        keep(workspace, each.provider, each.filled("customer@example.net", "0" * 24))
    assert followed(digest(workspace)) == []


@pytest.mark.parametrize(
    ("provider", "reply"),
    [
        ("ses", "Ok reply-{}"),
        ("sendgrid", "Ok: queued as reply-{}"),
        ("brevo", "OK: queued as <202603030900.0@smtp-relay.mailin.example>"),
    ],
)
def test_the_id_of_the_250_reply_is_proof_too(workspace: Workspace, provider: str, reply: str) -> None:
    """Where the office sends without SMTP_PRESET, and SES tells no header fields."""
    token = send_to(workspace, ANA, BEN)[ANA]
    with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
        db.execute(
            "INSERT INTO attempts (delivery, at, code, enhanced, text, host) SELECT id, 1, 250, '', ?, 'relay'"
            " FROM deliveries WHERE token = ?",
            (reply.format(token), token),
        )
    event = json.dumps(BY_NAME[provider, "hard bounce"].filled(ANA, token))
    event = event.replace('"mailer"', '"other"').replace("mailer:", "other:")
    keep(workspace, provider, json.loads(event))
    assert followed(digest(workspace)) == [(ANA, "suppressed")]


def test_nothing_is_kept_of_somebody_who_was_forgotten(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    with Ledger(workspace.ledger) as ledger:
        History(ledger).forget(ANA)
    for each in TOLD:
        keep(workspace, each.provider, each.filled(ANA, token))
    assert followed(digest(workspace)) == []
    assert not suppressed(workspace)


# ---- once, in whatever order --------------------------------------------------------------------------------


def test_what_is_told_again_changes_nothing(workspace: Workspace) -> None:
    """By the provider's id where it has one, though it signs it anew; else by what it says."""
    token = send_to(workspace, ANA)[ANA]
    for _ in range(2):
        for each in TOLD:
            keep(workspace, each.provider, each.filled(ANA, token))
    first = digest(workspace)
    for each in TOLD:
        keep(workspace, each.provider, each.filled(ANA, token))
    again = [mail for mail in digest(workspace) if mail.kind is not MailKind.NOTICE]
    assert [mail for mail in again if mail.sender != TELLING["ses"]] == []
    with_id_of_sns = {"deliverydelay", "subscription/unsubscribeall", "reject"}
    assert {mail.subject for mail in again} <= with_id_of_sns, "SNS counts a second publication as another"
    assert first
    assert waiting(workspace) == []


def test_what_proves_nothing_does_not_stand_in_for_what_does(workspace: Workspace) -> None:
    """Who knows the address of the door and guesses the number of an event tells it first."""
    token = send_to(workspace, ANA)[ANA]
    told = [each for each in TOLD if each.kind in ("bounce", "complaint", "unsubscribe")]
    for number, each in enumerate(told):
        keep(workspace, each.provider, each.filled(ANA, "0" * 24, number=number))
    assert {done for _, done in followed(digest(workspace))} == {Done.FOR_YOU}
    for number, each in enumerate(told):
        keep(workspace, each.provider, each.filled(ANA, token, number=number))
    handled = [mail for mail in digest(workspace) if mail.sender == TELLING["postmark"]]
    assert len(handled) == len([each for each in told if each.provider == "postmark"])
    assert suppressed(workspace)


def test_the_order_does_not_matter(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    for name in ("spam complaint", "delivery", "hard bounce"):
        keep(workspace, "postmark", BY_NAME["postmark", name].filled(ANA, token, number=len(name)))
        digest(workspace)
    assert suppressed(workspace) == "reported our email as spam (complaint about harbour-report)"
    assert state_of(workspace, ANA) is Status.BOUNCED
    with Ledger(workspace.ledger) as ledger:
        assert Feedback(ledger).complaints(MARCH_3)[0] == 1


def test_many_events_in_one_body(workspace: Workspace) -> None:
    tokens = send_to(workspace, ANA, BEN)
    batch: list[object] = []
    for number, address in enumerate((ANA, BEN)):
        events = BY_NAME["sendgrid", "hard bounce"].filled(address, tokens[address], number=number)
        assert isinstance(events, list)
        batch += events
    keep(workspace, "sendgrid", batch)
    assert followed(digest(workspace)) == [(ANA, "suppressed"), (BEN, "suppressed")]


def test_each_recipient_that_one_event_names_is_dealt_with(workspace: Workspace) -> None:
    """Amazon SES names whoever may have complained, under one id."""
    tokens = send_to(workspace, ANA, BEN)
    event = BY_NAME["ses", "complaint"].filled(ANA, tokens[ANA])
    assert isinstance(event, dict)
    event["complaint"]["complainedRecipients"].insert(0, {"emailAddress": BEN})
    keep(workspace, "ses", event)
    assert followed(digest(workspace)) == [(ANA, "for you to decide"), (ANA, "suppressed")]
    assert suppressed(workspace, ANA) and not suppressed(workspace, BEN)


def test_three_soft_bounces_over_two_weeks_suppress(workspace: Workspace) -> None:
    done = []
    for number, day in enumerate((0, 7, 14)):
        token = send_to(workspace, ANA, release=f"release-{number}")[ANA]
        event = BY_NAME["mailgun", "full mailbox"].filled(ANA, token, number=number)
        assert isinstance(event, dict)
        event["timestamp"] = SECONDS + 86400 * day
        keep(workspace, "mailgun", event)
        done += followed(digest(workspace))
    assert [what for _, what in done] == ["bounced", "bounced", "suppressed"]
    assert suppressed(workspace).startswith("bounced 3 times in 14 days: the mailbox is full")


@pytest.mark.parametrize("name", ["delivered", "processed", "open", "deferred", "spam report"])
def test_whoever_tells_of_an_uncertain_mail_has_it(workspace: Workspace, name: str) -> None:
    token = send_to(workspace, ANA)[ANA]
    with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'u'")
    keep(workspace, "sendgrid", BY_NAME["sendgrid", name].filled(ANA, token))
    assert followed(digest(workspace))[0] == (ANA, "accepted after all")
    assert state_of(workspace, ANA) is Status.ACCEPTED
    with Ledger(workspace.ledger) as ledger:
        assert Feedback(ledger).complaints(MARCH_3)[1] == 1, "it counts among the accepted"


def test_an_event_may_be_quicker_than_the_answer_that_the_sender_waits_for(workspace: Workspace) -> None:
    """The sender has written that the last dot leaves, and not heard yet that it was taken."""
    token = send_to(workspace, ANA)[ANA]
    with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = '.'")
    keep(workspace, "sendgrid", BY_NAME["sendgrid", "processed"].filled(ANA, token))
    assert followed(digest(workspace)) == []
    assert state_of(workspace, ANA) is Status.ACCEPTED


def test_a_bounce_of_an_uncertain_mail_settles_it(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    with Ledger(workspace.ledger) as ledger, ledger.writing() as db:
        db.execute("UPDATE deliveries SET state = 'u'")
    keep(workspace, "brevo", BY_NAME["brevo", "full mailbox"].filled(ANA, token))
    assert followed(digest(workspace)) == [(ANA, "bounced")]
    assert state_of(workspace, ANA) is Status.BOUNCED


# ---- the spool --------------------------------------------------------------------------------------------


@pytest.mark.own_ledger
def test_a_rehearsal_leaves_all_as_it_is(workspace: Workspace) -> None:
    token = send_to(workspace, ANA)[ANA]
    keep(workspace, "brevo", BY_NAME["brevo", "spam"].filled(ANA, token))
    Spool(workspace.private).keep("brevo", b"no JSON")
    before = waiting(workspace)
    assert followed(digest(workspace, rehearsal=True))[0] == (ANA, "suppressed")
    assert (waiting(workspace), suppressed(workspace)) == (before, "")
    assert followed(digest(workspace))[0] == (ANA, "suppressed")


@pytest.mark.parametrize(
    "body",
    [b"", b"no JSON", b"{}", b"[]", b"42", b'"bounce"', b"null", b"\xff\xfe", b"[" * 100_000, b"[1" * 5_000,
     b'{"event": ' + b"9" * 5_000 + b"}", b'[{"RecordType": {}}]', b'{"Message": "[[[["}'],
)  # fmt: skip
def test_what_can_not_be_read_is_told_and_kept_aside(workspace: Workspace, body: bytes) -> None:
    for provider in TELLING:
        Spool(workspace.private).keep(provider, body)
    handled = digest(workspace)
    assert [mail.kind for mail in handled] == [MailKind.UNREADABLE] * 5
    assert waiting(workspace) == []
    aside = sorted((workspace.private / "events" / "odd").iterdir())
    assert sorted(mail.where for mail in handled) == [workspace.shown(path) for path in aside]
    assert all(path.read_bytes().endswith(body) for path in aside)
    assert digest(workspace) == []


def test_what_a_killed_server_left_unfinished_goes(workspace: Workspace) -> None:
    """Nobody was told that it is kept. What was begun a moment ago may be somebody's who is still writing."""
    keep(workspace, "brevo", {"event": "sent"})
    part = workspace.private / "events" / "part"
    for name, age in (("old", 7200), ("young", 0)):
        (part / name).write_bytes(b"mailer-ev")
        os.utime(part / name, (1e9 if age else None) and (1e9, 1e9))
    digest(workspace)
    assert [path.name for path in part.iterdir()] == ["young"]


def test_a_spool_that_is_full_takes_no_more(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "MOST_FILES", 2)
    spool = Spool(workspace.private)
    spool.keep("brevo", b"1")
    spool.keep("brevo", b"2")
    with pytest.raises(spool_module.SpoolFull):
        spool.keep("brevo", b"3")
    spool.keep("brevo", b"2")  # it is there already
    assert len(waiting(workspace)) == 2


def test_what_can_not_be_read_does_not_fill_the_disk(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "MOST_FILES", 3)
    for number in range(7):
        spool = Spool(workspace.private)
        spool.keep("brevo", b"odd %d" % number)
        (newest,) = waiting(workspace)
        digest(workspace)
    odd = list((spool.folder / "odd").iterdir())
    assert len(odd) == 3
    assert newest.name in {path.name for path in odd}


def ended_before(last: int, work: Callable[[], object]) -> bool:
    """Does it in a process of its own, which is killed at so many lines; whether it came to its end before."""
    line = 0

    def count(frame: FrameType, event: str, argument: object) -> object:
        nonlocal line
        if "/mailer/bounces/" not in frame.f_code.co_filename and "supp" not in frame.f_code.co_filename:
            return None
        line += event == "line"
        if line == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    def watched() -> None:
        sys.settrace(count)  # type: ignore[arg-type]
        work()

    code = in_a_fork(watched)
    assert code <= 0, "it raised"
    return code == 0


def test_killed_at_any_line_everything_is_done_once(workspace: Workspace) -> None:
    """kill -9 a little further on each time, until it comes to its end."""
    names = [("postmark", "spam complaint"), ("brevo", "full mailbox"), ("mailgun", "hard bounce")]
    addresses = [f"reader{number}@example.com" for number in range(len(names))]
    tokens = send_to(workspace, *addresses)
    for address, name in zip(addresses, names, strict=True):
        keep(workspace, name[0], BY_NAME[name].filled(address, tokens[address]))
    kills = 0
    while not ended_before(20 + 37 * kills, lambda: digest(workspace)):
        kills += 1
    assert kills > 10
    assert waiting(workspace) == []
    assert [bool(suppressed(workspace, address)) for address in addresses] == [True, False, True]
    with Ledger(workspace.ledger) as ledger, ledger.reading() as db:
        assert Feedback(ledger).complaints(MARCH_3)[0] == 1
        assert db.execute("SELECT count(*) FROM soft_bounces").fetchone() == (1,)


def test_killed_at_any_line_a_post_is_there_whole_or_not_at_all(workspace: Workspace) -> None:
    body = b'{"event": "sent"}' * 1000
    kills = 0
    while not ended_before(1 + kills, lambda: Spool(workspace.private).keep("brevo", body)):
        kills += 1
        for path in waiting(workspace):
            kept = read_kept(path)
            assert kept is not None
            assert kept.body == body
            path.unlink()
    assert kills > 20
    assert len(waiting(workspace)) == 1


# ---- whatever is posted -----------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["event", "RecordType", "Type", "Message", "event-data", "eventType", "bounce", "Bounce", "failed", "mailer",
     "email", "Metadata", "reason", "timestamp", "ts_epoch", "mail", "tags", "headers", "bouncedRecipients", "severity",
     "signature", "sg_event_id", "delivery-status", "code", "ID", "hard_bounce", "spam", "unsubscribed"]
)  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**400), 10**400), st.floats(), WORDS,
    st.text(st.characters(), max_size=30), st.sampled_from(["\ud800", "a\x00b", "\x1b[2J", "=cmd|' /C calc'!A0"]),
)  # fmt: skip
WILD = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=8)
    ),
)


def changed(event: object, path: Sequence[int], value: object) -> object:
    """An event with one of its values another."""
    if not path or not isinstance(event, dict | list) or not event:
        return value
    keys = list(event) if isinstance(event, dict) else list(range(len(event)))
    key = keys[path[0] % len(keys)]
    copy: dict[object, object] | list[object] = dict(event) if isinstance(event, dict) else list(event)
    copy[key] = changed(event[key], path[1:], value)  # type: ignore[index]
    return copy


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    each=st.sampled_from(TOLD),
    whole=st.booleans(),
    path=st.lists(st.integers(0, 30), min_size=1, max_size=5),
    wild=WILD,
)
def test_nothing_that_is_posted_stops_the_reading(
    office: tuple[EventHandler, str], each: Told, whole: bool, path: list[int], wild: object
) -> None:
    handler, token = office
    event = wild if whole else changed(each.filled(ANA, token), path, wild)
    body = posted(each.provider, event).body
    events = read_events(each.provider, body)
    for handled in handler.handle(Kept(Path("post"), each.provider, 1.8e9, body), events):
        shown = "".join(one.detail + one.address for one in handled.consequences) + handled.subject
        assert not any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in shown)


@pytest.fixture
def office(workspace: Workspace) -> Iterator[tuple[EventHandler, str]]:
    token = send_to(workspace, ANA)[ANA]
    with Ledger(workspace.ledger) as ledger:
        yield EventHandler(MailRegister(ledger), Proven(ledger, Suppressions(workspace.suppressed))), token


# ---- the command ------------------------------------------------------------------------------------------


def test_the_command_tells_what_it_did(workspace: Workspace) -> None:
    token = send_to(workspace, ANA, BEN)[ANA]
    keep(workspace, "postmark", BY_NAME["postmark", "hard bounce"].filled(ANA, token))
    keep(workspace, "postmark", BY_NAME["postmark", "delivery"].filled(BEN, "0" * 24))
    ran = mailer("bounces", "--events", cwd=workspace.root)
    assert ran.out.startswith(f"{ANA}\tsuppressed\t5.1.1 no such mailbox: smtp;550 5.1.1")
    assert "2 new events: 1 bounce, 1 notice." in ran.err
    again = mailer("bounces", "--events", cwd=workspace.root)
    assert (again.code, again.out, again.err.strip()) == (0, "", "0 new events.")
    Spool(workspace.private).keep("brevo", b"no JSON")
    odd = mailer("bounces", "--events", cwd=workspace.root)
    assert (
        odd.out
        == "?\tfor you to decide\tan event that no program can read: look at it yourself, then delete it\n"
    )
    assert "Brevo: (no subject)  [.mailer/events/odd/brevo-" in odd.err


def test_an_event_that_waits_can_be_explained(workspace: Workspace) -> None:
    keep(workspace, "brevo", BY_NAME["brevo", "full mailbox"].filled(ANA, "0" * 24))
    Spool(workspace.private).keep("ses", b"{}")
    files = sorted(map(str, waiting(workspace)))
    ran = mailer("bounces", "--explain", *files, "--json", cwd=workspace.root)
    full, unreadable = json.loads(ran.out)
    assert (full["class"], full["recipients"][0]["address"]) == ("bounce", ANA)
    assert full["recipients"][0]["hard"] is False
    assert unreadable["class"] == "unreadable"
    assert len(waiting(workspace)) == 2, "nothing was changed"
