"""A dropped file: what was understood of it, what it would change, and the button that adds it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.desk.forms import DROPPED, form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.desk.rooms.people.adding.taking_in import Taken, kept_before, take_in
from mailer.desk.rooms.people.adding.uploads import Upload, Uploads
from mailer.desk.rooms.people.columns import save_answers, understood
from mailer.desk.rooms.people.reading.roll import Roll
from mailer.desk.rooms.people.reading.rolls import Rolls
from mailer.desk.rooms.people.reading.rows import Wanted
from mailer.desk.rooms.people.said import Said, note
from mailer.desk.rooms.people.wording import hint_for, number_of
from mailer.errors import ListError, WorkspaceError
from mailer.model import Recipient
from mailer.press import diff, read_list, settings_of
from mailer.workspace import list_called

SHOWN = 20
"""People and problems of each kind that are named on the page; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a list of that name would become.

    Attributes:
        shown: the list that is there.
        seen: digest of it as it was compared.
        come, go: the first of those who are on one of the two alone, and how many there are.
        faults: why they can't be compared.
    """

    shown: str
    seen: str
    come: tuple[Recipient, ...] = ()
    come_number: int = 0
    go: tuple[Recipient, ...] = ()
    go_number: int = 0
    both: int = 0
    faults: tuple[str, ...] = ()


class Adding:
    """The endpoints."""

    def __init__(self, office: Office, pages: Pages, rolls: Rolls, said: Said, uploads: Uploads) -> None:
        self._workspace, self._pages, self._rolls = office.workspace, pages, rolls
        self._said, self._uploads = said, uploads
        self._compared: tuple[tuple[str, str, str], Change] | None = None

    async def drop(self, request: Request) -> Response:
        """Takes a dropped file, or one that was chosen."""
        form = await form_of(request, DROPPED)
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            return await run_in_threadpool(
                self._said.at, "/lists", "No file was chosen: choose one first, or drop it on the page."
            )
        upload = await run_in_threadpool(self._uploads.keep, file.filename, file.file)
        return RedirectResponse(f"/lists/added/{upload.id}", 303)

    # ---- the page ------------------------------------------------------------------------------------------

    def show(self, request: Request) -> Response:
        upload = self._uploads.find(request.path_params["id"])
        name = request.query_params.get("as", "") or upload.name
        return self._page(request, upload, name)

    def _page(
        self, request: Request, upload: Upload, name: str, *, wrong: str = "", status: int = 200
    ) -> Response:
        what: dict[str, Any] = {
            "upload": upload, "name": name, "wrong": wrong, "number_of": number_of, "hint_for": hint_for,
            "said": self._said.heard(request.query_params.get("said", "")), "never": (), "roll": None, "faults": (),
            "columns": None, "change": None, "problems": (), "left_out": (), "taken": "", "ready": True,
        }  # fmt: skip
        try:
            roll = self._rolls.of(upload.path, shown=upload.called, patience=2.0)
        except ListError as error:
            what["faults"] = error.faults
            return self._pages.answer(request, "people/adding/added.html.j2", **what, status=status)
        what |= self._understood(roll)
        if not what["faults"] and not roll.questions and what["ready"]:
            try:
                target = self._target(name)
                what["change"] = self._change(upload, target)
            except WorkspaceError as error:
                what["taken"] = f"{error.message} {error.hint}"
        template = "people/adding/added_found.html.j2" if is_piece(request) else "people/adding/added.html.j2"
        return self._pages.answer(request, template, **what, status=status)

    def _understood(self, roll: Roll) -> dict[str, Any]:
        everything, ready = Wanted(), roll.whole
        try:
            columns = understood(roll.press_list, roll.questions)
        except (ListError, OSError):
            columns = None
        return {
            "roll": roll, "columns": columns, "faults": roll.fault, "ready": ready,
            "problems": roll.problems(everything, 0, SHOWN), "left_out": roll.not_mailed(everything, 0, SHOWN),
            "never": self._rolls.never.faults,
        }  # fmt: skip

    def _target(self, name: str) -> Path:
        """Where a list of that name would lie.

        Raises:
            WorkspaceError: no list may be called so.
        """
        called = list_called(name)
        target = self._workspace.lists / f"{called}.csv"
        if self._workspace.is_suppressed(target):
            raise WorkspaceError(
                f"A list can’t be called “{called}”: that name is for the people who are never mailed.",
                "Choose another name. To stop mailing somebody, go to Suppressed.",
            )
        for other in self._workspace.list_files():
            if other.name != target.name and other.stem.casefold() == called.casefold():
                raise WorkspaceError(
                    f"There is {self._workspace.shown(other)} already, which is not written by mailer.",
                    "Choose another name; or move that file out of lists/ first.",
                )
        return target

    def _change(self, upload: Upload, target: Path) -> Change | None:
        """What there is of that name, beside what would be; None: there is nothing."""
        seen = seen_of(target)
        if not seen:
            return None
        key = (upload.id, seen_of(upload.path), seen)
        if self._compared is None or self._compared[0] != key:
            self._compared = key, self._compare(upload, target, seen)
        return self._compared[1]

    def _compare(self, upload: Upload, target: Path, seen: str) -> Change:
        shown = self._workspace.shown(target)
        try:
            there = read_list(target, shown=shown, asking=False)
            found = diff(there, read_list(upload.path, shown=upload.called, asking=False))
        except ListError as error:
            return Change(shown, seen, faults=tuple(map(str, error.faults)))
        except OSError as error:
            return Change(shown, seen, faults=(f"It can’t be read: {error.strerror}.",))
        return Change(
            shown, seen, tuple(islice(found.only_second, SHOWN)), len(found.only_second),
            tuple(islice(found.only_first, SHOWN)), len(found.only_first), found.both,
        )  # fmt: skip

    # ---- the word ------------------------------------------------------------------------------------------

    async def post(self, request: Request) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(self._do, request, form)

    def _do(self, request: Request, form: FormData) -> Response:
        upload = self._uploads.find(request.path_params["id"])
        name = text_of(form, "as").strip() or upload.name
        here = f"/lists/added/{upload.id}?{urlencode({'as': name})}"
        do = text_of(form, "do")
        if do == "discard":
            self._uploads.discard(upload)
            return self._said.at("/lists", f"“{upload.called}” was put aside: nothing was added.")
        if do == "answer":
            roll = self._rolls.of(upload.path, shown=upload.called)
            save_answers(form, upload.path, upload.called, roll.press_list.columns)
            return RedirectResponse(here, 303)
        if do == "name":
            return RedirectResponse(here, 303)
        return self._add(request, form, upload, name)

    def _add(self, request: Request, form: FormData, upload: Upload, name: str) -> Response:
        target = self._target(name)
        seen = seen_of(target)
        if seen and text_of(form, "seen") != seen:
            wrong = "Nothing was added: there is a list of that name, and what adding this changes is shown below."
            return self._page(request, upload, name, wrong=wrong, status=409)
        if seen and not text_of(form, "over"):
            wrong = "Nothing was added: tick the box below, as a list of that name would be replaced."
            return self._page(request, upload, name, wrong=wrong, status=422)
        kept = kept_before(self._workspace, target, datetime.now().astimezone()) if seen else None
        taken = take_in(upload.path, upload.called, target)
        self._uploads.discard(upload)
        note(
            self._workspace,
            "lists add",
            list=self._workspace.shown(target),
            rows=taken.people,
            replaced=bool(seen),
        )
        return self._said.at(
            f"/lists/{quote(target.stem, safe='')}", _told(taken, self._workspace.shown(kept) if kept else "")
        )


def _told(taken: Taken, kept: str) -> str:
    said = f"The list was added: {number_of(taken.people, 'person', 'people')}."
    if taken.left_out:
        said += f" {number_of(taken.left_out, 'row')} of the file could not be used or said nothing new."
    return f"{said} The list as it was: {kept}" if kept else said


def seen_of(path: Path) -> str:
    """Digest of a list and of what is said about it, or "" where there is none."""
    if not os.path.lexists(path) and not settings_of(path).exists():
        return ""
    digest = hashlib.sha256()
    for file in (path, settings_of(path)):
        try:
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
        except OSError as error:
            digest.update(str(error.errno).encode())
    return digest.hexdigest()[:32]
