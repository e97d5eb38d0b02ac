"""AUTH: by a password (RFC 4954, 4616, 2195), or by an access token (RFC 7628)."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Generator

from mailer.authorization import sasl
from mailer.delivery.replies import Reply, Stage, Verdict, judge
from mailer.delivery.smtp.connection import ConnectionLost, WaitFor
from mailer.delivery.smtp.dialogue import Capabilities, Dialogue
from mailer.delivery.smtp.login_replies import ONCE, refused
from mailer.errors import TransportError
from mailer.settings import Settings

_LONGEST_COMMAND = 512
"""Octets of a command line with its CRLF (RFC 5321 §4.5.3.1.4). An access token may be longer."""

_MAY_HAVE_EXPIRED = re.compile(r"535 (5\.7\.[038])? |5\d\d .*(expired|revoked|invalid.token)", re.IGNORECASE)
"""Codes and text of a refusal without a reason in JSON. Exchange Online says 535 5.7.3 to any token that it does not
take, and 535 5.7.139 where no token would do."""

NO_ANSWER = "Try again later; if it goes on, ask the people who run the server."
"""Where a token was sent into silence. It locks nothing."""


_IN_VAIN = "A token that was issued just now was refused, too"
_WHOSE = ": is SMTP_USERNAME the mailbox that signed in?"


class LoginRefused(TransportError):
    """The server did not take the login. Another attempt may lock the account."""


class TokenRefused(ConnectionLost):
    """The server did not take the access token as it does not take one that has expired or was revoked: a newer one is
    worth one attempt.

    Attributes:
        final: what to tell if there is none.
        in_vain: what to tell if it was the newer one already.
    """

    def __init__(self, final: LoginRefused) -> None:
        super().__init__(final.message)
        self.final = final
        asks = "SMTP_USERNAME" in final.hint
        self.in_vain = LoginRefused(final.message, f"{_IN_VAIN}{'.' if asks else _WHOSE} {final.hint}")


class TokenExpired(ConnectionLost):
    """The access token of a connection that was let in is no longer good."""


def log_in(
    dialogue: Dialogue, capabilities: Capabilities, settings: Settings, token: str
) -> Generator[WaitFor, None, None]:
    """Proves who we are: SMTP_USERNAME, by SMTP_PASSWORD or by an access token.

    Raises:
        LoginRefused: the server won't have us.
        TokenRefused: it may have us with a newer token.
        TransportError: there is no way to log in that both know, or none that is safe.
        ConnectionLost: it may work later.
    """
    user, said = settings.smtp_username, sasl.Reason()
    mechanism = _mechanism(dialogue, capabilities, settings)
    try:
        if settings.by_token:
            reply, said = yield from _show(dialogue, mechanism, settings, token)
        else:
            reply = yield from _prove(dialogue, mechanism, settings)
    except ConnectionLost:
        dialogue.unanswered = dialogue.proof_sent
        raise
    verdict = judge(Stage.AUTH, reply)
    if verdict is Verdict.RECONNECT:
        raise ConnectionLost(f"the server answered AUTH with {reply}")
    if reply.code == 334:
        raise LoginRefused(
            f"The server keeps asking after the login of {user} is complete: {reply}",
            f"Ask the people who run it. {ONCE}",
        )
    if verdict is not Verdict.STOP:
        return
    reason = dialogue.connection.redaction(str(said))
    final = LoginRefused(*refused(reply, user, token=settings.by_token, reason=reason))
    raise TokenRefused(final) if settings.by_token and _may_have_expired(reply, said) else final


def _may_have_expired(reply: Reply, said: sasl.Reason) -> bool:
    if said.status:
        return said.may_have_expired
    return (
        _MAY_HAVE_EXPIRED.match(f"{reply.code} {reply.enhanced} {reply.text}"[:_LONGEST_COMMAND]) is not None
    )


def _mechanism(dialogue: Dialogue, capabilities: Capabilities, settings: Settings) -> str:
    encrypted = dialogue.connection.encrypted
    if not (encrypted or dialogue.connection.loopback):
        what = "An access token" if settings.by_token else "A password"
        raise TransportError(f"{what} is never sent unencrypted.", "Use SMTP_SECURITY=starttls or tls.")
    if settings.by_token:
        order, hint = list(sasl.MECHANISMS), _NO_TOKENS
    else:
        order, hint = ["PLAIN", "LOGIN", "CRAM-MD5"], _NO_LOGIN
        if not encrypted:
            order = ["CRAM-MD5", "PLAIN", "LOGIN"]
    mechanism = next((name for name in order if name in capabilities.mechanisms), "")
    if not mechanism:
        way = "way to sign in with a token" if settings.by_token else "way to log in"
        raise TransportError(
            f"{settings.smtp_host} offers no {way} that mailer knows (it offers: "
            f"{', '.join(capabilities.mechanisms) or 'none'}).",
            hint,
        )
    return mechanism


_NO_LOGIN = (
    "Is this the port for sending mail (587 or 465)? If the server needs no login, leave SMTP_USERNAME empty."
)
_NO_TOKENS = (
    "Is SMTP_HOST the server of whoever you signed in at, and this the port for sending mail (587 or 465)? To log in "
    "with a password, leave OAUTH_CLIENT_ID empty."
)


def _show(
    dialogue: Dialogue, mechanism: str, settings: Settings, token: str
) -> Generator[WaitFor, None, tuple[Reply, sasl.Reason]]:
    """Shows the access token, once.

    Returns:
        What the server makes of it, and why.
    """
    seconds, said = float(settings.smtp_timeout), sasl.Reason()
    first = base64.b64encode(
        sasl.initial_response(mechanism, settings.smtp_username, token, settings.smtp_host, settings.port)
    )
    command = b"AUTH " + mechanism.encode()
    if len(command) + len(first) + len(b" \r\n") > _LONGEST_COMMAND:  # then alone (RFC 4954 §4)
        reply = yield from dialogue.ask(command, Stage.AUTH, seconds)
        if reply.code != 334:
            return reply, said
        command = first
    else:
        command += b" " + first
    dialogue.proof_sent = True
    reply = yield from dialogue.ask(command, Stage.AUTH, seconds)
    if reply.code == 334:
        said = sasl.reason_in(reply.text)
        reply = yield from dialogue.ask(base64.b64encode(sasl.UNDERSTOOD[mechanism]), Stage.AUTH, seconds)
    return reply, said


def _prove(dialogue: Dialogue, mechanism: str, settings: Settings) -> Generator[WaitFor, None, Reply]:
    """Says who we are by a password, each thing once.

    Returns:
        What the server makes of it. 334 here is no answer: all was said, or it came out of turn.
    """
    seconds = float(settings.smtp_timeout)
    user, secret = settings.smtp_username.encode(), settings.smtp_password.encode()
    if mechanism == "PLAIN":
        proof = b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + secret)
    elif mechanism == "LOGIN":
        for command in (b"AUTH LOGIN", base64.b64encode(user)):
            reply = yield from dialogue.ask(command, Stage.AUTH, seconds)
            if reply.code != 334:
                return reply
        proof = base64.b64encode(secret)
    else:
        reply = yield from dialogue.ask(b"AUTH CRAM-MD5", Stage.AUTH, seconds)
        if reply.code != 334:
            return reply
        digest = hmac.new(secret, _challenge(reply), "md5").hexdigest()  # RFC 2195 §2
        proof = base64.b64encode(user + b" " + digest.encode())
        dialogue.connection.redaction.learn(digest, proof.decode("ascii"))
    dialogue.proof_sent = True
    return (yield from dialogue.ask(proof, Stage.AUTH, seconds))


def _challenge(reply: Reply) -> bytes:
    try:
        return base64.b64decode(reply.text, validate=True)
    except ValueError:  # binascii.Error is one
        raise TransportError(
            f"The server's challenge for the login can't be read: {reply}",
            "No answer was sent. Ask the people who run the server: CRAM-MD5 (RFC 2195) requires base64.",
        ) from None
