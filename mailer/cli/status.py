"""Who got what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from mailer.cli.options import workspace_here
from mailer.cli.terminal.output import count, json_text, row, say, say_json, tell
from mailer.visible import visible

if TYPE_CHECKING:
    from mailer.delivery import Ledger, Mailing, Order


@click.command(short_help="Show who got what.", epilog="Example:  mailer status harbour-report --recipients")
@click.argument("release", required=False)
@click.option(
    "--recipients", is_flag=True, help="One line per recipient: address, state, reply, separated by tabs."
)
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def status(release: str | None, recipients: bool, as_json: bool) -> None:
    """Show who got what: counts by state for each release, or one line per recipient.

    For one release, also the orders: who had it sent, resumed or taken back, and when; who sends it at this moment; and
    what it follows, and what follows it: its correction, say.
    """
    from mailer.delivery import Ledger
    from mailer.pipeline.outgoing import at_the_office
    from mailer.release.values import moment_text

    workspace = workspace_here()
    if recipients and not release:
        raise click.UsageError("--recipients needs a RELEASE.")
    with Ledger(workspace.ledger) as ledger:
        _tell_doubts(ledger)
        name = workspace.release_called(release or "")
        mailings = [ledger.mailing(name)] if release else ledger.mailings()
        if recipients:
            _recipients(ledger, name, as_json=as_json)
        elif as_json:
            say_json([_as_data(m, ledger) for m in mailings])
        else:
            for m in mailings:
                counts = _counts(ledger, m)
                counts += f" (the ledger was adopted on {_time(m.lost)[:10]})" if m.lost else ""
                planned = (
                    f", planned for {moment_text(at_the_office(m.planned, m.zone))}" if m.planned else ""
                )
                row(m.release, _time(m.created), counts + planned, m.subject)
                if release:
                    _tell_orders(ledger, m)
                    for sender in ledger.store.senders(m.id):
                        tell("Now", f"sent by {sender}")
                    _tell_chain(ledger, m)
            if not mailings:
                say("Nothing has been sent from here yet.", err=True)


def _tell_doubts(ledger: Ledger) -> None:
    for doubt in ledger.doubts():
        say(
            f"Not the complete record: {visible(str(doubt))}. `mailer ledger adopt` tells you more.", err=True
        )


def _as_data(m: Mailing, ledger: Ledger) -> dict[str, Any]:
    orders = [
        {
            "kind": o.kind, "given": _time(o.given), "giver": o.giver, "number": o.number, "relay": o.relay,
            "sender": o.sender, "planned": _time(o.planned), "recipients": o.recipients, "content": o.content,
        }
        for o in ledger.orders(m.release)
    ]  # fmt: skip
    from mailer.pipeline.following import chain_of

    return {
        "release": m.release, "kind": m.kind, "subject": m.subject, "created": _time(m.created),
        "follows": m.follows, "planned": _time(m.planned), "embargo": _time(m.embargo),
        "counts": {s.value: n for s, n in ledger.counts(m.release).items()}, "orders": orders,
        "chain": [link.mailing.release for link in chain_of(ledger, m.release)],
        "last_order": orders[-1] if orders else None, "senders": ledger.store.senders(m.id),
    }  # fmt: skip


_VERBS = {
    "send": "sent to", "resume": "resumed for", "move": "moved to another time for", "discard": "taken back from",
    "post": "begun at its time for", "stop": "ended, with this left:",
}  # fmt: skip


def _verb(order: Order) -> str:
    if order.kind in ("send", "resume") and not order.relay:
        return "queued for"
    if order.kind == "send" and order.planned:
        return "planned for"
    return "begun for" if order.kind == "post" and not order.planned else _VERBS[order.kind]


def _tell_orders(ledger: Ledger, mailing: Mailing) -> None:
    for order in ledger.orders(mailing.release):
        verb = _verb(order)
        through = f", through {order.relay}" if order.relay else ""
        said = f"{verb} {count(order.number, 'recipient')}, by {order.giver}{through}"
        say(f"  {_time(order.given)}  {visible(said)}", err=True)


def _tell_chain(ledger: Ledger, mailing: Mailing) -> None:
    from mailer.pipeline.following import chain_of

    for number, link in enumerate(chain_of(ledger, mailing.release)):
        m = link.mailing
        here = " (this one)" if m.release == mailing.release else ""
        said = f"{m.kind} “{m.release}”{here}: {_time(m.created)}, {_counts(ledger, m) or 'nobody'}"
        tell("" if number else "Chain", f"{'→ ' * min(link.depth, 1):>{2 * link.depth}}{said}")


def _counts(ledger: Ledger, mailing: Mailing) -> str:
    return ", ".join(f"{n:,} {s.value}" for s, n in ledger.counts(mailing.release).items())


def _recipients(ledger: Ledger, release: str, *, as_json: bool) -> None:
    standings = ledger.recipients(release)
    if not as_json:
        for standing in standings:
            row(standing.address, standing.state.value, standing.reply)
        return
    say("[", nl=False)
    for number, standing in enumerate(standings):
        data = {
            "address": standing.address, "state": standing.state.value, "reply": standing.reply,
            "at": _time(standing.at), "server": standing.host, "attempts": standing.attempts,
        }  # fmt: skip
        say("," if number else "", "\n ", json_text(data), nl=False)
    say("\n]")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else ""
