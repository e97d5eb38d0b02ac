"""What stands beside the editor: the mail as somebody would get it, and what pre-flight says. Of text that nobody has
saved yet, at every key; so what takes long is asked for apart, and later.

The mail itself only ever stands in a frame of its own (`showing/mail_frame.py`). The page is given a token for it, with
which the frame fetches it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import PurePath
from threading import Lock
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mailer.checks import Checked
from mailer.checks.silence import CAN_BE_SILENCED
from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.writing.drafts import Drafts, Read, Typed
from mailer.desk.showing.mail_frame import mail_answer
from mailer.desk.showing.message_view import View, view_of
from mailer.desk.showing.shelf import faults_of
from mailer.errors import MailerError
from mailer.importing.fixing import propose
from mailer.model import Audience, Edition, Finding, Recipient, Where
from mailer.press import AddressError, Counts

FOUND = 30
"""Recipients that a search offers at once."""

Answer = dict[str, Any]


class Shown:
    """Mails that a page has been told of and may fetch for its frame: the last few, for a minute, in memory alone.

    Args:
        clock: seconds, that never go back.
    """

    MOST, SECONDS = 60, 60.0
    CHARACTERS = 60_000_000
    """Of all that is kept: a mail with its pictures may have five million."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: dict[str, tuple[float, str]] = {}
        self._clock = clock
        self._lock = Lock()

    def keep(self, html: str) -> str:
        """A token for a mail's HTML."""
        token, now = secrets.token_urlsafe(16), self._clock()
        with self._lock:
            self._kept[token] = now, html
            size = sum(len(each) for _, each in self._kept.values())
            while True:
                oldest, (since, each) = next(iter(self._kept.items()))
                if oldest == token or (
                    now - since <= self.SECONDS and len(self._kept) <= self.MOST and size <= self.CHARACTERS
                ):
                    return token
                del self._kept[oldest]
                size -= len(each)

    def get(self, token: str) -> str | None:
        since, html = self._kept.get(token, (0.0, ""))
        return html if html and self._clock() - since <= self.SECONDS else None


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """What the page of a release asks for while somebody writes."""
    beside = _Beside(office)

    def recipients(request: Request) -> Response:
        return JSONResponse(beside.recipients(_name(request), request.query_params.get("q", "")))

    def mail(request: Request) -> Response:
        """A mail that a page was told of; without a token, that of the file as it was saved."""
        asked = request.query_params
        html = beside.shown.get(asked["shown"]) if "shown" in asked else beside.saved(_name(request), asked)
        return mail_answer(request, html or "")

    def findings(request: Request) -> Response:
        """The findings as a page, for a browser without scripts."""
        typed = Typed(_name(request), request.query_params.get("edition", ""))
        return pages.answer(request, "writing/found.html.j2", typed=typed, found=beside.check(typed))

    async def preview(request: Request) -> Response:
        typed, form = await _typed(request)
        return JSONResponse(await run_in_threadpool(beside.look, typed, form))

    async def check(request: Request) -> Response:
        typed, _ = await _typed(request)
        return JSONResponse(await run_in_threadpool(beside.check, typed))

    return [
        Route("/r/{name}/preview", preview, methods=["POST"]),
        Route("/r/{name}/findings", check, methods=["POST"]),
        Route("/r/{name}/findings", findings),
        Route("/r/{name}/mail", mail),
        Route("/r/{name}/recipients", recipients),
    ]


def _name(request: Request) -> str:
    return str(request.path_params["name"])


async def _typed(request: Request) -> tuple[Typed, FormData]:
    form = await form_of(request)
    text = text_of(form, "text") if "text" in form else None
    return Typed(_name(request), text_of(form, "edition"), text, text_of(form, "theme")), form


class _Beside:
    """What is shown beside the editor, as a page's scripts take it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._drafts = Drafts(office)
        self.shown = Shown()

    def look(self, typed: Typed, form: FormData) -> Answer:
        """The mail, or why it can't be shown.

        Args:
            form: `for`: whose mail; `show`: in which language, by default theirs; `beside`: whether the other
                languages are wanted too.
        """
        address = text_of(form, "for")
        try:
            read = self._drafts.read(typed)
            recipient = self._drafts.recipient(read, address)
            edition = _wanted(read, text_of(form, "show"), recipient)
            others = [e for e in read.release.editions if e is not edition] if "beside" in form else []
            view = self._view(read, edition, recipient)
            return {
                "faults": [],
                "view": {name: value for name, value in asdict(view).items() if name != "html"},
                "shown": self.shown.keep(view.html),
                "editions": [each.language for each in read.release.editions],
                "edition": edition.language,
                "themes": self._office.workspace.themes(),
                "theme": typed.theme or edition.theme,
                "beside": [self._other(read, each, recipient) for each in others],
            }
        except MailerError as error:
            return {"faults": faults_of(error)}
        except AddressError as error:
            return {"faults": [(address, str(error), "Choose somebody from the list.")]}
        except Exception as error:  # a defect of ours: the page says so, and goes on with the next key
            return {"faults": [_defect(error)]}

    def _view(self, read: Read, edition: Edition, recipient: Recipient | None) -> View:
        return view_of(self._drafts.message(read, edition, recipient))

    def _other(self, read: Read, edition: Edition, recipient: Recipient | None) -> Answer:
        view = self._view(read, edition, recipient)
        return {"edition": edition.language, "subject": view.subject, "shown": self.shown.keep(view.html)}

    def saved(self, name: str, asked: Any) -> str:
        """The mail of a file as it was saved, as nobody in particular gets it."""
        read = self._drafts.read(Typed(name, asked.get("edition", "")))
        return self._view(read, read.edition, None).html

    def check(self, typed: Typed) -> Answer:
        """What pre-flight finds and who gets it, or why that can't be said."""
        try:
            read = self._drafts.read(typed)
            checked = self._drafts.check(read)
            counts = self._drafts.counts(read)
        except MailerError as error:
            return {"faults": faults_of(error), "findings": [], "silenced": []}
        except Exception as error:
            return {"faults": [_defect(error)], "findings": [], "silenced": []}
        return _checked(read, checked) | {"faults": [], "audience": _summary(*counts)}

    def recipients(self, name: str, query: str) -> list[dict[str, str]]:
        """Those whom a query means: address and label."""
        try:
            found = self._drafts.like(self._drafts.read(Typed(name)), query, FOUND)
        except MailerError:
            return []
        return [{"address": r.address, "label": ", ".join(filter(None, (r.name, r.outlet)))} for r in found]


def _wanted(read: Read, language: str, recipient: Recipient | None) -> Edition:
    if language:
        return read.release.edition_for((language,))
    return read.release.edition_for(recipient.languages) if recipient else read.edition


def _checked(read: Read, checked: Checked) -> Answer:
    """Findings as the page shows them, and as the editor jumps to them."""
    return {
        "findings": [_row(read, finding) for finding in checked.findings],
        "silenced": [_row(read, each.finding) | {"because": each.because} for each in checked.silenced],
        "tidy": _to_tidy(read) if any(f.id == "left-by-word" for f in checked.findings) else 0,
    }


def _to_tidy(read: Read) -> int:
    """How many things `mailer fix` would put right in the file that is being written."""
    return sum(propose(read.workspace, read.path).tidied.changes.values())


def _row(read: Read, finding: Finding) -> Answer:
    """`edition`: of the file that holds the place, as it stands in its name; None: no file of this release."""
    where = finding.where
    names = {str(edition.path): _suffix(read, edition) for edition in read.release.editions}
    return {
        "id": finding.id,
        "level": finding.level,
        "message": finding.message,
        "hint": finding.hint,
        "where": str(where or ""),
        "line": where.line if where else 0,
        "edition": names.get(where.path) if where else None,
        "here": where is not None and where.path == str(read.edition.path),
        "href": _elsewhere(where) if where else "",
        "silence": finding.level != "error" and finding.id in CAN_BE_SILENCED,
    }


def _elsewhere(where: Where) -> str:
    """The page of a place that is not in a release: of the newsroom, or of a list."""
    path = PurePath(where.path)
    if path.name.startswith("newsroom"):
        return "/settings"
    if path.parts[:1] == ("lists",):
        return "/suppressed" if "suppress" in path.name else f"/lists/{quote(path.stem, safe='')}"
    return ""


def _suffix(read: Read, edition: Edition) -> str:
    return PurePath(edition.path).name.removeprefix(f"{read.release.name}.").removesuffix("md").strip(".")


def _summary(audience: Audience, counts: Counts) -> Answer:
    """How many get it, in which languages, and how many are left out for what reason."""
    number, left_out = len(audience.recipients), len(audience.left_out)
    lists = ", ".join(audience.lists)
    summary = f"{number:,} recipient{'s' if number != 1 else ''}" + (f" on {lists}" if lists else "")
    return {
        "summary": f"{summary}, {left_out:,} left out" if left_out else summary,
        "languages": counts.by_language,
        "left_out": counts.by_reason,
    }


def _defect(error: Exception) -> tuple[str, str, str]:
    what = f"Something went wrong inside mailer ({type(error).__name__}: {error})."
    return "", what, "This is a bug in mailer. `mailer --debug render` shows more."
