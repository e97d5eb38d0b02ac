"""`POST /events/PROVIDER/SECRET`: what a provider tells is proven to be its own, kept as it came, and answered.

The secret is a part of the address because Postmark and Brevo sign nothing; the others sign besides. Nothing is read
here but what it is signed with, and neither the ledger nor a list is touched: whoever finds a fault in this door has
got as far as a folder of files that `mailer bounces --events` trusts no more than a mailbox.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from mailer.bounces.events.spool import Spool, SpoolFull
from mailer.desk.unsubscribe.connections import RETRY_AFTER
from mailer.desk.unsubscribe.events.proof import MailgunProof, NotNow, NotProven, SendGridProof
from mailer.desk.unsubscribe.events.sns import SnsProof
from mailer.desk.unsubscribe.request_limit import RequestLimit
from mailer.errors import SettingsError
from mailer.presets import TELLING
from mailer.settings import Settings
from mailer.workspace import Workspace

LARGEST = 1_048_576
"""Octets of a body. SendGrid's are the largest, as it tells many events at once."""
_IN_HAND = 64 * LARGEST
"""Octets of all bodies that are being read at a time."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{20,200}")
_NO_SIGNATURES = (
    "the package cryptography is missing, so its events are refused. "
    'Run: pip install "release-mailer[signatures]"'
)

Say = Callable[[str], None]
Check = Callable[[Request, bytes], Awaitable[bool]]
"""Whether a body is to be kept, as what it is was proven. Raises NotProven or NotNow."""


class EventsDoor:
    """
    Args:
        limit: requests of one client that are refused, in a minute.
        say: told, at once, which providers are refused and why; and what keeps events from being kept.

    Raises:
        SettingsError: EVENTS_SECRET can be guessed, or can't be a part of an address.
    """

    def __init__(self, workspace: Workspace, settings: Settings, limit: RequestLimit, say: Say) -> None:
        if not _SECRET.fullmatch(settings.events_secret):
            raise SettingsError(
                "EVENTS_SECRET must have 20 to 200 letters, digits, “-” or “_”.",
                "Make one by chance: openssl rand -hex 24",
            )
        self._secret, self._limit, self._say = settings.events_secret.encode(), limit, say
        self._spool = Spool(workspace.private)
        self._in_hand, self._trouble = 0, ""
        self._checks = dict(self._providers(settings))
        say(f"Events are taken from {', '.join(TELLING[provider] for provider in self._checks)}.")

    # ---- who may post -------------------------------------------------------------------------------

    def _providers(self, settings: Settings) -> Mapping[str, Check]:
        """How each provider proves itself; who can't is left out, which is said."""
        made: dict[str, Callable[[], Check]] = {
            "ses": lambda: self._sns(SnsProof(settings.events_ses_topic)),
            "mailgun": lambda: _mailgun(MailgunProof(settings.events_mailgun_key)),
            "sendgrid": lambda: _sendgrid(SendGridProof(settings.events_sendgrid_key)),
            "postmark": lambda: _by_secret,
            "brevo": lambda: _by_secret,
        }
        keys = {
            "ses": ("EVENTS_SES_TOPIC", settings.events_ses_topic, "is not the ARN of an SNS topic"),
            "mailgun": ("EVENTS_MAILGUN_KEY", settings.events_mailgun_key, ""),
            "sendgrid": ("EVENTS_SENDGRID_KEY", settings.events_sendgrid_key, "is not a verification key"),
        }
        checks = {}
        for provider, make in made.items():
            key, value, wrong = keys.get(provider, ("", "none", ""))
            try:
                if value:
                    checks[provider] = make()
                else:
                    self._say(f"{TELLING[provider]}: {key} is empty, so its events are refused.")
            except ImportError:
                self._say(f"{TELLING[provider]}: {_NO_SIGNATURES}")
            except ValueError:
                self._say(f"{TELLING[provider]}: {key} {wrong}, so its events are refused.")
        return checks

    def _sns(self, proof: SnsProof) -> Check:
        async def check(_: Request, body: bytes) -> bool:
            message = await proof.check(body)
            kind = message["Type"].text
            if kind == "SubscriptionConfirmation":
                await proof.confirm(message)
                self._say("Amazon SES: the subscription to EVENTS_SES_TOPIC is confirmed.")
            elif kind == "UnsubscribeConfirmation":
                self._say("Amazon SES: SNS has ended the subscription. Subscribe again, or no events come.")
            return kind == "Notification"

        return check

    # ---- what is posted -----------------------------------------------------------------------------

    async def answer(self, request: Request) -> Response:
        given = request.path_params["secret"].encode("utf-8", "replace")
        check = self._checks.get(request.path_params["provider"])
        if not hmac.compare_digest(given, self._secret) or check is None:
            return self._refused(request, HTTPStatus.NOT_FOUND)
        size = request.headers.get("content-length", "")
        if len(size) > 10 or (size.isdecimal() and int(size) > LARGEST):
            return self._refused(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = bytearray()
        try:
            async for piece in request.stream():
                body += piece
                self._in_hand += len(piece)
                if len(body) > LARGEST:
                    return self._refused(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                if self._in_hand > _IN_HAND:
                    return self._later()
            return await self._taken(request, check, bytes(body))
        except ClientDisconnect:
            return self._refused(request, HTTPStatus.BAD_REQUEST)
        finally:
            self._in_hand -= len(body)

    async def _taken(self, request: Request, check: Check, body: bytes) -> Response:
        provider = request.path_params["provider"]
        try:
            if await check(request, body):
                await asyncio.to_thread(self._spool.keep, provider, body)
        except NotProven:
            return self._refused(request, HTTPStatus.FORBIDDEN)
        except NotNow:
            self._tell(
                f"{TELLING[provider]}: SNS can't be reached, so what it posts can't be checked or confirmed."
            )
            return self._later()
        except SpoolFull:
            self._tell(
                "Too many events wait to be read: run mailer bounces --events. More are refused meanwhile."
            )
            return self._later()
        except OSError as error:
            self._tell(f"Events can't be kept: {error.strerror or error}. The providers will try again.")
            return self._later()
        self._trouble = ""
        return PlainTextResponse("")

    def _refused(self, request: Request, status: HTTPStatus) -> Response:
        """Without a word about why, and without reading what else they send."""
        client = request.client.host if request.client else ""
        if not self._limit.allows(client):
            status = HTTPStatus.TOO_MANY_REQUESTS
        headers = {"Connection": "close"}
        if status is HTTPStatus.TOO_MANY_REQUESTS:
            headers["Retry-After"] = str(RETRY_AFTER)
        return PlainTextResponse("", status, headers)

    def _later(self) -> Response:
        headers = {"Connection": "close", "Retry-After": str(RETRY_AFTER)}
        return PlainTextResponse("", HTTPStatus.SERVICE_UNAVAILABLE, headers)

    def _tell(self, trouble: str) -> None:
        """Once, not for each of a thousand posts."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._say(trouble)


async def _by_secret(_: Request, body: bytes) -> bool:
    """The address has proven it: they sign nothing."""
    return bool(body)


def _mailgun(proof: MailgunProof) -> Check:
    async def check(_: Request, body: bytes) -> bool:
        proof.check(body)
        return True

    return check


def _sendgrid(proof: SendGridProof) -> Check:
    async def check(request: Request, body: bytes) -> bool:
        proof.check(request.headers, body)
        return True

    return check
