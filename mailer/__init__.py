"""An email distribution tool for press offices.

As a library it offers the whole job, `prepare` → `queue` → `deliver`, and the nouns that go with it;
docs/guide/library.md has an example. Each name is imported when it is first asked for, so that `import mailer` costs
nothing. To see how it works, read `mailer.pipeline` first.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailer.delivery import Ledger as Ledger
    from mailer.delivery import Mailing as Mailing
    from mailer.delivery import Order as Order
    from mailer.delivery import RehearsalTransport as RehearsalTransport
    from mailer.delivery import Report as Report
    from mailer.delivery import SmtpTransport as SmtpTransport
    from mailer.delivery import Stop as Stop
    from mailer.delivery import Transport as Transport
    from mailer.errors import CheckFailed as CheckFailed
    from mailer.errors import MailerError as MailerError
    from mailer.model import Finding as Finding
    from mailer.model import Recipient as Recipient
    from mailer.model import Release as Release
    from mailer.model import Status as Status
    from mailer.pipeline import Instructions as Instructions
    from mailer.pipeline import Prepared as Prepared
    from mailer.pipeline import deliver as deliver
    from mailer.pipeline import holding as holding
    from mailer.pipeline import prepare as prepare
    from mailer.pipeline import queue as queue
    from mailer.pipeline.outgoing import Outgoing as Outgoing
    from mailer.pipeline.outgoing import of_send as outgoing  # noqa: F401 - offered under this name
    from mailer.pipeline.rehearsal import prove as prove
    from mailer.pipeline.rehearsal import rehearse as rehearse
    from mailer.press import Choice as Choice
    from mailer.settings import Settings as Settings
    from mailer.settings import read_settings as read_settings
    from mailer.workspace import Workspace as Workspace
    from mailer.workspace import find_workspace as find_workspace
    from mailer.workspace import make_workspace as make_workspace

_OFFERED: dict[str, tuple[str, ...]] = {
    "mailer.workspace": ("Workspace", "find_workspace", "make_workspace"),
    "mailer.settings": ("Settings", "read_settings"),
    "mailer.press": ("Choice",),
    "mailer.pipeline": ("Instructions", "Prepared", "deliver", "holding", "prepare", "queue"),
    "mailer.pipeline.outgoing": ("Outgoing", "outgoing=of_send"),
    "mailer.pipeline.rehearsal": ("prove", "rehearse"),
    "mailer.delivery": (
        "Ledger", "Mailing", "Order", "RehearsalTransport", "Report", "SmtpTransport", "Stop", "Transport",
    ),
    "mailer.model": ("Finding", "Recipient", "Release", "Status"),
    "mailer.errors": ("CheckFailed", "MailerError"),
}  # fmt: skip
"""By module; `name=other`: it is called `other` there."""

_WHERE = {
    name: (module, own or name)
    for module, names in _OFFERED.items()
    for name, _, own in (each.partition("=") for each in names)
}

__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return metadata.version("release-mailer")
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, own = _WHERE[name]
    return getattr(import_module(module), own)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
