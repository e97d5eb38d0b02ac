"""The preheader: what an inbox shows after the subject, as it stands first in the HTML and is not seen there.

Where staff wrote none, it is the subhead, and behind it, as far as an inbox has room, what a correction corrects, and
the lede: so nothing is read there twice. Without that, an inbox goes on with what the page begins with: the office's
name, which it shows already, the kind and the date. The room is filled with words of the release. Blanks of no width,
the usual filler, would reach whoever reads a mail aloud, and look to filters like something to hide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from markdown_it.tree import SyntaxTreeNode

from mailer.model import MERGE_SLOT, Edition
from mailer.render.flowed import columns

ENOUGH, ROOM = 90, 110
"""Columns: what most inboxes show at least, and what few go beyond."""

_SAME = 30
"""Characters by which a repeated subject is known: on a phone no more of it is seen."""

_TELLING = 8
"""Characters. A shorter subject may well stand in any sentence."""

_READ = 1000
"""Characters of a text that are looked at: far more than can be shown, few enough to be looked at often."""

_BETWEEN = " · "
_END = re.compile(r"[.!?…؟۔।]+[\"'”’»)\]]*(?=\s)|[。！？][」』）]*")
_ABBREVIATION = 4
"""Letters. A sentence that ends in a word so short and with a capital is not cut there: it may be Dr., Mme. or
Capt."""


def default_preheader(edition: Edition, kind: str, sign: Callable[[str, str], str]) -> str:
    """What stands in for a preheader that nobody wrote; "" where a release has nothing but its headline.

    Args:
        kind: as the page prints it.
        sign: makes the sign of a merge slot, of field and fallback.
    """
    found = "" if _says_again(edition.subhead, edition, kind) else edition.subhead[:_READ].strip()
    between = _BETWEEN
    changed = edition.correction if edition.kind.follows else ""
    for sentence in (*_sentences(changed[:_READ]), *_sentences(_words(edition.body, sign)[:_READ])):
        if columns(found) >= ENOUGH:
            break
        if not _says_again(sentence, edition, kind):
            found = f"{found}{between}{sentence}" if found else sentence
            between = " "
    return _cut(found)


def says_again(edition: Edition) -> bool:
    """Whether the preheader that staff wrote begins with what an inbox shows before it: the sender or the subject."""
    return bool(edition.preheader) and _says_again(edition.preheader, edition, "")


def _says_again(text: str, edition: Edition, kind: str) -> bool:
    newsroom = edition.newsroom
    names = [_squeezed(name) for name in (newsroom.sender.name, newsroom.name, kind) if name]
    heads = [
        _squeezed(MERGE_SLOT.split(head)[0][:_SAME]) for head in (edition.subject, edition.headline) if head
    ]
    heads = [head for head in heads if len(head) >= _TELLING]
    said = _squeezed(text)
    return said.startswith(tuple(names)) or any(head in said[:ENOUGH] for head in heads)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.casefold())


def _words(body: SyntaxTreeNode, sign: Callable[[str, str], str]) -> str:
    """The paragraphs of the text itself, without dateline, marks of notes, quotations and lists."""
    return " ".join(
        "".join(_inline(node, sign)).strip() for node in body.children if node.type == "paragraph"
    )


def _inline(node: SyntaxTreeNode, sign: Callable[[str, str], str]) -> Iterator[str]:
    for each in node.walk():
        if each.type == "text":
            yield each.content
        elif each.type in ("softbreak", "hardbreak"):
            yield " "
        elif each.type == "merge_slot":
            yield sign(each.meta["field"], each.meta["fallback"])


def _sentences(text: str) -> Iterator[str]:
    begin = 0
    for match in _END.finditer(text):
        if _ends(text, match):
            yield text[begin : match.end()].strip()
            begin = match.end()
    if text[begin:].strip():
        yield text[begin:].strip()


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence surely ends here. Where it is not sure, two count as one: that only moves the place of a
    cut."""
    after = text[match.end() :].lstrip()[:1]
    if after.islower() or after.isdigit():
        return False
    if match[0][0] != ".":
        return True
    before = re.split(r"[\s(“\"«„]", text[: match.start()])[-1]
    short = len(before) <= 1 or (len(before) <= _ABBREVIATION and before[:1].isupper())
    return not (short or "." in before or before.isdigit())


def _cut(text: str) -> str:
    """A text that fits into an inbox: whole, or up to a sentence's end, or up to a word's."""
    if columns(text) <= ROOM:
        return text
    end = 0
    for match in _END.finditer(text):
        if ENOUGH <= columns(text[: match.end()]) <= ROOM and _ends(text, match):
            end = match.end()
    if end:
        return text[:end]
    kept = text
    while columns(kept) >= ROOM or kept.rfind("\ue000") > kept.rfind("\ue001"):
        kept = kept[:-1]
    word = kept.rpartition(" ")[0] if text[len(kept)] != " " else kept
    kept = word if columns(word) >= ENOUGH // 2 else kept
    return kept.rstrip(" ,;:–—·([“«„‘'\"") + "…"
