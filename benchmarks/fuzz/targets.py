"""What is fuzzed: every place where the words of a stranger are read, each from seeds that are the real thing.

A target takes octets, hands them to the reader as the program does, and lets out nothing but the errors that the
program tells its staff. Anything else is a find.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mailer.errors import MailerError
from mailer.workspace import Workspace, make_workspace

Fuzz = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """A reader under fuzz. `zipped`: its input is a package of parts, which are changed one by one."""

    name: str
    fuzz: Fuzz
    seeds: Callable[[], Iterator[bytes]]
    zipped: bool = False


@cache
def folder() -> Path:
    """Where targets keep what they read, until the end."""
    place = tempfile.TemporaryDirectory(prefix="fuzz-")
    _KEPT.append(place)
    return Path(place.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@cache
def workspace() -> Workspace:
    return make_workspace(folder() / "press-office")


# ---- servers ----------------------------------------------------------------------------------------------

_GREETING = b"220 mx.example.net ESMTP\r\n250-mx.example.net\r\n250-SIZE 10240000\r\n250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n"


_PASSWORD = "s3cret-s3cret"


def smtp_replies(data: bytes) -> None:
    """A whole session, from the greeting to QUIT, with a server that says just this, in two pieces: without a login, by a
    password, by a token."""
    from mailer.delivery.replies import Stage, judge, outcome
    from mailer.delivery.smtp.connection import Connection, ConnectionLost
    from mailer.delivery.smtp.dialogue import Dialogue
    from mailer.delivery.smtp.handshake import open_session
    from mailer.delivery.smtp.login.redaction import Redaction
    from mailer.settings import Settings

    user, by_token = ("", "ada")[data[:1] > b"\x80"], data[:1] > b"\xc0"
    data = data[1:] if user else data
    settings = Settings(
        smtp_host="127.0.0.1", smtp_security="none", smtp_username=user, smtp_password=_PASSWORD,
        oauth_client_id="office" if by_token else "",
    )  # fmt: skip
    ours, theirs = _connected()
    with theirs:
        hides = Redaction.of_tokens(user, _PASSWORD) if by_token else Redaction(user, _PASSWORD)
        wire = Connection((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1)), hides)
        wire.socket.close()
        ours.setblocking(False)
        wire.socket = ours
        line = Dialogue(wire)
        cut = len(data) // 2
        theirs.sendall(data[:cut])
        conversation = open_session(line, settings, _PASSWORD)
        try:
            with contextlib.suppress(ConnectionLost, MailerError):
                wire.connect = lambda: iter(())  # type: ignore[method-assign, assignment, return-value]
                _drive(conversation, theirs, data[cut:])
            with contextlib.suppress(ConnectionLost):
                for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT):
                    reply = wire.next_reply()
                    if reply is None:
                        break
                    told = str(outcome(stage, reply, judge(stage, reply)))
                    assert _PASSWORD not in told
        finally:
            wire.close()


@cache
def _listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _connected() -> tuple[socket.socket, socket.socket]:
    """Both ends of a line on this computer."""
    ours = socket.create_connection(_listener().getsockname())
    return ours, _listener().accept()[0]


def _drive(conversation: Iterator[object], server: socket.socket, rest: bytes) -> None:
    """Lets the conversation have what it waits for: first the rest of what is said, then the end of the line."""
    told = False
    for _ in conversation:
        if told:
            server.close()
        else:
            server.sendall(rest)
            server.shutdown(socket.SHUT_WR)
            told = True


def smtp_seeds() -> Iterator[bytes]:
    yield (
        _GREETING
        + b"250 8BITMIME\r\n235 2.7.0 ok\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250 2.0.0 queued\r\n221 bye\r\n"
    )
    yield b"\xff" + _GREETING + b"250 PIPELINING\r\n334 PDEyMzRAZXhhbXBsZT4=\r\n535 5.7.8 no\r\n"
    yield b"\x90" + _GREETING + b"250 PIPELINING\r\n334 PDEyMzRAZXhhbXBsZT4=\r\n535 5.7.8 no\r\n"
    yield b"\xff" + _GREETING + b"250 AUTH OAUTHBEARER\r\n334 eyJzdGF0dXMiOiI0MDEifQ==\r\n535 5.7.8 no\r\n"
    yield b"554 5.7.1 go away\r\n"
    yield b"220-one\r\n220-two\r\n220 three\r\n500 what\r\n250 helo\r\n550 5.1.1 no such user\r\n"
    yield b"421 4.7.0 busy\r\n"


# ---- mail that comes back ---------------------------------------------------------------------------------


def returned_mail(data: bytes) -> None:
    from mailer.bounces import MailKind, OurAddresses, read_report

    report = read_report(data, OurAddresses("bounces+{token}@example.org", "unsubscribe@example.org"))
    if report.kind is MailKind.UNREADABLE:
        raise AssertionError("a mail that no program can read, as an exception was caught")


def returned_seeds() -> Iterator[bytes]:
    from support.bounce_corpus import bounces
    from support.other_mail import others

    for sample in (*bounces(), *others()):
        yield sample.content


def imap_answers(data: bytes) -> None:
    """A whole reading of the bounce mailbox, from a server that says just this. Tags are the same each time, so that
    what is said can be an answer to what was asked."""
    import random

    from mailer.bounces.sources import imap, imap_client
    from mailer.settings import Settings

    def line(client: imap_client.BoundedClient, timeout: float | None) -> socket.socket:
        ours, theirs = _connected()
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        _open.append(theirs)
        ours.settimeout(5)
        return ours

    random.seed(_SEED)
    settings = Settings(
        bounce_imap_host="127.0.0.1", bounce_imap_username="ada", bounce_imap_password="s3cret-s3cret"
    )
    before = imap_client.BoundedClient._create_socket
    imap_client.BoundedClient._create_socket = line  # type: ignore[method-assign, assignment]
    try:
        with contextlib.suppress(MailerError):
            for _ in imap.read_imap(settings, _register(), deadline=20):
                pass
    finally:
        imap_client.BoundedClient._create_socket = before  # type: ignore[method-assign]
        for each in _open:
            each.close()
        _open.clear()


_SEED = 7
_open: list[socket.socket] = []


@cache
def _register():  # type: ignore[no-untyped-def]
    from mailer.bounces.register import MailRegister
    from mailer.delivery import Ledger

    return MailRegister(Ledger(folder() / "ledger.db"))


def imap_seeds() -> Iterator[bytes]:
    import imaplib
    import random

    random.seed(_SEED)
    tag = imaplib.Int2AP(random.randint(4096, 65535))

    def told(*answers: bytes) -> bytes:
        said = [
            b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready",
            b"* CAPABILITY IMAP4rev1 AUTH=PLAIN",
            tag + b"0 OK done",
            *answers,
        ]
        return b"\r\n".join(said) + b"\r\n"

    search = [b"+ ", tag + b"1 OK in", b"* 2 EXISTS", b"* OK [UIDVALIDITY 9] valid", tag + b"2 OK selected",
              b"* SEARCH 3 4", tag + b"3 OK searched"]  # fmt: skip
    yield told(*search, b"* 1 FETCH (UID 3 BODY[]<0> {12}", b"Subject: hi", b")", tag + b"4 OK fetched", tag + b"5 NO it has gone",
               b"* BYE", tag + b"6 OK bye")  # fmt: skip
    yield told(b"+ ", tag + b'1 NO [AUTHENTICATIONFAILED] "s3cret-s3cret" AGFkYQBzM2NyZXQtczNjcmV0')
    yield told(b"+ ", b"+ again", tag + b"1 BAD no", b"* BYE")


# ---- lists ------------------------------------------------------------------------------------------------


def _read_as(name: str) -> Fuzz:
    def read(data: bytes) -> None:
        from mailer.press import read_list

        path = folder() / name
        path.write_bytes(data)
        with contextlib.suppress(MailerError):
            press_list = read_list(path)
            for _ in press_list:
                pass
            tuple(press_list.problems)

    return read


def csv_seeds() -> Iterator[bytes]:
    yield b"name,email,outlet,language,tags\nAna Ruiz,ana@example.net,The Coast,es,sea;ports\n"
    yield "Nombre;Correo;Medio\r\nÁlvaro Núñez;alvaro@example.net;El Faro\r\n".encode("cp1252")
    yield "\ufeffE-mail\tNom\nluc@example.net\tLuc\n".encode("utf-16")
    yield b'sep=;\n"email";"name"\n"a@example.net; b@example.net";"Ruiz, ""Ana"""\n'
    yield b"ana@example.net\nBen Ode <ben@example.net>\n\n# not one\n"


def xlsx_seeds() -> Iterator[bytes]:
    import io

    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("name", "email", "tags"),
        ("Ana Ruiz", "ana@example.net", "sea"),
        ("Ben", "ben@example.net", 3.5),
    ):
        sheet.append(row)
    book.create_sheet("Second").append(("x", 1))
    out = io.BytesIO()
    book.save(out)
    yield out.getvalue()


# ---- releases ---------------------------------------------------------------------------------------------


def release_header(data: bytes) -> None:
    """As a file of releases/: the header with its records, the body, and its translation's rules."""
    from mailer.release import read_release

    path = workspace().releases / "fuzzed.md"
    path.write_bytes(b"---\n" + data + b"\n---\n\nText.\n")
    with contextlib.suppress(MailerError):
        read_release(workspace(), "fuzzed")


def release_body(data: bytes) -> None:
    """Parsed, and rendered as text and HTML up to the stylesheet."""
    from mailer.release.body import parse_body

    with contextlib.suppress(MailerError):
        body = parse_body(data.decode("utf-8", "replace"), "releases/fuzzed.md", 1, dateline="Saltby—")
        for node in body.tree.walk(include_self=False):
            str(node.attrs)


def release_seeds(part: int) -> Callable[[], Iterator[bytes]]:
    def seeds() -> Iterator[bytes]:
        from conftest import REPOSITORY

        folders = (REPOSITORY / "releases", REPOSITORY / "tests" / "render" / "releases")
        for path in sorted(path for folder in folders for path in folder.glob("*.md")):
            yield path.read_text("utf-8").split("---\n", 2)[part].encode()

    return seeds


# ---- the unsubscribe server -------------------------------------------------------------------------------


def unsubscribe_requests(data: bytes) -> None:
    """A request to the app: the octets are its header fields and its body; the link's token is right."""
    head, _, body = data.partition(b"\n\n")
    fields = [
        (name.strip().lower()[:60], value.strip())
        for name, _, value in (f.partition(b":") for f in head.split(b"\n"))
    ]
    status = asyncio.run(_asked([field for field in fields if field[0]], body))
    if status >= 500:
        raise AssertionError(f"the server answered {status}")


async def _asked(headers: list[tuple[bytes, bytes]], body: bytes) -> int:
    from mailer.press import unsubscribe_token

    statuses: list[int] = []
    pieces = [body[:7], body[7:]]

    async def receive() -> dict[str, object]:
        piece = pieces.pop(0) if pieces else b""
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(str(message["status"])))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": f"/u/{unsubscribe_token('ana@example.net', _KEY)}", "raw_path": b"/u/x", "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await _unsubscribing()(scope, receive, send)  # type: ignore[arg-type]
    return statuses[0]


_KEY = "a key of these runs"


@cache
def _unsubscribing():  # type: ignore[no-untyped-def]
    from mailer.desk.unsubscribe import make_unsubscribe_app
    from mailer.settings import Settings

    return make_unsubscribe_app(workspace(), Settings(secret_key=_KEY), requests=1_000_000_000)


def unsubscribe_seeds() -> Iterator[bytes]:
    yield b"content-type: application/x-www-form-urlencoded\nhost: x\n\nList-Unsubscribe=One-Click"
    yield b'content-type: multipart/form-data; boundary=b\n\n--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    yield b"content-type: text/plain; charset=utf-8\naccept-language: es, en;q=0.5\n\nconfirm=yes&confirm=no"


TARGETS = (
    Target("smtp-replies", smtp_replies, smtp_seeds),
    Target("bounces", returned_mail, returned_seeds),
    Target("imap-answers", imap_answers, imap_seeds),
    Target("csv", _read_as("fuzzed.csv"), csv_seeds),
    Target("xlsx", _read_as("fuzzed.xlsx"), xlsx_seeds, zipped=True),
    Target("release-header", release_header, release_seeds(1)),
    Target("release-body", release_body, release_seeds(2)),
    Target("unsubscribe-requests", unsubscribe_requests, unsubscribe_seeds),
)
