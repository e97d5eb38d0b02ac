"""The Markdown of a release as a document tree; what a release adds to Markdown are node types of their own.

The parser is markdown-it's, so the rules here are rules of its kind: inline rules read, core rules rewrite
the token stream once it is complete. Line numbers of tokens are those of the file, 0-based.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin

from mailer.model import MERGE_SLOT, Boilerplate, Finding, Image, Note, Where, slot_field
from mailer.release.bare_links import BareLinks
from mailer.release.block_rules import add_release_blocks
from mailer.release.bounds import add_bounds

NODE_TYPES: tuple[str, ...] = (
    "paragraph", "heading", "section", "bullet_list", "ordered_list", "list_item", "blockquote",
    "attribution", "call_to_action", "figure", "hr", "table", "thead", "tbody", "tr", "th", "td",
    "inline", "text", "softbreak", "hardbreak", "strong", "em", "link", "image", "dateline", "merge_slot",
    "footnote_ref",
)  # fmt: skip
"""Every type a document tree may hold. A theme covers each of them, in HTML and in text."""

SCHEMES = ("http:", "https:", "mailto:", "tel:")
END_MARK = re.compile(
    r"^[ \t]*+(?:#[ \t]*#[ \t]*#|[-–—]?[ \t]*30[ \t]*[-–—]|[-–—]*+[ \t]*(?:ENDS?|FIN|ENDE)[ \t]*[-–—]*)[ \t]*$",
    re.MULTILINE,
)
_DEFINITION = re.compile(r"^ {0,3}\[\^(?P<label>[^\]\s]+)\]:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body: `headline` is that of a `# H1`, or ""."""

    tree: SyntaxTreeNode
    notes: tuple[Note, ...]
    headline: str
    findings: tuple[Finding, ...]


def parse_body(text: str, path: str, line: int, *, dateline: str = "", images: Sequence[Image] = ()) -> Body:
    """Parse the Markdown of a release.

    Args:
        text: the body. End marks in it are removed: the tool prints its own.
        path: for findings.
        line: the 1-based line of the file on which `text` begins.
        dateline: place and dash, put before the first paragraph; "" for none.
        images: captions and credits of pictures that the header lists.

    Raises:
        ReleaseError: it holds more than any release does.
    """
    source = "\n" * (line - 1) + END_MARK.sub("", text)
    env: dict[str, object] = {
        "path": path,
        "dateline": dateline,
        "images": {image.file: image for image in images},
    }
    tokens = [token for token in parser().parse(source, env) if token.type != "footnote_anchor"]
    headline = str(env.get("headline", ""))
    findings = (*_note_findings(source, env, path), *_leftovers(tokens, path))
    blocks, notes = _split_notes(tokens)
    counts = _citations(tokens)
    return Body(
        SyntaxTreeNode(blocks),
        tuple(
            Note(number, counts.get(number, 0), SyntaxTreeNode(note))
            for number, note in enumerate(notes, start=1)
        ),
        headline,
        findings,
    )


def parser() -> MarkdownIt:
    """CommonMark with tables, footnotes and a release's blocks; without raw HTML, code, setext headings."""
    md = MarkdownIt("commonmark", {"html": False, "linkify": True})
    md.enable(["table", "linkify"])
    md.disable(["html_block", "html_inline", "code", "fence", "backticks", "lheading", "reference"])
    md.linkify = BareLinks()
    md.linkify.set({"fuzzy_link": False, "fuzzy_email": True})
    md.use(footnote_plugin)
    md.disable("footnote_inline")  # notes are written as [^1], and each has a number
    md.inline.ruler.before("emphasis", "highlight", _highlight)
    md.inline.ruler.before("link", "merge_slot", _merge_slot)
    _allow_links_and_own_pictures(md)
    add_bounds(md)
    add_release_blocks(md)
    return md


def addresses_in(text: str) -> Iterator[tuple[int, int, str]]:
    """What a release makes links of without being told: where each begins and ends in the text, and where it leads."""
    linkify = parser().linkify
    for match in (linkify.match(text) if linkify else None) or ():
        if match.url.lower().startswith(SCHEMES):
            yield match.index, match.last_index, match.url


def _allow_links_and_own_pictures(md: MarkdownIt) -> None:
    """Links lead to the schemes of a mail. A picture may also be a file for the press: its path stays as written.

    Whether such a file is there, and may be mailed, is the reader's to say: it knows the workspace."""
    in_image = False

    def allowed(url: str) -> bool:
        return url.strip().lower().startswith(SCHEMES) or (in_image and is_own_file(url))

    def image_(state: StateInline, silent: bool) -> bool:
        nonlocal in_image
        around, in_image = in_image, True  # the label's own signs (`&`, `<`) come here too, and are none
        try:
            found = image(state, silent)
        finally:
            in_image = around
        if found and not silent:
            picture = state.tokens[-1]
            # markdown-it keeps the words as they are typed; `\]` and `&amp;` mean what they mean everywhere.
            picture.content = "".join(
                child.content or " " * ("break" in child.type) for child in picture.children or ()
            )
            if is_own_file(source := str(picture.attrGet("src"))):
                picture.attrSet("src", unquote(source))
        return found

    md.validateLink = allowed  # type: ignore[method-assign]
    md.inline.ruler.at("image", image_)


def is_own_file(source: str) -> bool:
    """Whether a picture's source can only be a path, and no address or place in a page."""
    return bool(source) and ":" not in source and not source.startswith(("#", "?"))


def own_pictures(body: Body) -> Iterator[tuple[str, str, int]]:
    """Pictures in the text that are files: path, alternative text, and the 1-based line where one stands."""
    for tree in (body.tree, *(note.content for note in body.notes)):
        for node in tree.walk(include_self=False):
            if node.type in ("figure", "image") and is_own_file(str(node.attrs["src"])):
                yield str(node.attrs["src"]), node.content, _line_of(node)


def line_of_picture(tree: SyntaxTreeNode, file: str) -> int:
    """The 1-based line where a tree first shows this picture; 0 if it doesn't."""
    shown = (node for node in tree.walk(include_self=False) if node.type in ("figure", "image"))
    return next((_line_of(node) for node in shown if node.attrs["src"] == file), 0)


def _line_of(node: SyntaxTreeNode) -> int:
    above: SyntaxTreeNode | None = node
    while above is not None:
        if not above.is_root and above.map:
            return above.map[0] + 1
        above = above.parent
    return 0


def boilerplates(body: Body) -> tuple[Boilerplate, ...]:
    """The standing texts of newsroom.md: a `##` heading and what follows it."""
    return tuple(
        Boilerplate(plain_text(section.children[0]), SyntaxTreeNode(section.to_tokens()[4:-1]))
        for section in body.tree.children
        if section.type == "section"
    )


def plain_text(node: SyntaxTreeNode) -> str:
    """The words of a node, without markup; a line's end is a blank."""
    breaks = ("softbreak", "hardbreak")
    said = (
        " " if n.type in breaks else n.content for n in node.walk() if n.type in ("text", "dateline", *breaks)
    )
    return "".join(said).strip()


# ---- inline rules -------------------------------------------------------------------------------------


def _highlight(state: StateInline, silent: bool) -> bool:
    """`**…**`, also where CommonMark's flanking rule (§6.2) refuses it: people type `said.**“Never,”**`."""
    start = state.pos + 2
    if state.src[state.pos : start] != "**" or state.src[start : start + 1] in ("", "*", " ", "\n"):
        return False
    end = state.src.find("**", start)
    while end > 0 and (state.src[end - 1] in "\\ \n"):
        end = state.src.find("**", end + 2)
    if end <= start or end >= state.posMax:
        return False
    if not silent:
        after = state.posMax
        state.push("strong_open", "strong", 1).markup = "**"
        state.pos, state.posMax = start, end
        state.md.inline.tokenize(state)
        state.push("strong_close", "strong", -1).markup = "**"
        state.posMax = after
    state.pos = end + 2
    return True


def _merge_slot(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "{":
        return False
    match = MERGE_SLOT.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        token = state.push("merge_slot", "", 0)
        token.meta = {"field": slot_field(match["field"]), "fallback": match["fallback"] or ""}
    state.pos = match.end()
    return True


# ---- notes and leftovers ----------------------------------------------------------------------------


def _split_notes(tokens: Sequence[Token]) -> tuple[list[Token], list[list[Token]]]:
    blocks: list[Token] = []
    notes: list[list[Token]] = []
    inside = False
    for token in tokens:
        if token.type in ("footnote_block_open", "footnote_block_close"):
            inside = token.nesting == 1
        elif token.type == "footnote_open":
            notes.append([])
        elif token.type != "footnote_close":
            (notes[-1] if inside else blocks).append(token)
    return blocks, notes


def _citations(tokens: Sequence[Token]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for child in (child for token in tokens for child in token.children or ()):
        if child.type == "footnote_ref":
            counts[child.meta["number"]] = counts.get(child.meta["number"], 0) + 1
    return counts


def _note_findings(source: str, env: dict[str, object], path: str) -> Iterator[Finding]:
    notes = env.get("footnotes")
    refs: dict[str, int] = notes.get("refs", {}) if isinstance(notes, dict) else {}
    seen: set[str] = set()
    line, counted = 1, 0
    for match in _DEFINITION.finditer(source):
        label = match["label"]
        line, counted = line + source.count("\n", counted, match.start()), match.start()
        where = Where(path, line)
        if label in seen:
            yield Finding(
                "repeated-note", "error", f"Note [^{label}] is written twice.", "Remove one.", where
            )
        elif refs.get(f":{label}", -1) < 0:
            message = f"Note [^{label}] is never cited, so it would not be printed."
            yield Finding(
                "unused-note", "warning", message, f"Cite it as [^{label}] in the text, or remove it.", where
            )
        seen.add(label)


_LEFTOVERS: tuple[tuple[re.Pattern[str], str, str, str], ...] = (
    (re.compile(r"\[\^([^\]]*)\]"), "missing-note", "There is no note for {0}.", "Add it: {0}: text"),
    (re.compile(r"\]\([^)]*\)?"), "dead-link", "A link leads nowhere: {0}", "Give the full address: https://…"),
    (re.compile(r"\*\*"), "leftover-markup", "A ** is left over: the highlighted passage is not closed.",
     "Put ** at both ends, with no space inside."),
    (re.compile(r"\{\{|\}\}"), "leftover-markup", "{0} is left over: the merge slot can't be read.",
     "Write it as {{{{ first_name | colleague }}}}"),
    (re.compile(r"\{[%#]|[%#]\}"), "leftover-markup", "{0} is left over: a release is not a template.", "Remove it."),
    (re.compile(r"`{1,3}|~~"), "leftover-markup", "{0} would be printed as it stands.",
     "Remove it: an email has no code formatting and no strikethrough."),
    (re.compile(r"(?:^|(?<=\n))\[[ xX]\](?=\s)"), "leftover-markup", "{0} would be printed as it stands.",
     "Remove it: an email has no boxes to tick."),
)  # fmt: skip


def _leftovers(tokens: Sequence[Token], path: str) -> Iterator[Finding]:
    for token in tokens:
        written = str(token.meta.get("written", ""))
        first = token.map[0] + 1 if token.map else 0
        for pattern, name, message, hint in _LEFTOVERS:
            for match in pattern.finditer(written):
                where = Where(path, first + written.count("\n", 0, match.start()))
                yield Finding(name, "error", message.format(match[0]), hint.format(match[0]), where)
