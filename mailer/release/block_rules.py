"""What a release adds to Markdown's blocks: core rules, which rewrite the stream of tokens once it is whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from mailer.model import Image

_COLONS = ":：﹕"
"""Behind the label of a call to action; keyboards for Chinese and Japanese type the wide one."""

_DASHED = re.compile(r"\s*(?:[—–―]+|--?|－)\s*(?=\S)")
"""Before who said it; Chinese and Japanese write two."""

_BUTTON_AS_WRITTEN = re.compile(rf"[{_COLONS}]\s*\0")
"""Of a line as `_as_written` keeps it: the label's colon, and the link. A colon that is escaped (`\\:`) is text."""

_ROLES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"notes? (to|for) (the )?editors?|notas? (a|para) (los )?editor|hinweise? (an|für) ", re.I
        ),
        "notes-to-editors",
    ),
    (re.compile(r"(about|sobre|acerca de|à propos|über)\b", re.I), "about"),
)


def add_release_blocks(md: MarkdownIt) -> None:
    """Add the rules, in the order in which they must run."""
    md.core.ruler.before("text_join", "as_written", _as_written)
    for rule in (
        _headline,
        _outline,
        _calls_to_action,
        _figures,
        _attributions,
        _notes,
        _dateline,
        _sections,
    ):
        md.core.ruler.push(rule.__name__.strip("_"), rule)


def _as_written(state: StateCore) -> None:
    """Keep what is plain text in each paragraph, before escaped characters (`\\*`) are joined to it: they are meant."""
    for token in state.tokens:
        if token.children:
            token.meta["written"] = "".join(
                child.content
                if child.type == "text"
                else "\n"
                if child.type in ("softbreak", "hardbreak")
                else "\0"
                for child in token.children
            )


def _words(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type == "text").strip()


def _headline(state: StateCore) -> None:
    """`# H1` as the first block is the headline, where the header has none; it leaves the body."""
    if state.tokens and state.tokens[0].type == "heading_open" and state.tokens[0].tag == "h1":
        state.env["headline"] = _words(state.tokens[1])
        del state.tokens[:3]


def outlined(levels: Iterable[int]) -> Iterator[int]:
    """Headings' levels as they are printed: they begin at the second, as the headline is the first, and skip none,
    whatever the author counted. Who listens to a mail takes a gap for a heading that was missed (WCAG G141)."""
    above: list[int] = []
    for level in levels:
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        yield 1 + len(above)


def _outline(state: StateCore) -> None:
    opened = [number for number, token in enumerate(state.tokens) if token.type == "heading_open"]
    levels = outlined(int(state.tokens[number].tag[1]) for number in opened)
    for number, level in zip(opened, levels, strict=True):
        state.tokens[number].tag = state.tokens[number + 2].tag = f"h{level}"


def _replace_paragraphs(state: StateCore, made: dict[int, list[Token]]) -> None:
    """Put `made[i]` where the paragraph whose inline token is number i stood."""
    tokens: list[Token] = []
    skip = {i + offset for i in made for offset in (-1, 0, 1)}
    for index, token in enumerate(state.tokens):
        if index in made:
            tokens += made[index]
        elif index not in skip:
            tokens.append(token)
    state.tokens = tokens


def _paragraph_lines(tokens: Sequence[Token], index: int) -> list[list[Token]]:
    """The inline children of a top-level paragraph, split at its line ends; [] where it is no paragraph."""
    token = tokens[index]
    if token.type != "inline" or tokens[index - 1].type != "paragraph_open" or tokens[index - 1].level:
        return []
    lines: list[list[Token]] = [[]]
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            lines.append([])
        else:
            lines[-1].append(child)
    return lines


def _call_to_action(children: Sequence[Token], line: int, written: str) -> Token | None:
    kept = [child for child in children if child.type != "text" or child.content.strip()]
    types = [child.type for child in kept]
    if types == ["link_open", "text", "link_close"] and kept[0].markup not in ("autolink", "linkify"):
        label, link = kept[1].content, kept[0]
    elif (
        types == ["text", "link_open", "text", "link_close"]
        and kept[0].content.rstrip().endswith(tuple(_COLONS))
        and _BUTTON_AS_WRITTEN.search(written)
    ):
        label, link = kept[0].content.rstrip().rstrip(_COLONS), kept[1]
    else:
        return None
    label = label.strip()
    if not label or not str(link.attrGet("href")).startswith(("http:", "https:", "mailto:", "tel:")):
        return None
    token = Token("call_to_action", "a", 0, content=label, map=[line, line + 1], block=True)
    token.attrSet("href", str(link.attrGet("href")))
    return token


def _calls_to_action(state: StateCore) -> None:
    """A paragraph whose every line is `LABEL: <url>` or `[LABEL](url)`: a button each. With `LABEL\\:` it is text."""
    made: dict[int, list[Token]] = {}
    for index in range(len(state.tokens)):
        lines = _paragraph_lines(state.tokens, index)
        start = (state.tokens[index].map or [0])[0]
        written = str(state.tokens[index].meta.get("written", "")).split("\n")
        buttons = [_call_to_action(line, start + n, written[n]) for n, line in enumerate(lines)]
        found = [button for button in buttons if button is not None]
        if found and len(found) == len(buttons):
            made[index] = found
    _replace_paragraphs(state, made)


def _figures(state: StateCore) -> None:
    """An image alone in its paragraph, with the caption and credit of the header or of its title."""
    images: dict[str, Image] = state.env.get("images", {})
    made: dict[int, list[Token]] = {}
    for index in range(len(state.tokens)):
        lines = _paragraph_lines(state.tokens, index)
        if len(lines) != 1 or [child.type for child in lines[0]] != ["image"]:
            continue
        picture = lines[0][0]
        source = str(picture.attrGet("src"))
        listed = images.get(source, Image(source, picture.content))
        token = Token(
            "figure", "img", 0, content=picture.content or listed.alt, map=state.tokens[index].map, block=True
        )
        token.attrs = {"src": source, "alt": picture.content or listed.alt}
        own = str(picture.attrGet("title") or "")
        token.meta = {
            "caption": own or listed.caption,
            "credit": listed.credit,
            "listed": [*([] if picture.content else ["alt"]), *([] if own else ["caption"])],
        }
        made[index] = [token]
    _replace_paragraphs(state, made)


def _attributions(state: StateCore) -> None:
    """The last line of a quotation that begins with a dash names who said it."""
    tokens = state.tokens
    for end in [i for i, token in enumerate(tokens) if token.type == "blockquote_close"][::-1]:
        if tokens[end - 1].type != "paragraph_close" or tokens[end - 2].type != "inline":
            continue
        inline = tokens[end - 2]
        children = inline.children or []
        cut = max((i for i, c in enumerate(children) if c.type in ("softbreak", "hardbreak")), default=-1)
        last = children[cut + 1 :]
        if not last or last[0].type != "text" or not _DASHED.match(last[0].content):
            continue
        if not _DASHED.match(str(inline.meta.get("written", "")).rpartition("\n")[2]):
            continue  # the dash is escaped (`\\-`, `&mdash;`): it is meant as text
        if sum(child.nesting for child in last):
            continue  # an emphasis that began lines before ends here
        last[0].content = _DASHED.sub("", last[0].content, count=1)
        name = Token("inline", "", 0, children=last, content=_words(inline), map=inline.map, block=True)
        name.level = inline.level
        made = [Token("attribution_open", "footer", 1, map=inline.map, block=True), name,
                Token("attribution_close", "footer", -1, block=True)]  # fmt: skip
        if cut < 0:
            tokens[end - 3 : end] = made
        else:
            inline.children = children[:cut]
            tokens[end:end] = made


def _notes(state: StateCore) -> None:
    """Number the citations of notes: which note, and which citation of it this is, both from 1."""
    for token in state.tokens:
        for child in token.children or ():
            if child.type == "footnote_ref":
                child.meta = {
                    **child.meta,
                    "number": child.meta["id"] + 1,
                    "reference": child.meta["subId"] + 1,
                }


def _dateline(state: StateCore) -> None:
    """Put place and dash before the first paragraph of the text."""
    place = state.env.get("dateline")
    first = next(
        (i for i, token in enumerate(state.tokens) if token.type == "paragraph_open" and not token.level),
        None,
    )
    if not place or first is None:
        return
    inline = state.tokens[first + 1]
    inline.children = [Token("dateline", "", 0, content=place, map=inline.map), *(inline.children or [])]


def _sections(state: StateCore) -> None:
    """A top-level `##` heading opens a section that lasts to the next one, or to the notes."""
    tokens: list[Token] = []
    inside = False
    for index, token in enumerate(state.tokens):
        top = token.level == 0
        opens = top and token.type == "heading_open" and token.tag == "h2"
        if inside and (opens or (top and token.type == "footnote_block_open")):
            tokens.append(Token("section_close", "section", -1, block=True))
            inside = False
        if opens:
            title = _words(state.tokens[index + 1])
            role = next((role for pattern, role in _ROLES if pattern.match(title)), "section")
            tokens.append(Token("section_open", "section", 1, map=token.map, meta={"role": role}, block=True))
            inside = True
        tokens.append(token)
    if inside:
        tokens.append(Token("section_close", "section", -1, block=True))
    state.tokens = tokens
