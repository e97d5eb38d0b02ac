"""Write: a release's text, in all its languages."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.writing import header_form, mending, previewing
from mailer.desk.rooms.writing.editions import edition_path
from mailer.desk.rooms.writing.page import WritingPage
from mailer.desk.rooms.writing.pasting import pasted
from mailer.desk.rooms.writing.saving import FileText, Manuscripts, Saved, Undecided
from mailer.errors import MailerError, WorkspaceError
from mailer.release.writing.translation import new_translation

LARGEST = 8_000_000
"""Octets of what is posted: a text, what it was made of, and the HTML of a clipboard; Word is wordy."""


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    manuscripts = Manuscripts(office.workspace)
    room = _Room(office, pages, manuscripts)
    return [
        Route("/r/{name}", room.page),
        Route("/r/{name}/text", room.text, methods=["GET"]),
        Route("/r/{name}/text", room.save, methods=["POST"]),
        Route("/r/{name}/paste", room.paste, methods=["POST"]),
        Route("/r/{name}/translation", room.translate, methods=["POST"]),
        *previewing.routes(office, pages),
        *header_form.routes(office, pages, manuscripts),
        *mending.routes(office),
    ]


class _Room:
    def __init__(self, office: Office, pages: Pages, manuscripts: Manuscripts) -> None:
        self._workspace = office.workspace
        self._manuscripts = manuscripts
        self._shown = WritingPage(office, pages, manuscripts)

    def page(self, request: Request) -> Response:
        return self._shown.answer(request, request.query_params.get("edition", ""))

    def text(self, request: Request) -> Response:
        """What the file says now; nothing, where that is what the page has (`have`)."""
        path = edition_path(
            self._workspace, request.path_params["name"], request.query_params.get("edition", "")
        )
        try:
            file = self._manuscripts.read(path, request.query_params.get("have", ""))
        except MailerError as error:
            return _told(error)
        if file.digest == request.query_params.get("have"):
            return Response(status_code=204)
        return JSONResponse({"hash": file.digest, "text": file.text})

    async def save(self, request: Request) -> Response:
        """Writes the text. A form without a script gets a page again; the editor is answered in JSON."""
        form = await form_of(request, LARGEST)
        text, edition = text_of(form, "text"), text_of(form, "edition")
        try:
            saved = await run_in_threadpool(
                self._save, request.path_params["name"], edition, text,
                text_of(form, "base"), text_of(form, "was"), text_of(form, "anew") == "yes",
            )  # fmt: skip
        except (MailerError, OSError) as error:
            if _by_script(request):
                return _told(error)
            return await run_in_threadpool(
                self._shown.answer, request, edition, typed=text, told=_words_of(error), status=422
            )
        if _by_script(request):
            return _answer(saved, text)
        if isinstance(saved, Undecided):
            return await run_in_threadpool(
                self._shown.answer, request, edition, typed=text, theirs=saved.file
            )
        return _to_page(request, edition)

    def _save(self, name: str, edition: str, text: str, base: str, was: str, anew: bool) -> Saved | Undecided:
        path = edition_path(self._workspace, name, edition)
        if anew:
            return Saved(self._manuscripts.make(path, text))
        return self._manuscripts.save(path, text, base, was)

    async def paste(self, request: Request) -> Response:
        form = await form_of(request, LARGEST)
        name, edition = request.path_params["name"], text_of(form, "edition")
        html, text = text_of(form, "html"), text_of(form, "text")
        everything = text_of(form, "everything") == "yes"
        try:
            edition_path(self._workspace, name, edition)
            made = await run_in_threadpool(pasted, self._workspace, html, text, name, edition, everything)
        except MailerError as error:
            return JSONResponse({"refused": _words_of(error)})
        return JSONResponse(made)

    async def translate(self, request: Request) -> Response:
        """Begins a translation, and goes there; one that is there already is only gone to."""
        form = await form_of(request)
        name, language = request.path_params["name"], text_of(form, "language")
        original = await run_in_threadpool(self._workspace.own_release, name)
        try:
            path = await run_in_threadpool(new_translation, self._workspace, original, language)
        except WorkspaceError as error:
            return await run_in_threadpool(
                self._shown.answer, request, "", told=_words_of(error), language=language, status=422
            )
        edition = path.name.removeprefix(f"{original.stem}.").removesuffix(".md")
        return _to_page(request, edition)


def _to_page(request: Request, edition: str) -> Response:
    """Sends the browser on to where an edition is written."""
    query = f"?{urlencode({'edition': edition})}" if edition else ""
    return RedirectResponse(f"/r/{quote(request.path_params['name'], safe='')}{query}", 303)


def _by_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _answer(saved: Saved | Undecided, sent: str) -> JSONResponse:
    """What has become of the text. That two wrote at one place is no error, which a browser's console would report: the
    answer has the pieces to decide about, and nothing was written."""
    file: FileText = saved.file
    if isinstance(saved, Saved):
        known: dict[str, Any] = {"hash": file.digest}
        return JSONResponse(known if file.text == sent else known | {"text": file.text})
    pieces = [
        piece if isinstance(piece, str) else {"mine": piece.mine, "theirs": piece.theirs, "both": piece.both}
        for piece in saved.pieces
    ]
    return JSONResponse({"hash": file.digest, "text": file.text, "pieces": pieces})


def _told(error: MailerError | OSError) -> JSONResponse:
    """Why nothing was read or written: 410 where the file is gone, 507 where the system would not."""
    status = 410 if isinstance(error, WorkspaceError) else 422 if isinstance(error, MailerError) else 507
    return JSONResponse({"told": _words_of(error)}, status)


def _words_of(error: MailerError | OSError) -> str:
    if isinstance(error, MailerError):
        return f"{error.message} {error.hint}".strip()
    return f"The file can’t be written: {error.strerror}."
