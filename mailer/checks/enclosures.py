"""Checks of what travels with the text: links, pictures' words, attached files, the brand's colour."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from mailer.checks.draft import Draft
from mailer.model import Edition, Finding, Where
from mailer.render.colours import SHEET, contrast, palette
from mailer.visible import visible

SHORTENERS = frozenset((
    "bit.ly", "bitly.com", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "buff.ly", "is.gd", "v.gd",
    "rebrand.ly", "cutt.ly", "rb.gy", "shorturl.at", "lnkd.in", "tiny.cc", "t.ly", "bl.ink", "soo.gd",
    "s.id", "dlvr.it", "fb.me", "trib.al", "short.io", "hubs.ly", "hubs.la", "acortar.link", "n9.cl",
    "kurzelinks.de", "u.to",
))  # fmt: skip
"""Services that hide where a link leads. Not short domains of one publisher, such as youtu.be."""

BLOCKED_BY_GMAIL = frozenset((
    "ade", "adp", "apk", "appx", "appxbundle", "bat", "cab", "chm", "cmd", "com", "cpl", "diagcab",
    "diagcfg", "diagpkg", "dll", "dmg", "ex", "ex_", "exe", "hta", "img", "ins", "iso", "isp", "jar",
    "jnlp", "js", "jse", "lib", "lnk", "mde", "mjs", "msc", "msi", "msix", "msixbundle", "msp", "mst",
    "nsh", "pif", "ps1", "scr", "sct", "shb", "sys", "vb", "vbe", "vbs", "vhd", "vxd", "wsc", "wsf",
    "wsh", "xll",
))  # fmt: skip
"""https://support.google.com/mail/answer/6590: refused whether attached as they are or in an archive."""

WITH_MACROS = frozenset((
    "docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm", "ppam", "sldm",
))  # fmt: skip
"""Office files that may hold programs; Gmail refuses those whose macros are malicious, others all."""

ENOUGH = 4.5
"""WCAG 2.2 §1.4.3, for text of ordinary size."""

_FILE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|tiff?|bmp|heic|svg)|(?:IMG|DSC[NF]?|DCIM|PXL|MVI|GOPR|P)[_-]?\d{3,}.*"
    r"|(?:image|img|photo|picture|foto|imagen|bild|screenshot|screen shot|captura de pantalla|untitled|scan)"
    r"[\s_-]*(?:\(?\d[\d\s_.:-]*(?:at [\d.]+)?\)?)?",
    re.IGNORECASE,
)


def written_links(draft: Draft) -> Iterator[Finding]:
    """insecure-link, short-link: an address without TLS, and one that hides where it leads. Nothing is looked up."""
    for manuscript in draft.manuscripts:
        edition = manuscript.edition
        found = [(link.url, link.where) for link in manuscript.links]
        found += [(a.file, edition.where("attachments")) for a in edition.attachments if a.send == "link"]
        found += [(edition.web, edition.where("web"))] if edition.web else []
        short = [(url, where) for url, where in found if _host(url) in SHORTENERS]
        plain = [(url, where) for url, where in found if url.lower().startswith("http:")]
        if short:
            yield Finding(
                "short-link",
                "warning",
                f"{_first(short)} hides where it leads{_more(short)}.",
                "Give the address itself: filters distrust short ones, and they can end.",
                short[0][1],
            )
        if plain:
            yield Finding(
                "insecure-link",
                "notice",
                f"{_first(plain)} is not secure{_more(plain)}.",
                "Write https:// if the site has it: browsers warn of the other.",
                plain[0][1],
            )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _first(links: list[tuple[str, Where]]) -> str:
    return visible(links[0][0].removeprefix("https://"))[:60]


def _more(links: list[tuple[str, Where]]) -> str:
    """The lines of the others."""
    lines = sorted({where.line for _, where in links[1:]} - {links[0][1].line, 0})
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:12])) + (" …" if len(lines) > 12 else "")
    return f" (so do those of line{'s' if len(lines) > 1 else ''} {shown})"


def alt_texts(draft: Draft) -> Iterator[Finding]:
    """alt-file-name: the words for who can't see a picture are the name of its file."""
    for edition in draft.release.editions:
        for file, alt, where in _pictures(edition):
            stem = PurePosixPath(unquote(file)).stem.casefold()
            if alt and (
                _FILE_NAME.fullmatch(alt.strip()) or (alt.strip().casefold() == stem and not _is_word(alt))
            ):
                yield Finding(
                    "alt-file-name",
                    "warning",
                    f"The picture's words are “{visible(alt)}”, a file's name.",
                    "Say what it shows: it is read aloud, and shown where pictures are off.",
                    where,
                )


def _pictures(edition: Edition) -> Iterator[tuple[str, str, Where]]:
    for image in edition.images:
        yield image.file, image.alt, edition.where("images")
    for tree in (edition.body, *(note.content for note in edition.notes)):
        line = 0
        for node in tree.walk(include_self=False):
            line = node.map[0] + 1 if node.type not in ("text", "softbreak") and node.map else line
            if node.type in ("figure", "image"):
                yield str(node.attrs["src"]), node.content, Where(str(edition.path), line)
    logo = edition.newsroom.logo
    if logo:
        newsroom = edition.newsroom
        yield logo.file, logo.alt, Where(newsroom.path.name, newsroom.lines.get("logo", 0))


def _is_word(text: str) -> bool:
    """One word, or several: what a file may be called after what it shows."""
    return bool(re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)*", text.strip()))


def rejected_attachments(draft: Draft) -> Iterator[Finding]:
    """rejected-attachment: a file of a kind that mail servers refuse, attached or in an archive that is."""
    for edition in draft.release.editions:
        for part in draft.rendered[edition.language].attached:
            for name in (part.name, *(f"{part.name} holds {inner}" for inner in _packed(part.content))):
                ending = name.rpartition(".")[2].casefold()
                if ending in BLOCKED_BY_GMAIL:
                    yield Finding(
                        "rejected-attachment",
                        "error",
                        f"{visible(name)}: Gmail refuses mail with such a file.",
                        "Put it on your site, and link to it.",
                        edition.where("attachments"),
                    )
                elif ending in WITH_MACROS:
                    yield Finding(
                        "rejected-attachment",
                        "warning",
                        f"{visible(name)}: a file with macros, which many refuse.",
                        "Save it without macros, or as a PDF.",
                        edition.where("attachments"),
                    )
            if _is_locked(part.content):
                yield Finding(
                    "rejected-attachment",
                    "warning",
                    f"{visible(part.name)} has a password: filters can't look into it.",
                    "Send it without, or put it on your site.",
                    edition.where("attachments"),
                )


def _members(content: bytes) -> list[zipfile.ZipInfo]:
    """What an archive holds; nothing, if it is none. Office files are archives, too."""
    if not content.startswith(b"PK"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return []


def _packed(content: bytes) -> list[str]:
    names = [each.filename for each in _members(content)]
    return [] if "[Content_Types].xml" in names else names


def _is_locked(content: bytes) -> bool:
    return any(each.flag_bits & 1 for each in _members(content))


def brand_colour(draft: Draft) -> Iterator[Finding]:
    """brand-colour: one too light for words on white, so that links and headings are printed darker."""
    newsroom = draft.release.original.newsroom
    if newsroom.colour and (has := contrast(newsroom.colour, SHEET)) < ENOUGH:
        instead = palette(newsroom.colour).text
        yield Finding(
            "brand-colour",
            "notice",
            f"{newsroom.colour} on white has a contrast of {has:.1f} to 1, and words "
            f"need {ENOUGH}: links are printed in {instead}.",
            "Nothing, or a darker Colour: of your brand's.",
            Where(newsroom.path.name, newsroom.lines.get("colour", 0)),
        )
