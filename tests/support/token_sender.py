"""A sender that logs in with tokens, in a process of its own, to be killed:
`python token_sender.py LEDGER PORT PROCESSES KEY=VALUE …` with OAUTH_* and SMTP_USERNAME for keys."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from mailer.delivery import Ledger, Report, SmtpTransport, deliver
from mailer.settings import Settings
from support.places import Place
from support.smtp_mailing import QUICK, RELEASE, settings


def by_name(keys: dict[str, str]) -> dict[str, str]:
    """Lines of .env as attributes of `Settings`."""
    names = {setting.metadata["key"]: setting.name for setting in fields(Settings)}
    return {names[key]: value for key, value in keys.items()}


def send(place: Place, how: Settings, processes: int = 1) -> Report:
    """What is queued, with nothing but short pauses."""
    with Ledger(place) as ledger:
        transport = SmtpTransport(how, QUICK, processes=processes, help_after=0)
        return deliver(ledger.mailing(RELEASE), ledger, transport, schedule=QUICK, max_wait=0)


def main(path: str, port: str, processes: str, *keys: str) -> None:
    values = by_name(dict(key.split("=", 1) for key in keys))
    how = settings(int(port), **(values | {"smtp_connections": 4, "smtp_timeout": 20}))
    report = send(Path(path), how, int(processes))
    print(f"done: {report.accepted} {report.halted}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
