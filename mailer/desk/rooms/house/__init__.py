"""The house: newsroom.md as a form, and the server as it is set."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from babel.core import Locale, UnknownLocaleError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailer.desk.forms import form_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.house.house_fields import FIELDS, groups
from mailer.desk.rooms.house.house_file import SECTIONS, House, Section, house_of
from mailer.desk.rooms.house.logo import MOST, chosen_logo, media_type
from mailer.desk.rooms.house.sample_mail import Samples, sample_of
from mailer.desk.rooms.house.saving import Saved, carried, content_of, file_of, save, text_in, typed_in
from mailer.desk.rooms.house.server import Server
from mailer.desk.showing.mail_frame import SANDBOX, mail_answer
from mailer.errors import MailerError
from mailer.model import Newsroom
from mailer.release import read_newsroom
from mailer.release.field_names import NEWSROOM_FIELDS
from mailer.workspace.enclosures import EnclosureError, read_enclosure

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FORM = MOST + 4_000_000
"""Octets of the form: a logo, and the file's text in it twice."""


def routes(office: Office, pages: Pages) -> list[BaseRoute]:
    """The room's addresses."""
    room = _House(office, pages)
    return [
        Route("/settings", room.page),
        Route("/settings", room.save, methods=["POST"]),
        Route("/settings/sample", room.sample),
        Route("/settings/sample", room.sample_of_typed, methods=["POST"]),
        Route("/settings/logo", room.logo),
        *Server(office, pages).routes(),
    ]


class _House:
    """The endpoints of the form. What reads or writes files works in a thread."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages
        self._samples = Samples()

    def page(self, request: Request) -> Response:
        language = self._language(request)
        now = content_of(file_of(self._office.workspace, language))
        return self._form(request, language, Saved(house_of(text_in(now)), now))

    async def save(self, request: Request) -> Response:
        language = self._language(request)
        form = await form_of(request, _FORM)
        typed, upload = typed_in(form), await chosen_logo(form)
        saved = await run_in_threadpool(save, self._office.workspace, language, typed, upload)
        if saved.faults or saved.conflict:
            status = 200 if saved.conflict else 422  # a browser's console reports the other one as an error
            return await run_in_threadpool(self._form, request, language, saved, status)
        self._office.forget()
        told = {"lang": language, "saved": ",".join(saved.names) or "nothing"}
        return RedirectResponse(f"/settings?{urlencode({k: v for k, v in told.items() if v})}", 303)

    def sample(self, request: Request) -> Response:
        kept = self._samples.get(request.query_params.get("seen", ""))
        return mail_answer(request, kept or sample_of(self._office.workspace, self._language(request)))

    async def sample_of_typed(self, request: Request) -> Response:
        """For a script, where the frame finds it; else the email itself, for the frame that the form is sent to."""
        language, form = self._language(request), await form_of(request, _FORM)
        html = await run_in_threadpool(sample_of, self._office.workspace, language, typed_in(form))
        if "live" in form:
            return JSONResponse({"seen": self._samples.keep(html)})
        return mail_answer(request, html)

    def logo(self, request: Request) -> Response:
        """The logo that is saved, where a page can show it."""
        newsroom = self._read(self._language(request))
        try:
            found = newsroom and newsroom.logo and read_enclosure(
                self._office.workspace, newsroom.logo.file, self._office.workspace.root
            )  # fmt: skip
        except EnclosureError:
            found = None
        kind = media_type(found.content) if found else ""
        if not found or not kind:
            raise HTTPException(404, "There is no logo that a page can show.")
        return Response(found.content, media_type=kind)

    def _language(self, request: Request) -> str:
        """The one that is asked for, as in the name of its file; "": the house's own."""
        language = request.query_params.get("lang", "").strip()
        if language and not _LANGUAGE.fullmatch(language):
            raise HTTPException(404, "This is no language: write en, es or es-MX.")
        known = {each.lower(): each for each in self._languages()}
        return known.get(language.lower(), language)

    def _languages(self) -> list[str]:
        names = (path.name for path in self._office.workspace.root.glob("newsroom.*.md"))
        found = (name.removeprefix("newsroom.").removesuffix(".md") for name in names)
        return sorted(each for each in found if _LANGUAGE.fullmatch(each))

    def _read(self, language: str) -> Newsroom | None:
        try:
            return read_newsroom(self._office.workspace, language)
        except MailerError:
            return None

    def _form(self, request: Request, language: str, saved: Saved, status: int = 200) -> Response:
        workspace, own = self._office.workspace, self._read("")
        house: House = saved.house
        tabs = [("", f"{_spoken(own.language) if own else 'The house'} (the house’s own)")]
        tabs += [(each, _spoken(each)) for each in self._languages()]
        if language and language not in self._languages():
            tabs.append((language, f"{_spoken(language)} (new)"))
        what: dict[str, Any] = {
            "language": language,
            "tabs": tabs,
            "file": file_of(workspace, language).name,
            "house": house,
            "groups": list(groups(workspace, own if language else None)),
            "sections": [*house.sections, Section("", "")],
            "was": carried(saved.now),
            "faults": saved.faults,
            "theirs": saved.theirs,
            "conflict": saved.conflict,
            "told_saved": _told(request.query_params.get("saved", "")),
            "has_logo": bool(house.said("logo")),
            "sandbox": SANDBOX,
            "labels": {name: FIELDS[name].label for name in FIELDS} | {SECTIONS: "The texts about you"},
            "where": {name: f"#field-{name}" for name in (*FIELDS, SECTIONS)},
        }
        return self._pages.answer(request, "house/page.html.j2", status=status, **what)


def _told(names: str) -> str:
    """What was saved, for the page behind a form."""
    known = [name for name in names.split(",") if name in NEWSROOM_FIELDS or name == SECTIONS]
    labels = [FIELDS[name].label if name in FIELDS else "The texts about you" for name in known]
    if names == "nothing":
        return "Nothing was changed."
    return f"Saved: {', '.join(labels)}." if labels else ""


def _spoken(tag: str) -> str:
    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (ValueError, UnknownLocaleError):
        return tag


__all__ = ["routes"]
