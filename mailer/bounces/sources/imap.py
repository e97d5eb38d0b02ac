"""The bounce mailbox on an IMAP server (RFC 9051), over TLS, read and never changed: EXAMINE and BODY.PEEK."""

from __future__ import annotations

import base64
import contextlib
import imaplib
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mailer.bounces.reading.bounds import LONGEST
from mailer.bounces.register import MailRegister
from mailer.bounces.sources.imap_client import BoundedClient
from mailer.bounces.sources.imap_login import ImapLogin
from mailer.errors import SettingsError, TransportError
from mailer.settings import Settings

DEADLINE = 600.0
"""Seconds for all of it. What was read by then is dealt with, and the next run goes on from there."""


def read_imap(
    settings: Settings, register: MailRegister, *, deadline: float = DEADLINE
) -> Iterator[tuple[str, bytes | None]]:
    """The mails of BOUNCE_IMAP_FOLDER that were not read before, each with its place; None for one that the server
    does not hand out.

    A mail counts as read when the next one is asked for, unless it, or one before it, was not handed out: then it is
    asked for again next time. At most the first 2 MB of each are fetched.

    Args:
        deadline: seconds for the whole conversation.

    Raises:
        SettingsError: BOUNCE_IMAP_HOST, …_USERNAME or …_PASSWORD is missing.
        AuthorizationError: it would be by token, and there is none.
        TransportError: the server can't be reached, is not who it should be, or refuses.
    """
    login = ImapLogin(settings)
    folder = f"{settings.bounce_imap_username}@{settings.bounce_imap_host}/{settings.bounce_imap_folder}"
    login.prepare()
    with _told_as_ours(settings, login), _connected(settings, login, deadline) as server:
        validity = _examine(server, settings.bounce_imap_folder)
        complete = validity > 0
        for uid in _uids(server, register.read_up_to(folder, validity) if validity else 0):
            content = _fetch(server, uid)
            if content != b"":
                yield f"{folder} UID {uid}", content
            complete = complete and content is not None
            if complete:
                register.has_read(folder, validity, uid)


@contextmanager
def _connected(settings: Settings, login: ImapLogin, deadline: float) -> Iterator[BoundedClient]:
    context = ssl.create_default_context()
    if settings.smtp_ca_file:
        try:
            context.load_verify_locations(settings.smtp_ca_file)
        except OSError as error:
            raise SettingsError(f"SMTP_CA_FILE can't be used: {error}.") from None
    over = threading.Event()
    try:
        server = BoundedClient(settings.bounce_imap_host, settings.bounce_imap_port, context, deadline, over)
        try:
            login.log_in(server)
            yield server
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                server.logout()
        finally:
            server.end()
    except (OSError, imaplib.IMAP4.error, ValueError):
        if over.is_set():
            raise TimeoutError(f"timed out after {deadline:.0f} seconds") from None
        raise


def _examine(server: imaplib.IMAP4_SSL, folder: str) -> int:
    """Opens the folder for reading only; its UIDVALIDITY, or 0: then its numbers mean nothing next time."""
    status, data = server.select(_quoted(folder), readonly=True)
    if status != "OK":
        raise imaplib.IMAP4.error(f"there is no folder {folder}, or it can't be read: {_text(data)}")
    _, answer = server.response("UIDVALIDITY")
    return next(iter(_numbers(answer)), 0)


def _uids(server: imaplib.IMAP4_SSL, after: int) -> list[int]:
    status, data = server.uid("SEARCH", "UID", f"{after + 1}:*")
    if status != "OK":
        raise imaplib.IMAP4.error(f"the search was refused: {_text(data)}")
    # `n:*` holds the last mail even if its UID is below n (RFC 9051 §6.4.4).
    return sorted(uid for uid in set(_numbers(data)) if uid > after)


def _numbers(data: object) -> Iterator[int]:
    """The numbers of an answer: 32 bits each, never 0 (RFC 9051 §9, nz-number). What is none is passed over."""
    for word in _text(data).split():
        if word.isascii() and word.isdigit() and len(word) <= 10 and 0 < int(word) < 2**32:
            yield int(word)


def _fetch(server: imaplib.IMAP4_SSL, uid: int) -> bytes | None:
    """A mail's first octets, none where it has gone meanwhile; None where the server refuses. PEEK leaves it unread."""
    server.untagged_responses.clear()  # they pile up otherwise, of all mails
    status, data = server.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LONGEST}>)")
    if status == "NO":
        return None
    if status != "OK":
        raise imaplib.IMAP4.error(f"mail {uid} can't be fetched: {_text(data)}")
    return next((bytes(item[1]) for item in data if isinstance(item, tuple) and len(item) > 1), b"")


@contextmanager
def _told_as_ours(settings: Settings, login: ImapLogin) -> Iterator[None]:
    """Every failure as an error for staff, without password or token, which some servers repeat."""
    host = f"{settings.bounce_imap_host}:{settings.bounce_imap_port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise TransportError(
            f"The certificate of {host} can't be trusted: {error.verify_message}.",
            "Is BOUNCE_IMAP_HOST right? If your organisation has its own certificate authority, set SMTP_CA_FILE.",
        ) from None
    except ssl.SSLError as error:
        raise TransportError(
            f"TLS failed with {host}: {(error.reason or str(error)).replace('_', ' ').lower()}.",
            "Port 993 speaks TLS from the start; 143 is not supported.",
        ) from None
    except (TimeoutError, imaplib.IMAP4.abort, EOFError) as error:
        raise TransportError(
            f"{host} hung up or took too long: {login.shown(error)}.",
            "What was read has been dealt with; run the command again to carry on.",
        ) from None
    except imaplib.IMAP4.error as error:
        raise TransportError(f"{host} says: {login.shown(error)}.", "Check BOUNCE_IMAP_… in .env.") from None
    except OSError as error:
        raise TransportError(
            f"{host} can't be reached: {error.strerror or error}.",
            "Check BOUNCE_IMAP_HOST and …_PORT in .env.",
        ) from None
    except (ValueError, TypeError, LookupError, AttributeError):
        # What imaplib raises on words that are not IMAP's, and with them in its messages.
        raise TransportError(
            f"{host} does not answer like an IMAP server.", "Is BOUNCE_IMAP_HOST the right server?"
        ) from None


def _text(data: object) -> str:
    items = data if isinstance(data, list) else [data]
    return " ".join(item.decode("utf-8", "replace") for item in items if isinstance(item, bytes))


def _quoted(folder: str) -> str:
    """A folder's name as a quoted string in modified UTF-7 (RFC 3501 §5.1.3)."""

    def encoded(match: re.Match[str]) -> str:
        octets = base64.b64encode(match[0].encode("utf-16-be")).decode().rstrip("=")
        return "&" + octets.replace("/", ",") + "-"

    name = re.sub(r"[^\x20-\x7e]+", encoded, folder.replace("&", "&-"))
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
