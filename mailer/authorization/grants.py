"""Asking for tokens: what `oauthlib` writes is sent, and what comes back is read by it (RFC 6749, 7636, 8628)."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from mailer.authorization.client import Client
from mailer.authorization.endpoint import Answer, NoAnswer, post
from mailer.authorization.sign_in import SignIn

if TYPE_CHECKING:
    from oauthlib.oauth2 import OAuth2Error

_TOKEN = re.compile(r"[\x21-\x7e]{1,100000}")
"""RFC 6749 appendix A.12, without the space: it stands in commands of SMTP and IMAP (RFC 7628 §3.1)."""

_LONGEST = 366 * 86400.0
_TRIES = 3
_PAUSES = (1.0, 3.0)
_BUSY = (429, 500, 502, 503, 504)


class Refusal(Exception):
    """The server's answer is an error of RFC 6749 §5.2.

    Attributes:
        error: its code.
        said: the server's own words, for people.
    """

    def __init__(self, error: str, said: str = "") -> None:
        super().__init__(error)
        self.error, self.said = error, said


def by_code(client: Client, code: str, redirect: str, verifier: str) -> SignIn:
    """The tokens for what a browser brought back. `verifier`: of PKCE.

    Raises:
        Refusal, NoAnswer
    """
    from oauthlib.oauth2 import WebApplicationClient

    asking = WebApplicationClient(client.id)
    form = asking.prepare_request_body(code, redirect, code_verifier=verifier, **client.proof())
    return _tokens(client, form)


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
    form = asking.prepare_request_body(
        scope=client.server.application_scope, include_client_id=True, **client.proof()
    )
    return _tokens(client, form, kept, application=True)


def _tokens(client: Client, form: str, kept: SignIn | None = None, *, application: bool = False) -> SignIn:
    now = time.time()  # before it is asked: what it says runs from then at the latest
    answer = ask(client.server.token, form)
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    try:
        token = WebApplicationClient(client.id).parse_request_body_response(json.dumps(answer.fields))
    except OAuth2Error as error:
        raise refusal_of(error) from None
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise _unreadable(client) from None
    access, refresh = token["access_token"], token.get("refresh_token", kept.refresh if kept else "")
    life = token.get("expires_in") or 0
    kind = str(token.get("token_type", "Bearer"))
    readable = all(isinstance(value, str) and _TOKEN.fullmatch(value) for value in (access, refresh or "-"))
    if not readable or kind.lower() != "bearer" or not isinstance(life, int | float) or life < 0:
        raise _unreadable(client)
    return SignIn(
        client.server.token,
        client.id,
        client.user,
        application=application,
        access=access,
        refresh="" if application else refresh,
        issued=now,
        expires=now + min(life, _LONGEST) if life else 0.0,
        scope=tuple(map(str, token.scopes)) or (kept.scope if kept else ()),
        number=kept.number + 1 if kept else 0,
    )


def _unreadable(client: Client) -> NoAnswer:
    return NoAnswer(f"{client.server.title} gave an answer that can't be read as tokens", sent=True)


def ask(url: str, form: str) -> Answer:
    """Posts a form. A server that says it is busy, or can't be reached, is asked again, a few times; one that may have
    heard the question and gave no answer is not: what is good for one time may be used up.

    Raises:
        NoAnswer
    """
    for number in range(_TRIES):
        last = number == _TRIES - 1
        try:
            answer = post(url, form)
        except NoAnswer as none:
            if none.sent or last:
                raise
            time.sleep(_PAUSES[number])
            continue
        busy = answer.status in _BUSY or answer.fields.get("error") in (
            "temporarily_unavailable",
            "server_error",
        )
        if not busy:
            break
        if last:
            raise NoAnswer(f"the server is busy ({answer.status})", sent=True)
        time.sleep(min(answer.retry_after or _PAUSES[number], 10.0))
    if answer.status >= 300 and not isinstance(answer.fields.get("error"), str):
        raise NoAnswer(f"the server answered {answer.status}, and no more", sent=True)
    return answer


def refusal_of(error: OAuth2Error) -> Refusal:
    """An error as `oauthlib` raises it, without what it may hold besides."""
    return Refusal(str(error.error), str(error.description or ""))
