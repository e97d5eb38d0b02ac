"""A paragraph's runs as Markdown, read back before they are believed.

What looks good to who edits the file is tried first: only what Markdown would take for its own is escaped. Whether it
does is not for rules to say but for the reader of releases, so every paragraph is read before it is written; what does
not come back as it was is written with everything escaped, then without italics, without bold, without links.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from mailer.importing.document import Run
from mailer.importing.written.read_back import Within, as_seen, paragraph_read_back
from mailer.importing.written.runs import tidied
from mailer.release.body import END_MARK

_STYLES: tuple[str, ...] = ("bold", "href", "italic")
"""From the outside in, where two of them hold for the same letters."""

_BEGINS_A_BLOCK = re.compile(
    r"(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$)|[-=_|:][-=_|: ]*$)"
)
_DASHES = {"—": "&mdash;", "–": "&ndash;", "―": "&horbar;", "－": "&#xFF0D;", "-": "\\-"}
_COLONS = {":": "\\:", "：": "&#xFF1A;", "﹕": "&#xFE55;"}


@dataclass(frozen=True, slots=True)
class Inline:
    """A paragraph as written. `lost`: which looks it could not keep, in words for staff; "" = all are there."""

    text: str
    lost: str = ""


def inline(runs: Sequence[Run], within: Within = "body") -> Inline:
    """Runs as the Markdown of one paragraph. Its lines end in `\\`.

    Args:
        within: what it stands in. In a quotation a line that begins with a dash says whose words they are; buttons
            stand in the body alone.
    """
    wanted = tidied(runs)
    if not wanted:
        return Inline("")
    for lost, simpler, everything in _ATTEMPTS:
        kept = tuple(simpler(run) for run in wanted) if lost else wanted
        for styles in (_STYLES, ("href", "bold", "italic")) if not lost else (_STYLES,):
            text = _lines_guarded(_written(kept, styles, everything), within)
            if paragraph_read_back(text, within) == as_seen(kept):
                return Inline(text, lost)
    return Inline(
        _lines_guarded(_written(tuple(_bare(run) for run in wanted), _STYLES, True), within), "its looks"
    )


def escaped(text: str, *, everything: bool = False) -> str:
    """Text of which Markdown takes nothing for its own, in the midst of a line."""
    if everything:
        return "".join(f"\\{c}" if c in string.punctuation else c for c in text)
    return _ACTIVE.sub(
        lambda match: "".join(f"\\{c}" if c in string.punctuation else c for c in match[0]), text
    )


_ACTIVE = re.compile(
    r"""\\ | \* | ` | ~~+ | (?<![^\W_])_ | _(?![^\W_])   # emphasis within a word takes no underscore
      | \[(?=\^) | \](?=[(\[]) | !(?=$|\[) | <(?![\s\d=]) | &(?=\#?\w+;)
      | [{](?=[{%\#]) | (?<=[{])[{] | [}](?=[}]) | (?<=[}%\#])[}]
      | ^\[(?=[ xX]\]) | ^\( | ^:""",
    re.VERBOSE,
)


def _bare(run: Run) -> Run:
    return run if run.note else Run(run.text)


_ATTEMPTS: tuple[tuple[str, Callable[[Run], Run], bool], ...] = (
    ("", lambda run: run, False),
    ("", lambda run: run, True),
    ("its italics", lambda run: replace(run, italic=False), True),
    ("its bold and italics", lambda run: replace(run, italic=False, bold=False), True),
    ("its looks and links", _bare, True),
)


def _written(runs: Sequence[Run], styles: Sequence[str], everything: bool) -> str:
    return "".join(_stretches(runs, styles, everything, "", ""))


def _stretches(
    runs: Sequence[Run], styles: Sequence[str], everything: bool, before: str, after: str
) -> Iterator[str]:
    """Each stretch of runs in its outermost style: the one that lasts longest."""
    at = 0
    while at < len(runs):
        lasting = {style: _lasts(runs, at, style) for style in styles}
        style = max(styles, key=lambda s: lasting[s], default="")
        length = lasting.get(style, 0) or 1
        stretch, rest = runs[at : at + length], runs[at + length : at + length + 1]
        inner = [s for s in styles if s != style]
        following = _mark_of(rest[0], styles) if rest else after
        if not style or not lasting[style]:
            yield _text(
                stretch[0], everything, ends=not rest and after == "**", links=bool(rest and rest[0].href)
            )
        elif style in ("bold", "italic"):
            mark = "**" if style == "bold" else "_" if "**" in (before, following) else "*"
            front, words, back = _blanks_apart(stretch)
            yield f"{front}{mark}{''.join(_stretches(words, inner, everything, mark, mark))}{mark}{back}"
        else:
            yield _link(stretch, inner, everything)
        before = "**" if style == "bold" and lasting["bold"] else ""
        at += length


def _lasts(runs: Sequence[Run], at: int, style: str) -> int:
    """Over how many runs a style of one of them goes on."""
    first = getattr(runs[at], style)
    going = (getattr(runs[n], style) == first for n in range(at, len(runs)))
    return len(list(takewhile(bool, going))) if first else 0


def _blanks_apart(runs: Sequence[Run]) -> tuple[str, list[Run], str]:
    """The blanks before the words, the words, and the blanks behind them: marks stand beside a word."""
    words = list(runs)
    first = words[0].text
    words[0] = replace(words[0], text=first.lstrip())
    last = words[-1].text
    words[-1] = replace(words[-1], text=last.rstrip())
    front, back = first[: len(first) - len(first.lstrip())], last[len(last.rstrip()) :]
    return front.replace("\n", "\\\n"), words, back.replace("\n", "\\\n")


def _mark_of(run: Run, styles: Sequence[str]) -> str:
    return "**" if run.bold and "bold" in styles else ""


def _link(runs: Sequence[Run], styles: Sequence[str], everything: bool) -> str:
    href, text = runs[0].href, "".join(run.text for run in runs)
    alike = not any((run.italic and "italic" in styles) or (run.bold and "bold" in styles) for run in runs)
    bare = text.isascii() and not re.search("[~`*{}]", text)  # which would be taken for leftovers
    if alike and bare and (text == href or (href == f"mailto:{text}" and _ADDRESS.fullmatch(text))):
        return f"<{text}>"
    label = "".join(_stretches(runs, styles, everything, "[", "]"))
    label = re.sub(r"(?<!\\)((?:\\\\)*)([\[\]])", r"\1\\\2", label)
    target = f"<{href}>" if re.search(r"[()]", href) else href
    return f"[{label}]({re.sub(r'&(?=#?[0-9A-Za-z]+;)', '&amp;', target)})"


def _text(run: Run, everything: bool, *, ends: bool, links: bool) -> str:
    """
    Args:
        ends: a highlight ends behind it, which no `*` or `\\` may stand before.
        links: a link begins behind it.
    """
    if run.note:
        return f"[^{run.note}]"
    text = run.text
    last = text[-1:] if ends and text[-1:] in ("*", "\\") else ""
    text = escaped(text[: len(text) - len(last)], everything=everything)
    if links and text.endswith("!") and not text.endswith("\\!"):
        text = f"{text[:-1]}\\!"
    return text.replace("\n", "\\\n") + (f"&#{ord(last)};" if last else "")


def button(label: str, href: str) -> str:
    """A call to action: `LABEL: <url>`, or "" where the reader would not take it for one.

    Args:
        label: on one line, without a colon at its end.
        href: a sound link.
    """
    attempts = (
        f"{_opens_nothing(escaped(label))}: <{href}>",
        f"{_opens_nothing(escaped(label, everything=True))}: <{href}>",
        f"[{escaped(label, everything=True)}](<{href}>)",
    )
    wanted = as_seen([Run(label, href=href)])
    return next((text for text in attempts if paragraph_read_back(text) == wanted), "")


def _lines_guarded(text: str, within: Within) -> str:
    return "\n".join(_guarded(line, within) for line in text.split("\n"))


def _guarded(line: str, within: Within) -> str:
    """A line whose beginning opens no block, and that is no end mark, button or name of who said it."""
    if within == "quotation" and line[:1] in _DASHES:
        return _DASHES[line[0]] + line[1:]
    line = _opens_nothing(line)
    if END_MARK.search(line.removesuffix("\\")) or (within == "list" and END_MARK.search(f"- {line}")):
        line = f"\\{line}" if line[0] in string.punctuation else f"&#{ord(line[0])};{line[1:]}"
    return _BUTTON.sub(lambda match: match[1] + _COLONS[match[2]], line) if within == "body" else line


_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")
"""Of those that stand between < and > (CommonMark §6.5); all there are would be more."""

_BUTTON = re.compile(
    r"^([^:：﹕\[\]<>]*(?<!\\))([:：﹕])(?=\s*(?:<[^<>]+>|\[[^\[\]]+\]\((?:<[^<>]+>|[^()]+)\))\\?$)"
)


def _opens_nothing(line: str) -> str:
    match = _BEGINS_A_BLOCK.match(line)
    if not match:
        return line
    number = match["number"]
    return f"{number}\\{line[len(number) :]}" if number else f"\\{line}"
