"""What a person changes of a list from its page: a row, or what was proposed and ticked. The list as it was is kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.rooms.people.asked import Asked
from mailer.desk.rooms.people.columns import save_answers
from mailer.desk.rooms.people.list_page import ListPages
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.desk.rooms.people.reading.rolls import Rolls
from mailer.desk.rooms.people.said import Said, note
from mailer.desk.rooms.people.wording import number_of
from mailer.errors import MailerError
from mailer.pipeline.cleaning import make_changes, proposals
from mailer.pipeline.several.suppressions import suppressions_of
from mailer.press import AddressError, canonical, parse_address
from mailer.press.mending import can_be_mended
from mailer.press.tidying import Kind, Proposal


class Changing:
    """The endpoint of a list's forms: each says in `do` what is to be done."""

    def __init__(self, office: Office, rolls: Rolls, pages: ListPages, said: Said) -> None:
        self._workspace, self._rolls, self._pages, self._said = office.workspace, rolls, pages, said

    async def post(self, request: Request) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(self._do, request, form)

    def _do(self, request: Request, form: FormData) -> Response:
        path = self._rolls.path_of(request.path_params["name"])
        roll = self._rolls.of(path)
        here = f"/lists/{quote(request.path_params['name'], safe='')}"
        do = text_of(form, "do")
        if do == "answer":
            save_answers(form, path, roll.press_list.shown, roll.press_list.columns)
            note(self._workspace, "lists answer", list=roll.press_list.shown)
            return self._said.at(here, "What you said about the columns is kept beside the list.")
        if do == "clean":
            return self._clean(roll, here, form)
        asked = Asked(here, line=_line(form))
        if not asked.line:
            raise MailerError("Nothing was changed: the form names no row.", "Go back to the list.")
        if do == "suppress":
            return self._suppress(request, form, path, self._rolls.whole_of(path), asked)
        return self._one_row(request, form, path, self._rolls.whole_of(path), asked)

    # ---- one row -------------------------------------------------------------------------------------------

    def _suppress(self, request: Request, form: FormData, path: Path, roll: Roll, asked: Asked) -> Response:
        address, reason = text_of(form, "address"), text_of(form, "reason").strip()
        if not reason:
            wrong = "Say why, for colleagues to read: “asked by phone”, for example."
            return self._pages.row(request, path, roll, asked, wrong=wrong)
        mailed = parse_address(address)
        new = suppressions_of(self._workspace, to_add=True).add(mailed, reason, "at the desk")
        if new:
            note(self._workspace, "suppress", address=mailed, reason=reason, source="at the desk")
        return self._said.at(
            asked.path, f"{mailed} {'is never mailed again' if new else 'was already never mailed'}."
        )

    def _one_row(self, request: Request, form: FormData, path: Path, roll: Roll, asked: Asked) -> Response:
        """Removes a row, or corrects its address."""
        address, becomes = text_of(form, "address"), ""
        if text_of(form, "do") == "correct":
            typed = text_of(form, "becomes")
            try:
                becomes = parse_address(typed)
            except AddressError as error:
                return self._pages.row(request, path, roll, asked, wrong=f"{error}.", typed=typed)
            if canonical(becomes) == canonical(address):
                wrong = "That is the address as it is."
                return self._pages.row(request, path, roll, asked, wrong=wrong, typed=typed)
        elif text_of(form, "do") != "remove" or not text_of(form, "sure"):
            wrong = "Nothing was changed: tick the box first."
            return self._pages.row(request, path, roll, asked, wrong=wrong)
        kept = self._change(roll, [Proposal(Kind.TYPO, asked.line, address, becomes, "")])
        what = f"{address} is now {becomes}." if becomes else f"{address} was removed from {path.stem}."
        return self._said.at(asked.path, f"{what} The list as it was: {kept}")

    # ---- proposals -----------------------------------------------------------------------------------------

    def _clean(self, roll: Roll, here: str, form: FormData) -> Response:
        """Makes those of the proposed changes that were ticked, as they were shown."""
        ticked = {value for value in form.getlist("agreed") if isinstance(value, str)}
        today = datetime.now().astimezone().date()
        now = {ticket(p): p for p in proposals(self._workspace, roll.press_list, today)}
        if not ticked:
            return self._said.at(f"{here}?show=proposals", "Nothing was changed: nothing was ticked.")
        if gone := ticked - now.keys():
            raise MailerError(
                f"Nothing was changed: {number_of(len(gone), 'proposal')} that you ticked no longer holds, as the list "
                "or what is known of its people has changed.",
                "Look at the proposals again.",
            )
        agreed = [now[each] for each in ticked]
        kept = self._change(roll, agreed)
        return self._said.at(here, f"{number_of(len(agreed), 'row')} changed. The list as it was: {kept}")

    def _change(self, roll: Roll, agreed: list[Proposal]) -> str:
        """Makes changes, and tells where the list as it was is kept."""
        if not can_be_mended(roll.press_list):
            raise MailerError(
                f"{roll.press_list.shown} can’t be changed from here: it is not plain rows of text.",
                "Change it in the program that wrote it; or drop it on Lists, which makes a list of it that can be.",
            )
        kept = make_changes(self._workspace, roll.press_list, agreed, datetime.now().astimezone())
        note(self._workspace, "lists clean", list=roll.press_list.shown, rows=len(agreed))
        return self._workspace.shown(kept)


def ticket(proposal: Proposal) -> str:
    """What the box of a proposal posts: all that was shown of it."""
    return f"{proposal.line} {proposal.kind} {proposal.address} {proposal.becomes}"


def _line(form: FormData) -> int:
    text = text_of(form, "line")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
