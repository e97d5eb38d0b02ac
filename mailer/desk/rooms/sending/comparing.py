"""What a release was at its proof, its approval or its sending, beside what it is now."""

from __future__ import annotations

from typing import cast, get_args

from starlette.requests import Request
from starlette.responses import Response

from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.sending.standing import moment
from mailer.desk.showing.mail_frame import SANDBOX, mail_answer
from mailer.desk.showing.message_view import View, view_of
from mailer.desk.showing.side_by_side import marked
from mailer.pipeline.earlier import Earlier, Since, compared
from mailer.pipeline.offering import changed_words
from mailer.settings import read_settings


class Comparing:
    """The page, and the mails in its frames, in each of which the words are marked that the other one lacks."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office, self._pages = office, pages

    def show(self, request: Request) -> Response:
        name = request.path_params["name"]
        earlier = self._compared(request)
        zone = self._office.prepare(name).release.original.newsroom.zone
        pairs = [
            (language, self._view(earlier.before, language), self._view(earlier.now, language))
            for language in {**earlier.now, **earlier.before}
        ]
        return self._pages.answer(
            request, "sending/diff.html.j2", name=name, earlier=earlier, when=moment(earlier.at, zone),
            pairs=[(lang, old, new, _words(old, new)) for lang, old, new in pairs], sandbox=SANDBOX,
        )  # fmt: skip

    def mail(self, request: Request) -> Response:
        """One side of a pair."""
        earlier, language = self._compared(request), request.query_params.get("edition", "")
        before, now = (
            view.html if (view := self._view(side, language)) else ""
            for side in (earlier.before, earlier.now)
        )
        old, new = marked(before, now)
        shown = old if request.query_params.get("side") == "before" else new
        return mail_answer(request, shown)

    def _compared(self, request: Request) -> Earlier:
        asked = request.query_params.get("since")
        since = cast(Since, asked) if asked in get_args(Since) else None
        prepared = self._office.prepare(request.path_params["name"])
        settings = read_settings(self._office.workspace.root, self._office.environment())
        with self._office.ledger() as ledger:
            return compared(prepared, settings, ledger, since)

    def _view(self, mails: object, language: str) -> View | None:
        found = cast(dict[str, bytes], mails).get(language)
        return view_of(found) if found else None


def _words(before: View | None, now: View | None) -> str:
    """What changed, in a line."""
    if before is None:
        return "a new edition"
    if now is None:
        return "this edition is gone"
    old, new = (f"{view.subject}\n{view.sender}\n{view.text}" for view in (before, now))
    if number := changed_words(old, new):
        return f"{number:,} {'word' if number == 1 else 'words'} changed"
    same = before.html == now.html and before.attachments == now.attachments
    return "nothing changed" if same else "it reads the same; the layout, a picture or a file is another"
