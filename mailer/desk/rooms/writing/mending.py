"""What a finding offers beside a place to go to: tidying what a word processor left behind, as `mailer fix` does, and
silencing what is meant so. Both give a text for the editor, which writes it and can take it back; no file is touched.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.rooms.writing.drafts import with_typed
from mailer.desk.rooms.writing.editions import edition_path, text_in
from mailer.desk.rooms.writing.header_fields import values_of
from mailer.errors import ValueFault
from mailer.importing.changed_lines import changed_lines
from mailer.importing.fixing import propose
from mailer.release.writing.changing import change_field


def routes(office: Office) -> list[BaseRoute]:
    """Where the editor's text is posted, and comes back mended."""

    async def tidy(request: Request) -> Response:
        name, form = str(request.path_params["name"]), await form_of(request)
        edition, text = text_of(form, "edition"), text_of(form, "text") if "text" in form else None
        return JSONResponse(await run_in_threadpool(_tidied, office, name, edition, text))

    async def silence(request: Request) -> Response:
        name, form = str(request.path_params["name"]), await form_of(request)
        path = edition_path(office.workspace, name, text_of(form, "edition"))
        text = text_of(form, "text") if "text" in form else text_in(path)
        return JSONResponse(_silenced(text, text_of(form, "check"), text_of(form, "because")))

    return [
        Route("/r/{name}/tidy", tidy, methods=["POST"]),
        Route("/r/{name}/silence", silence, methods=["POST"]),
    ]


def _tidied(office: Office, name: str, edition: str, text: str | None) -> dict[str, Any]:
    """What tidying would make of a text, and what it would change."""
    path = edition_path(office.workspace, name, edition)
    proposed = propose(with_typed(office.workspace, path, text), path)
    before, after = (
        each.replace("\r\n", "\n").removeprefix("\ufeff") for each in (proposed.before, proposed.tidied.text)
    )
    changes = list(changed_lines(before, after))
    sides = [(change.line, *change.pieces()) for change in changes]
    return {
        "text": after,
        "changes": [
            f"{number} × {what}" if number > 1 else what for what, number in proposed.tidied.changes.items()
        ],
        "doubts": [(told.line, told.message) for told in proposed.tidied.doubts],
        "lines": [{"line": line, "was": was, "becomes": becomes} for line, was, becomes in sides],
    }


def _silenced(text: str, check: str, because: str) -> dict[str, str]:
    """A text whose header silences a check, for a reason."""
    rows = [*values_of(text).rows["silence"], {"check": check, "because": " ".join(because.split())}]
    try:
        said = change_field(text, "silence", rows)
    except ValueFault as fault:
        return {"text": text, "trouble": str(fault)}
    return {"text": said, "trouble": ""}
