"""Feeds of the newsroom: Atom (RFC 4287) and RSS 2.0, each with the whole text, newest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urljoin

from lxml import etree, html

from mailer.model import Newsroom
from mailer.publish.site.made import INDEX, Feed, House, feeds_of, in_language
from mailer.publish.site.page import Page, Pages, kind_label, newest
from mailer.render import localisation

MOST = 30
"""Entries of a feed. What is older is on the site."""

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_XML = "http://www.w3.org/XML/1998/namespace"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 has no place for, however it is written."""


def feed_files(site: Pages, house: House) -> dict[str, bytes]:
    """Every feed by its path; none where the site's address is not known."""
    files = {}
    for feed in feeds_of(site, house):
        pages = site.listed(feed.language, every=house.is_own(feed.language))[:MOST]
        make = _atom if feed.name == "Atom" else _rss
        files[feed.path] = make(feed, pages, site, house)
    return files


def absolute(fragment: str, base: str) -> str:
    """HTML whose links and pictures lead to the site from wherever it is read.

    Args:
        base: of the page that it stands on, so that its own anchors lead there.
    """
    if not fragment.strip():
        return ""
    tree = html.fragment_fromstring(fragment, create_parent="div")
    for element in tree.iter(etree.Element):
        for name in ("href", "src"):
            if name in element.attrib:
                element.set(name, urljoin(base, element.get(name, "")))
        element.attrib.pop("srcset", None)
        element.attrib.pop("sizes", None)
    whole = str(etree.tostring(tree, encoding="unicode", method="html"))
    return whole.removeprefix("<div>").removesuffix("</div>").strip()


def _content(page: Page, site: Pages, house: House) -> str:
    """What stands in the entry: the text with what follows it on top, or the notice that took its place."""
    labels = localisation.read_labels(house.folders, page.language)
    parts = []
    withdrawal = site.withdrawal(page)
    for each in (withdrawal,) if withdrawal else site.followers(page):
        made = html.Element("p")
        link = etree.SubElement(made, "a", href=each.path)
        link.text = clean(f"{kind_label(each.kind, labels)}{labels['colon']} {each.headline}")
        link.tail = clean(f" {each.correction}")
        parts.append(etree.tostring(made, encoding="unicode", method="html"))
    if not withdrawal:
        parts += [f"<p>{_escaped(page.correction)}</p>"] if page.correction else []
        parts.append(page.article)
    return absolute("".join(parts), house.base + page.path)


def _escaped(text: str) -> str:
    made = html.Element("p")
    made.text = clean(text)
    return str(etree.tostring(made, encoding="unicode", method="html"))[len("<p>") : -len("</p>")]


def clean(text: str) -> str:
    """Text that XML can hold."""
    return _NO_XML.sub("", text)


def _atom(feed: Feed, pages: Sequence[Page], site: Pages, house: House) -> bytes:
    newsroom = house.of(feed.language)
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set(f"{{{_XML}}}lang", feed.language)

    def add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
        element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", **attributes)
        element.text = clean(text) or None
        return element

    index = house.base + in_language(INDEX, feed.language, house)
    add(root, "id", index)
    add(root, "title", newsroom.name)
    add(root, "updated", newest(pages, site) or site.now.isoformat(timespec="seconds"))
    add(root, "link", rel="self", type=feed.media_type, href=house.base + feed.path)
    add(root, "link", rel="alternate", type="text/html", href=index)
    add(add(root, "author"), "name", newsroom.name)
    for page in pages:
        entry = add(root, "entry")
        entry.set(f"{{{_XML}}}lang", page.language)
        add(entry, "id", page.tag)
        add(entry, "title", page.headline)
        add(
            entry,
            "link",
            rel="alternate",
            type="text/html",
            hreflang=page.language,
            href=house.base + page.path,
        )
        add(entry, "published", page.published)
        add(entry, "updated", site.changed(page))
        add(entry, "category", term=page.kind)
        if not site.withdrawal(page) and page.description:
            add(entry, "summary", page.description)
        add(entry, "content", _content(page, site, house), type="html")
    return _written(root)


def _rss(feed: Feed, pages: Sequence[Page], site: Pages, house: House) -> bytes:
    newsroom: Newsroom = house.of(feed.language)
    root = etree.Element("rss", nsmap={"atom": _ATOM, "content": _CONTENT}, version="2.0")
    channel = etree.SubElement(root, "channel")

    def add(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
        etree.SubElement(parent, name, **attributes).text = clean(text)

    labels = localisation.read_labels(house.folders, feed.language)
    add(channel, "title", newsroom.name)
    add(channel, "link", house.base + in_language(INDEX, feed.language, house))
    add(channel, "description", labels["said"].format(name=newsroom.name))
    add(channel, "language", feed.language)
    if last := newest(pages, site):
        add(channel, "lastBuildDate", format_datetime(datetime.fromisoformat(last)))
    own = etree.SubElement(channel, f"{{{_ATOM}}}link", rel="self", type=feed.media_type)
    own.set("href", house.base + feed.path)
    for page in pages:
        item = etree.SubElement(channel, "item")
        add(item, "title", page.headline)
        add(item, "link", house.base + page.path)
        add(item, "guid", page.tag, isPermaLink="false")
        add(item, "pubDate", format_datetime(datetime.fromisoformat(page.published)))
        add(item, "category", kind_label(page.kind, labels))
        if not site.withdrawal(page) and page.description:
            add(item, "description", page.description)
        add(item, f"{{{_CONTENT}}}encoded", _content(page, site, house))
    return _written(root)


def _written(root: etree._Element) -> bytes:
    etree.indent(root)
    written = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    assert isinstance(written, bytes)
    return written + b"\n"
