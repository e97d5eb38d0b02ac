"""A new release, with a headline: a file with its header filled in."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages, language_name
from mailer.errors import MailerError, ValueFault, WorkspaceError
from mailer.model import Kind
from mailer.release import new_release, read_newsroom
from mailer.release.values import parse_language
from mailer.workspace import Workspace, built_in_templates

KINDS = tuple(kind for kind in Kind if not kind.follows)
"""Of those that begin here. What follows another release begins at that one, which then is filled in."""
_LONGEST = 500
"""Characters of a headline."""


class Beginning:
    """The form, and what it begins."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages

    def page(self, request: Request) -> Response:
        return self._answer(request, {"headline": "", "kind": KINDS[0].value, "language": ""})

    async def begin(self, request: Request) -> Response:
        form = await form_of(request)
        typed = {field: text_of(form, field).strip() for field in ("headline", "kind", "language")}
        return await run_in_threadpool(self._begin, request, typed)

    def _begin(self, request: Request, typed: dict[str, str]) -> Response:
        try:
            name = self._made(**typed)
        except MailerError as error:
            from mailer.desk.showing.shelf import faults_of

            return self._answer(request, typed, faults_of(error), 422)
        return RedirectResponse(f"/r/{quote(name, safe='')}", 303)

    def _made(self, headline: str, kind: str, language: str) -> str:
        """
        Raises:
            MailerError: what was typed can't be.
        """
        workspace = self._office.workspace
        if not headline:
            raise WorkspaceError("The headline is empty.", "Say in one line what happened.")
        if len(headline) > _LONGEST or not all(map(str.isprintable, headline.split())):
            hint = f"Write at most {_LONGEST} characters, in one line."
            raise WorkspaceError(
                "That is no headline: it is too long, or has characters that nobody sees.", hint
            )
        if kind not in KINDS:
            raise WorkspaceError(
                f"There is no kind “{kind[:40]}” that begins here.", "Choose one of those below."
            )
        newsroom = read_newsroom(workspace, _language(language))
        path = new_release(
            workspace,
            headline,
            kind=Kind(kind),
            language=_language(language) or newsroom.language,
            today=datetime.now(ZoneInfo(newsroom.zone)).date(),
        )
        return workspace.release_name(path)

    def _answer(
        self,
        request: Request,
        typed: dict[str, str],
        faults: tuple[tuple[str, str, str], ...] = (),
        status: int = 200,
    ) -> Response:
        return self._pages.answer(
            request, "releases/new.html.j2", status=status,
            typed=typed, faults=faults, kinds=[kind.value for kind in KINDS],
            languages=_languages(self._office.workspace),
        )  # fmt: skip


def _language(tag: str) -> str:
    try:
        return parse_language(tag) if tag else ""
    except ValueFault as fault:
        raise WorkspaceError(f"{fault.message}.", "Choose a language from the list.") from None


def _languages(workspace: Workspace) -> list[tuple[str, str]]:
    """The newsroom's own first, then all of which the program knows how mails are labelled: tag and name."""
    try:
        own = read_newsroom(workspace).language
    except MailerError:  # the page of the newsroom says what is wrong with it
        own = "en"
    written = (path.name.split(".")[1] for path in sorted(workspace.root.glob("newsroom.*.md")))
    labels = built_in_templates() / "default"
    known = sorted(
        (path.name.split(".")[1] for path in labels.glob("labels.*.toml")), key=lambda tag: language_name(tag)
    )
    return [(tag, language_name(tag)) for tag in dict.fromkeys((own, *written, *known))]
