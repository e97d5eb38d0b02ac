"""An `Edition` as a mail, once for everybody."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlparse

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

from mailer.errors import Fault, TemplateError
from mailer.model import Attachment, Edition, Newsroom, Part, Rendered
from mailer.photo_metadata import without_metadata
from mailer.render import localisation
from mailer.render.calendar import calendar_link, calendar_part
from mailer.render.capitals import sentence_case
from mailer.render.colours import palette
from mailer.render.flowed import cells, flowed, table, underlined
from mailer.render.inline import inline
from mailer.render.languages import attributes_of, has_italics, is_upright, marked, with_elements, with_marks
from mailer.render.merge import Slots, restore
from mailer.render.phones import links_of, only_a_number, tel
from mailer.render.pictures import Pictures
from mailer.render.preheader import default_preheader
from mailer.render.stylesheets import stylesheet
from mailer.render.templates import Templates, place_of, theme_file
from mailer.render.theme_faults import THEME_FILES, as_fault, theme_faults
from mailer.workspace import Workspace, built_in_templates
from mailer.workspace.enclosures import Enclosure, EnclosureError, read_enclosure


def render(edition: Edition, theme: Sequence[Path]) -> Rendered:
    """Render an edition as HTML and text.

    Args:
        edition: with its newsroom.
        theme: the theme's folders, first one first: `workspace.theme(name)`.

    Raises:
        TemplateError: with file and line of what is wrong in the theme, or a picture that can't be used.
    """
    try:
        return _Renderer(edition, theme).rendered()
    except TemplateError as error:
        raise TemplateError(_with_the_others(error.faults, theme)) from None


def _with_the_others(faults: Sequence[Fault], theme: Sequence[Path]) -> list[Fault]:
    """What rendering stopped at, and all else that is wrong in the theme's own files: rendering meets one at a time.

    Where reading the file finds a fault at the same place, it can say more of it.
    """
    if not any(fault.path.endswith(THEME_FILES) for fault in faults):
        return list(faults)  # a picture of the release
    own = [folder for folder in theme if folder.parent != built_in_templates()]
    others = [as_fault(finding) for finding in theme_faults(theme, own)]
    known = {(fault.path, fault.line) for fault in others}
    return [*(fault for fault in faults if (fault.path, fault.line) not in known), *others]


class _Renderer:
    def __init__(self, edition: Edition, theme: Sequence[Path]) -> None:
        self._edition, self._theme = edition, tuple(theme)
        self._workspace = Workspace(edition.newsroom.path.parent)
        self._beside = (self._workspace.root / edition.path).parent
        self._slots = Slots()
        self._pictures = Pictures(self._workspace, self._beside, edition.newsroom.sender.domain)
        self._colour = palette(edition.newsroom.colour)
        self._kind_key = edition.kind.key
        self._phones = links_of(edition)

    def rendered(self) -> Rendered:
        edition, slots = self._edition, self._slots
        names = self._names()
        html = Templates(self._theme, "html", {**names, **self._names_in_html()}).render("release.html.j2")
        html = with_elements(html, edition.direction)
        text_names = {**names, "merged": slots.with_signs, "slot": slots.sign}
        text = Templates(self._theme, "txt", text_names).render("release.txt.j2")
        text, flows = flowed(text)
        return Rendered(
            edition.language,
            slots.with_signs(self._subject()),
            slots.with_signs(self._preheader(localisation.read_labels(self._theme, edition.language))),
            restore(inline(html, self._place("release.html.j2"), self._place("layout.css"))),
            text,
            slots.all(),
            tuple(self._pictures.parts),
            tuple(self._attached()),
            flows,
            tuple(self._pictures.stills),
        )

    def _names(self) -> dict[str, object]:
        """What templates may use. docs/reference/themes.md lists it; a test compares."""
        edition, newsroom = self._edition, self._edition.newsroom
        labels = localisation.read_labels(self._theme, edition.language)
        return {
            "release": replace(edition, preheader=self._preheader(labels)),
            "newsroom": newsroom,
            "labels": labels,
            "kind": labels.get(self._kind_key, edition.kind.value),
            "kind_key": self._kind_key,
            "immediate": not edition.embargo and not edition.kind.follows,
            "colour": self._colour,
            "upright": is_upright(edition.language),
            "has_italics": partial(has_italics, language=edition.language),
            "language_of": partial(attributes_of, edition),
            "sentence_case": sentence_case(texts(edition)),
            "day": partial(localisation.day, language=edition.language),
            "moment": partial(localisation.moment, language=edition.language),
            "elsewhere": partial(localisation.elsewhere, zones=edition.zones, language=edition.language),
            "period": partial(localisation.period, language=edition.language),
            "tel": self._tel,
            "picture": self._pictures,
            "further_images": partial(further_images, edition),
            "calendar_link": lambda: calendar_link(edition, edition.event) if edition.event else "",
            "web_address": self._address,
            "file_name": file_name,
            "file_facts": self._file_facts,
            "address_lines": lambda: address_lines(newsroom),
            "stylesheet": self._stylesheet,
            "underlined": underlined,
            "aligned": _aligned,
        }

    def _names_in_html(self) -> dict[str, object]:
        """The names that say something else in HTML: what is in another language than the mail is marked there."""
        edition = with_marks(self._edition)
        language = edition.language
        labels = localisation.read_marked_labels(self._theme, language)
        spoken = localisation.locale_of(language).language

        def in_its_language(format_: Callable[..., str]) -> Callable[..., str]:
            return lambda value: marked(format_(value, language=language), spoken, language)

        return {
            "release": replace(edition, preheader=self._preheader(labels)),
            "newsroom": edition.newsroom,
            "labels": labels,
            "kind": labels.get(self._kind_key, edition.kind.value),
            "day": in_its_language(localisation.day),
            "moment": in_its_language(localisation.moment),
            "elsewhere": lambda at: [
                marked(text, spoken, language) for text in localisation.elsewhere(at, edition.zones, language)
            ],
            "period": in_its_language(localisation.period),
            "address_lines": lambda: address_lines(edition.newsroom),
            "merged": self._merged_html,
            "slot": lambda field, fallback: Markup(self._slots.sign(field, fallback)),  # noqa: S704
        }

    def _preheader(self, labels: Mapping[str, str]) -> str:
        """What the author wrote, or what stands in for it."""
        edition = self._edition
        kind = labels.get(self._kind_key, edition.kind.value)
        return edition.preheader or default_preheader(edition, kind, self._slots.sign)

    def _tel(self, number: str) -> str:
        """A link for a phone number; of a contact's, with what is known of the contact."""
        found = self._phones.get(number)
        return tel(number, self._edition.newsroom.region) if found is None else found

    def _address(self, text: str) -> str:
        """A link for a field that is an address of the web, of mail or a phone number, or ""."""
        return web_address(text) or (self._tel(text) if only_a_number(text) else "")

    def _merged_html(self, text: str) -> Markup:
        return Markup(self._slots.with_signs(text, lambda piece: str(escape(piece))))  # noqa: S704

    def _subject(self) -> str:
        """A follow-up says so at once, "Correction: …", and before that an embargo until when, "EMBARGO Jul 24, …"."""
        edition = self._edition
        labels = localisation.read_labels(self._theme, edition.language)
        subject, kind = edition.subject, labels.get(self._kind_key, edition.kind.value)
        if edition.kind.follows and not subject.lower().startswith(kind.lower()):
            subject = f"{kind}: {subject}"
        form = labels["embargo_subject"]
        if not edition.embargo or _begins_alike(subject, form):
            return subject
        moment = localisation.short_moment(edition.embargo, edition.language)
        return form.format(moment=moment, subject=subject)

    def _place(self, name: str) -> str:
        """A file of the theme, as staff would name it."""
        path = theme_file(self._theme, name)
        return place_of(path.parent, name) if path else name

    def _stylesheet(self, name: str) -> Markup:
        """A stylesheet of the theme, with the house's colours put in."""
        return Markup(stylesheet(self._theme, name, self._colour))  # noqa: S704 - the theme's own; it holds no end tag

    def _attached(self) -> list[Part]:
        edition = self._edition
        parts = [calendar_part(edition, edition.event)] if edition.event else []
        for file in edition.attachments:
            if file.send == "attach":
                found = self._enclosed(file)
                # Those from which it can't be taken out are named by the check `picture-marks`.
                content = without_metadata(found.content) or found.content
                media_type = mimetypes.guess_type(found.path.name)[0] or "application/octet-stream"
                parts.append(Part(found.path.name, media_type, content))
        return parts

    def _enclosed(self, file: Attachment) -> Enclosure:
        """The file as it is now: since the release was read, it may have become another."""
        try:
            return read_enclosure(self._workspace, file.file, self._beside)
        except EnclosureError as fault:
            raise TemplateError([Fault(str(self._edition.path), 0, fault.message, fault.hint)]) from None

    def _file_facts(self, file: Attachment) -> str:
        """ "PDF, 1.2 MB": type and size; the type alone of what is on the web."""
        kind = Path(file_name(file.file)).suffix.lstrip(".").upper() or "web"
        if file.send == "link":
            return kind
        octets = len(self._enclosed(file).content)
        size = f"{octets / 2**20:.1f} MB" if octets >= 2**20 else f"{max(1, octets // 1024)} KB"
        return f"{kind}, {size}"


def _begins_alike(subject: str, form: str) -> bool:
    """Whether whoever wrote the subject began it with the embargo themselves: "Embargoed until 6: …"."""
    word = re.match(r"\w*", form)
    return bool(word and word[0] and subject.casefold().startswith(word[0].casefold()))


def further_images(edition: Edition) -> list[SyntaxTreeNode]:
    """Figures for the header's images that the text does not show."""
    shown = {str(node.attrs["src"]) for node in edition.body.walk() if node.type in ("figure", "image")}
    figures = []
    for image in edition.images:
        if image.file not in shown:
            token = Token("figure", "img", 0, content=image.alt, block=True)
            token.attrs = {"src": image.file, "alt": image.alt}
            token.meta = {"caption": image.caption, "credit": image.credit, "listed": ["alt", "caption"]}
            figures.append(SyntaxTreeNode([token]).children[0])
    return figures


def texts(edition: Edition) -> list[str]:
    """What a release says, but for headline and labels: how its words are written."""
    trees = [
        edition.body,
        *(note.content for note in edition.notes),
        *(about.content for about in edition.about),
    ]
    running = [node.content for tree in trees for node in tree.walk() if node.type == "text"]
    return [*running, edition.newsroom.name]


def address_lines(newsroom: Newsroom) -> list[str]:
    """The postal address without the organisation's name, which stands above it."""
    return [line for line in newsroom.postal_address.split("\n") if line != newsroom.name]


def file_name(file: str) -> str:
    """What a file is called, of a path or a web address."""
    return unquote(Path(urlparse(file).path).name) or file


def web_address(text: str) -> str:
    """A link for a field that is an address of some sort, or ""."""
    if re.fullmatch(r"https?://\S+", text):
        return text
    return f"mailto:{text}" if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", text) else ""


def _aligned(node: SyntaxTreeNode, text: str) -> str:
    """A table as text: what the templates made of its rows and cells, each column to its side."""
    rows = cells(text)
    sides = [
        str(cell.attrs.get("style", "")).removeprefix("text-align:")
        for cell in next(row for row in node.walk() if row.type == "tr").children
    ]
    return table(rows, sides)
