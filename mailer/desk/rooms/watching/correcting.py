"""“Something is wrong in it”: what follows a release is begun here, with the sentence that was wrong put right."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer.delivery import Ledger
from mailer.delivery.tidings import Head, Tidings
from mailer.desk.forms import text_of
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms.watching.asking import log
from mailer.desk.rooms.watching.gathering import is_written, no_such
from mailer.errors import MailerError
from mailer.model import Kind
from mailer.pipeline.following import superseded_by
from mailer.pipeline.following.begun import begin_following
from mailer.pipeline.following.changed import sentences_sent
from mailer.release.writing.sentence import stands_in
from mailer.render.localisation import locale_of
from mailer.workspace import Workspace

KINDS = {
    "correction": Kind.CORRECTION, "update": Kind.UPDATE, "withdrawal": Kind.WITHDRAWAL, "follow-up": Kind.FOLLOW_UP,
}  # fmt: skip
"""What may follow, as it stands in a form."""


_PLACE = 60
"""Characters that a dateline has at most."""
_LABEL = 3
"""Words up to which a line without a full stop is a label or a name."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What somebody may choose from.

    Attributes:
        sentences: by language, with their number among all that was sent: those that stand in its file as they were
            sent, as only they can be replaced there.
        names: of the languages.
        corrected_by: what stands in for it already; "".
        written: its file is there.
    """

    head: Head
    sentences: dict[str, tuple[tuple[int, str], ...]]
    names: dict[str, str]
    corrected_by: str
    written: bool


def page(
    office: Office, pages: Pages, request: Request, form: FormData | None = None, wrong: str = ""
) -> Response:
    """The form, empty or as it was filled in."""
    number = int(request.path_params["id"])
    offered = _offered(office, number)
    typed = {field: text_of(form, field) for field in ("kind", "sentence", "right")} if form else {}
    typed = {"kind": request.query_params.get("kind", "correction"), "sentence": "", "right": ""} | typed
    return pages.answer(
        request, "watching/correct.html.j2", status=422 if wrong else 200,
        offered=offered, id=number, typed=typed, wrong=wrong,
    )  # fmt: skip


def begin(office: Office, pages: Pages, request: Request, form: FormData) -> Response:
    """Begins it, and leads to where it is written on."""
    offered = _offered(office, int(request.path_params["id"]))
    kind = KINDS.get(text_of(form, "kind"))
    if kind is None:
        return page(office, pages, request, form, "Choose what follows.")
    try:
        instead = _instead(offered, form) if kind in (Kind.CORRECTION, Kind.UPDATE) else {}
        begun = begin_following(office.workspace, office.settings, offered.head.release, kind, instead)
    except MailerError as error:
        return page(office, pages, request, form, f"{error.message} {error.hint}")
    office.forget()
    did = "follow-up" if kind is Kind.FOLLOW_UP else "correct"
    log(office.workspace, did, begun.name, follows=offered.head.release)
    return RedirectResponse(f"/r/{quote(begun.name, safe='')}", 303)


def _offered(office: Office, number: int) -> Offered:
    with office.ledger() as ledger:
        head = Tidings(ledger, number).head() if ledger else None
        if head is None or ledger is None:
            raise no_such(number)
        later = superseded_by(ledger, head.release) if head.ready else ""
        written = head.ready and is_written(office.workspace, head.release)
        sentences = _sentences(office.workspace, ledger, head.release) if written else {}
    names = {language: str(locale_of(language).get_display_name("en")) for language in sentences}
    return Offered(head, sentences, names, later, written)


def _sentences(workspace: Workspace, ledger: Ledger, release: str) -> dict[str, tuple[tuple[int, str], ...]]:
    original = workspace.own_release(release)
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for language, sentences in sentences_sent(ledger, ledger.mailing(release)).items():
        translation = original.with_name(f"{release}.{language}.md")
        text = (translation if translation.is_file() else original).read_text("utf-8")
        parts = enumerate(_without_dateline(sentence, text) for sentence in sentences)
        there = tuple(each for each in parts if _is_one(each[1]) and stands_in(text, each[1]))
        found |= {language: there} if there else {}
    return found


def _without_dateline(sentence: str, text: str) -> str:
    """The first sentence begins with the place, which has a field of its own in the file."""
    place, _, rest = sentence.partition("—") if "—" in sentence else sentence.partition("–")
    return rest.strip() if rest and len(place) < _PLACE and not stands_in(text, sentence) else sentence


def _is_one(line: str) -> bool:
    """Whether a line says something, and is no label and no address of the web."""
    words = line.split()
    ends = line[-1:] in ".!?…”»\"'"
    return (
        (len(words) > _LABEL or (ends and len(words) > 1))
        and not line.endswith(":")
        and "://" not in words[0]
    )


def _instead(offered: Offered, form: FormData) -> dict[str, tuple[str, str]]:
    """What was chosen and what is right; {} where neither was said: then it is written by hand.

    Raises:
        MailerError: one of them is missing.
    """
    language, _, number = text_of(form, "sentence").partition(":")
    right = " ".join(text_of(form, "right").split())
    chosen = {str(key): sentence for key, sentence in offered.sentences.get(language, ())}.get(number, "")
    if not chosen and not right:
        return {}
    if not chosen:
        raise MailerError(
            "Choose the sentence that is wrong.", "Or leave what is right empty, and write it by hand."
        )
    if not right or right == chosen:
        raise MailerError("Write how the sentence should be.", "It is still as it was sent.")
    return {language: (chosen, right)}
