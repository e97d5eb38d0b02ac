"""Everything that leaves if somebody says yes: what they are shown, and what the number that they type stands for.

A release's queue may hold people from before: of a sending whose server was down, or that was stopped. They leave with
the next one, so they are counted and named with it. Nothing leaves that was not in such a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.delivery import LATE, Ledger, Mailing, Order, whoever_we_are
from mailer.errors import MailerError
from mailer.message import Composition
from mailer.model import Mailbox, Status
from mailer.pipeline.composing import embargo_of, head_of, words_of
from mailer.pipeline.crowd import Crowd, Group
from mailer.pipeline.following import superseded_by, up_from
from mailer.pipeline.following.given_away import must_not_give_away
from mailer.pipeline.prepared import Prepared
from mailer.pipeline.several.suppressions import agree
from mailer.press import Suppressions, canonical
from mailer.render import fill
from mailer.settings import Settings
from mailer.workspace import Workspace

_WAITING = (Status.QUEUED, Status.DEFERRED)
_HAVE_IT = (Status.ACCEPTED, Status.UNCERTAIN, Status.BOUNCED)
"""Or may have it, or had it."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What the readers of one language get: the subject, with what stands in its slots for want of better, and the
    sender; and how many they are."""

    language: str
    subject: str
    sender: Mailbox
    number: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves, to how many, and when.

    Attributes:
        release: its name.
        title: what it is: kind and headline.
        readers: by language; also of editions that nobody gets.
        newcomers: people who have no delivery of this release yet.
        waiting: people who stand in its queue from before.
        again: people in doubt to whom somebody wants it sent again.
        already: how many of those chosen have it, or may have it: nothing leaves for them.
        refused: how many of those chosen were refused by their server, or not mailed for a reason of ours.
        in_doubt: how many of those chosen may have it, as the ledger does not know everybody who was mailed: nothing
            leaves for them.
        kept_back: people in the queue who are not mailed after all, by reason.
        refuse_embargo: people in the queue who accept no embargoes.
        unmarked: people of whom nobody says that they accept them.
        alike: other releases that say the same, with how many of these people got each.
        corrected_by: the correction, update or withdrawal that stands in for it; "" where there is none.
        planned: nothing leaves before, in seconds since 1970; 0: now.
        embargo: nothing may be published before, likewise; 0: no embargo.
        queued_under: that is the queue's: the file names none any more, or one that ends earlier.
        zone: the office's, for moments to be shown in.
        recipients: a digest of everybody who gets it.
    """

    release: str
    title: str
    readers: tuple[Readers, ...]
    newcomers: int
    waiting: Group
    again: Group
    already: int
    refused: int
    in_doubt: int
    kept_back: dict[str, Group]
    refuse_embargo: Group
    unmarked: Group
    alike: tuple[tuple[str, int], ...]
    corrected_by: str
    planned: float
    embargo: float
    zone: str
    recipients: str
    queued_under: bool = False

    @property
    def number(self) -> int:
        """Everything that leaves."""
        return self.newcomers + self.waiting.number + self.again.number

    @property
    def sender(self) -> str:
        """The addresses that it is from."""
        return ", ".join(dict.fromkeys(readers.sender.address for readers in self.readers))

    def late(self, now: float) -> float:
        """Seconds that the planned time has gone by, where somebody has to be asked about that; else 0."""
        return now - self.planned if self.planned and now - self.planned > LATE else 0.0

    def embargoed(self, now: float) -> bool:
        """Whether it leaves under a running embargo."""
        return self.embargo > max(now, self.planned)

    def moment(self, seconds: float) -> datetime:
        """A moment at the office."""
        return at_the_office(seconds, self.zone)

    def order(self, kind: str, settings: Settings, now: float) -> Order:
        """The order that lets it leave: "send" or "resume". Given after the planned time, it means now."""
        return Order(
            kind,
            self.number,
            self.recipients,
            sender=self.sender,
            relay=relay_of(settings),
            planned=self.planned if self.planned > now else 0.0,
            giver=whoever_we_are(),
        )


def relay_of(settings: Settings) -> str:
    """The server that carries it, as an order says it: host and port."""
    return f"{settings.smtp_host}:{settings.port}"


def at_the_office(seconds: float, zone: str) -> datetime:
    """A moment (seconds since 1970) as the clock at the office shows it; UTC where the ledger knows no zone."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone or "UTC"))


def of_send(
    prepared: Prepared, settings: Settings, ledger: Ledger, *, planned: float = 0.0, at_once: bool = False
) -> Outgoing:
    """What a `send` would let leave: the newcomers of its audience, and whoever stands in the queue.

    Args:
        planned: when it is to leave, in seconds since 1970; 0: when it was planned before, else now.
        at_once: never mind what was planned before.

    Raises:
        MailerError: it follows a release under embargo, and says nothing of that.
    """
    release, name, embargo = prepared.release, prepared.release.name, embargo_of(prepared)
    mailing = ledger.find(name)
    planned = planned or (mailing.planned if mailing and not at_once else 0.0)
    must_not_give_away(ledger.find(release.original.corrects), name, embargo, planned)
    crowd = Crowd(Suppressions(prepared.workspace.suppressed), settings)
    known = _count(prepared, ledger, crowd)
    newcomers = crowd.digest.number
    if mailing:
        crowd.from_the_queue(ledger, mailing, lambda language: release.edition_for((language,)).language)
    # Whoever has an older copy of the file lifts no embargo by it.
    of_the_queue = mailing.embargo if mailing and crowd.waiting.number else 0.0
    return Outgoing(
        release=name,
        title=f"{release.original.kind.value.capitalize()}: {release.original.headline}",
        readers=tuple(
            Readers(
                edition.language,
                fill(prepared.rendered[edition.language], {}).subject,
                head_of(edition, settings).sender,
                crowd.languages[edition.language],
            )
            for edition in release.editions
        ),
        newcomers=newcomers,
        waiting=crowd.waiting,
        again=Group(),
        already=sum(known[state] for state in _HAVE_IT),
        refused=known[Status.REJECTED],
        in_doubt=known[None],
        kept_back=crowd.kept_back,
        refuse_embargo=crowd.refuse_embargo,
        unmarked=crowd.unmarked,
        alike=_alike(prepared, ledger),
        corrected_by=superseded_by(ledger, name),
        planned=planned,
        embargo=max(embargo, of_the_queue),
        queued_under=of_the_queue > embargo,
        zone=release.original.newsroom.zone,
        recipients=str(crowd.digest),
    )


def _count(prepared: Prepared, ledger: Ledger, crowd: Crowd) -> Counter[Status | None]:
    """Counts the newcomers of an audience into the crowd.

    Returns:
        How many of the others are in which state; None: they are in no ledger, and it does not know everybody.
    """
    release, name = prepared.release, prepared.release.name
    known: Counter[Status | None] = Counter()
    lost = ledger.lost(name)
    there = ledger.find(name) is not None
    for recipient in prepared.audience.recipients:
        key = canonical(recipient.address)
        state = ledger.state_of(name, key) if there else None
        if state is None and not lost:
            crowd.count(key, release.edition_for(recipient.languages).language)
            if not prepared.threads.get(key):  # who has a text may read what is wrong in it
                crowd.mark(recipient.address, recipient.fields.get("accepts_embargo", ""))
        else:
            known[state] += 1
    return known


def of_resume(
    ledger: Ledger,
    mailing: Mailing,
    workspace: Workspace,
    settings: Settings,
    *,
    uncertain: Collection[str] = (),
    planned: float = 0.0,
    at_once: bool = False,
) -> Outgoing:
    """What a `resume` would let leave: whoever stands in the queue, of what was frozen.

    Args:
        uncertain: canonical addresses of people in doubt who are to get it again.
        planned, at_once: as for `of_send`.

    Raises:
        MailerError: somebody is not in doubt; or it would give away what is under embargo.
        LedgerError: what was frozen can't be read.
    """
    planned = planned or (0.0 if at_once else mailing.planned)
    followed = ledger.find(mailing.follows)
    must_not_give_away(followed, mailing.release, mailing.embargo, planned, queued=True)
    agree(workspace, ledger)
    crowd = Crowd(Suppressions(workspace.suppressed), settings)
    crowd.from_the_queue(ledger, mailing)
    again = Group()
    _must_be_in_doubt(ledger, mailing, uncertain, crowd)
    for person in ledger.reached(mailing.release):
        if person.canonical in uncertain:
            crowd.count(person.canonical, person.language)
            again.add(person.address)
    frozen = {lang: Composition.thaw(content) for lang, content in ledger.editions(mailing).items()}
    return Outgoing(
        release=mailing.release,
        title=f"{mailing.kind.capitalize()}: {mailing.subject}",
        readers=tuple(
            Readers(language, c.subject_for([s.fallback for s in c.slots]), c.head.sender, crowd.languages[language])
            for language, c in frozen.items()
        ),
        newcomers=0,
        waiting=crowd.waiting,
        again=again,
        already=0,
        refused=0,
        in_doubt=0,
        kept_back=crowd.kept_back,
        refuse_embargo=crowd.refuse_embargo,
        unmarked=crowd.unmarked,
        alike=(),
        corrected_by="",
        planned=planned,
        embargo=mailing.embargo,
        zone=mailing.zone,
        recipients=str(crowd.digest),
    )  # fmt: skip


def _must_be_in_doubt(ledger: Ledger, mailing: Mailing, addresses: Collection[str], crowd: Crowd) -> None:
    wrong = []
    for address in addresses:
        state = ledger.state_of(mailing.release, address)
        if state is not Status.UNCERTAIN:
            wrong.append(f"{address} is {state.value if state else 'not one of its recipients'}")
        elif reason := crowd.why_not(address):
            wrong.append(f"{address} is {reason}")
    if wrong:
        raise MailerError(
            f"--uncertain is only for recipients of “{mailing.release}” in the state uncertain: {'; '.join(wrong)}.",
            f"`mailer status {mailing.release} --recipients` shows everybody's state.",
        )


def _alike(prepared: Prepared, ledger: Ledger) -> tuple[tuple[str, int], ...]:
    """Other releases that say the same, or have the same subject, and how many of this audience got each. What a
    release follows is meant to be like it, and whatever follows one release may have its subject."""
    original = prepared.release.original
    words = [words_of(edition) for edition in prepared.release.editions]
    subject, meant = "" if original.corrects else original.subject, up_from(ledger, original.corrects)
    found = []
    for other in ledger.saying(words, subject, prepared.release.name):
        if other in meant:
            continue
        keys = (canonical(recipient.address) for recipient in prepared.audience.recipients)
        got = sum(ledger.state_of(other, key) in (*_HAVE_IT, *_WAITING) for key in keys)
        found.append((other, got))
    return tuple(found)
