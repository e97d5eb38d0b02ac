"""A document becomes a release: dropped or chosen, imported, and what was guessed told before anybody goes on.

What is dropped is read in memory. Nothing of it is written but the release that is made of it, under names of ours, and
the report on that; a document that is refused is kept in memory for a moment, for whoever accepts its tracked changes.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import PureWindowsPath
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.desk.forms import DROPPED, form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.releases.reports import Report, keep_report, leaks_of, report_of, report_on
from mailer.errors import MailerError, WorkspaceError
from mailer.visible import visible
from mailer.workspace import Workspace

if TYPE_CHECKING:
    from mailer.importing import Imported

_OF_AN_EDITION = re.compile(r"(?P<name>.+)\.(?P<language>[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.DOTALL)
_LONGEST = 120
"""Characters of a file's name that are shown."""


@dataclass(frozen=True, slots=True)
class Document:
    """What was dropped. `shown` is its name as a person sees it, and never a path of ours."""

    shown: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a document was not imported.

    Attributes:
        faults: where, what, and what to do.
        number: so many of the faults are tracked changes, which can be accepted.
        again: a word for the document, by which it is imported so; "" where something else is left to decide about.
    """

    shown: str
    faults: tuple[tuple[str, str, str], ...]
    again: str = ""
    number: int = 0


def _refused(shown: str, error: MailerError) -> Refused:
    from mailer.desk.showing.shelf import faults_of

    return Refused(shown, faults_of(error))


class Kept:
    """Documents that were refused, for a moment."""

    MOST, SECONDS = 2, 900.0

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Document]] = {}
        self._lock = Lock()

    def keep(self, document: Document) -> str:
        """A word for it."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[word] = (time.monotonic(), document)
            while len(self._kept) > self.MOST:
                del self._kept[next(iter(self._kept))]
        return word

    def take(self, word: str) -> Document:
        """
        Raises:
            WorkspaceError: it is there no more.
        """
        with self._lock:
            at, document = self._kept.pop(word, (0.0, None))
        if document is None or time.monotonic() - at > self.SECONDS:
            raise WorkspaceError("The document was put away meanwhile.", "Choose it again.")
        return document


class Bringing:
    """The form, what it brings, and the report on it."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages, self._kept = office, pages, Kept()

    def page(self, request: Request) -> Response:
        return self._answer(request)

    async def bring(self, request: Request) -> Response:
        form = await form_of(request, DROPPED)
        try:
            document = await self._document(form)
        except MailerError as error:
            return self._answer(request, _refused("", error))
        return await run_in_threadpool(self._bring, request, document, bool(text_of(form, "accept")))

    async def _document(self, form: FormData) -> Document:
        """
        Raises:
            WorkspaceError: there is none.
        """
        if word := text_of(form, "again"):
            return self._kept.take(word)
        file = form.get("document")
        if not isinstance(file, UploadFile) or not file.filename:
            raise WorkspaceError("No document was chosen.", "Choose a Word file, or drop one here.")
        shown = visible(PureWindowsPath(file.filename.replace("/", "\\")).name)[-_LONGEST:]
        return Document(shown or "document", await file.read())

    def _bring(self, request: Request, document: Document, accept: bool) -> Response:
        from mailer.importing import of_source, save
        from mailer.importing.sources import read_document

        workspace = self._office.workspace
        try:
            source = read_document(document.shown, document.content, accept_changes=accept)
            if source.leaks:
                number = sum(leak.acceptable for leak in source.leaks)
                again = self._kept.keep(document) if number == len(source.leaks) else ""
                return self._answer(request, Refused(document.shown, leaks_of(source.leaks), again, number))
            name, language = _edition_of(workspace, document.shown)
            _must_be_new(workspace, name, language)
            imported = of_source(workspace, source, document.shown, name=name, language=language)
            if not imported.language and (free := _free_name(workspace, imported)) != imported.name:
                imported = of_source(workspace, source, document.shown, name=free)
            save(workspace, imported, workspace.releases / imported.file)
        except MailerError as error:
            return self._answer(request, _refused(document.shown, error))
        keep_report(workspace, report_on(workspace, imported, document.shown))
        self._office.forget()
        return RedirectResponse(f"/import/{quote(imported.name, safe='')}", 303)

    def imported(self, request: Request) -> Response:
        """The report on a release that was imported: it stays until another document becomes the same release."""
        workspace = self._office.workspace
        name = workspace.release_name(workspace.own_release(request.path_params["name"]))
        report = report_of(workspace, name) or Report(name, "", "", "")
        return self._pages.answer(request, "releases/imported.html.j2", report=report, name=name)

    def _answer(self, request: Request, refused: Refused | None = None) -> Response:
        return self._pages.answer(
            request, "releases/import.html.j2", status=422 if refused else 200, refused=refused
        )


def _edition_of(workspace: Workspace, shown: str) -> tuple[str, str]:
    """harbour.es.docx is the Spanish edition of a release harbour, where there is one: its name and the language."""
    match = _OF_AN_EDITION.fullmatch(shown.rpartition(".")[0])
    if match is None:
        return "", ""
    try:
        return workspace.release_name(workspace.own_release(match["name"])), match["language"]
    except WorkspaceError:
        return "", ""


def _must_be_new(workspace: Workspace, name: str, language: str) -> None:
    """
    Raises:
        WorkspaceError: the release has an edition in that language.
    """
    path = workspace.releases / f"{name}.{language}.md"
    if name and os.path.lexists(path):
        raise WorkspaceError(
            f"{workspace.shown(path)} is there already. Nothing was written.",
            "Paste the text into that edition; or give the document another name, and it becomes a release of its own.",
        )


def _free_name(workspace: Workspace, imported: Imported) -> str:
    """The release's name, or the first with a number behind it that no file has.

    Raises:
        WorkspaceError: there are too many.
    """
    names = (imported.name, *(f"{imported.name}-{number}" for number in range(2, 100)))
    for name in names:
        pictures = (path for path in workspace.releases.glob(f"{name}-*.*") if path.suffix != ".md")
        if not os.path.lexists(workspace.releases / f"{name}.md") and not any(pictures):
            return name
    raise WorkspaceError(f"There are already 99 releases called {imported.name}.", "Change the headline.")
