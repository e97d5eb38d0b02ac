"""The SMTP transport: one process, or one a core where that pays."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from mailer.authorization import AccessTokens, access_tokens
from mailer.delivery.pace import Schedule
from mailer.delivery.smtp.handshake import check_security
from mailer.delivery.smtp.helpers import Helpers
from mailer.delivery.smtp.login.tokens import TokenDesk
from mailer.delivery.smtp.loop import Loop
from mailer.delivery.transport import Work
from mailer.settings import Settings


class SmtpTransport:
    """Carries messages to the server of the settings.

    Args:
        settings: SMTP_*, OAUTH_*.
        schedule: pauses before reconnecting, and how long the answer to a final dot may take.
        cleartext: allow SMTP_SECURITY=none to another machine; a password is never sent that way.
        processes: at most so many; by default one a core.
        help_after: seconds for which one process must have been busy before others are started to help it; 0:
            they are started at once.
        tokens: who hands out access tokens, where the login is by token; by default those of whoever has signed in.

    Raises:
        SettingsError: no server is named, mail would leave in clear, or what is set of OAUTH_* is not enough.
    """

    def __init__(
        self,
        settings: Settings,
        schedule: Schedule | None = None,
        *,
        cleartext: bool = False,
        processes: int | None = None,
        help_after: float = 1.0,
        tokens: AccessTokens | None = None,
    ) -> None:
        check_security(settings, cleartext=cleartext)
        self.settings = settings
        self.schedule = schedule or Schedule()
        self._most = processes or os.cpu_count() or 1
        self._help_after = help_after
        self._tokens = tokens or access_tokens(settings)

    def carry(self, work: Work) -> None:
        """See `Transport.carry`."""
        desk = TokenDesk(self._tokens) if self._tokens else None
        try:
            self._carry(work, desk)
        finally:
            if desk:
                desk.close()

    def _carry(self, work: Work, desk: TokenDesk | None) -> None:
        ask = desk.ask if desk else None
        count = min(self._most, self.settings.smtp_connections)
        shared = work.shared() if count > 1 and sys.platform != "win32" else None
        if not shared:
            Loop(self.settings, self.schedule, work, ask).carry()
            return
        each = replace(self.settings, smtp_connections=self.settings.smtp_connections // count)
        helpers = Helpers(each, self.schedule, shared, count - 1, self._help_after, ask)
        try:
            Loop(self.settings, self.schedule, work, ask, helpers).carry()
            helpers.finish()
        finally:
            helpers.close()
