"""Somebody says yes. Everything is made of the files and the ledger anew, and held against what they were shown; then
the order is given, once, and a process of its own is started for it. Whoever comes second is led to its page.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from threading import Thread
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.delivery import Ledger, whoever_we_are
from mailer.delivery.consent import Expired, NonceUsed, Offer, Offers
from mailer.desk import processes
from mailer.desk.forms import form_of, number_in, text_of
from mailer.desk.office import Office
from mailer.desk.rooms.sending.choosing import query_of
from mailer.desk.rooms.sending.page import Said, SendPage
from mailer.errors import MailerError
from mailer.pipeline.offering import NEVER_BEGUN, Asked, at_work, differences, looked_at

COUNTDOWN = 30.0
"""Seconds between somebody's word and the first message."""

_OLD = "What you were shown is more than ten minutes old. Here it is as it is now; look at it again."


class Giving:
    """The one post of the desk by which mail leaves."""

    def __init__(self, office: Office, page: SendPage) -> None:
        self._office, self._page = office, page

    async def give(self, request: Request) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(self._give, request, form)

    def _give(self, request: Request, form: FormData) -> Response:
        nonce, typed = text_of(form, "nonce"), text_of(form, "number")
        with self._office.ledger() as known:  # though its file may have another name by now, or be gone
            if known and (given := Offers(known).found(nonce)) and given.state != "offered":
                return _to_watch(given.mailing)
        name = self._page.name_of(request)
        ticked = frozenset(key for key in form.getlist("agreed") if isinstance(key, str))
        said = Said(typed=typed, ticked=ticked)
        with self._page.ledger(name) as ledger:
            offer = Offers(ledger).found(nonce)
            if offer is None or offer.release != name:
                return self._again(request, request.query_params, said, (_OLD,))
            if sending := at_work(ledger, offer.mailing):
                return _to_watch(sending.mailing)
            asked = Asked.of(offer.what["asked"])
            query = QueryParams(query_of(asked, self._page.zone()))
            if offer.expires < time.time():
                return self._again(request, query, said, (_OLD,))
            changed = self._changed(offer, asked, ledger)
        if changed:
            return self._again(request, query, said, changed)
        if missing := _missing(offer, typed, ticked):
            said = Said(typed=typed, ticked=ticked, missing=missing, offer=offer, nonce=nonce)
            return self._page.answer(request, query, said, 422)
        return self._given(request, query, said, nonce)

    def _changed(self, offer: Offer, asked: Asked, ledger: Ledger) -> tuple[str, ...]:
        """What is not as it was shown, or forbids it now."""
        try:
            look = looked_at(asked, self._office.workspace, offer.release, self._page.settings(), ledger)
        except MailerError as error:
            return (str(error),)
        if look.shown is None:
            return tuple(error.message for error in look.forbidden)
        return tuple(differences(offer.what, look.shown.what, look.shown.addresses))

    def _again(self, request: Request, query: QueryParams, said: Said, changed: tuple[str, ...]) -> Response:
        """The page as it is now, with what was said that is still good, and a new offer."""
        told = Said(typed=said.typed, ticked=said.ticked, changed=changed)
        return self._page.answer(request, query, told, 409)

    def _given(self, request: Request, query: QueryParams, said: Said, nonce: str) -> Response:
        with Ledger(self._office.workspace.ledger) as ledger:
            offers, now = Offers(ledger), time.time()
            offered = offers.found(nonce)
            # A time that comes before the seconds are over gives nobody less of them.
            soon = offered is not None and offered.what["planned"] <= now + COUNTDOWN
            try:
                offer = offers.give(nonce, whoever_we_are(), leaves=now + COUNTDOWN if soon else now, now=now)
            except NonceUsed as error:  # Busy, too: somebody was quicker
                return _to_watch(error.offer.mailing)
            except Expired:
                return self._again(request, query, said, (_OLD,))
            try:
                words = ("send", "--order", str(offer.id))
                process = processes.begin(self._office, *words, heard=f"order-{offer.id}")
                Thread(target=self._see_to_its_begin, args=(process, offer), daemon=True).start()
            except OSError as error:
                offers.end(offer.id, "failed", f"The sender could not be started: {error.strerror or error}.")
        return _to_watch(offer.mailing)

    def _see_to_its_begin(self, process: subprocess.Popen[bytes], offer: Offer) -> None:
        """A sender that ends without having begun leaves an order that waits for nobody: it is told at once, as long as
        this desk runs. (Later, `at_work` tells it.)"""
        process.wait()
        with suppress(MailerError), Ledger(self._office.workspace.ledger) as ledger:
            offers = Offers(ledger)
            if offers.offer(offer.id).state == "given":
                offers.end(offer.id, "failed", NEVER_BEGUN)


def _missing(offer: Offer, typed: str, ticked: frozenset[str]) -> tuple[str, ...]:
    """What is still to be said before it may leave."""
    what = offer.what
    missing = [f"Not ticked: {each['message']}" for each in what["warnings"] if each["key"] not in ticked]
    if number_in(typed) != what["number"]:
        given = f"“{typed.strip()}” was typed" if typed.strip() else "No number was typed"
        missing.append(f"{given}; it goes to {what['number']:,}.")
    return tuple(missing)


def _to_watch(mailing: int) -> Response:
    return RedirectResponse(f"/m/{quote(str(mailing))}", 303)
