"""An authorization server for tests: authorize, token, device code, revocation, introspection (RFC 6749, 7636, 8628, 7009,
7662). Its tokens live for seconds, its refresh tokens are good for one time. It runs in a thread, on loopback.

    with authorization_server(lifetime=3) as server:
        server.settings()           # what goes into .env, by key
        server.valid(token)         # whose token it is, where it is still good: for servers of ours that check one

`python tests/support/authorization_server.py` runs it alone, to sign in at by hand.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from mailer.authorization.client import client_of
from mailer.authorization.kept.sign_in import SignIn
from mailer.authorization.kept.store import Store
from mailer.settings import Settings

SCOPE = "https://mail.example/smtp https://mail.example/imap"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Refused(Exception):
    """An error answer of RFC 6749 §5.2."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


@dataclass
class Token:
    """What was handed out. `dies`: of `time.monotonic`."""

    user: str
    scope: str
    dies: float
    family: int


@dataclass
class AuthorizationServer:
    """
    Attributes:
        lifetime: seconds for which an access token is good, and `expires_in`.
        rotates: whether a refresh hands out a new refresh token, after which the old one is dead; who shows it again loses
            all tokens of that sign-in (RFC 9700 §4.14.2).
        user: who signs in at /authorize and types the device's code.
        client_secret: "": a public client.
        certificate: PEM; who has its key may say so by a client assertion (RFC 7523), in place of a secret.
        granted: the scope that people consent to; "": what was asked for.
        denies: what /authorize answers in place of a code, and its description.
        state_sent_back: in place of the right one.
        device_answers: errors in answer to who asks about a device's code, before it is a yes.
        interval: of these questions, in seconds.
        stumbles: what /token answers instead, one after the other: (status, body). Of 0, it does what was asked for and
            hangs up; a redirection leads to /elsewhere.
        elsewhere: how often somebody was there.
        keeps_waiting: set: a refresh is done, but its answer is held back until this is cleared.
        refreshed: set when a refresh is done, before it is answered.
        answers: what /token was asked and said: (grant type, "ok" or the error).
        secrets: everything that nobody but client and server may ever see, as it was handed out or shown here.
        assertions: header and claims of each client assertion that held.
    """

    lifetime: float = 3
    rotates: bool = True
    user: str = "press@example.org"
    client_id: str = "office-application"
    client_secret: str = ""
    certificate: bytes = b""
    granted: str = ""
    denies: tuple[str, str] | None = None
    state_sent_back: str | None = None
    device_answers: deque[str] = field(default_factory=deque)
    interval: float = 1
    device_lifetime: float = 600
    stumbles: deque[tuple[int, object]] = field(default_factory=deque)
    elsewhere: int = 0
    keeps_waiting: threading.Event = field(default_factory=threading.Event)
    refreshed: threading.Event = field(default_factory=threading.Event)
    answers: list[tuple[str, str]] = field(default_factory=list)
    authorized: list[dict[str, str]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    assertions: list[tuple[dict[str, object], dict[str, object]]] = field(default_factory=list)
    url: str = ""
    _access: dict[str, Token] = field(default_factory=dict)
    _refresh: dict[str, Token] = field(default_factory=dict)
    _spent: dict[str, int] = field(default_factory=dict)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _devices: dict[str, tuple[str, float]] = field(default_factory=dict)
    _families: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def settings(self) -> dict[str, str]:
        """The lines of .env by which `mailer` signs in here."""
        secret = {"OAUTH_CLIENT_SECRET": self.client_secret} if self.client_secret else {}
        return {
            "OAUTH_CLIENT_ID": self.client_id,
            "OAUTH_AUTHORIZE_URL": f"{self.url}/authorize",
            "OAUTH_TOKEN_URL": f"{self.url}/token",
            "OAUTH_DEVICE_URL": f"{self.url}/device",
            "OAUTH_SCOPE": SCOPE,
            "SMTP_USERNAME": self.user,
        } | secret

    @property
    def refreshes(self) -> int:
        """How often a refresh token was taken."""
        return self.answers.count(("refresh_token", "ok"))

    def valid(self, token: str) -> str:
        """Whose token it is; "": it is unknown, revoked or has expired."""
        with self._lock:
            known = self._access.get(token)
            return known.user if known and known.dies > time.monotonic() else ""

    def sign_in(self) -> dict[str, object]:
        """Tokens as at the end of a sign-in in a browser, for tests that are about what comes later."""
        with self._lock:
            self._families += 1
            return self._issue(self.user, SCOPE, self._families, refreshable=True)

    def signed_in(self, settings: Settings) -> None:
        """As after `mailer login` with these settings: what was handed out is kept, in XDG_DATA_HOME."""
        answer = self.sign_in()
        now = time.time()
        kept = SignIn(
            f"{self.url}/token", self.client_id, settings.smtp_username, access=str(answer["access_token"]),
            refresh=str(answer["refresh_token"]), issued=now, expires=now + self.lifetime,
            hosts=client_of(settings).hosts,
        )  # fmt: skip
        Store(kept.server, kept.client, kept.user).write(kept)

    def expire(self) -> None:
        """All access tokens are dead from now on, before their time."""
        with self._lock:
            self._access.clear()

    def withdraw(self) -> None:
        """The user takes the consent back, or an administrator does."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    # --- what is asked -----------------------------------------------------------------------------------

    def authorize(self, asked: Mapping[str, str]) -> tuple[int, str]:
        """Somebody signs in and consents at once. Returns a status, and where the browser goes from here."""
        self.authorized.append(dict(asked))
        redirect = urlsplit(asked.get("redirect_uri", ""))
        if asked.get("client_id") != self.client_id or redirect.hostname not in ("127.0.0.1", "localhost"):
            return 400, ""
        state = asked.get("state", "") if self.state_sent_back is None else self.state_sent_back
        answer = {"state": state} if state else {}
        if self.denies:
            answer |= {"error": self.denies[0], "error_description": self.denies[1]}
        elif asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            answer |= {"error": "invalid_request", "error_description": "PKCE with S256 is required"}
        else:
            code = self._secret()
            with self._lock:
                self._codes[code] = dict(asked)
            answer |= {"code": code}
        return 302, f"{redirect.geturl()}?{urlencode(answer)}"

    def device(self, asked: Mapping[str, str]) -> dict[str, object]:
        if asked.get("client_id") != self.client_id:
            raise Refused("invalid_client", status=401)
        code, shown = self._secret(), "WDJB-MJHT"
        with self._lock:
            self._devices[code] = (asked.get("scope", ""), time.monotonic() + self.device_lifetime)
        return {
            "device_code": code,
            "user_code": shown,
            "verification_uri": f"{self.url}/activate",
            "expires_in": self.device_lifetime,
            "interval": self.interval,
        }

    def token(self, asked: Mapping[str, str]) -> dict[str, object]:
        grants: dict[str, Callable[[Mapping[str, str]], dict[str, object]]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            DEVICE: self._by_device,
            "client_credentials": self._by_application,
        }
        grant = asked.get("grant_type", "")
        try:
            self._must_be_the_client(asked)
            if grant not in grants:
                raise Refused("unsupported_grant_type")
            with self._lock:
                answer = grants[grant](asked)
        except Refused as refused:
            self.answers.append((grant, refused.error))
            raise
        self.answers.append((grant, "ok"))
        if grant == "refresh_token":
            self.refreshed.set()
            while self.keeps_waiting.is_set():
                time.sleep(0.01)
        return answer

    def revoke(self, asked: Mapping[str, str]) -> dict[str, object]:
        with self._lock:
            token = self._refresh.get(asked["token"]) or self._access.get(asked["token"])
            kind = "refresh token" if asked["token"] in self._refresh else "access token"
            self.answers.append(("revoke", kind if token else "unknown"))
            if token:
                self._end(token.family)
        return {}

    def introspect(self, token: str) -> dict[str, object]:
        with self._lock:
            known = self._access.get(token)
            if known is None or known.dies <= time.monotonic():
                return {"active": False}
            left = known.dies - time.monotonic()
            who = {"username": known.user, "email": known.user, "sub": known.user}
            return {"active": True, "scope": known.scope, "exp": int(time.time() + left)} | who

    # --- what is handed out --------------------------------------------------------------------------------

    def _by_code(self, asked: Mapping[str, str]) -> dict[str, object]:
        began = self._codes.pop(asked.get("code", ""), None)
        verifier = asked.get("code_verifier", "")
        self.secrets.add(verifier)
        challenge = _base64url(hashlib.sha256(verifier.encode()).digest())
        if began is None or began["redirect_uri"] != asked.get("redirect_uri"):
            raise Refused("invalid_grant", "the code is unknown, spent, or another address's")
        if began["code_challenge"] != challenge:
            raise Refused("invalid_grant", "the verifier does not fit the challenge")
        self._families += 1
        return self._issue(self.user, began.get("scope", ""), self._families, refreshable=True)

    def _by_refresh(self, asked: Mapping[str, str]) -> dict[str, object]:
        shown = asked.get("refresh_token", "")
        if shown in self._spent:
            self._end(self._spent[shown])
            raise Refused("invalid_grant", "the refresh token was used before")
        token = self._refresh.get(shown)
        if token is None:
            raise Refused("invalid_grant", "the refresh token has expired or was revoked")
        if self.rotates:
            self._spent[shown] = self._refresh.pop(shown).family
        return self._issue(token.user, token.scope, token.family, refreshable=self.rotates)

    def _by_device(self, asked: Mapping[str, str]) -> dict[str, object]:
        code = asked.get("device_code", "")
        if code not in self._devices:
            raise Refused("invalid_grant")
        scope, dies = self._devices[code]
        if dies <= time.monotonic():
            raise Refused("expired_token")
        if self.device_answers:
            raise Refused(self.device_answers.popleft())
        del self._devices[code]
        self._families += 1
        return self._issue(self.user, scope, self._families, refreshable=True)

    def _by_application(self, asked: Mapping[str, str]) -> dict[str, object]:
        if not (self.client_secret or self.certificate):
            raise Refused("unauthorized_client")
        self._families += 1
        return self._issue(self.user, asked.get("scope", ""), self._families, refreshable=False)

    def _issue(self, user: str, asked: str, family: int, *, refreshable: bool) -> dict[str, object]:
        scope = self.granted or asked
        token = Token(user, scope, time.monotonic() + self.lifetime, family)
        access = self._secret()
        self._access[access] = token
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "scope": scope}
        if refreshable:
            refresh = self._secret()
            self._refresh[refresh] = token
            answer["refresh_token"] = refresh
        return answer

    def _end(self, family: int) -> None:
        for tokens in (self._access, self._refresh):
            for value in [value for value, token in tokens.items() if token.family == family]:
                del tokens[value]

    def _secret(self) -> str:
        value = secrets.token_urlsafe(32)
        self.secrets.add(value)
        return value

    # --- who asks --------------------------------------------------------------------------------------------

    def _must_be_the_client(self, asked: Mapping[str, str]) -> None:
        unknown = Refused("invalid_client", "AADSTS7000215: Invalid client secret provided.", 401)
        if asked.get("client_id") != self.client_id:
            raise Refused("unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if "client_assertion" in asked:
            self.secrets.add(asked["client_assertion"])
            if not self.certificate or asked.get("client_assertion_type") != ASSERTION:
                raise unknown
            self._must_be_signed(asked["client_assertion"])
        elif asked.get("client_secret", "") != self.client_secret:
            raise unknown

    def _must_be_signed(self, assertion: str) -> None:
        """RFC 7523 §3, and the certificate's thumbprint as Microsoft wants it: x5t#S256."""
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding, rsa

        first, second, signature = assertion.split(".")
        header, claims = json.loads(_octets(first)), json.loads(_octets(second))
        certificate = x509.load_pem_x509_certificate(self.certificate)
        key = certificate.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        pads = {
            "RS256": padding.PKCS1v15(),
            "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
        }
        try:
            key.verify(_octets(signature), f"{first}.{second}".encode(), pads[header["alg"]], hashes.SHA256())
        except (InvalidSignature, KeyError):
            raise Refused("invalid_client", "the assertion's signature does not hold", 401) from None
        now = time.time()
        held = (
            header["x5t#S256"] == _base64url(certificate.fingerprint(hashes.SHA256()))
            and claims["aud"] == f"{self.url}/token"
            and claims["iss"] == claims["sub"] == self.client_id
            and claims["nbf"] <= now + 60
            and now < claims["exp"] <= now + 600
            and claims["jti"]
        )
        if not held:
            raise Refused("invalid_client", "the assertion says something else", 401)
        self.assertions.append((header, claims))


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _handler(server: AuthorizationServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            path, asked = urlsplit(self.path).path, _fields(urlsplit(self.path).query)
            if path == "/authorize":
                status, place = server.authorize(asked)
                self.send_response(status)
                if place:
                    self.send_header("Location", place)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif path == "/introspect":  # as Dovecot asks with introspection_mode = get, or auth
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self._say(200, server.introspect(asked.get("token", asked.get("access_token", bearer))))
            else:
                server.elsewhere += path == "/elsewhere"
                self._say(404, {})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            asked = _fields(self.rfile.read(length).decode())
            path = urlsplit(self.path).path
            if path == "/token" and server.stumbles:
                status, body = server.stumbles.popleft()
                if not status:
                    server.token(asked)
                    return None
                server.answers.append((asked.get("grant_type", ""), "stumbled"))
                return self._say(status, body)
            try:
                if path == "/introspect":
                    return self._say(200, server.introspect(asked.get("token", "")))
                answer = {"/token": server.token, "/device": server.device, "/revoke": server.revoke}[path](
                    asked
                )
            except Refused as refused:
                return self._say(
                    refused.status, {"error": refused.error, "error_description": refused.description}
                )
            except KeyError:
                return self._say(404, {})
            return self._say(200, answer)

        def _say(self, status: int, body: object) -> None:
            octets = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(octets)))
            if status in (301, 302, 307, 308):
                self.send_header("Location", f"{server.url}/elsewhere")
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _fields(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:  # a client that was killed
        pass


@contextmanager
def authorization_server(**attributes: object) -> Iterator[AuthorizationServer]:
    """A server that is up, with the attributes that `AuthorizationServer` names."""
    server = AuthorizationServer(**attributes)  # type: ignore[arg-type]
    with _Server(("127.0.0.1", 0), _handler(server)) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.keeps_waiting.clear()
            listening.shutdown()
            thread.join()


if __name__ == "__main__":
    with authorization_server(lifetime=3600) as running:
        for key, value in running.settings().items():
            print(f"{key}={value}", flush=True)
        threading.Event().wait()
