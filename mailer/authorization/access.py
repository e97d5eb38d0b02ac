"""An access token, and who hands one out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token (RFC 6750).

    Attributes:
        value: secret: never in a log, a page, an argument list, the ledger, a traceback.
        expires: seconds since 1970, as the authorization server said it; 0: it did not say.
    """

    value: str = field(repr=False)
    expires: float = 0.0


class AccessTokens(Protocol):
    """Hands out the token of one mailbox. It is asked whenever a connection logs in, and by one process of a run only;
    helpers are told what it said."""

    def current(self, refused: str = "") -> AccessToken:
        """A token that is good now, refreshed where that is needed, by one process at a time.

        Args:
            refused: the value of a token that a server has just refused as expired or revoked. Where it is still the
                stored one it is refreshed, once; where another process has done that by now, theirs is handed out.

        Raises:
            AuthorizationError: nobody has signed in, the sign-in was withdrawn, or the authorization server can't be
                reached.
        """
