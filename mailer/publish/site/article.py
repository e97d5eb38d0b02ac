"""An edition as HTML for the web: the text and what belongs to it, by macros of the site's own, from the same tree that
the mail is made of. What is for one recipient alone is not in it: a slot has its fallback, a cover note is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from mailer.errors import Fault, ReleaseError
from mailer.model import MERGE_SLOT, Edition
from mailer.publish.site.page import PressPicture
from mailer.publish.site.pictures import PressPictures
from mailer.render import localisation
from mailer.render.capitals import sentence_case
from mailer.render.languages import attributes_of, has_italics, marked, with_elements, with_marks
from mailer.render.phones import links_of, only_a_number, tel
from mailer.render.preheader import default_preheader
from mailer.render.renderer import file_name, further_images, texts, web_address
from mailer.render.templates import Templates


class Article:
    """The parts of an edition's page.

    Args:
        folders: where the site's templates are looked for, first one first.
        attached: path and size in octets of each attached file, by its name in the release.
        calendar: path of the event's calendar entry, or "".
    """

    def __init__(
        self,
        edition: Edition,
        folders: Sequence[Path],
        pictures: PressPictures,
        attached: dict[str, tuple[str, int]],
        calendar: str,
    ) -> None:
        must_have_fallbacks(edition)
        self._edition, self._folders, self._pictures = edition, folders, pictures
        self._phones = links_of(edition)
        language = edition.language
        spoken = localisation.locale_of(language).language

        def in_its_language(format_: Callable[..., str]) -> Callable[..., str]:
            return lambda value: marked(format_(value, language=language), spoken, language)

        names = {
            "release": with_marks(edition),
            "labels": localisation.read_marked_labels(folders, language),
            "has_italics": partial(has_italics, language=language),
            "language_of": partial(attributes_of, edition),
            "sentence_case": sentence_case(texts(edition)),
            "moment": in_its_language(localisation.moment),
            "period": in_its_language(localisation.period),
            "tel": self._tel,
            "web_address": self._address,
            "picture": self._picture,
            "further_images": partial(further_images, edition),
            "file_name": file_name,
            "download": lambda file: attached.get(file, ("", 0)),
            "calendar": calendar,
            "size": size,
        }
        self._templates = Templates(folders, "html", names)

    def html(self, name: str) -> str:
        """A part of the page, `article.html.j2` or `aside.html.j2`.

        Raises:
            TemplateError: with file and line of what is wrong in it.
        """
        body = f"<body>{self._templates.render(name)}"  # signs of languages are seen behind that alone
        return with_elements(body, self._edition.direction).removeprefix("<body>")

    def description(self) -> str:
        """A sentence or two for search engines and lists."""
        edition = self._edition
        kind = localisation.read_labels(self._folders, edition.language).get(
            edition.kind.value, edition.kind.value
        )
        return plain(edition.preheader) or default_preheader(edition, kind, lambda field, fallback: fallback)

    def _picture(self, node: SyntaxTreeNode) -> PressPicture | None:
        """The picture of a figure in its sizes, or None: one on the web stays where it is."""
        file = str(node.attrs["src"])
        if file.lower().startswith(("http://", "https://")):
            return None
        alt = str(node.attrs.get("alt") or node.content)
        return self._pictures(file, alt, str(node.meta.get("caption", "")), str(node.meta.get("credit", "")))

    def _tel(self, number: str) -> str:
        found = self._phones.get(number)
        return tel(number, self._edition.newsroom.region) if found is None else found

    def _address(self, text: str) -> str:
        return web_address(text) or (self._tel(text) if only_a_number(text) else "")


def must_have_fallbacks(edition: Edition) -> None:
    """See that every merge slot of the text says something where nobody's name stands.

    Raises:
        ReleaseError: naming those that don't.
    """
    trees = [edition.body, *(note.content for note in edition.notes), *(a.content for a in edition.about)]
    empty = dict.fromkeys(
        str(node.meta["field"])
        for tree in trees
        for node in tree.walk()
        if node.type == "merge_slot" and not node.meta["fallback"]
    )
    if empty:
        raise ReleaseError([
            Fault(str(edition.path), 0, f"{{{{ {field} }}}} would be empty on the web", f"write {{{{ {field} | … }}}}")
            for field in empty
        ])  # fmt: skip


def plain(text: str) -> str:
    """A field's text, its merge slots as their fallbacks."""
    return MERGE_SLOT.sub(lambda slot: slot["fallback"] or "", text)


def size(octets: int) -> str:
    """ "1.2 MB"."""
    return f"{octets / 2**20:.1f} MB" if octets >= 2**20 else f"{max(1, octets // 1024)} KB"


def pictures_of(edition: Edition, pictures: PressPictures) -> list[PressPicture]:
    """The pictures of an edition that lie in the workspace, in the order in which they are shown."""
    nodes = [node for node in edition.body.walk() if node.type in ("figure", "image")]
    found: dict[str, PressPicture] = {}
    for node in (*nodes, *further_images(edition)):
        file = str(node.attrs["src"])
        if not file.lower().startswith(("http://", "https://")) and file not in found:
            alt = str(node.attrs.get("alt") or node.content)
            found[file] = pictures(
                file, alt, str(node.meta.get("caption", "")), str(node.meta.get("credit", ""))
            )
    return list(found.values())


def safe(html: str) -> Markup:
    """HTML that this stage has made itself."""
    return Markup(html)  # noqa: S704 - made by templates that escape


def with_plain_fields(edition: Edition) -> Edition:
    """The edition without what is for one recipient."""
    return replace(edition, note="", preheader=plain(edition.preheader))
