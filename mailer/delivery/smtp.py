"""The SMTP transport: one process, or one a core where that pays."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from mailer.delivery.crew import Crew
from mailer.delivery.opening import check_security
from mailer.delivery.schedule import Schedule
from mailer.delivery.sharing import Team
from mailer.delivery.work import Work
from mailer.settings import Settings


class SmtpTransport:
    """Carries messages to the server of the settings.

    Args:
        settings: SMTP_*.
        schedule: pauses before reconnecting, and how long the answer to a final dot may take.
        cleartext: allow SMTP_SECURITY=none to another machine; a password is never sent that way.
        processes: at most so many; by default one a core.
        per_process: messages for which one more is started; each takes a good part of a second to begin.

    Raises:
        SettingsError: no server is named, or mail would leave in clear.
    """

    def __init__(
        self,
        settings: Settings,
        schedule: Schedule | None = None,
        *,
        cleartext: bool = False,
        processes: int | None = None,
        per_process: int = 2_000,
    ) -> None:
        check_security(settings, cleartext=cleartext)
        self.settings = settings
        self.schedule = schedule or Schedule()
        self._most = processes or os.cpu_count() or 1
        self._per_process = per_process

    def carry(self, work: Work) -> None:
        """See `Transport.carry`."""
        count = min(self._most, self.settings.smtp_connections, work.left() // self._per_process)
        shared = work.shared() if count > 1 and sys.platform != "win32" else None
        if not shared:
            Crew(self.settings, self.schedule, work).carry()
            return
        each = replace(self.settings, smtp_connections=max(1, self.settings.smtp_connections // count))
        team = Team(each, self.schedule, shared, count - 1)
        try:
            Crew(each, self.schedule, work, team).carry()
            if not work.aborting:
                team.finish()
        finally:
            team.close()
