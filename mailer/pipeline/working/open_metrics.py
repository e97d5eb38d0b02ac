"""What a worker has counted and what the ledger says, as OpenMetrics text: for Prometheus, and whoever reads the same.

Releases are named in it, recipients are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from mailer.delivery import Ledger
from mailer.delivery.consent import LastWords
from mailer.model import Status
from mailer.pipeline.working.figures import Figures

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"

_WEEK = 7 * 86_400.0

Recipients = Mapping[str, Mapping[Status, int]]
"""By release, how many are in which state."""


def recipients_of(ledger: Ledger) -> Recipients:
    """Of every mailing about which something was ordered in the last seven days."""
    now, words = ledger.store.wall(), LastWords(ledger).all()
    recent = {mailing for mailing, word in words.items() if now - word.given < _WEEK}
    return {m.release: ledger.counts(m.release) for m in ledger.mailings() if m.id in recent}


def exposition(figures: Figures, recipients: Recipients | None) -> str:
    """
    Args:
        recipients: None: the ledger could not be read.
    """
    lines = [
        *_family("mailer_build", "info", "The version of mailer.", [("_info", {"version": _version()}, 1)]),
        *_family("mailer_ledger_up", "gauge", "Whether the ledger can be read (1) or not (0).",
                 [("", {}, int(recipients is not None))]),
        *_family("mailer_accepted", "counter", "Messages that a mail server took from this process.",
                 [("_total", {}, figures.accepted), ("_created", {}, round(figures.began, 3))]),
        *_family("mailer_last_accepted_timestamp_seconds", "gauge",
                 "When a mail server last took a message from this process; absent until one has.",
                 [("", {}, round(figures.last_accepted, 3))] if figures.last_accepted else [], "seconds"),
        *_family("mailer_work_halted", "counter", "Mailings that this process ended because something was wrong.",
                 [("_total", {}, figures.halted), ("_created", {}, round(figures.began, 3))]),
        *_family("mailer_work_mailings_due", "gauge", "Mailings of which somebody is to be mailed now.",
                 [("", {}, figures.due)]),
        *_family("mailer_work_mailings_resting", "gauge", "Mailings of which everybody left was deferred.",
                 [("", {}, figures.resting)]),
        *_family("mailer_work_mailings_held_up", "gauge", "Mailings that somebody has paused or stopped.",
                 [("", {}, figures.held_up)]),
        *_family("mailer_work_mailings_late", "gauge", "Mailings that wait for a person, as their time has passed.",
                 [("", {}, figures.late)]),
        *_family("mailer_recipients", "gauge", "Recipients of a release ordered in the last seven days, by state.",
                 [("", {"release": release, "state": state.value}, counts.get(state, 0))
                  for release, counts in (recipients or {}).items() for state in Status]),
        "# EOF",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _family(
    name: str, kind: str, help_: str, samples: list[tuple[str, dict[str, str], float]], unit: str = ""
) -> list[str]:
    unit_line = [f"# UNIT {name} {unit}"] if unit else []
    return [
        f"# TYPE {name} {kind}", *unit_line, f"# HELP {name} {help_}",
        *(f"{name}{suffix}{_labelled(labels)} {value}" for suffix, labels, value in samples),
    ]  # fmt: skip


def _labelled(labels: dict[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _version() -> str:
    try:
        return version("release-mailer")
    except PackageNotFoundError:  # run from its source
        return "unknown"
