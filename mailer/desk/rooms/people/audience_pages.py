"""`/r/NAME/who` and `/r/NAME/person`: who gets a release, and one of them: their very mail, why in or out."""

from __future__ import annotations

from threading import Lock
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mailer.delivery import own_mail
from mailer.desk.office import Office
from mailer.desk.pages import Pages, is_piece
from mailer.desk.rooms.people.asked import LONGEST_QUESTION, words_of
from mailer.desk.rooms.people.crowd import Crowd, crowd_of
from mailer.desk.rooms.people.persons import Clock, mark_of, person_of
from mailer.desk.rooms.people.reading.rolls import Rolls
from mailer.desk.rooms.people.wording import hint_for, number_of
from mailer.desk.showing.mail_frame import MAIL_POLICY, SANDBOX
from mailer.desk.showing.message_view import Scheme, as_shown, view_of
from mailer.desk.showing.shelf import faults_of
from mailer.errors import Fault, ListError, MailerError, WorkspaceError
from mailer.model import LeftOut, Recipient
from mailer.pipeline import Prepared, as_addressed, example_message, not_those_who_got
from mailer.press import AddressError, Choice, canonical, parse_address
from mailer.render import merge_values
from mailer.visible import visible

GROUPS, NAMED, FOUND = 30, 12, 50
"""Outlets, people of each reason, and people found, that are named; the rest is counted."""
KEPT = 3


CHOSEN = ("list", "except", "where", "unmarked", "newcomers", "not_got", "limit")
"""What may be chosen, as the address of the send page says it, from which one comes here."""


def choice_of(request: Request, office: Office) -> Choice | None:
    """Whom the page is asked about; None: those of the release.

    Raises:
        ListError: that is no list of lists/; no other file is opened for an address.
    """
    said = request.query_params
    lists, others = (tuple(said.getlist(key)) for key in ("list", "except"))
    known = {path.stem for path in office.workspace.own_lists()}
    if strange := [name for name in (*lists, *others) if name not in known]:
        fault = Fault("lists/", 0, f"There is no list “{visible(strange[0])}”", "choose one that there is")
        raise ListError([fault])
    choice = Choice(
        lists, others, said.get("where", "").strip(), include_unmarked="unmarked" in said,
        newcomers="newcomers" in said, allow_only=office.settings.allow_only, limit=_limit(said.get("limit", "")),
    )  # fmt: skip
    if not_got := said.get("not_got", ""):
        choice = not_those_who_got(office.workspace, choice, not_got)
    return choice if choice != Choice() else None


def _limit(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def query_of(request: Request, **more: str) -> str:
    """The same choice in another address, with `?` in front where there is anything to say."""
    said = [(key, value) for key, value in request.query_params.multi_items() if key in CHOSEN]
    query = urlencode([*said, *((key, value) for key, value in more.items() if value)])
    return f"?{query}" if query else ""


class AudiencePages:
    """The endpoints."""

    def __init__(self, office: Office, pages: Pages, rolls: Rolls) -> None:
        self._office, self._pages, self._rolls = office, pages, rolls
        self._crowds: list[tuple[Prepared, int, Crowd]] = []
        self._lock = Lock()

    # ---- all of them ---------------------------------------------------------------------------------------

    def who(self, request: Request) -> Response:
        name = request.path_params["name"]
        piece = is_piece(request)
        template = "people/audience/audience_found.html.j2" if piece else "people/audience/audience.html.j2"
        question = request.query_params.get("q", "")[:LONGEST_QUESTION]
        what = {
            "name": name, "question": question, "here": f"/r/{quote(name, safe='')}", "crowd": None, "faults": (),
            "query_of": lambda **more: query_of(request, **more), "groups": GROUPS, "named": NAMED, "most": FOUND,
            "hint_for": hint_for, "number_of": number_of, "found": (), "found_out": (),
            "choice": [(k, v) for k, v in request.query_params.multi_items() if k in CHOSEN],
        }  # fmt: skip
        try:
            crowd = self._crowd(self._office.prepare(name, choice=choice_of(request, self._office)))
        except WorkspaceError:
            raise
        except MailerError as error:
            status = 200 if piece else 422  # htmx shows no piece of another
            return self._pages.answer(request, template, **what | {"faults": faults_of(error)}, status=status)
        what["crowd"] = crowd
        if words := words_of(question):
            what |= {"found": crowd.found(words), "found_out": crowd.found_out(words)}
        return self._pages.answer(request, template, **what)

    def _crowd(self, prepared: Prepared) -> Crowd:
        """Gone through once for as long as neither files nor ledger change."""
        heard = self._office.changes.counters["ledger"]
        with self._lock:
            for known, at, crowd in self._crowds:
                if known is prepared and at == heard:
                    return crowd
            with self._office.ledger() as ledger:
                crowd = crowd_of(prepared, ledger)
            self._crowds = [(prepared, heard, crowd), *self._crowds[: KEPT - 1]]
            return crowd

    # ---- one of them ---------------------------------------------------------------------------------------

    def person(self, request: Request) -> Response:
        """Somebody: a card where htmx asks, else a page. Whoever had it is shown what they had, by the ledger."""
        name = request.path_params["name"]
        prepared = self._office.prepare(name, choice=choice_of(request, self._office))
        address = _address(request)
        key = canonical(address)
        recipient, out = self._in_or_out(prepared, key, address)
        with self._office.ledger() as ledger:
            person = person_of(
                self._office, self._rolls, ledger, key, recipient.address if recipient else address
            )
            had = own_mail(ledger, name, key) if ledger else None
        edition = prepared.release.edition_for(recipient.languages) if recipient else None
        named = self._named(key)
        what = {
            "name": name, "here": f"/r/{quote(name, safe='')}", "person": person, "recipient": recipient, "out": out,
            "edition": edition, "had": had, "sandbox": SANDBOX,
            "values": had.values if had else merge_values(recipient) if recipient else {},
            "lists": ", ".join(prepared.audience.lists), "hint_for": hint_for, "mark_of": mark_of,
            "at": Clock(self._office), "mails": [mail for mail in reversed(person.mails) if mail.release != name],
            "own": [mail for mail in reversed(person.mails) if mail.release == name],
            "mail": f"/r/{quote(name, safe='')}/person/mail{query_of(request, address=address)}",
            "page": f"/r/{quote(name, safe='')}/person{query_of(request, address=address)}",
            "headline": prepared.release.original.headline,
            "called": recipient.name if recipient else had.name if had else named[0],
            "outlet": recipient.outlet if recipient else named[1],
        }  # fmt: skip
        template = (
            "people/audience/person_card.html.j2" if is_piece(request) else "people/audience/person.html.j2"
        )
        return self._pages.answer(request, template, **what)

    def _in_or_out(
        self, prepared: Prepared, key: str, address: str
    ) -> tuple[Recipient | None, tuple[LeftOut, ...]]:
        """Somebody as the audience has them, or why it has not."""
        try:
            return as_addressed(prepared, address), ()
        except WorkspaceError:
            out = (
                left for left in prepared.audience.left_out if left.address and canonical(left.address) == key
            )
            return None, tuple(out)

    def _named(self, key: str) -> tuple[str, str]:
        """What a list calls somebody who is not in the audience."""
        for path in self._rolls.workspace.own_lists():
            try:
                rows = self._rolls.of(path, patience=0).of_key(key)
            except MailerError:
                continue
            if rows:
                return rows[0].name, rows[0].outlet
        return "", ""

    def mail(self, request: Request) -> Response:
        """The very mail that somebody had, or would get, for a frame that lets it do nothing."""
        name, address = request.path_params["name"], _address(request)
        with self._office.ledger() as ledger:
            had = own_mail(ledger, name, canonical(address)) if ledger else None
        view = view_of(had.content if had else self._example(request, name, address))
        scheme: Scheme = "dark" if request.query_params.get("scheme") == "dark" else "light"
        shown = as_shown(view.html, scheme)
        return HTMLResponse(shown, headers={"Content-Security-Policy": MAIL_POLICY})

    def _example(self, request: Request, name: str, address: str) -> bytes:
        prepared = self._office.prepare(name, choice=choice_of(request, self._office))
        recipient = as_addressed(prepared, address)
        edition = prepared.release.edition_for(recipient.languages)
        return example_message(prepared, self._office.settings, edition, recipient)


def _address(request: Request) -> str:
    """
    Raises:
        MailerError: it is none.
    """
    try:
        return parse_address(request.query_params.get("address", ""))
    except AddressError as error:
        raise MailerError(f"That is no address: {error}.", "Choose somebody from the list.") from None
