"""What strangers send to `mailer unsubscribe-server`: never a 500, never a traceback, nobody taken off but by their
own token and a clear wish."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.unsubscribing import (
    BODY,
    FORM,
    KEY,
    Server,
    exchange,
    off,
    request,
    serving,
    status,
    token_of_the_first_kind,
)

from mailer.desk.unsubscribe import make_unsubscribe_app
from mailer.press import unsubscribe_token
from mailer.settings import Settings
from mailer.workspace import Workspace, make_workspace

ANA, BO = "ana.ruiz@example.net", "bo.lindqvist@example.org"
TOKEN = unsubscribe_token(ANA, KEY)
FIRST = token_of_the_first_kind(ANA)
GONE = {"gone.away@example.com"}
"""Who is suppressed in the sample."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("hostile") / "office")


@pytest.fixture(scope="module")
def server(office: Workspace) -> Iterator[Server]:
    with serving(office, "--limit", "1000000") as running:
        yield running
    assert off(office) <= GONE | {BO}
    for line in running.said.splitlines()[1:]:  # after "Press Ctrl-C to stop."
        assert line.startswith(f"unsubscribed: {BO}"), line


def bits_flipped() -> list[str]:
    return [
        token[:n] + chr(ord(token[n]) ^ bit) + token[n + 1 :]
        for token in (TOKEN, FIRST)
        for n in range(len(token))
        for bit in (1, 2, 4)
    ]


FORGED = [
    *(token for token in bits_flipped() if not set(token) & set(" ?#/\\%\x7f")),
    unsubscribe_token(ANA, KEY + "!"), unsubscribe_token(ANA, "x"),
    TOKEN[:-1], TOKEN[1:], TOKEN[:20], TOKEN + "A", "A" * 10_000, TOKEN * 60, ".", "..", "...", f".{TOKEN}", f"{TOKEN}.",
    FIRST.replace(".", ""), FIRST.replace(".", ".."), FIRST.replace(".", "%2e."), FIRST[:-1], FIRST + "A",
    f"{TOKEN}=", f"{TOKEN}==", f"{TOKEN}%3d", FIRST.replace(".", "=."), f"{TOKEN}.{FIRST.partition('.')[2]}", f"{TOKEN}!", f"{TOKEN}%20", f"{TOKEN}%0a", f"{TOKEN}%00",
    f"%00{TOKEN}", f"{TOKEN[:10]}%00{TOKEN[10:]}", f"{TOKEN[:10]}-_{TOKEN[10:]}", TOKEN.upper(), TOKEN.swapcase(),
    "é", "%c3%a9", "%ff%fe", "%ed%a0%80", "\u202e" + TOKEN, "%e2%80%ae" + TOKEN, "%", "%zz", "%u0041", "%25" + TOKEN,
    urlsafe_b64encode(ANA.encode()).decode(), ANA, f"{ANA}.", "null", "undefined", "{}", "[]", "*", "-1", "$TOKEN",
    "..%2f..%2flists%2fsuppressed.csv", "..%5c..%5c.env", "%2e%2e%2f.env", "....//.env", f"{TOKEN}/", f"{TOKEN}/x", f"x/{TOKEN}",
    f"{TOKEN};jsessionid=1", f"{TOKEN}%2f", f"{TOKEN}%3fx", f"{TOKEN}%23",
]  # fmt: skip


def test_forged_tokens(server: Server, office: Workspace) -> None:
    """Each as a one-click POST: 404, or what HTTP itself refuses."""
    answers = {token: status(exchange(server.port, request("", token=token))) for token in FORGED}
    assert set(answers.values()) <= {400, 404}, {t: a for t, a in answers.items() if a not in (400, 404)}
    assert off(office) <= GONE


PATHS = ["/", "//", "/u", "/u/", "/u//", "/U/" + TOKEN, "/u/../u/" + TOKEN, "/../../.env", "/..%2f.env", "/u/..", "*", "/robots.txt",
         "/.mailer/ledger.db", "/lists/suppressed.csv", "/static/../../newsroom.md", f"/u/{TOKEN}/../..", "\\..\\.env", "/%", "/" + "a/" * 4000,
         f"http://evil.example/u/{TOKEN}", "http://[/u/x", "//evil.example/u/x", f"/u/%2e/{TOKEN}", "/u/?" + TOKEN, f"/?token={TOKEN}",
         "evil.example:443", "/u/\x00", "/u/\x0b", "/u/ x", "/\xff"]  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "P\x00ST", ""])  # fmt: skip
def test_paths_and_methods(server: Server, office: Workspace, method: str) -> None:
    for path in PATHS:
        asked = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 26\r\nConnection: close\r\n\r\n"
        answer = exchange(server.port, asked.encode("latin-1") + BODY)
        assert status(answer) in (200, 400, 404, 405, 429, 501), (method, path, answer[:80])
        assert status(answer) != 200 or path.endswith(("/robots.txt", TOKEN)), (method, path)
        assert b"Traceback" not in answer
    assert off(office) <= GONE


HEAD = f"POST /u/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n".encode()
SMUGGLED = request(ANA)
SHAPES = {
    "two lengths": HEAD + b"Content-Length: 26\r\nContent-Length: 0\r\n\r\n" + BODY,
    "length and chunks": HEAD + b"Content-Length: 26\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunks and length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1a\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunked, identity": HEAD + b"Transfer-Encoding: identity, chunked\r\n\r\n1a\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunked, odd": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n1a\r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunked, with a blank before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n1a\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a chunk that is too long": HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffffffff\r\n" + BODY,
    "a chunk of no number": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY + b"\r\n0\r\n\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + BODY,
    "a length with a sign": HEAD + b"Content-Length: +26\r\n\r\n" + BODY,
    "a length of no number": HEAD + b"Content-Length: 0x1a\r\n\r\n" + BODY,
    "a huge length": HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + BODY,
    "a length of 5,000 digits": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + BODY,
    "no length": HEAD + b"\r\n" + BODY,
    "too short": HEAD + b"Content-Length: 3\r\nConnection: close\r\n\r\n" + BODY,
    "too long": HEAD + b"Content-Length: 300\r\n\r\n" + BODY,
    "too large": HEAD + b"Content-Length: 90000\r\n\r\n" + BODY + b"&" + b"x" * 90000,
    "a folded header": HEAD + b"X: y\r\n z: w\r\nContent-Length: 3\r\nConnection: close\r\n\r\n" + BODY,
    "a bare LF": (HEAD + b"Content-Length: 3\r\nConnection: close\r\n\r\n").replace(b"\r\n", b"\n") + BODY,
    "a bare CR": HEAD.replace(b"\r\nHost", b"\rHost") + b"\r\n\r\n",
    "a NUL in a header": HEAD + b"X: \x00\r\nContent-Length: 3\r\n\r\n" + BODY,
    "a header without a name": HEAD + b": x\r\nContent-Length: 3\r\n\r\n" + BODY,
    "huge headers": HEAD + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
    "very many headers": HEAD + b"X: y\r\n" * 30_000 + b"\r\n",
    "HTTP/0.9": f"GET /u/{TOKEN}\r\n".encode(),
    "HTTP/1.0": f"GET /u/{TOKEN} HTTP/1.0\r\n\r\n".encode(),
    "HTTP/2.0": f"POST /u/{TOKEN} HTTP/2.0\r\nContent-Length: 3\r\n\r\nx=1".encode(),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 190,
    "a websocket": f"GET /u/{TOKEN} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode(),
    "HTTP/2 by upgrade": f"GET /u/{TOKEN} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n".encode(),
    "smuggled in a GET's body": f"GET /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n".encode() + SMUGGLED,
    "smuggled in a body we do not read": f"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: {len(SMUGGLED)}\r\n\r\n".encode() + SMUGGLED,
    "smuggled behind two lengths": f"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: {len(SMUGGLED) + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode() + SMUGGLED,
    "rubbish in the body after the answer": b"POST /u/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n",
    "nothing": b"",
    "blank lines": b"\r\n" * 100,
    "rubbish": bytes(range(256)) * 20,
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_not_quite_http(server: Server, office: Workspace, shape: str) -> None:
    answer = exchange(server.port, SHAPES[shape])
    if shape not in ("nothing", "blank lines", "HTTP/0.9", "too long", "a huge length"):  # these do not end
        assert status(answer) in (200, 400, 404, 405, 431, 501), answer[:200]
    assert b" 500 " not in answer
    assert b"Traceback" not in answer
    assert off(office) <= GONE, "nobody is taken off"


@pytest.mark.parametrize("path", ["/u/x", f"/u/{TOKEN}", "/nowhere", "/robots.txt", "/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_nothing_is_smuggled_behind_two_lengths(
    server: Server, office: Workspace, method: str, path: str
) -> None:
    """One answer, and the end: a second one would be somebody else's, behind a proxy that shares connections."""
    lengths = f"Content-Length: {len(SMUGGLED) + 5}\r\nTransfer-Encoding: chunked"
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n{lengths}\r\n\r\n0\r\n\r\n"
    answer = exchange(server.port, head.encode() + SMUGGLED)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1
    assert off(office) <= GONE


@pytest.mark.parametrize("headers", [
    "X-Forwarded-For: " + "1" * 9000, "X-Forwarded-For: fe80::1%eth0", "Forwarded: for=\x22\x22", "Accept-Language: " + "a,;q=," * 2000,
    "Accept-Language: ../../etc/passwd", "Content-Type: " + ";" * 9000, "Cookie: a=" + "b" * 9000, "Host: evil.example", "Host: [",
    "Expect: 100-continue", "Expect: 200-ok", "Range: bytes=0-1", "If-None-Match: *", "Transfer-Encoding: identity",
], ids=lambda h: h[:30])  # fmt: skip
def test_odd_headers(server: Server, headers: str) -> None:
    asked = f"GET /u/{TOKEN}?lang=%00&lang[]=x&&=&%ff=%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n\r\n"
    answer = exchange(server.port, asked.encode("latin-1"))
    assert status(answer) in (200, 400, 501), answer[:100]


BOUNDARY = 'multipart/form-data; boundary="b"'
PART = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
MALFORMED = [
    (FORM, b"&".join(b"x%d=1" % n for n in range(40))),
    (FORM, b"=" * 8000), (FORM, b"&" * 8000), (FORM, b"%" * 8000), (FORM, b"\xff\x00" * 100), (FORM + "; charset=\x00", b"x=1"),
    (FORM, b"a=" * 5000), (FORM, b"List-Unsubscribe=One-Click".replace(b"=", b"%3D")),
    ("multipart/form-data", PART), ("multipart/form-data; boundary=", PART), ('multipart/form-data; boundary="', PART),
    ("multipart/form-data; boundary=" + "b" * 5000, PART), ("multipart/form-data; boundary=\xff", PART),
    (BOUNDARY, b""), (BOUNDARY, b"--b"), (BOUNDARY, b"--b--"), (BOUNDARY, b"--b\r\n\r\n--b--"), (BOUNDARY, PART[:40]), (BOUNDARY, b"--b\r\n" * 1500),
    (BOUNDARY, PART.replace(b"One-Click", b"")), (BOUNDARY, PART.replace(b"form-data;", b"form-data; name*1" + b"9" * 5000 + b"=x; ").replace(b"One-Click", b"x")),
    (BOUNDARY + "; boundary*" + "9" * 5000 + "=x", b"x"), (BOUNDARY, PART.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=\x00\r\n\r\n").replace(b"One-Click", b"\xff")),
    (BOUNDARY, PART.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n").replace(b"One-Click", b"!!!")),
    ("multipart/mixed; boundary=b", PART), ("message/rfc822", b"Subject: x\r\n\r\nOne-Click"), ("text/plain; charset=\x00", b"\x00"), ("", b"\x00"),
    ("application/json", b'{"List-Unsubscribe": "One-Click"}'), ("application/x-www-form-urlencoded\x7f", b"x"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 150),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), MALFORMED, ids=range(len(MALFORMED)))
def test_a_form_that_is_none_is_a_bad_request(
    server: Server, office: Workspace, kind: str, body: bytes
) -> None:
    """40 fields, a broken boundary, a charset of NUL: seen as 500 with a traceback each."""
    head = f"POST /u/{TOKEN} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    answer = exchange(server.port, head.encode("latin-1") + body)
    assert status(answer) == 400, answer[:200]
    assert ANA not in off(office)


def test_a_wish_that_is_clear_counts_however_it_is_dressed(server: Server, office: Workspace) -> None:
    many = b"&".join(b"x%d=1" % n for n in range(200)) + b"&" + BODY
    for kind, body in (
        (FORM, many),
        (FORM + "; charset=utf-8", b" list-unsubscribe = one-click "),
        (BOUNDARY, PART),
        ("Multipart/Form-Data;BOUNDARY=b", PART.replace(b"\r\n", b"\n")),
        (BOUNDARY, b"preamble\r\n" + PART.replace(b"--b--\r\n", b"") + PART + b"epilogue"),
        (BOUNDARY, PART.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")),
        ("", BODY),
    ):
        assert status(exchange(server.port, request(BO, body, kind=kind))) == 200, (kind, body[:60])
    assert BO in off(office)


# ---- fuzzed ----------------------------------------------------------------------------------------------

PIECES = st.sampled_from([
    b"POST ", b"GET ", b"HEAD ", b"/u/", TOKEN.encode(), b" HTTP/1.1", b" HTTP/1.0", b"\r\n", b"\n", b"\r\n\r\n", b"Host: x\r\n", b"Content-Length: 26\r\n",
    b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Expect: 100-continue\r\n",
    b"Content-Type: multipart/form-data; boundary=b\r\n", b"Upgrade: websocket\r\nConnection: upgrade\r\n", b"1a\r\n", b"0\r\n\r\n", b"x=1", PART.replace(b"One-Click", b"No"),
])  # fmt: skip
HOSTILE = st.lists(PIECES | st.binary(max_size=30), max_size=30)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=HOSTILE)
@example(pieces=[HEAD, b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", b"nonsense\r\n"])
def test_any_bytes_on_the_wire(server: Server, office: Workspace, pieces: list[bytes]) -> None:
    answer = exchange(server.port, *pieces)
    assert not answer or status(answer) in (100, 200, 400, 404, 405, 431, 501), answer[:200]
    assert b" 500 " not in answer
    assert off(office) <= GONE | {BO}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Any, list[str]]:
    office, said = make_workspace(tmp_path_factory.mktemp("fuzzed") / "office"), []
    return (
        office,
        make_unsubscribe_app(office, Settings(secret_key=KEY), requests=10**9, say=said.append),
        said,
    )


def ask(app: Any, scope: dict[str, Any], body: list[bytes]) -> int:
    """One request to the application itself: what no HTTP parser would let through, too."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in body]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    asyncio.run(app(scope, receive, send))
    return answers[0]["status"] if answers else 0


LATIN = st.text(st.characters(max_codepoint=255), max_size=60).map(lambda text: text.encode("latin-1"))
KINDS = st.one_of(
    LATIN,
    st.sampled_from([FORM.encode(), BOUNDARY.encode()]),
    LATIN.map(lambda x: b"multipart/form-data; boundary=" + x),
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "", "P\0"]),
    path=st.one_of(st.just(f"/u/{TOKEN}"), st.text(max_size=40), st.text(max_size=40).map(lambda text: f"/u/{text}")),
    query=LATIN,
    kind=KINDS,
    headers=st.lists(st.tuples(st.sampled_from([b"accept-language", b"host", b"x-forwarded-for", b"cookie", b"x"]), LATIN), max_size=4),
    body=st.lists(st.binary(max_size=200) | st.sampled_from([PART[:60], b"--b", b"List-Unsubscribe", b"=One", b"x" * 9000]), max_size=5),
    client=st.none() | st.tuples(st.text(max_size=30) | st.ip_addresses().map(str) | st.just("fe80::1%eth0"), st.just(1)),
)  # fmt: skip
def test_any_request_to_the_application(app: tuple[Workspace, Any, list[str]], method: str, path: str, query: bytes, kind: bytes,
                                        headers: list[tuple[bytes, bytes]], body: list[bytes], client: tuple[str, int] | None) -> None:  # fmt: skip
    office, application, said = app
    scope = {"type": "http", "method": method, "path": path, "raw_path": b"", "query_string": query, "client": client, "server": None,
             "headers": [(b"content-type", kind), *headers], "http_version": "1.1", "scheme": "http", "root_path": ""}  # fmt: skip
    assert ask(application, scope, body) in (200, 400, 404, 405)
    assert said == []
    assert off(office) <= GONE


def test_who_a_client_is_can_not_be_played_with(tmp_path: Any) -> None:
    """What a believed proxy passes on: a zone, garbage, or the older addresses in the newer ones' dress."""
    office = make_workspace(tmp_path / "office")

    def get(client: str) -> int:
        asked = f"GET /u/x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\nConnection: close\r\n\r\n"
        return status(exchange(server.port, asked.encode()))

    with serving(office, "--proxy", "127.0.0.1", "--limit", "1") as server:
        assert [get("fe80::1%eth0"), get("fe80::2%eth1")] == [404, 429], "one network"
        assert [get("::ffff:192.0.2.1"), get("::ffff:192.0.2.2")] == [404, 404], "two customers"
        assert [get("192.0.2.1"), get("::ffff:192.0.2.2")] == [429, 429]
        assert [get("x" * 9000), get("x" * 9001)] == [404, 429]
        assert server.said == "Press Ctrl-C to stop.\n"
