"""OAuth 2.0: how this computer comes to speak for a mailbox without its password (RFC 6749).

`access_tokens(settings)` is all that who sends or reads mail needs: it hands out a token that is good now. Signing in
and out is for `mailer login` and `mailer logout` (`signing_in`, `sign_out`).
"""

from mailer.authorization.access import AccessToken, AccessTokens
from mailer.authorization.tokens import access_tokens

__all__ = ["AccessToken", "AccessTokens", "access_tokens"]
