"""The messages that the last rehearsal wrote, to be looked at."""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.sending.standing import moment
from mailer.desk.showing.folder_shelf import FolderShelf
from mailer.desk.showing.mail_frame import SANDBOX, mail_answer
from mailer.desk.showing.shelf import Scene
from mailer.pipeline.earlier import Tried, rehearsal_of
from mailer.workspace import lies_in


class Rehearsal:
    """The page with all of them, and each in a frame in which it can do nothing."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages

    def show(self, request: Request) -> Response:
        tried, shelf = self._shelf(request)
        entries = shelf.entries()
        key = request.query_params.get("show", "") or (entries[0].key if entries else "")
        zone = self._office.prepare(request.path_params["name"]).release.original.newsroom.zone
        return self._pages.answer(
            request, "sending/rehearsal.html.j2", name=request.path_params["name"], tried=tried,
            when=moment(tried.at, zone), entries=entries, key=key, scene=shelf.scene(key), sandbox=SANDBOX,
        )  # fmt: skip

    def mail(self, request: Request) -> Response:
        _, shelf = self._shelf(request)
        scene: Scene = shelf.scene(request.query_params.get("show", ""))
        return mail_answer(request, scene.view.html if scene.view else "")

    def _shelf(self, request: Request) -> tuple[Tried, FolderShelf]:
        """
        Raises:
            HTTPException: 404, nothing was rehearsed; or it lies where no page looks (`--out`), or is gone.
        """
        tried = rehearsal_of(self._office.prepare(request.path_params["name"]))
        if tried is None:
            raise HTTPException(404, "This was not rehearsed yet.")
        folder, ours = Path(tried.page).parent, self._office.workspace.private / "rehearsals"
        if not (folder.is_dir() and folder.parent.resolve() == ours.resolve() and lies_in(folder, ours)):
            raise HTTPException(
                404, "What was rehearsed lies in another folder, or is gone. Rehearse it again."
            )
        return tried, FolderShelf(folder.resolve())
