"""`/suppressed`: who is never mailed, since when and why; one more; one taken back, if they have asked for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from mailer.desk.forms import form_of, text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.desk.rooms.people.asked import PAGE, asked_of, words_of
from mailer.desk.rooms.people.reading.rolls import Rolls
from mailer.desk.rooms.people.said import Said, note
from mailer.desk.rooms.people.wording import number_of
from mailer.pipeline.several.suppressions import agree, begin, suppressions_of
from mailer.press import AddressError, Suppression, Suppressions, canonical, parse_address
from mailer.press.clean_text import folded
from mailer.press.suppressions.suppressed_rows import HASH

WHYS = {
    "unsubscribed": "asked not to be mailed", "bounced": "mail came back", "complained": "reported it as spam",
    "forgotten": "forgotten", "other": "other reasons",
}  # fmt: skip


def why_of(entry: Suppression) -> str:
    """Which of `WHYS` a suppression is, by its reason's words."""
    return "forgotten" if entry.address.startswith(HASH) else _why(entry.reason)


@lru_cache(maxsize=4096)
def _why(text: str) -> str:
    reason = folded(text)
    if reason.startswith("forgotten"):
        return "forgotten"
    if "bounce" in reason:
        return "bounced"
    if "spam" in reason or "complain" in reason:
        return "complained"
    return "unsubscribed" if reason.startswith(("unsubscribe", "baja", "asked")) else "other"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form that adds somebody."""

    addresses: str = ""
    reason: str = ""
    wrong: str = ""


class SuppressedPage:
    """The endpoints."""

    def __init__(self, office: Office, pages: Pages, rolls: Rolls, said: Said) -> None:
        self._workspace, self._pages, self._rolls, self._said = office.workspace, pages, rolls, said

    def show(
        self, request: Request, *, typed: Typed | None = None, back_wrong: str = "", back: str = ""
    ) -> Response:
        """The list, or the piece of it that htmx asks for."""
        asked = asked_of(request)
        known = self._rolls.never.current()
        faults = self._rolls.never.faults
        if known is None:  # what can be read of an odd file is shown all the same
            known = Suppressions(self._workspace.suppressed, to_add=True)
        everybody = list(known)
        kinds = Counter(map(why_of, everybody))
        words = words_of(asked.words)
        found = [e for e in everybody if asked.kind in ("", why_of(e)) and _holds(e, words)]
        found.sort(key=lambda entry: (entry.date[:10], entry.line), reverse=True)
        taken = back or request.query_params.get("take-back", "")
        what: dict[str, Any] = {
            "asked": asked, "entries": found[asked.first : asked.first + PAGE], "number": len(found),
            "pages_": max(1, -(-len(found) // PAGE)), "kinds": [(k, WHYS[k], kinds[k]) for k in WHYS if kinds[k]],
            "why_of": why_of, "whys": WHYS, "waiting": {wish.address for wish in known.wishes.values()},
            "hash_": HASH, "number_of": number_of, "total": len(everybody),
        }  # fmt: skip
        if is_piece(request):
            return self._pages.answer(request, "people/suppressed_found.html.j2", **what)
        missing = not self._workspace.suppressed.exists()
        return self._pages.answer(
            request, "people/suppressed.html.j2", **what, faults=faults, missing=missing, typed=typed or Typed(),
            back=known.get(taken) if taken else None, back_address=taken, back_wrong=back_wrong,
            said=self._said.heard(request.query_params.get("said", "")),
            status=422 if (typed and typed.wrong) or back_wrong else 200,
        )  # fmt: skip

    async def post(self, request: Request) -> Response:
        form = await form_of(request)
        return await run_in_threadpool(self._do, request, form)

    def _do(self, request: Request, form: FormData) -> Response:
        do = text_of(form, "do")
        if do == "begin":
            return self._begin(form)
        if do == "take-back":
            return self._take_back(request, form)
        return self._add(request, form)

    def _begin(self, form: FormData) -> Response:
        if not text_of(form, "sure"):
            return self._said.at("/suppressed", "Nothing was made: tick the box first.")
        number = begin(self._workspace)
        note(self._workspace, "suppress", begun=True)
        known = f"It has {number_of(number, 'address', 'addresses')}, as the ledger knows them."
        said = known if number else "Nobody is on it yet."
        return self._said.at("/suppressed", f"The list was made. {said}")

    def _add(self, request: Request, form: FormData) -> Response:
        given, reason = text_of(form, "addresses"), text_of(form, "reason").strip()
        texts = [
            part for line in given.splitlines() for part in line.replace(";", ",").split(",") if part.strip()
        ]
        mailed, wrong = [], "" if texts else "Type an address."
        for text in texts:
            try:
                mailed.append(parse_address(text))
            except AddressError as error:
                wrong = f"“{text.strip()[:100]}”: {error}."
        if not wrong and not reason:
            wrong = "Say why, for colleagues to read: “asked by phone”, for example."
        if wrong:
            return self.show(request, typed=Typed(given, reason, wrong))
        suppressions = suppressions_of(self._workspace, to_add=True)
        new = [address for address in mailed if suppressions.add(address, reason, "at the desk")]
        for address in new:
            note(self._workspace, "suppress", address=address, reason=reason, source="at the desk")
        are = f"{', '.join(new[:3])}{' and others' if len(new) > 3 else ''}"
        return self._said.at(
            "/suppressed", f"Never mailed again: {are}." if new else "All of them were never mailed already."
        )

    def _take_back(self, request: Request, form: FormData) -> Response:
        address, reason = text_of(form, "address"), text_of(form, "reason").strip()
        wrong = ""
        if not text_of(form, "sure"):
            wrong = "Nothing was changed: tick the box, if they have asked for it themselves."
        elif len(reason) < 3:
            wrong = "Nothing was changed: say how they asked for it, for colleagues to read."
        if wrong:
            return self.show(request, back=address, back_wrong=wrong)
        mailed = parse_address(address)
        suppressions = suppressions_of(self._workspace)
        removed = suppressions.remove(mailed)
        if removed:
            note(self._workspace, "unsuppress", address=mailed, reason=reason, source="at the desk")
        agree(self._workspace)
        if left := Suppressions(self._workspace.suppressed).get(mailed):
            return self._said.at("/suppressed", f"{mailed} is still never mailed: {left}, {left.source}.")
        return self._said.at(
            "/suppressed", f"{mailed} {'can be mailed again' if removed else 'was not suppressed'}."
        )


def take_back_link(address: str) -> str:
    """The page that asks whether somebody may be mailed again."""
    return f"/suppressed?{urlencode({'take-back': address})}#take-back"


def _holds(entry: Suppression, words: tuple[str, ...]) -> bool:
    if not words:
        return True
    text = folded(f"{entry.address} {canonical(entry.address)} {entry.reason} {entry.source} {entry.date}")
    return all(word in text for word in words)
