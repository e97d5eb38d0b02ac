"""How mail leaves: what is set, in words, and what `mailer doctor` finds. A secret is set or not set, and never shown.

`.env` is not shown here, and not written: whoever keeps the server keeps that file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.processes import ask
from mailer.errors import MailerError, SettingsError
from mailer.settings import Settings, rate_text, read_settings

PATIENCE = 180.0
"""Seconds that a look may take: a server that does not answer, and DNS that does not."""

SECURITY = {
    "starttls": "encrypted, from its greeting on (STARTTLS)",
    "tls": "encrypted, from the first octet on (TLS)",
    "none": "not encrypted",
}
_SET, _NOT_SET = "set", "not set"

Facts = list[tuple[str, str]]


@dataclass(slots=True)
class Look:
    """What a look found.

    Attributes:
        at: when it ended.
        found: level, what was looked at, what is so, what to do.
        trouble: why there was none.
    """

    at: datetime
    found: list[tuple[str, str, str, str]] = field(default_factory=list)
    trouble: str = ""

    @property
    def errors(self) -> int:
        return sum(level == "error" for level, *_ in self.found)

    @property
    def warnings(self) -> int:
        return sum(level == "warning" for level, *_ in self.found)


class Server:
    """The page's endpoints, and the last look: nothing of it is kept in a file."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages
        self._look: Look | None = None

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/settings/server", self.page),
            Route("/settings/server/look", self.look, methods=["POST"]),
        ]

    def page(self, request: Request) -> Response:
        facts, trouble, settings = [], None, None
        try:
            settings = read_settings(self._office.workspace.root)
            facts = list(facts_of(settings, self._office.training))
        except SettingsError as error:
            trouble = error
        return self._pages.answer(
            request, "house/server.html.j2", facts=facts, trouble=trouble, look=self._look,
            env=self._office.workspace.root / ".env", is_set=settings is None or bool(settings.smtp_host),
        )  # fmt: skip

    async def look(self, request: Request) -> Response:
        """`mailer doctor`, as a process of its own: the desk speaks to no server."""
        if not self._office.training:
            self._look = await _looked(self._office)
        return RedirectResponse("/settings/server#found", 303)


async def _looked(office: Office) -> Look:
    try:
        ran = await ask(office, "doctor", "--json", seconds=PATIENCE)
    except TimeoutError:
        return Look(_now(), trouble="Nothing was found in three minutes. Is this computer online?")
    try:
        found = [
            (str(f["level"]), str(f["id"]), str(f["message"]), str(f["hint"])) for f in json.loads(ran.out)
        ]
    except (ValueError, KeyError, TypeError):
        said = " ".join(ran.err.split()).removeprefix("Error: ")
        return Look(_now(), trouble=said[:1000] or "It ended without a word.")
    order = {"error": 0, "warning": 1, "notice": 2}
    return Look(_now(), sorted(found, key=lambda each: order.get(each[0], 3)))


def _now() -> datetime:
    return datetime.now().astimezone()


def facts_of(settings: Settings, training: bool) -> Iterator[tuple[str, Facts]]:
    """What is set, by subject, in words for staff."""
    if training:
        yield "How mail leaves", [("Server", "the mailbox on this computer, and no other")]
        return
    where = f"{settings.smtp_host}, port {settings.port}" if settings.smtp_host else _NOT_SET
    preset = settings.preset
    yield "How mail leaves", [
        ("Server", where),
        ("Provider", preset.title if preset else "none of those that mailer knows"),
        ("The line", SECURITY[settings.smtp_security]),
        ("Logs in as", _who(settings)),
        ("Password", "not needed: by sign-in" if settings.by_token else _is(settings.smtp_password)),
        ("At once", f"{settings.smtp_connections} connection{'' if settings.smtp_connections == 1 else 's'}"),
        ("At most", ", ".join(map(rate_text, settings.smtp_rate)) or "as fast as the server takes it"),
        ("May be mailed", f"only {', '.join(settings.allow_only)}" if settings.allow_only else "everybody on a list"),
    ]  # fmt: skip
    yield (
        "What each message carries",
        [
            ("Return address", settings.envelope_from or "the sender’s own"),
            ("Unsubscribe link", settings.unsubscribe_url or _NOT_SET),
            ("Unsubscribe by email", settings.unsubscribe_mailto or "to the sender"),
            (
                "Signature (DKIM)",
                f"for {settings.dkim_domain}" if settings.dkim_domain else "left to the server",
            ),
            ("Key for links", _is(settings.secret_key)),
        ],
    )
    if settings.by_token:
        yield "Signing in (OAuth 2.0)", list(_sign_in(settings))
    yield (
        "What comes back",
        [
            ("Mailbox of returned mail", settings.bounce_imap_host or _NOT_SET),
            ("Its password", _is(settings.bounce_imap_password)),
            ("What the provider tells", _is(settings.events_secret)),
        ],
    )


def _is(secret: str) -> str:
    return _SET if secret else _NOT_SET


def _who(settings: Settings) -> str:
    """An address is shown. What is none may be a provider's key, which is as good as a password."""
    name = settings.smtp_username
    if not name:
        return "nobody: the server wants no login"
    return name if "@" in name and name != settings.smtp_password else _SET


def _sign_in(settings: Settings) -> Iterator[tuple[str, str]]:
    """Whether somebody has signed in. What was got by it stays where it is kept."""
    from mailer.authorization.client import client_of
    from mailer.authorization.kept.store import Store

    try:
        client = client_of(settings)
        signed_in = Store(client.server.token, client.id, client.user).read()
    except MailerError as error:
        yield "State", error.message
        return
    yield "At", client.server.title
    yield "As", _who(settings)
    yield "State", "signed in" if signed_in else "nobody has signed in: mailer login"
    yield "Secret of the application", _is(settings.oauth_client_secret)
