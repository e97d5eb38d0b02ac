"""A sender in a process of its own, to be killed: `python smtp_sender.py LEDGER PORT MODE [LIMIT]`.

MODE: `pipelining`, `chunking` (a window of 4), `window 8`, or `processes`: two of them, where there are a hundred recipients or more. LIMIT: so many bytes may a file grow to (a full disk). Prints a line when it
begins, and another with what came of it.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mailer.delivery import Ledger, SmtpTransport, deliver
from mailer.errors import MailerError
from support.places import understood
from support.smtp_mailing import QUICK, RELEASE, settings


def main(place: str, port: str, mode: str, limit: str = "") -> None:
    with Ledger(understood(place)) as ledger:
        mailing = ledger.mailing(RELEASE)
        window = {"chunking": 4, "window 8": 8}.get(mode, 1)
        values = {
            "smtp_window": window,
            "smtp_timeout": 20,
            "smtp_connections": 4 if mode == "processes" else 2,
        }
        transport = SmtpTransport(
            settings(int(port), **values), QUICK, processes=2 if mode == "processes" else 1, help_after=0
        )
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
        print("begins", flush=True)
        try:
            report = deliver(mailing, ledger, transport, schedule=QUICK, max_wait=0)
        except MailerError as error:
            print(f"{type(error).__name__}: {error.message}", flush=True)
        else:
            print(f"done: {report.accepted}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
