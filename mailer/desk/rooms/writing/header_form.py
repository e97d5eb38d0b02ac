"""The header as a form, beside the header as text: each is the other's. What somebody changes in the form becomes the
fewest lines of text (`release/writing/changing.py`); what they type into the text is read into the form.

The form says which text it was filled from. Only what differs from that is a change: what was typed into the text
meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.writing.drafts import with_typed
from mailer.desk.rooms.writing.editions import edition_path, text_in
from mailer.desk.rooms.writing.header_fields import Control, Values, groups, spoken, values_of, written
from mailer.desk.rooms.writing.list_sizes import ListSizes
from mailer.desk.rooms.writing.saving import Manuscripts
from mailer.errors import MailerError, ReleaseError, ValueFault
from mailer.model import Edition
from mailer.release import read_release
from mailer.release.field_names import RECORDS, RELEASE, parts_of
from mailer.release.writing.changing import change_field
from mailer.render import localisation


def routes(office: Office, pages: Pages, manuscripts: Manuscripts) -> list[BaseRoute]:
    """The form, what becomes of it, and how many people are on each list."""
    sizes = ListSizes(office.workspace)

    def form(request: Request) -> Response:
        """The form alone where a script asks for it; else a page with it, for a browser without scripts."""
        name, edition = _of(request)
        text = text_in(edition_path(office.workspace, name, edition))
        piece = "piece" in request.query_params
        template = "header_form" if piece else "header_page"
        filled = _filled(office, name, edition, text)
        return pages.answer(request, f"writing/{template}.html.j2", piece=piece, **filled)

    async def change(request: Request) -> Response:
        name, _ = _of(request)
        posted = await form_of(request)
        if "live" in posted:  # a script asks: the file is the editor's to save
            return JSONResponse(await run_in_threadpool(_changed_text, office, name, posted))
        return await run_in_threadpool(_saved_change, office, pages, manuscripts, request, posted)

    def lists(request: Request) -> Response:
        return JSONResponse(sizes.all())

    return [
        Route("/r/{name}/header", form),
        Route("/r/{name}/header", change, methods=["POST"]),
        Route("/r/{name}/lists", lists),
    ]


def _of(request: Request) -> tuple[str, str]:
    return str(request.path_params["name"]), request.query_params.get("edition", "")


def _filled(office: Office, name: str, edition: str, text: str) -> dict[str, Any]:
    """What the form's template shows."""
    values = values_of(text)
    read, faults = _read(office, name, edition, text)
    language = read.language if read else ""
    return {
        "name": name,
        "edition": edition,
        "text": text,
        "values": values,
        "groups": list(groups(office.workspace, language or "en", values)),
        "spoken": spoken,
        "about": _about(values, read, faults),
    }


def _read(office: Office, name: str, edition: str, text: str) -> tuple[Edition | None, ReleaseError | None]:
    """The edition as the text has it, or what keeps it from being read."""
    path = edition_path(office.workspace, name, edition)
    workspace = with_typed(office.workspace, path, text)
    try:
        release = read_release(workspace, str(path))
    except ReleaseError as error:
        return None, error
    except MailerError:
        return None, None
    shown = workspace.shown(path)
    return next((each for each in release.editions if str(each.path) == shown), None), None


def _about(values: Values, edition: Edition | None, error: ReleaseError | None) -> dict[str, Any]:
    """What the form says beside its fields: the summary line, the embargo's clocks, and each field's faults."""
    faults: dict[str, list[str]] = {}
    for fault in error.faults if error else ():
        field = _field_at(values, fault.line)
        faults.setdefault(field, []).append(f"{fault.message}{f': {fault.hint}' if fault.hint else ''}")
    return {
        "summary": _summary(values, edition),
        "clocks": list(_clocks(edition)) if edition and edition.embargo else [],
        "faults": faults,
    }


def _field_at(values: Values, line: int) -> str:
    """The field on whose lines a fault stands; "": it is none of the header's."""
    if not 0 < line < values.header.body_line - 1:
        return ""
    begun = [(start, name) for name, start in values.header.lines().items() if 0 < start <= line]
    return max(begun)[1] if begun else ""


def _summary(values: Values, edition: Edition | None) -> str:
    if edition is None:
        return values.texts.get("headline", "") or "The header can’t be read yet"
    day = f"{edition.date:%d %B %Y}".lstrip("0")
    lists = ", ".join(edition.lists)
    embargo = f"under embargo until {localisation.moment(edition.embargo, 'en')}" if edition.embargo else ""
    said = (edition.kind.value.capitalize(), day, edition.dateline, f"to {lists}" if lists else "", embargo)
    return " · ".join(filter(None, said))


def _clocks(edition: Edition) -> Iterator[tuple[str, str]]:
    """The embargo's end on the clocks of its zone, of the office and of its readers: place, day and hour."""
    assert edition.embargo
    own = getattr(edition.embargo.tzinfo, "key", "UTC")
    for zone in dict.fromkeys((own, edition.newsroom.zone, *edition.zones)):
        there: datetime = edition.embargo.astimezone(ZoneInfo(zone))
        yield (
            localisation.place(there, "en"),
            f"{there:%A} {there.day} {there:%B}, {localisation.clock(there, 'en')}",
        )


def _changed_text(office: Office, name: str, posted: FormData) -> dict[str, Any]:
    """The editor's text with what was changed in the form, and what the form shows of it then."""
    edition = text_of(posted, "edition")
    text = (
        text_of(posted, "text")
        if "text" in posted
        else text_in(edition_path(office.workspace, name, edition))
    )
    trouble = ""
    try:
        text = changed(text, text_of(posted, "before") or text, posted)
    except ValueFault as fault:
        trouble = str(fault)
    values = values_of(text)
    read, error = _read(office, name, edition, text)
    said = {"texts": values.texts, "chosen": values.chosen, "rows": values.rows}
    return {"text": text, "trouble": trouble} | said | _about(values, read, error)


def _saved_change(
    office: Office, pages: Pages, manuscripts: Manuscripts, request: Request, posted: FormData
) -> Response:
    name, edition, before = _of(request)[0], text_of(posted, "edition"), text_of(posted, "before")
    try:
        text = changed(before, before, posted)
    except ValueFault as fault:
        shown = _filled(office, name, edition, before)
        return pages.answer(
            request, "writing/header_page.html.j2", status=422, piece=False, trouble=str(fault), **shown
        )
    manuscripts.save_changed(edition_path(office.workspace, name, edition), text, before)
    query = f"?{urlencode({'edition': edition})}" if edition else ""
    return RedirectResponse(f"/r/{quote(name, safe='')}/header{query}", 303)


def changed(text: str, before: str, posted: Mapping[str, Any]) -> str:
    """A text with what a form changes in its header.

    Args:
        before: the text that the form was filled from.
        posted: the form. Fields that it does not have stay.

    Raises:
        ValueFault: there is no header, or a value can't stand in one.
    """
    was = values_of(before)
    form = posted if isinstance(posted, FormData) else FormData(list(posted.items()))
    for each in RELEASE:
        name = each.name
        if RECORDS.get(name):
            rows = _rows(form, name)
            if rows is not None and _said(row.parts for row in rows) != _said(was.rows[name]):
                now = values_of(text).rows[name]
                text = change_field(text, name, [row.beside(was.rows[name], now) for row in rows])
        elif name == "lists":
            chosen = [str(value) for value in form.getlist(name)]
            if f"{name}.shown" in form and chosen != was.chosen[name]:
                text = change_field(text, name, chosen)
        elif name == "embargo":
            parts = [text_of(form, f"embargo.{part}").strip() for part in ("day", "hour", "zone")]
            if "embargo.day" in form and parts != [
                was.texts[f"embargo.{p}"] for p in ("day", "hour", "zone")
            ]:
                text = change_field(text, name, " ".join(filter(None, parts)) if parts[0] or parts[1] else "")
        elif name in form and text_of(form, name).split() != was.texts[name].split():
            text = change_field(text, name, written(name, text_of(form, name)))
    return text


@dataclass(frozen=True, slots=True)
class _Row:
    """A record as the form has it.

    Attributes:
        parts: by normalised name; all of them, "" where nothing is said.
        was: the number of the record that it was filled from, counted from 0; None: it is new.
    """

    parts: Mapping[str, str]
    was: int | None

    def beside(self, before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """Its parts, those that nobody changed in the form as they were typed into the text meanwhile."""
        if self.was is None or self.was >= len(before) or len(now) != len(before):
            return dict(self.parts)
        old, typed = before[self.was], now[self.was]
        return {part: typed[part] if value == old[part] else value for part, value in self.parts.items()}


def _rows(form: FormData, name: str) -> list[_Row] | None:
    """The records as the form has them, in its order; None: it has none of this field. A button may take one away or
    move it up: `do` is "remove contacts 1" or "up contacts 1", by place in the form."""
    if f"{name}.shown" not in form:
        return None
    numbers = list(dict.fromkeys(
        key.split(".")[1] for key in form if key.startswith(f"{name}.") and key.count(".") == 2
    ))  # fmt: skip
    rows = [
        _Row(
            {part: text_of(form, f"{name}.{number}.{part}").strip() for part in parts_of(name)},
            int(was) if (was := text_of(form, f"{name}.{number}.was")).isdecimal() else None,
        )
        for number in numbers
    ]
    what, _, place = text_of(form, "do").partition(f" {name} ")
    if place in numbers:
        at = numbers.index(place)
        row = rows.pop(at)
        if what == "up":
            rows.insert(max(at - 1, 0), row)
    return [row for row in rows if any(row.parts.values())]


def _said(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Rows as the text can say them: without parts that say nothing, and without rows of which that is all."""
    said = ({part: value for part, value in row.items() if value} for row in rows)
    return [row for row in said if row]


__all__ = ["Control", "changed", "routes"]
