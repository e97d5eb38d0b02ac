"""A page's source as a tree, within limits, and its visible words by themselves."""

from __future__ import annotations

import re
from typing import Any

from mailer.errors import DocumentError, Fault
from mailer.importing.sources.web.blocks import UNREAD
from mailer.importing.sources.web.looks import Declarations, Styles, struck
from mailer.importing.sources.web.unseen import hidden, unseen

MOST_BYTES = 64 << 20
_MOST_TEXT, _MOST_ELEMENTS, _DEEPEST = 8_000_000, 400_000, 150
_EMBEDDED = re.compile(
    r"""data:image/[a-z0-9.+-]{1,40}(?:;[a-z0-9=-]{1,40}){0,4},[^"'\s<>)]{200,}""", re.IGNORECASE
)
_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w-]{1,40})""", re.IGNORECASE)
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|windows-\d{3,4}|iso-8859-\d{1,2}|cp\d{3,4}|koi8-[ru]|gbk|gb2312|gb18030|big5|shift_jis"
    r"|euc-(?:jp|kr)|macintosh|us-ascii",
    re.IGNORECASE,
)
_AS_WINDOWS = ("iso-8859-1", "us-ascii")
"""What says it is Latin-1 is Windows-1252 (WHATWG Encoding, 4.2)."""


def text_of(content: bytes) -> str:
    """A page's source as text: by its byte order mark, by what it says, else UTF-8, else Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if content[1:2] == b"\x00" and content[:1] == b"<":
        return content.decode("utf-16-le", "replace")
    said = _CHARSET.search(content[:4096])
    encoding = said[1].decode("ascii").lower() if said else "utf-8"
    if encoding in _AS_WINDOWS:
        encoding = "windows-1252"
    if not _ENCODINGS.fullmatch(encoding) or encoding.startswith(
        "utf-16"
    ):  # then it could not have been read here
        encoding = "utf-8"
    for attempt in (encoding, "utf-8"):
        try:
            return content.decode(attempt)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def tree_of(source: str, name: str) -> tuple[Any, dict[str, str]]:
    """The tree of a page, and the pictures that were embedded in it, by what now stands in their place.

    Raises:
        DocumentError: it is too large or too deep.
    """
    from lxml import etree
    from lxml import html as lxml_html

    embedded: dict[str, str] = {}

    def take_out(match: re.Match[str]) -> str:
        key = f"embedded:{len(embedded) + 1}"
        embedded[key] = match[0]
        return key

    source = _EMBEDDED.sub(take_out, source)
    source = re.sub(r"[\x00-\x08\x0e-\x1f]|[\ud800-\udfff]", "", source)
    if len(source) > _MOST_TEXT:
        raise too_large(name, f"its text has more than {_MOST_TEXT:,} characters")
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_pis=True)
    page = f"<!doctype html>{_without_xml_head(source)}<p></p>".encode()
    try:
        root = lxml_html.document_fromstring(page, parser=parser)
    except etree.ParserError:  # nothing but a comment that never ends
        return lxml_html.document_fromstring("<p></p>"), {}
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise too_large(name, "its elements stand too deep inside one another")
    _check(root, name)
    return root, embedded


def _without_xml_head(source: str) -> str:
    return re.sub(r"\A\s*<\?xml[^>]{0,200}>", "", source)


def too_large(name: str, what: str) -> DocumentError:
    hint = "copy the text of the release alone, and import that"
    return DocumentError([Fault(name, 0, f"it is not read, as {what}", hint)])


def _check(root: Any, name: str) -> None:
    depths = {root: 0}
    for number, element in enumerate(root.iter()):
        parent = element.getparent()
        depth = depths[element] = depths[parent] + 1 if parent is not None else 0
        if depth > _DEEPEST:
            raise too_large(name, f"its elements stand more than {_DEEPEST} deep inside one another")
        if number > _MOST_ELEMENTS:
            raise too_large(name, f"it has more than {_MOST_ELEMENTS:,} elements")


_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "o:p", "ruby", "s", "samp", "small", "span", "st1:place", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr", "img",
))  # fmt: skip


def words_of(root: Any, styles: Styles, without: frozenset[Any] = frozenset()) -> str:
    """Every word of a tree that can be seen, one text after the other: no blocks, no looks.

    Args:
        without: elements whose words are no words of the text: marks of notes, comments.
    """
    parts: list[str] = []
    todo: list[tuple[Any, bool, bool]] = [(root, False, False)]
    while todo:
        element, around, leaving = todo.pop()
        apart = "" if element.tag in _INLINE else " "
        if leaving:
            parts.append(apart)
            if element.tail and not around:
                parts.append(element.tail)
            continue
        style = styles.of(element) if isinstance(element.tag, str) else {}
        if not isinstance(element.tag, str) or element in without or _gone(element, style):
            if element.tail and not around:
                parts.append(element.tail)
            continue
        todo.append((element, around, True))
        inside = unseen(around, style)
        parts.append(apart)
        if element.text and not inside:
            parts.append(element.text)
        todo += [(child, inside, False) for child in reversed(element)]
    return " ".join("".join(parts).split())


def _gone(element: Any, style: Declarations) -> bool:
    tag = element.tag
    mark_of_list = style.get("mso-list") == "ignore"
    return (
        tag in UNREAD
        or tag in ("del", "s", "strike")
        or struck(style)
        or hidden(element, style)
        or mark_of_list
    )
