"""The local mailbox of a demo or a training: what arrived in it, and each message as it came."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.mailbox.letters import Shown, letters_in
from mailer.desk.showing.folder_shelf import FolderShelf
from mailer.desk.showing.mail_frame import SANDBOX, mail_answer
from mailer.desk.showing.shelf import Scene

PARTS = {"mail": "Email", "text": "Text", "headers": "Headers", "source": "Source"}
"""What of a message is shown, by the word in its address."""
WIDTHS = {"desktop": "Desktop", "phone": "Phone"}
SCHEMES = {"light": "Light", "dark": "Dark"}

SOURCE = 60_000
"""Characters of a message's source that are shown here."""


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    room = _Mailbox(office, pages)
    return [
        Route("/mailbox", room.list),
        Route("/mailbox/{key}", room.message),
        Route("/mailbox/{key}/mail", room.mail),
    ]


class _Mailbox:
    """Its endpoints. They read files, so each works in a thread."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages

    def list(self, request: Request) -> Response:
        asked = request.query_params
        words, before = asked.get("q", "").strip()[:200], asked.get("before", "")
        folder = self._office.mailbox
        shown = letters_in(folder, words, before) if folder else Shown((), 0, 0, "")
        return self._pages.answer(
            request, "mailbox/page.html.j2", shown=shown, words=words, before=before,
            more=f"?q={quote(words)}&before={quote(shown.older)}" if shown.older else "",
        )  # fmt: skip

    def _scene(self, request: Request) -> Scene:
        """
        Raises:
            HTTPException: 404, there is no such message.
        """
        folder = self._office.mailbox
        if folder is None:
            raise HTTPException(404, "There is no mailbox here.")
        key = request.path_params["key"]
        scene = FolderShelf(folder.resolve()).scene(key)
        if scene.view is None and not (folder / f"{key}.eml").is_file():
            raise HTTPException(404, "There is no such message.")
        return scene

    def message(self, request: Request) -> Response:
        scene = self._scene(request)
        view = scene.view and replace(scene.view, source=scene.view.source[:SOURCE])
        asked = request.query_params
        part, width, scheme = (
            asked.get(name, "") if asked.get(name, "") in known else next(iter(known))
            for name, known in (("part", PARTS), ("width", WIDTHS), ("scheme", SCHEMES))
        )
        return self._pages.answer(
            request, "mailbox/message.html.j2", key=request.path_params["key"], view=view, faults=scene.faults,
            part=part, width=width, scheme=scheme, parts=PARTS, widths=WIDTHS, schemes=SCHEMES, sandbox=SANDBOX,
        )  # fmt: skip

    def mail(self, request: Request) -> Response:
        view = self._scene(request).view
        return mail_answer(request, view.html if view else "")
