"""A rehearsal, and a proof to whoever sits here: commands of mailer, of which the page tells how they ended."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from mailer.desk import processes
from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.processes import Finished
from mailer.desk.rooms.sending.choosing import Chosen, chosen
from mailer.desk.rooms.sending.page import Said, SendPage
from mailer.desk.rooms.sending.remembered import remember_address
from mailer.pipeline.offering import Asked
from mailer.press import AddressError, parse_address
from mailer.release.values import moment_text
from mailer.visible import visible

_NO_TIME = 600.0


class Trying:
    """Posts that send nothing to anybody else."""

    def __init__(self, office: Office, page: SendPage) -> None:
        self._office, self._page = office, page

    async def rehearse(self, request: Request) -> Response:
        """Every message as a file, for those who are chosen."""
        form = await form_of(request)
        name, path = await run_in_threadpool(self._release, request)
        query = QueryParams(text_of(form, "query"))
        choice = await run_in_threadpool(self._chosen, query)
        words = ("send", "--dry-run", *_as_options(choice.asked), "--", path)
        return await self._run(request, query, name, "rehearsal", words, {})

    async def prove(self, request: Request) -> Response:
        """The real mail, to one address; as somebody else would get it, where one is named."""
        form = await form_of(request)
        name, path = await run_in_threadpool(self._release, request)
        query = QueryParams(text_of(form, "query"))
        typed = {field: text_of(form, field).strip() for field in ("address", "as")}
        words = ["send", "--yes"]
        for field, option in (("address", "--test"), ("as", "--as")):
            try:
                words += [option, parse_address(typed[field])] if typed[field] or field == "address" else []
            except AddressError as error:
                said = Said(step="proof", problem=f"“{visible(typed[field])}”: {error}", fields=typed)
                return await run_in_threadpool(self._page.answer, request, query, said, 422)
        await run_in_threadpool(remember_address, self._office.workspace, typed["address"])
        choice = await run_in_threadpool(self._chosen, query)
        if typed["as"]:
            words += [word for name_ in choice.asked.lists for word in ("--list", name_)]
        words += _when(choice.asked)
        return await self._run(request, query, name, "proof", (*words, "--", path), typed)

    def _chosen(self, query: QueryParams) -> Chosen:
        """
        Raises:
            MailerError: it can't be understood.
        """
        choice = chosen(query, self._page.zone(), self._office.workspace)
        if choice.faults:
            raise choice.faults[0]
        return choice

    def _release(self, request: Request) -> tuple[str, str]:
        """Its name; and its file, which no option can be taken for, and no other file of that name."""
        name = self._page.name_of(request)
        return name, str(self._office.workspace.own_release(name))

    async def _run(
        self,
        request: Request,
        query: QueryParams,
        name: str,
        step: str,
        words: tuple[str, ...],
        typed: dict[str, str],
    ) -> Response:
        try:
            finished = await processes.ask(self._office, *words, seconds=_NO_TIME)
        except TimeoutError:
            finished = Finished(1, "", "It took more than ten minutes, and was ended.")
        if finished.code == 0:
            return self._page.back_to(name, query, step)
        said = Said(step=step, problem=_told(finished), fields=typed)
        return await run_in_threadpool(self._page.answer, request, query, said, 422)


def _as_options(asked: Asked) -> tuple[str, ...]:
    words = _when(asked)
    for option, names in (("--list", asked.lists), ("--except", asked.except_lists)):
        words += [word for name in names for word in (option, name)]
    words += ["--where", asked.where] if asked.where else []
    words += ["--not-got", asked.not_got] if asked.not_got else []
    words += ["--limit", str(asked.limit)] if asked.limit else []
    flags = {"--include-unmarked": asked.include_unmarked, "--newcomers": asked.newcomers,
             "--any-language": asked.any_language}  # fmt: skip
    return (*words, *(option for option, said in flags.items() if said))


def _when(asked: Asked) -> list[str]:
    """A release without a date bears that of the day on which it leaves."""
    return ["--at", moment_text(datetime.fromtimestamp(asked.planned, UTC))] if asked.planned else []


def _told(finished: Finished) -> str:
    """What the command said about why it did not work: from its "Error:" on, else all of it."""
    said = "\n".join(filter(None, (finished.out.strip(), finished.err.strip())))
    return said.partition("Error: ")[2] or said or f"It ended with exit code {finished.code}."
