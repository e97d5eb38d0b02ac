"""What follows from the events of providers: as from a mail that says the same, and by the same proof.

That a post is a provider's the office's server has made sure of, but not what it is about: an account may carry other
mail than ours, and who knows the address of the door may post. So here too nothing follows without a token of ours, our
Message-ID, or the id under which the server took our mail; and it is about its one recipient, or about nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from mailer.bounces.consequences import Consequence, Done, HandledMail, for_you, suppressing
from mailer.bounces.events import Event, Kept, Spool, read_events, read_kept
from mailer.bounces.proven import Proven
from mailer.bounces.reading import MailKind
from mailer.bounces.register import MailRegister, Sent
from mailer.errors import Fault, SourceError
from mailer.model import Status
from mailer.presets import TELLING
from mailer.press import canonical
from mailer.visible import visible

_AT_ONCE = 100
"""Files that share one wait for the disk before they are removed."""


def digest_events(
    spool: Spool, register: MailRegister, proven: Proven, *, rehearsal: bool
) -> Iterator[HandledMail]:
    """Deals with all that waits in a spool, and tells what it did. A file is removed when the ledger holds, safe on the
    disk, what followed from it; one that can't be read is set aside.

    Args:
        rehearsal: leave the spool as it is.

    Raises:
        SourceError: the spool can't be read.
        LedgerError, ListError: what follows can't be written down; the file stays.
    """
    handler = EventHandler(register, proven)
    waiting = spool.waiting()
    while paths := list(islice(waiting, _AT_ONCE)):
        dealt_with = []
        for path in paths:
            try:
                kept = read_kept(path)
            except FileNotFoundError:
                continue  # somebody else reads the spool too
            except OSError as error:
                raise _fault(path, f"can't be read: {error.strerror or error}") from None
            events = read_events(kept.provider, kept.body) if kept else ()
            if kept is None or not events:
                yield _set_aside(spool, path, rehearsal=rehearsal)
                continue
            yield from handler.handle(kept, events)
            dealt_with.append(path)
        if dealt_with and not rehearsal:
            register.remember_digests((_digest("file", path.name) for path in dealt_with), durable=True)
            for path in dealt_with:
                spool.done(path)
    if not rehearsal:
        spool.sweep()


def _set_aside(spool: Spool, path: Path, *, rehearsal: bool) -> HandledMail:
    told = "an event that no program can read"
    try:
        path = path if rehearsal else spool.set_aside(path)
        told += ": look at it yourself, then delete it"
    except OSError as error:
        told += f", and it can't be moved out of the way: {error.strerror or error}"
    provider = TELLING.get(path.name.partition("-")[0], "")
    where = visible(spool.shown(path))
    return HandledMail(where, MailKind.UNREADABLE, provider, "", (for_you(told),), is_event=True)


def _fault(path: Path, message: str) -> SourceError:
    return SourceError([Fault(str(path), 0, message, "")])


@dataclass(frozen=True, slots=True)
class EventHandler:
    """Deals with events, each once."""

    register: MailRegister
    proven: Proven

    def handle(self, kept: Kept, events: Iterable[Event]) -> Iterator[HandledMail]:
        """Deals with the events of a post that were not dealt with before, and remembers that it did."""
        for event in events:
            sent = self._about(event)
            known = identity(kept, event, sent)
            if self.register.knows_digest(known):
                continue
            consequences = tuple(self._consequences(kept, event, sent))
            self.register.remember_digests((known,))
            yield HandledMail(
                visible(kept.path.name),
                event.meaning.kind,
                TELLING[kept.provider],
                visible(event.word),
                consequences,
                is_event=True,
            )

    def _consequences(self, kept: Kept, event: Event, sent: Sent | None) -> Iterator[Consequence]:
        kind, at = event.meaning.kind, _when(kept, event)
        if sent is None:
            yield from self._unproven(event, at)
        elif sent.address and canonical(event.address) != sent.canonical:
            if kind is not MailKind.NOTICE:
                told = f"{_told(kept, event)} of {visible(event.address) or 'nobody'}, about the mail to somebody else"
                yield for_you(told, sent.address, sent.release)
        elif sent.address:  # else it is somebody who was forgotten
            if kind is not MailKind.BOUNCE:
                yield from self._taken(kept, sent, at)
            yield from self._proven(kept, event, sent, at)

    def _about(self, event: Event) -> Sent | None:
        """Which mail of ours it is about."""
        for token in event.tokens:
            if found := self.register.by_token(token):
                return found
        return self.register.by_references(event.message_ids) or self.register.by_reply(event.replies)

    def _taken(self, kept: Kept, sent: Sent, at: datetime) -> Iterator[Consequence]:
        """Whoever tells anything of a mail has it: that settles whether it was accepted."""
        told = f"{TELLING[kept.provider]} has it"
        if sent.state not in (Status.UNCERTAIN, Status.DOT):
            return
        if self.register.accepted_after_all(sent, at, told) and sent.state is Status.UNCERTAIN:
            yield Consequence(sent.address, Done.ACCEPTED, f"was uncertain; {told}", sent.release)

    def _proven(self, kept: Kept, event: Event, sent: Sent, at: datetime) -> Iterator[Consequence]:
        match event.meaning.kind:
            case MailKind.BOUNCE:
                yield self.proven.bounced(sent, event.recipient, at)
            case MailKind.DELAY:
                detail = f"still being tried: {event.recipient.said or visible(event.word)}"
                yield Consequence(sent.address, Done.WAITING, detail, sent.release)
            case MailKind.COMPLAINT:
                yield self.proven.complained(sent, event.feedback, (canonical(event.address),), at)
            case MailKind.UNSUBSCRIBE:
                new = self.proven.suppressions.add(sent.address, "unsubscribed", TELLING[kept.provider])
                detail = f"through {TELLING[kept.provider]}" if new else "was already suppressed"
                yield Consequence(sent.address, Done.UNSUBSCRIBED, detail, sent.release)

    def _unproven(self, event: Event, at: datetime) -> Iterator[Consequence]:
        """Nothing proves that it is about our mail. About whom we never mail it is another program's, and no news."""
        about = self.register.by_address(canonical(event.address), at) if event.address else None
        if about is None or event.meaning.kind in (MailKind.NOTICE, MailKind.DELAY):
            return
        told = f"{event.meaning.kind} told by a provider, but nothing proves that this is about our email"
        said = event.recipient.said
        told += f"{': ' if said else ''}{said}. If you believe it: {suppressing(about.address)}"
        yield for_you(told, about.address, about.release)


def identity(kept: Kept, event: Event, sent: Sent | None) -> str:
    """By what an event is known that is told again: its id, else its content; for each recipient of it. And by the mail
    that it is about: where a post is signed by nobody, one that proves nothing must not stand in for one that does."""
    own = event.id
    if not own:
        try:
            own = json.dumps(event.content, sort_keys=True)
        except (RecursionError, ValueError):  # it was just shallow enough to be read
            own = kept.body.decode("utf-8", "replace")
    return _digest("event", kept.provider, own, event.word, event.address.lower(), sent.token if sent else "")


def _digest(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()


def _told(kept: Kept, event: Event) -> str:
    return f"{TELLING[kept.provider]} tells “{visible(event.word)}”"


def _when(kept: Kept, event: Event) -> datetime:
    """The event's own moment, else when it came; the same whenever it is read."""
    came = datetime.fromtimestamp(kept.at, UTC)
    at = event.at
    return at if at and came - timedelta(days=3650) < at < came + timedelta(days=1) else came
