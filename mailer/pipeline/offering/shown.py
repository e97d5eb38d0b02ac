"""What an offer says: everything that would leave, as JSON.

It is made when a page is looked at, made anew when somebody says yes, and once more by whoever sends, who has hold of
the release by then. Nothing leaves where two of them differ.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailer.checks import BLOCK_SENDING
from mailer.delivery import Ledger, Snapshot
from mailer.errors import MailerError
from mailer.message import Composition
from mailer.pipeline.composing import compositions_of, frozen_release_of
from mailer.pipeline.offering import people
from mailer.pipeline.offering.asked import Asked
from mailer.pipeline.offering.people import People
from mailer.pipeline.outgoing import Outgoing
from mailer.pipeline.planned import dated_later
from mailer.pipeline.prepared import Prepared
from mailer.pipeline.sending import queued_under
from mailer.release.values import moment_text
from mailer.render import fill
from mailer.settings import Settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Shown:
    """What would leave.

    Attributes:
        what: JSON values only; what is offered.
        addresses: of those who would get it, by what stands for them in `what`; for telling who is new.
    """

    what: dict[str, Any]
    addresses: Mapping[str, str]

    @property
    def number(self) -> int:
        return int(self.what["number"])


def shown(
    prepared: Prepared,
    leaving: Outgoing,
    settings: Settings,
    ledger: Ledger,
    asked: Asked,
    *,
    approved: Snapshot | None = None,
    proofed: str = "",
) -> Shown:
    """What a sending would let leave.

    Args:
        approved: the approval that it leaves by, where newsroom.md asks for one.
        proofed: what is to be said of a proof that nobody had, or that is out of date; "": there was one.

    Raises:
        ComposeError: a message is not what was rendered.
        MailerError: somebody works on the lists at this very moment.
    """
    compositions = compositions_of(prepared, settings)
    frozen = frozen_release_of(prepared, settings, compositions)
    texts = {lang: fill(rendered, {}).text for lang, rendered in prepared.rendered.items()}
    digests = {language: edition.digest for language, edition in frozen.editions.items()}
    who = People.of(people.of_send(prepared, settings, ledger), compositions)
    what = _what("send", leaving, settings, asked, who, digests, texts)
    what |= {
        "mail_from": frozen.mail_from,
        "warnings": [*_warnings(prepared, leaving, proofed), *_under_embargo(leaving)],
        "approved": f"{approved.by}, {approved.at}" if approved else "",
    }
    return Shown(what, who.addresses)


def shown_of_rest(
    workspace: Workspace, leaving: Outgoing, settings: Settings, ledger: Ledger, asked: Asked
) -> Shown:
    """What would leave of what was queued. Nothing is read but the ledger, and who is suppressed."""
    mailing = ledger.mailing(leaving.release)
    frozen = ledger.editions(mailing)
    digests = {language: hashlib.sha256(content).hexdigest() for language, content in frozen.items()}
    compositions = {language: Composition.thaw(content) for language, content in frozen.items()}
    readers = people.of_rest(workspace, mailing.release, settings, ledger, asked.uncertain)
    who = People.of(readers, compositions)
    what = _what("resume", leaving, settings, asked, who, digests, {})
    warnings = [*_dated_later(ledger, leaving), *_under_embargo(leaving)]
    return Shown(what | {"mail_from": mailing.mail_from, "warnings": warnings, "approved": ""}, who.addresses)


def _what(
    kind: str,
    leaving: Outgoing,
    settings: Settings,
    asked: Asked,
    who: People,
    digests: Mapping[str, str],
    texts: Mapping[str, str],
) -> dict[str, Any]:
    if len(who.addresses) != leaving.number:
        raise MailerError("Somebody is at work on the lists at this very moment.", "Look again.")
    return {
        "kind": kind,
        "release": leaving.release,
        "asked": asked.as_data(),
        "title": leaving.title,
        "editions": {
            readers.language: {
                "digest": digests[readers.language],
                "subject": readers.subject,
                "from": f"{readers.sender.name} <{readers.sender.address}>",
                "text": texts.get(readers.language, ""),
            }
            for readers in leaving.readers
        },
        "languages": {readers.language: readers.number for readers in leaving.readers},
        "number": leaving.number,
        "newcomers": leaving.newcomers,
        "waiting": leaving.waiting.number,
        "again": leaving.again.number,
        "recipients": leaving.recipients,
        "people": who.kept,
        "relay": f"{settings.smtp_host}:{settings.port} ({settings.smtp_security})",
        "only_to": list(settings.allow_only),
        "planned": leaving.planned,
        "embargo": leaving.embargo,
        "zone": leaving.zone,
    }


def _warnings(prepared: Prepared, leaving: Outgoing, proofed: str) -> list[dict[str, str]]:
    """Each is agreed to on its own; what is only the sample's, which leaves nowhere but where one practises, as one."""
    found: dict[tuple[str, str], list[str]] = {}
    for finding in prepared.findings:
        if finding.level == "warning" and finding.id not in BLOCK_SENDING:
            places = found.setdefault((finding.id, finding.message), [])
            places += [str(finding.where)] if finding.where else []
    said = [
        _warning(id_, message, ", ".join(dict.fromkeys(places))) for (id_, message), places in found.items()
    ]
    for name, number in leaving.alike:
        have = "1 of these people has it" if number == 1 else f"{number:,} of these people have it"
        said.append(_warning("alike", f"“{name}” has the same text, or the same subject: {have}."))
    said += _of_the_sample(prepared)
    return [*said, _warning("proof", proofed)] if proofed else said


def _of_the_sample(prepared: Prepared) -> list[dict[str, str]]:
    found = [finding for finding in prepared.findings if finding.id in BLOCK_SENDING]
    if not found:
        return []
    files = dict.fromkeys(finding.where.path for finding in found if finding.where)
    have = "1 place still has" if len(found) == 1 else f"{len(found):,} places still have"
    where = f", in {', '.join(files)}" if files else ""
    said = f"{have} the sample's words{where}. That is as good to practise with; nobody is sent it for real."
    return [_warning(found[0].id, said)]


def _dated_later(ledger: Ledger, leaving: Outgoing) -> list[dict[str, str]]:
    said, what_to_do = dated_later(ledger, leaving, time.time())
    anew = " If its file has no Date:, it is dated anew when it is sent to its lists." if what_to_do else ""
    return [_warning("dated-later", f"It is dated {said}{anew}")] if said else []


def _under_embargo(leaving: Outgoing) -> list[dict[str, str]]:
    if not leaving.embargoed(time.time()):
        return []
    until = moment_text(leaving.moment(leaving.embargo))
    unmarked = leaving.unmarked
    said = f"It is under embargo until {until}: anyone who gets it before can read it before."
    said += queued_under(leaving)
    if not unmarked.number:
        return [_warning("under-embargo", said)]
    never = f"{unmarked} of them never said that they keep embargoes."
    return [_warning("under-embargo", said), _warning("unmarked", never)]


def _warning(id_: str, message: str, where: str = "") -> dict[str, str]:
    key = hashlib.sha256(f"{id_}\0{message}".encode()).hexdigest()[:16]
    return {"key": key, "id": id_, "message": message, "where": where}
