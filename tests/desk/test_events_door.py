"""`mailer unsubscribe-server` as the door for providers' events: who may post, and what is kept of it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import REPOSITORY
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from support.bounce_corpus import ANA
from support.event_signing import (
    CERTIFICATE,
    SECRET,
    TOPIC,
    Post,
    mailgun,
    posted,
    sendgrid,
    settings,
    sns,
    sns_certificate,
)
from support.office_that_sent import RELEASE, office_that_sent
from support.provider_events import told
from support.sent_mail import send_to
from support.sns_host import HOST, SnsHost, sns_host
from support.terminal import mailer
from support.unsubscribing import KEY, Server, exchange, serving, status

from mailer.bounces.events import Spool
from mailer.presets import TELLING
from mailer.workspace import Workspace, make_workspace

TOLD = told()
BY_NAME = {(each.provider, each.name): each for each in TOLD}
LARGEST = 1_048_576


def post(provider: str, it: Post, *, secret: str = SECRET, chunked: bool = False) -> bytes:
    """A whole request as it stands on the wire."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(it.body)}"
    head = [
        f"POST /events/{provider}/{secret} HTTP/1.1",
        "Host: press.example.org",
        "Connection: close",
        length,
    ]
    head += [f"{name}: {value}" for name, value in it.headers]
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(it.body), it.body) if chunked and it.body else it.body
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def answer(server: Server, provider: str, it: Post, *, secret: str = SECRET, chunked: bool = False) -> int:
    return status(exchange(server.port, post(provider, it, secret=secret, chunked=chunked)))


def kept(workspace: Workspace) -> list[bytes]:
    """The bodies that wait, as they came."""
    return [path.read_bytes().partition(b"\n")[2] for path in Spool(workspace.private).waiting()]


def event(provider: str, name: str = "", token: str = "", number: int = 0) -> object:
    name = name or next(each.name for each in TOLD if each.provider == provider)
    return BY_NAME[provider, name].filled(ANA, token or "0" * 24, number=number)


@pytest.fixture(scope="module")
def amazon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnsHost]:
    with sns_host(tmp_path_factory.mktemp("sns")) as host:
        yield host


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("door") / "office")


@pytest.fixture(scope="module")
def server(office: Workspace, amazon: SnsHost) -> Iterator[Server]:
    with serving(office, "--limit", "100000", **settings(), **amazon.settings) as server:
        yield server


@pytest.fixture(autouse=True)
def nothing_waits(office: Workspace) -> Iterator[None]:
    yield
    for path in Spool(office.private).waiting():
        path.unlink()


# ---- what is taken ------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("provider", TELLING)
def test_what_a_provider_posts_is_kept_as_it_came(
    office: Workspace, server: Server, provider: str, chunked: bool
) -> None:
    posts = [posted(provider, each.filled(ANA, "0" * 24)) for each in TOLD if each.provider == provider]
    assert {answer(server, provider, it, chunked=chunked) for it in posts} == {200}
    assert sorted(kept(office)) == sorted({it.body for it in posts})
    for path in Spool(office.private).waiting():
        assert path.stat().st_mode & 0o077 == 0, "it names people"


def test_the_same_again_lies_there_once(office: Workspace, server: Server) -> None:
    """The provider had no answer, and tries again."""
    for provider in TELLING:
        it = posted(provider, event(provider))
        assert [answer(server, provider, it) for _ in range(3)] == [200] * 3
    assert len(kept(office)) == 5


def test_neither_ledger_nor_lists_are_touched(office: Workspace, server: Server) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in office.lists.iterdir())
    assert answer(server, "brevo", posted("brevo", event("brevo", "spam"))) == 200
    assert sorted((path, path.stat().st_mtime_ns) for path in office.lists.iterdir()) == before
    assert not office.ledger.exists()


# ---- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret", ["", "x", SECRET[:-1], SECRET + "0", SECRET.upper(), "%00", "%F0%9F%98%80", "..%2f" + SECRET]
)
@pytest.mark.parametrize("provider", TELLING)
def test_who_has_another_secret_is_refused(
    office: Workspace, server: Server, provider: str, secret: str
) -> None:
    assert answer(server, provider, posted(provider, event(provider)), secret=secret) == 404
    assert kept(office) == []


def another_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def forged() -> Iterator[tuple[str, str, Post]]:
    ses, other = json.dumps(event("ses")), another_rsa()
    yield "ses", "another key", sns(ses, key=other)
    yield "ses", "another topic", sns(ses, TopicArn=TOPIC + "-of-another")
    yield "ses", "another account's topic", sns(ses, TopicArn=TOPIC.replace("123456789012", "999999999999"))
    for url in (
        "https://sns.eu-west-1.amazonaws.com.evil.example.net/SimpleNotificationService-0.pem",
        "https://evil.example.net/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        CERTIFICATE.replace("https:", "http:"),
        CERTIFICATE.replace("eu-west-1", "us-east-1"),
        CERTIFICATE.replace("https://", "https://evil.example.net@"),
        CERTIFICATE.replace("amazonaws.com/", "amazonaws.com:8443/"),
        CERTIFICATE.replace("/Simple", "/evil-bucket/Simple"),
        CERTIFICATE + "?x=1", CERTIFICATE + "#x", CERTIFICATE.replace(".pem", ".txt"), CERTIFICATE + "\n", "",
    ):  # fmt: skip
        yield "ses", f"certificate {url}", sns(ses, SigningCertURL=url)
    yield "ses", "version 3", sns(ses, version="2", SignatureVersion="3")
    yield "ses", "version 1 said to be 2", sns(ses, version="1", SignatureVersion="2")
    genuine = sns(ses).body
    yield "ses", "another message", Post(genuine.replace(b"Permanent", b"Transient"))
    yield "ses", "another message id", Post(genuine.replace(b'"MessageId": "', b'"MessageId": "0'))
    yield "ses", "no signature", Post(genuine.replace(b'"Signature"', b'"Other"'))
    yield "ses", "raw", Post(ses.encode())
    yield "ses", "another topic's, cut in other places", cut_in_other_places(ses)
    yield "mailgun", "another key", mailgun(event("mailgun"), key="another")
    yield "mailgun", "too old", mailgun(event("mailgun"), at=str(int(time.time()) - 1000))
    yield "mailgun", "too early", mailgun(event("mailgun"), at=str(int(time.time()) + 1000))
    yield "mailgun", "no moment", mailgun(event("mailgun"), at="soon")
    yield "mailgun", "unsigned", Post(json.dumps({"event-data": event("mailgun")}).encode())
    body, moment = json.dumps(event("sendgrid")).encode(), "X-Twilio-Email-Event-Webhook-Timestamp"
    yield "sendgrid", "another key", sendgrid(body, key=ec.generate_private_key(ec.SECP256R1()))
    yield "sendgrid", "another body", Post(body + b" ", sendgrid(body).headers)
    yield (
        "sendgrid",
        "another moment",
        Post(body, (*sendgrid(body).headers[:1], *sendgrid(body, at="1").headers[1:])),
    )
    yield (
        "sendgrid",
        "cut in another place",
        Post(body, (*sendgrid(b"[1," + body).headers[:1], (moment, "1772528405[1,"))),
    )
    yield "sendgrid", "unsigned", Post(body)
    yield "sendgrid", "no base64", Post(body, (("X-Twilio-Email-Event-Webhook-Signature", "*"),))
    for provider in ("ses", "mailgun", "sendgrid"):
        for odd in (b"", b"[]", b"{}", b"null", b"[" * 100_000, b"\xff", b'{"signature": [], "TopicArn": 1}'):
            yield provider, f"odd {odd[:10]!r}", Post(odd)


def cut_in_other_places(event: str) -> Post:
    """A message of the attacker's own topic, really signed by SNS. Between names and values of what is signed there is but
    a line end: so their message can bring along the names of a confirmation, and our topic's, and its own end is a Type."""
    brought = {"MessageId": "1", "SubscribeURL": "x", "Timestamp": "2026-03-03T09:00:06.000Z", "Token": "t",
               "TopicArn": TOPIC, "Type": "x"}  # fmt: skip
    theirs = event + "".join(f"\n{name}\n{value}" for name, value in brought.items())
    signed = json.loads(sns(theirs, TopicArn=TOPIC + "-of-another", Subject="s").body)
    end = "".join(
        f"\n{name}\n{signed[name]}" for name in ("MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    )
    return Post(json.dumps(signed | {"Message": event} | brought | {"Type": f"x{end}"}).encode())


def test_what_is_forged_is_refused_and_leaves_nothing(
    office: Workspace, server: Server, amazon: SnsHost
) -> None:
    fetched = len(amazon.connected)
    for provider, name, it in forged():
        assert answer(server, provider, it) == 403, f"{provider}: {name}"
    assert kept(office) == []
    assert set(amazon.connected[fetched:]) <= {f"{HOST}:443"}, "nobody makes us ask anybody else"


def test_a_token_of_mailguns_is_good_for_one_body(office: Workspace, server: Server) -> None:
    """Its signature does not cover what is told: who has seen one could tell something else with it."""
    token = secrets.token_hex(25)
    now = str(int(time.time()))
    genuine = mailgun(event("mailgun"), token=token, at=now)
    assert answer(server, "mailgun", genuine) == 200
    assert answer(server, "mailgun", mailgun(event("mailgun", "complained"), token=token, at=now)) == 403
    assert answer(server, "mailgun", genuine) == 200, "the provider tries again"
    assert kept(office) == [genuine.body]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_10_mb_is_refused(office: Workspace, server: Server, chunked: bool) -> None:
    for size in (LARGEST + 1, 10_000_000):
        assert answer(server, "postmark", Post(b" " * size), chunked=chunked) in (413, 0)
    assert kept(office) == []
    assert answer(server, "postmark", Post(b" " * LARGEST), chunked=chunked) == 200


def test_a_length_is_believed_before_anything_is_read(server: Server) -> None:
    head = post("postmark", Post(b"")).replace(b"Content-Length: 0", b"Content-Length: 10000000")
    assert status(exchange(server.port, head)) == 413


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"99999999999999999999", b"\xb2"])
def test_an_odd_length_is_refused(server: Server, office: Workspace, length: bytes) -> None:
    head = post("postmark", Post(b"")).replace(b"Content-Length: 0", b"Content-Length: " + length)
    assert status(exchange(server.port, head + b"{}")) in (400, 413)
    assert kept(office) == []


def test_a_request_that_stops_half_way_leaves_nothing(server: Server, office: Workspace) -> None:
    whole = post("postmark", posted("postmark", event("postmark")))
    assert status(exchange(server.port, whole[:-10])) in (0, 400)
    assert kept(office) == []


def test_two_lengths_are_refused_here_too(server: Server, office: Workspace) -> None:
    whole = post("brevo", posted("brevo", event("brevo")), chunked=True)
    assert (
        status(exchange(server.port, whole.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n", 1))) == 400
    )
    assert kept(office) == []


def test_a_provider_that_is_none_is_refused(server: Server) -> None:
    for provider in ("unknown", "Postmark", "postmark%00", "%2e%2e"):
        assert answer(server, provider, Post(b"{}")) == 404


def test_who_is_refused_too_often_has_to_wait(workspace: Workspace) -> None:
    """Whoever posts what is theirs has not."""
    with serving(workspace, "--limit", "3", **settings()) as server:
        codes = [answer(server, "brevo", Post(b"{}"), secret="wrong") for _ in range(5)]
        assert codes == [404, 404, 404, 429, 429]
        assert {answer(server, "brevo", Post(b'{"event": "%d"}' % n)) for n in range(10)} == {200}


# ---- Amazon SNS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_kinds_of_signature_are_read(office: Workspace, server: Server, version: str) -> None:
    it = sns(json.dumps(event("ses")), version=version)
    assert answer(server, "ses", it) == 200
    assert kept(office) == [it.body]


def test_the_certificate_is_fetched_once_from_where_it_must_be(workspace: Workspace, amazon: SnsHost) -> None:
    before = len(amazon.connected)
    with serving(workspace, **settings(), **amazon.settings) as server:
        assert {answer(server, "ses", posted("ses", event("ses", number=n))) for n in range(5)} == {200}
    assert amazon.connected[before:] == [f"{HOST}:443"]


def test_a_subscription_is_confirmed_at_an_address_of_our_own_making(
    office: Workspace, server: Server, amazon: SnsHost
) -> None:
    """The SubscribeURL of the message leads to somebody else, and though SNS has signed it, it is not visited."""
    amazon.pages["/"] = (200, b"<ConfirmSubscriptionResponse/>")
    assert answer(server, "ses", sns("You have chosen to subscribe", kind="SubscriptionConfirmation")) == 200
    assert amazon.asked[-1].startswith("/?Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A")
    assert amazon.asked[-1].endswith("&Token=2336412f37fb687f5d51e6e2425c464d")
    assert set(amazon.connected) == {f"{HOST}:443"}
    assert kept(office) == []
    assert "the subscription to EVENTS_SES_TOPIC is confirmed" in server.said
    asked = len(amazon.asked)
    foreign = sns("subscribe", kind="SubscriptionConfirmation", TopicArn=TOPIC + "-of-another")
    assert answer(server, "ses", foreign) == 403
    assert len(amazon.asked) == asked


@pytest.mark.parametrize(
    ("code", "content"),
    [(404, b""), (302, b"https://evil.example.net/x.pem"), (200, b"no certificate"), (200, b"-" * 100_000)],
)
def test_without_a_certificate_amazon_is_to_try_again(
    workspace: Workspace, tmp_path: Path, code: int, content: bytes
) -> None:
    with sns_host(tmp_path) as host:
        (path,) = host.pages
        host.pages[path] = (code, content)
        with serving(workspace, **settings(), **host.settings) as server:
            assert [answer(server, "ses", posted("ses", event("ses"))) for _ in range(2)] == [503] * 2
            assert server.said.count("Amazon SES: SNS can't be reached") == 1, "said once"
            host.pages[path] = (200, sns_certificate())
            assert answer(server, "ses", posted("ses", event("ses"))) == 200
        assert set(host.connected) == {f"{HOST}:443"}


def test_a_host_that_only_says_to_be_amazons_is_not_believed(workspace: Workspace, tmp_path: Path) -> None:
    with (
        sns_host(tmp_path, "evil.example.net") as host,
        serving(workspace, **settings(), **host.settings) as server,
    ):
        assert answer(server, "ses", posted("ses", event("ses"))) == 503
        assert host.asked == []
    assert kept(workspace) == []


def test_a_certificate_that_has_expired_proves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    with sns_host(tmp_path) as host:
        (path,) = host.pages
        host.pages[path] = (200, sns_certificate(days=-1))
        with serving(workspace, **settings(), **host.settings) as server:
            assert answer(server, "ses", posted("ses", event("ses"))) == 403


def test_nobody_makes_us_fetch_without_end(workspace: Workspace, tmp_path: Path) -> None:
    """Who knows the topic and the secret can name certificates that SNS does not have."""
    with sns_host(tmp_path) as host, serving(workspace, **settings(), **host.settings) as server:
        for number in range(20):
            url = CERTIFICATE.replace("0123456789abcdef", f"{number:016x}")
            answer(server, "ses", sns("{}", SigningCertURL=url))
        assert len(host.asked) < 10


# ---- settings -----------------------------------------------------------------------------------------


def test_each_provider_without_its_key_is_refused_and_named(workspace: Workspace) -> None:
    with serving(
        workspace, EVENTS_SECRET=SECRET, EVENTS_SES_TOPIC="my topic", EVENTS_SENDGRID_KEY="no key"
    ) as server:
        assert (
            "Amazon SES: EVENTS_SES_TOPIC is not the ARN of an SNS topic, so its events are refused."
            in server.said
        )
        assert "Mailgun: EVENTS_MAILGUN_KEY is empty, so its events are refused." in server.said
        assert (
            "SendGrid: EVENTS_SENDGRID_KEY is not a verification key, so its events are refused."
            in server.said
        )
        assert "Events are taken from Postmark, Brevo." in server.said
        for provider in ("ses", "mailgun", "sendgrid"):
            assert answer(server, provider, posted(provider, event(provider))) == 404
    assert kept(workspace) == []


def test_without_cryptography_who_needs_it_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "cryptography").mkdir()
    (tmp_path / "cryptography" / "__init__.py").write_text("raise ImportError\n")
    path = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", ""), str(REPOSITORY)))
    with serving(workspace, **settings(), PYTHONPATH=path) as server:
        for title in ("Amazon SES", "SendGrid"):
            assert f"{title}: the package cryptography is missing, so its events are refused." in server.said
        assert "Events are taken from Mailgun, Postmark, Brevo." in server.said
        assert answer(server, "sendgrid", posted("sendgrid", event("sendgrid"))) == 404
        assert answer(server, "mailgun", posted("mailgun", event("mailgun"))) == 200


def test_slow_ones_keep_nobody_waiting(office: Workspace, server: Server) -> None:
    """In the middle of their body; what else they are told says tests/security/test_unsubscribe_server.py."""
    slow = []
    for number in range(100):
        whole = post("brevo", Post(b" " * 500_000), chunked=number % 2 == 0)
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        connection.sendall(whole[:1000])
        slow.append(connection)
    assert answer(server, "brevo", posted("brevo", event("brevo"))) == 200
    for connection in slow:
        connection.close()
    assert len(kept(office)) == 1


def test_it_serves_events_without_unsubscribing_and_the_other_way_round(workspace: Workspace) -> None:
    get = b"GET /u/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with serving(workspace, SECRET_KEY="", **settings()) as server:
        assert answer(server, "brevo", Post(b"{}")) == 200
        assert status(exchange(server.port, get)) == 404
    with serving(workspace, SECRET_KEY=KEY) as server:
        assert answer(server, "brevo", Post(b"{}")) == 404
        assert "Events" not in server.said


@pytest.mark.parametrize(
    "secret", ["short", "x" * 19, "with/slash" * 3, "with blank " * 3, "é" * 30, "x" * 201]
)
def test_a_secret_that_can_be_guessed_or_written_in_no_address_is_refused(
    workspace: Workspace, secret: str
) -> None:
    ran = mailer("unsubscribe-server", "--port", "0", cwd=workspace.root, EVENTS_SECRET=secret)
    assert (ran.code, ran.out) == (2, "")
    assert "EVENTS_SECRET must have 20 to 200 letters" in ran.err
    assert secret not in ran.err


def test_without_either_key_it_does_not_start(workspace: Workspace) -> None:
    ran = mailer("unsubscribe-server", "--port", "0", cwd=workspace.root)
    assert (ran.code, "EVENTS_SECRET" in ran.err) == (2, True)


def test_the_secret_stands_in_no_log(office: Workspace, server: Server) -> None:
    answer(server, "brevo", Post(b"{}"))
    answer(server, "brevo", Post(b"{}"), secret=SECRET + "x")
    exchange(server.port, b"nonsense /events/brevo/" + SECRET.encode() + b"\r\n\r\n")
    assert SECRET not in server.said
    assert all(
        SECRET not in path.name and SECRET.encode() not in path.read_bytes()
        for path in Spool(office.private).waiting()
    )


# ---- what is lost -------------------------------------------------------------------------------------


def test_killed_amid_200_posts_what_was_answered_is_there_once(workspace: Workspace) -> None:
    """kill -9 while they run; each that got its 200 is in the spool, whole, once, and is dealt with once."""
    addresses = [f"reader{number}@example.com" for number in range(200)]
    tokens = send_to(workspace, *addresses)
    full = BY_NAME["brevo", "full mailbox"]
    posts = {a: posted("brevo", full.filled(a, tokens[a], number=n)) for n, a in enumerate(addresses)}
    answered: list[str] = []
    with serving(workspace, **settings()) as server:

        def send(some: list[str]) -> None:
            for address in some:
                try:
                    if answer(server, "brevo", posts[address]) == 200:
                        answered.append(address)
                except OSError:
                    return

        threads = [threading.Thread(target=send, args=(addresses[n::8],)) for n in range(8)]
        for thread in threads:
            thread.start()
        while len(answered) < 60:
            time.sleep(0.001)
        server.kill()
        for thread in threads:
            thread.join()
    assert 60 <= len(answered) < 200
    found = kept(workspace)
    assert len(found) == len(set(found))
    assert set(found) <= {it.body for it in posts.values()}, "none is there in part"
    assert {posts[address].body for address in answered} <= set(found)
    with serving(workspace, **settings()) as server:
        for address in addresses:  # as the provider does with all that had no answer
            if address not in answered:
                assert answer(server, "brevo", posts[address]) == 200
    ran = mailer("bounces", "--events", cwd=workspace.root)
    assert "200 new events: 200 bounce." in ran.err
    assert sorted(line.split("\t")[0] for line in ran.out.splitlines()) == sorted(addresses)
    assert kept(workspace) == []


def test_a_full_disk_is_told_and_the_provider_tries_again(workspace: Workspace) -> None:
    big = Post(json.dumps({"event": "sent", "subject": "x" * 500_000}).encode())
    with serving(workspace, largest_file=100_000, **settings()) as server:
        assert answer(server, "brevo", big) == 503
        assert answer(server, "brevo", Post(b'{"event": "sent"}')) == 200
        assert "Events can't be kept" in server.said
    assert kept(workspace) == [b'{"event": "sent"}']


# ---- from sending to suppressing ----------------------------------------------------------------------


@pytest.mark.parametrize("provider", TELLING)
def test_from_a_real_sending_to_what_follows(tmp_path: Path, amazon: SnsHost, provider: str) -> None:
    """The release leaves with SMTP_PRESET; what its provider tells of one of the mails finds the one who had it."""
    kind = (
        "complaint"
        if provider == "ses"
        else {"mailgun": "complained", "sendgrid": "spam report"}.get(provider)
    )
    kind = kind or {"postmark": "spam complaint", "brevo": "spam"}[provider]
    with office_that_sent(tmp_path, SMTP_PRESET=provider) as sent:
        address, token = next(iter(sent.tokens.items()))
        it = posted(provider, BY_NAME[provider, kind].filled(address, token))
        with serving(sent.workspace, **settings(), **amazon.settings) as server:
            assert answer(server, provider, it) == 200
        ran = mailer("bounces", "--events", cwd=sent.workspace.root, **sent.settings)
        assert ran.out == f"{address}\tsuppressed\treported our email as spam\t{RELEASE}\n"
        assert sent.suppressed() == {address}
