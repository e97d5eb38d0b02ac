"""What is kept of a sign-in, until it is withdrawn."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields

_EARLY = 300.0
"""So many seconds before its end a token is replaced: a login and what follows it must fit in."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """
    Attributes:
        server: the token endpoint.
        client: the office's application.
        user: the mailbox.
        application: the application itself signed in: it has no refresh token, and needs none.
        access, refresh: secrets; both "" after the sign-in was withdrawn.
        issued, expires: of the access token, seconds since 1970 by this computer's clock; `expires` 0: not said.
        scope: what was granted.
        hosts: the servers for mail that may be shown the access token.
        number: how often these tokens were replaced: the higher one is the later one, whatever the clock says.
    """

    server: str
    client: str
    user: str
    application: bool = False
    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    issued: float = 0.0
    expires: float = 0.0
    scope: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    number: int = 0

    def fresh(self, now: float) -> bool:
        """Whether the access token will be good for a while: until 5 minutes before its end, or for one that lives for
        less than 20, until a quarter of its life is left. One from the future was kept before the clock was set."""
        early = min(_EARLY, (self.expires - self.issued) / 4)
        return bool(self.access) and self.issued <= now and (not self.expires or now < self.expires - early)

    def alive(self, now: float) -> bool:
        """Whether the access token may still be good."""
        return bool(self.access) and self.issued <= now and (not self.expires or now < self.expires)

    def written(self) -> str:
        """As it is kept. `read` is the inverse."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> SignIn:
        """
        Raises:
            ValueError: it is not what `written` wrote.
        """
        try:
            kept = json.loads(text)
            for name in ("scope", "hosts"):
                kept[name] = tuple(map(str, kept[name]))
            sign_in = cls(**kept)
        except (TypeError, KeyError, RecursionError):
            raise ValueError("it is not what was written") from None
        kinds = {"float": (int, float), "int": int, "bool": bool, "str": str, "tuple[str, ...]": tuple}
        if not all(isinstance(getattr(sign_in, f.name), kinds[str(f.type)]) for f in fields(cls)):  # type: ignore[arg-type]
            raise ValueError("it is not what was written")
        try:
            finite = math.isfinite(sign_in.issued) and math.isfinite(sign_in.expires)
        except OverflowError:  # a whole number of 400 digits
            finite = False
        if not finite:
            raise ValueError("it is not what was written")
        return sign_in
