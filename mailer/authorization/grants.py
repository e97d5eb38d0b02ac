"""Asking for tokens: what `oauthlib` writes is sent, and what comes back is read by it (RFC 6749, 7636, 8628)."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, quote_plus

from mailer.authorization.client import Client
from mailer.authorization.endpoint import Answer, NoAnswer, post
from mailer.authorization.kept.sign_in import SignIn
from mailer.authorization.refusals import Refusal

_TOKEN = re.compile(r"[\x21-\x7e]{1,100000}")
"""RFC 6749 appendix A.12, without the space: it stands in commands of SMTP and IMAP (RFC 7628 §3.1)."""

_SECRETS = (
    "code",
    "code_verifier",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "device_code",
    "token",
)
_PIECE = 8
"""Characters of a secret that a server may repeat at most: it may cut it short, or begin in the middle."""
_LONGEST = 366 * 86400.0
_LONGEST_SCOPE = 10_000
"""Characters; it is kept, and shown."""
_PAUSES = (1.0, 3.0, 0.0)
"""Seconds after each time that a server which is busy is asked."""
_LONGEST_PAUSE = 10.0
_BUSY = (429, 500, 502, 503, 504)


def by_code(client: Client, code: str, redirect: str, verifier: str) -> SignIn:
    """The tokens for what a browser brought back. `verifier`: of PKCE.

    Raises:
        Refusal, NoAnswer
    """
    from oauthlib.oauth2 import WebApplicationClient

    asking = WebApplicationClient(client.id)
    return _tokens(
        client, asking.prepare_request_body(code, redirect, code_verifier=verifier, **client.proof())
    )


def by_device(client: Client, code: str) -> SignIn:
    """The tokens for a device's code, once somebody has typed it.

    Raises:
        Refusal: "authorization_pending" and "slow_down" are none (RFC 8628 §3.5).
        NoAnswer
    """
    from oauthlib.oauth2 import DeviceClient

    asking = DeviceClient(client.id)
    return _tokens(client, asking.prepare_request_body(code, include_client_id=True, **client.proof()))


def by_refresh(client: Client, kept: SignIn) -> SignIn:
    """The next tokens. Where the server hands out no new refresh token, the old one stays (RFC 6749 §6).

    Raises:
        Refusal, NoAnswer
    """
    from oauthlib.oauth2 import WebApplicationClient

    asking = WebApplicationClient(client.id)
    form = asking.prepare_refresh_body(refresh_token=kept.refresh, client_id=client.id, **client.proof())
    return _tokens(client, form, kept)


def by_application(client: Client, kept: SignIn | None = None) -> SignIn:
    """A token for the application itself.

    Raises:
        Refusal, NoAnswer
    """
    from oauthlib.oauth2 import BackendApplicationClient

    asking = BackendApplicationClient(client.id)
    scope = client.server.application_scope
    form = asking.prepare_request_body(scope=scope, include_client_id=True, **client.proof())
    return _tokens(client, form, kept, application=True)


def _tokens(client: Client, form: str, kept: SignIn | None = None, *, application: bool = False) -> SignIn:
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    now = time.time()  # before it is asked: what the answer says runs from then at the earliest
    fields = {"access_token": ""} | ask(client.server.token, form).fields
    try:
        token = WebApplicationClient(client.id).parse_request_body_response(json.dumps(fields))
        access, refresh = token["access_token"], token.get("refresh_token") or (kept.refresh if kept else "")
        life = float(token.get("expires_in") or 0)
        named = (
            tuple(sorted(map(str, token.scopes))) if token.get("scope") else ()
        )  # or it is as before (RFC 6749 §5.1)
        scope = named or (kept.scope if kept else ())
        readable = (
            len(" ".join(scope)) <= _LONGEST_SCOPE
            and all(_TOKEN.fullmatch(value) for value in (access, refresh or "-"))
            and life >= 0
        )
    except OAuth2Error as error:
        raise Refusal(str(error.error), str(error.description or "")) from None
    except (TypeError, ValueError, AttributeError, OverflowError):
        readable = False
    if not readable or str(fields.get("token_type", "Bearer")).lower() != "bearer":
        raise NoAnswer(f"{client.server.title} gave an answer that can't be read as tokens", sent=True)
    return SignIn(
        client.server.token,
        client.id,
        client.user,
        application=application,
        access=access,
        refresh="" if application else refresh,
        issued=now,
        expires=now + min(life, _LONGEST) if life else 0.0,
        scope=scope,
        hosts=kept.hosts if kept else client.hosts,
        number=kept.number + 1 if kept else 0,
    )


def ask(url: str, form: str) -> Answer:
    """Posts a form. A server that says it is busy, or can't be reached, is asked again, a few times; one that may have
    heard the question and gave no answer is not: what is good for one time may be used up.

    Raises:
        NoAnswer
        Refusal: RFC 6749 §5.2. What it repeats of our secrets is taken out.
    """
    for pause in _PAUSES:
        try:
            answer = post(url, form)
        except NoAnswer as none:
            if none.sent or not pause:
                raise
            time.sleep(pause)
            continue
        if answer.status not in _BUSY and answer.fields.get("error") != "temporarily_unavailable":
            break
        if not pause:
            raise NoAnswer(f"the server is busy (HTTP {answer.status})", sent=True)
        time.sleep(min(answer.retry_after or pause, _LONGEST_PAUSE))
    if "error" in answer.fields:
        error, said = (_hidden(answer.fields.get(name), form) for name in ("error", "error_description"))
        raise Refusal(error, said)
    if answer.status != 200:
        raise NoAnswer(f"the server answered with HTTP {answer.status} alone", sent=True)
    return answer


def _hidden(said: object, form: str) -> str:
    """A server's words, without those that hold a piece of what was sent to it in confidence."""
    given = [value for name, values in parse_qs(form).items() if name in _SECRETS for value in values]
    forms = {written for value in given for written in _written(value)}
    short = {value for value in given if len(value) < _PIECE}
    pieces = {form[at : at + _PIECE] for form in forms for at in range(len(form) - _PIECE + 1)}

    def hidden(word: re.Match[str]) -> str:
        said = word[0]
        held = any(said[at : at + _PIECE] in pieces for at in range(len(said) - _PIECE + 1))
        return "…" if held or any(value in said for value in short) else said

    return re.sub(r"\S+", hidden, said) if isinstance(said, str) else ""


def _written(secret: str) -> Iterator[str]:
    """As it is, as the form had it, and in base64 with whatever before it."""
    yield from (secret, quote(secret, safe=""), quote_plus(secret))
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + secret.encode()).decode().rstrip("=")
        yield from (encoded[before + 1 :], encoded[before + 1 :].replace("+", "-").replace("/", "_"))
