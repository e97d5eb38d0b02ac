"""The send page: the steps, whom and when, what would leave, and the one button of the desk that sends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.delivery import Ledger
from mailer.delivery.consent import Offer, Offers
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.sending.choosing import Chosen, chosen, lists_of, query_as_it_was, query_of
from mailer.desk.rooms.sending.remembered import remembered_address
from mailer.desk.rooms.sending.standing import moment, steps_of
from mailer.desk.rooms.sending.told import left_out_of, told_of
from mailer.desk.rooms.sending.waiting import waiting_for
from mailer.errors import BeingSent, MailerError
from mailer.model import Status
from mailer.pipeline import approval, holding
from mailer.pipeline.offering import Look, at_work, digest_of, looked_at
from mailer.pipeline.prepared import Prepared
from mailer.press import canonical
from mailer.release import read_newsroom, read_release
from mailer.settings import Settings, read_settings
from mailer.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody has said already, or is told about what they said: nothing that is still good is typed twice.

    Attributes:
        typed: into the field of the number.
        ticked: keys of warnings.
        changed: what is not as it was shown.
        missing: what is still to be said.
        offer: what they were shown, if that is still good, with its `nonce`.
        step: which step the `problem` is about.
        fields: what was typed at a step, by name.
    """

    typed: str = ""
    ticked: frozenset[str] = frozenset()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    offer: Offer | None = None
    nonce: str = ""
    step: str = ""
    problem: str = ""
    fields: dict[str, str] = field(default_factory=dict)


class SendPage:
    """The page, for whoever asks for it, and for those whose posts lead back to it."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self.office, self.pages = office, pages

    @property
    def workspace(self) -> Workspace:
        return self.office.workspace

    def settings(self) -> Settings:
        """As they are in this moment, for whoever this desk starts."""
        return read_settings(self.workspace.root, self.office.environment())

    def name_of(self, request: Request) -> str:
        """The release that an address means.

        Raises:
            WorkspaceError: there is none.
        """
        path = self.workspace.own_release(request.path_params["name"])
        return self.workspace.release_name(path)

    def zone(self) -> str:
        return read_newsroom(self.workspace).zone

    @contextmanager
    def ledger(self, name: str) -> Iterator[Ledger]:
        """The ledger; what a killed sender left of the release is sorted out first, if nobody else has hold of it."""
        with Ledger(self.workspace.ledger) as ledger:
            mailing = ledger.find(name)
            left = ledger.counts(name) if mailing else {}
            if (
                mailing
                and (left.get(Status.SENDING) or left.get(Status.DOT))
                and not ledger.is_held(mailing.id)
            ):
                with suppress(BeingSent), holding(ledger, name):  # somebody may have begun to send it since
                    pass
            yield ledger

    def show(self, request: Request) -> Response:
        return self.answer(request, request.query_params, Said())

    def back_to(self, name: str, query: QueryParams, step: str) -> Response:
        """To the page of a release, after a post. The step has the focus then: what came of it is read out, and the
        next stop is what follows from it."""
        page = f"{_address_of(name)}?{query}" if query else _address_of(name)
        return RedirectResponse(f"{page}#step-{step}", 303)

    def answer(self, request: Request, query: QueryParams, said: Said, status: int = 200) -> Response:
        """The page.

        Args:
            query: what was chosen.
        """
        name = self.name_of(request)
        choice = chosen(query, self.zone(), self.workspace)
        settings = self.settings()
        with self.ledger(name) as ledger:
            look, faults = self._look(choice, name, settings, ledger)
            try:
                prepared = look.prepared if look and look.prepared else self.office.prepare(name)
            except MailerError as error:
                return self._blocked(request, name, choice, settings, faults or (error,))
            offer, nonce = said.offer, said.nonce
            mailing = Offers(ledger).mailing_of(name)
            sending, held = at_work(ledger, mailing), ledger.is_held(mailing)
            # A piece that follows every change of the ledger must not be one itself.
            piece = request.query_params.get("part") == "steps"
            if look and look.shown and not (sending or held or offer or piece):
                offer, nonce = Offers(ledger).make(name, look.shown.what)
            what: dict[str, Any] = {
                "steps": steps_of(prepared, look, settings, ledger),
                "sending": sending,
                "held": mailing if held else 0,
                "told": told_of(look, settings, ledger) if look else None,
                "left_out": left_out_of(look.prepared) if look and look.prepared else (),
                "approving": self._approving(prepared, look, settings, ledger),
                "rest": self._rest(ledger, name),
                "sent": [each.release for each in reversed(ledger.mailings()) if each.release != name],
            }
        return self.pages.answer(
            request, "sending/page.html.j2", status=status, name=name, here=_address_of(name),
            prepared=prepared, choice=choice, said=said,
            lists=lists_of(self.workspace, choice.asked, prepared.release.original.lists),
            query=query_as_it_was(query) if choice.faults else query_of(choice.asked, self.zone()),
            zone=self.zone(), offer=offer if not faults else None, nonce_of_offer=nonce,
            waiting=waiting_for(faults or (look.forbidden if look else ()), name, settings),
            server_is_set=bool(settings.smtp_host),
            address=said.fields.get("address", remembered_address(self.workspace, prepared)), moment=moment, **what,
        )  # fmt: skip

    def _blocked(
        self, request: Request, name: str, choice: Chosen, settings: Settings, faults: Iterable[MailerError]
    ) -> Response:
        """The page of a release of which nobody knows who would get it. Another list may be chosen there."""
        release = None
        with suppress(MailerError):
            release = read_release(self.workspace, str(self.workspace.own_release(name)))
        return self.pages.answer(
            request, "sending/blocked.html.j2", name=name, here=_address_of(name),
            choice=choice, zone=self.zone(), told=None, sent=[choice.asked.not_got] if choice.asked.not_got else [],
            prepared={"release": release} if release else None, waiting=waiting_for(faults, name, settings),
            lists=lists_of(self.workspace, choice.asked, release.original.lists if release else ()),
        )  # fmt: skip

    def _look(
        self, choice: Chosen, name: str, settings: Settings, ledger: Ledger
    ) -> tuple[Look | None, tuple[MailerError, ...]]:
        if choice.faults:
            return None, choice.faults
        if choice.made and not choice.asked.rest and not (choice.asked.lists or self._follows(name)):
            return None, (MailerError("No list is chosen, so nobody would get it.", "Tick a list."),)
        try:
            return looked_at(choice.asked, self.workspace, name, settings, ledger), ()
        except MailerError as error:
            return None, (error,)

    def _follows(self, name: str) -> bool:
        original = self.office.prepare(name).release.original
        return bool(original.kind.follows and original.corrects)

    def _rest(self, ledger: Ledger, name: str) -> dict[str, Any]:
        """What is left of what was queued, and those in doubt, whom only a person may have sent to again."""
        mailing = ledger.find(name)
        if mailing is None:
            return {"mailing": 0, "waiting": 0, "uncertain": []}
        counts = ledger.counts(name)
        return {
            "mailing": mailing.id,
            "waiting": counts.get(Status.QUEUED, 0) + counts.get(Status.DEFERRED, 0),
            "uncertain": [
                (each.address, canonical(each.address)) for each in ledger.recipients(name, Status.UNCERTAIN)
            ],
        }

    def _approving(
        self, prepared: Prepared, look: Look | None, settings: Settings, ledger: Ledger
    ) -> dict[str, Any] | None:
        """What an approver is asked; None where nobody is."""
        newsroom = prepared.release.original.newsroom
        if not newsroom.approvers or look is None or look.prepared is None:
            return None
        number = approval.number_of(look.prepared, settings, ledger)
        return {
            "names": newsroom.approvers,
            "number": number,
            "seen": digest_of(look.prepared, settings, ledger),
        }


def _address_of(name: str) -> str:
    """Of the page, whichever post is answered with it."""
    return f"/r/{quote(name, safe='')}/send"
