"""A second person's word, at the desk."""

from __future__ import annotations

from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from mailer.delivery import Ledger, whoever_we_are
from mailer.desk.forms import form_of, number_in, text_of
from mailer.desk.office import Office
from mailer.desk.rooms.sending.choosing import chosen
from mailer.desk.rooms.sending.page import Said, SendPage
from mailer.errors import MailerError
from mailer.pipeline import approval
from mailer.pipeline.offering import digest_of
from mailer.pipeline.sending import must_be_fit_to_leave, must_not_spread_what_was_corrected
from mailer.workspace.log import write_log


class Approving:
    """The post of an approver."""

    def __init__(self, office: Office, page: SendPage) -> None:
        self._office, self._page = office, page

    async def approve(self, request: Request) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(self._approve, request, form)

    def _approve(self, request: Request, form: FormData) -> Response:
        name, query = self._page.name_of(request), QueryParams(text_of(form, "query"))
        typed = {field: text_of(form, field).strip() for field in ("by", "approved")}
        try:
            self._write(name, query, typed, text_of(form, "seen"))
        except MailerError as error:
            said = Said(step="approval", problem=f"{error.message} {error.hint}".strip(), fields=typed)
            return self._page.answer(request, query, said, 422)
        return self._page.back_to(name, query, "approval")

    def _write(self, name: str, query: QueryParams, typed: dict[str, str], seen: str) -> None:
        """
        Raises:
            MailerError: it may not be approved, by whom it was to be, or is not what they have seen.
        """
        workspace, settings = self._office.workspace, self._page.settings()
        choice = chosen(query, self._page.zone(), workspace)
        if choice.faults:
            raise choice.faults[0]
        prepared = choice.asked.prepared(workspace, name, settings)
        by = approval.approver_called(prepared, typed["by"])
        must_be_fit_to_leave(prepared)
        with Ledger(workspace.ledger) as ledger:
            must_not_spread_what_was_corrected(choice.asked.leaving(prepared, settings, ledger))
            approval.must_be_what_was_sent(prepared, settings, ledger)
            if digest_of(prepared, settings, ledger) != seen:
                raise MailerError("It has changed since you looked at it.", "Look at it again.")
            number = approval.number_of(prepared, settings, ledger)
            if number_in(typed["approved"]) != number:
                raise MailerError(f"It goes to {number:,}.", "Type that number to approve it.")
            kept = approval.approve(prepared, settings, ledger, by)
        with suppress(OSError):  # the ledger has it
            write_log(workspace, whoever_we_are(), "approve", kept.release, by=kept.by, recipients=number)
