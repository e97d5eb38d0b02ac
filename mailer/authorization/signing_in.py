"""The three ways to a sign-in: in a browser, by a code on another device, and as the application itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from mailer.authorization.client import Client
from mailer.authorization.endpoint import NoAnswer
from mailer.authorization.grants import ask, by_application, by_code, by_device
from mailer.authorization.kept.sign_in import SignIn
from mailer.authorization.redirection import Redirection
from mailer.authorization.refusals import Refusal, for_staff, told
from mailer.authorization.servers import on_this_computer
from mailer.errors import AuthorizationError, SettingsError

_VERIFIER = 96
"""Characters of PKCE's verifier; RFC 7636 §4.1 wants 43 to 128."""
_INTERVAL, _SLOWER = 5.0, 5.0
"""RFC 8628 §3.2 and §3.5."""
_LONGEST_WAIT = 1800.0
_LONGEST_PAGE, _LONGEST_TYPED = 2000, 100
"""Characters that are shown to somebody who is to type them."""


def in_browser(
    client: Client, open_page: Callable[[str], None], refused: Callable[[], None], seconds: float
) -> SignIn:
    """Somebody signs in in a browser, which brings a code back (RFC 6749 §4.1, 7636, 8252).

    Args:
        open_page: is given the address at which to sign in.
        refused: is called for the first answer that is not to our question.
        seconds: how long to wait.

    Raises:
        SettingsError: the server has no page for it.
        AuthorizationError: nobody did in time, or it was refused.
    """
    from oauthlib.common import generate_token
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    if not client.server.authorize:
        raise SettingsError(
            "OAUTH_AUTHORIZE_URL is empty.", "Set it, or sign in by a code: mailer login --device"
        )
    asking = WebApplicationClient(client.id)
    state, verifier = generate_token(43), asking.create_code_verifier(_VERIFIER)
    challenge = asking.create_code_challenge(verifier, "S256")
    try:
        with Redirection(client.server.redirect_host, state, refused) as redirection:
            open_page(_page(client, redirection.address, state, challenge))
            query = redirection.wait(seconds)
            if query is None:
                raise AuthorizationError(
                    f"Nobody signed in within {seconds / 60:.0f} minutes.",
                    "Begin again: mailer login. On a computer without a browser: mailer login --device",
                )
            try:  # oauthlib reads no address that is http; this one never leaves the computer
                answer = asking.parse_request_uri_response(f"https://localhost/?{query}", state)
            except OAuth2Error as error:
                raise told(
                    Refusal(str(error.error), str(error.description or "")), client.server.title
                ) from None
            with for_staff(client.server.title):
                return by_code(client, answer["code"], redirection.address, verifier)
    except OSError as error:
        raise AuthorizationError(
            f"No browser can come back to this computer: {error.strerror or error}."
        ) from None


def _page(client: Client, address: str, state: str, challenge: str) -> str:
    """The authorization request (RFC 6749 §4.1.1)."""
    from oauthlib.oauth2 import WebApplicationClient

    server = client.server
    address_of_page = urlsplit(server.authorize)
    page = WebApplicationClient(client.id).prepare_request_uri(
        address_of_page._replace(scheme="https").geturl(),  # oauthlib writes no other, and need not know
        redirect_uri=address,
        scope=server.scope,
        state=state,
        code_challenge=challenge,
        code_challenge_method="S256",
        login_hint=client.user,
        **server.extra,
    )
    return urlsplit(str(page))._replace(scheme=address_of_page.scheme).geturl()


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a server says to a device that wants to sign somebody in (RFC 8628 §3.2).

    Attributes:
        typed: what somebody types.
        page: where.
        secret: the device's own code.
        seconds: how long both are good for.
        interval: seconds between questions.
    """

    typed: str
    page: str
    secret: str = field(repr=False)
    seconds: float
    interval: float


def device_code(client: Client) -> DeviceCode:
    """
    Raises:
        SettingsError: the server has none for this.
        AuthorizationError: it gives none.
    """
    server = client.server
    if not server.device:
        raise SettingsError(
            f"--device has no effect here: {server.title} gives no such codes for mail.",
            "Sign in in a browser: mailer login. If it does, set OAUTH_DEVICE_URL.",
        )
    with for_staff(client.server.title):
        form = urlencode({"client_id": client.id, "scope": server.scope})
        fields = ask(server.device, form).fields
        try:
            page, typed, secret = (
                str(fields[name]) for name in ("verification_uri", "user_code", "device_code")
            )
            seconds, interval = float(fields["expires_in"]), float(fields.get("interval", _INTERVAL))
            safe = urlsplit(page).scheme == "https" or on_this_computer(page)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise NoAnswer(f"{server.title} gave an answer that can't be read as a code", sent=True) from None
        if not (
            safe
            and len(page) <= _LONGEST_PAGE
            and len(typed) <= _LONGEST_TYPED
            and seconds > 0
            and interval >= 0
        ):
            raise NoAnswer(f"{server.title} gave an answer that can't be trusted", sent=True)
    return DeviceCode(typed, page, secret, min(seconds, _LONGEST_WAIT), min(interval, 60.0))


def by_device_code(client: Client, code: DeviceCode, wait: Callable[[float], None] = time.sleep) -> SignIn:
    """Asks again and again whether somebody has typed it (RFC 8628 §3.4, §3.5).

    Args:
        wait: for so many seconds.

    Raises:
        AuthorizationError: nobody did in time, or it was refused.
    """
    interval, waited = code.interval, 0.0
    while waited < code.seconds:
        wait(interval)
        waited += interval or 1.0
        try:
            return by_device(client, code.secret)
        except NoAnswer:
            interval += _SLOWER  # the line may be back soon
        except Refusal as refusal:
            if refusal.error == "slow_down":
                interval += _SLOWER
            elif refusal.error != "authorization_pending":
                raise told(refusal, client.server.title) from None
    raise told(Refusal("expired_token"), client.server.title)


def as_application(client: Client) -> SignIn:
    """The application signs in itself, for mailboxes that an administrator has opened to it (RFC 6749 §4.4).

    Raises:
        SettingsError: the server has no such sign-in, or there is nothing to prove it by.
        AuthorizationError: it was refused.
    """
    if not client.server.application_scope:
        raise SettingsError(
            f"--app has no effect here: {client.server.title} lets no application into a mailbox by itself.",
            "Sign in as a person: mailer login",
        )
    if not (client.secret or client.certificate):
        raise SettingsError(
            "--app needs OAUTH_CLIENT_SECRET or OAUTH_CERTIFICATE_FILE: both are empty.",
            "Set one of them in .env. docs/guide/sign-in.md says where to get it.",
        )
    with for_staff(client.server.title):
        return by_application(client)
