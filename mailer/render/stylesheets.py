"""A theme's stylesheets: its own rules cascade over those of the themes that it is made from.

A file changes what it says and nothing else, as CSS means it (CSS Cascade 4, §6: of two rules of the same weight the
later one wins). One that begins with `@reset;` begins from nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from mailer.errors import Fault, TemplateError
from mailer.render.colours import Palette
from mailer.render.templates import Templates, place_of, theme_file

LAYOUT, CLIENTS = "layout.css", "clients.css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"(?P<selectors>[^{}]*)\{(?P<declarations>[^{}]*)\}")
_CLASS = re.compile(r"\.-?[A-Za-z_][\w-]*")
_RESET = re.compile(r"@reset\s*;[ \t]*\n?")
_FIRST_IN_FILE = re.compile(r"@(?:import|charset|namespace)\b[^;]*;?")


def stylesheet(theme: Sequence[Path], name: str, colour: Palette) -> str:
    """A stylesheet of a theme with the house's colours put in: of all its folders, the last one's first.

    Raises:
        TemplateError: there is none of that name, or with every rule of every file that can't be used.
    """
    texts: list[str] = []
    faults: list[Fault] = []
    for folder in theme:
        if theme_file([folder], name) is None:
            continue
        try:
            text, alone = _read(folder, name, colour)
        except TemplateError as error:
            faults += error.faults
            break  # whether it begins from nothing is unknown
        texts.append(text)
        if alone:
            break
    if faults:
        raise TemplateError(faults)
    if not texts:
        raise TemplateError([Fault(name, 0, "the theme has no stylesheet of that name")])
    texts.reverse()
    return _cascaded(texts) if name == LAYOUT else "\n".join(texts)


def _read(folder: Path, name: str, colour: Palette) -> tuple[str, bool]:
    """One file, checked, and whether it begins from nothing."""
    css = Templates([folder], "txt", {"colour": colour}).render(name)
    path = place_of(folder, name)
    bare = without_comments(css)
    resets = list(_RESET.finditer(bare))
    alone = bool(resets) and not bare[: resets[0].start()].strip()
    faults = [
        Fault(path, _line(bare, each.start()), "@reset has no effect here", "put it before every rule")
        for each in resets[1 if alone else 0 :]
    ]
    if alone:
        begin, end = resets[0].span()
        css, bare = css[:begin] + css[end:], bare[:begin] + "\n" * bare.count("\n", begin, end) + bare[end:]
    if name == LAYOUT:
        faults += _layout_faults(bare, path)
    elif not alone:
        for each in _FIRST_IN_FILE.finditer(bare):
            what = f"{each[0].split()[0]} has no effect behind the rules of the theme before"
            faults.append(
                Fault(
                    path,
                    _line(bare, each.start()),
                    what,
                    "begin the file with @reset; to have only its rules",
                )
            )
    if "</" in css:
        faults.append(
            Fault(path, _line(css, css.index("</")), "a stylesheet can't contain markup", "remove the tag")
        )
    if faults:
        raise TemplateError(faults)
    return css, alone


def without_comments(css: str) -> str:
    """Blanks in their place, so that every rule stays on its line."""
    return COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), css)


def _line(css: str, at: int) -> int:
    return css.count("\n", 0, at) + 1


# What can't be inlined


def _layout_faults(css: str, path: str) -> list[Fault]:
    """What premailer drops or misplaces without a word: pseudo-classes, at-rules, `:is()`, selectors of elements that
    beat a class of a later rule. So there are class selectors only."""
    faults = []
    for match in re.finditer(r"@[\w-]+", css):
        hint = "put it in clients.css, which is kept as it is"
        faults.append(Fault(path, _line(css, match.start()), f"{match[0]} can't be inlined", hint))
    if not faults:
        for match in RULE.finditer(css):
            for selector in match["selectors"].split(","):
                if not _CLASS.fullmatch(selector.strip()):
                    at = match.start() + len(match["selectors"]) - len(match["selectors"].lstrip())
                    hint = "give the element a class, and select that: .name { … }"
                    what = f"“{selector.strip()}” is not a class selector"
                    faults.append(Fault(path, _line(css, at), what, hint))
            faults += _unreadable(css, match, path)
        if css.count("{") != css.count("}"):
            faults.append(Fault(path, css.count("\n") + 1, "a brace is missing", "each { needs its }"))
        elif rest := RULE.sub("", css).strip():
            line = _line(css, css.index(rest.split("\n")[0]))
            faults.append(Fault(path, line, f"“{rest.split(chr(10))[0]}” is no rule", "write .name { … }"))
    return faults


def _unreadable(css: str, rule: re.Match[str], path: str) -> Iterator[Fault]:
    """Declarations at which cssutils fails, or which it would leave out, each with its line."""
    for declaration in re.finditer(r"[^;]+", rule["declarations"]):
        if not _can_be_read(declaration[0]):
            at = rule.start("declarations") + declaration.end() - len(declaration[0].lstrip())
            what = f"“{declaration[0].strip()}” can't be read"
            yield Fault(path, _line(css, at), what, "write it as CSS requires")


@lru_cache(maxsize=1024)  # each language of a release, and each look at it, has the same ones
def _can_be_read(declaration: str) -> bool:
    import cssutils

    cssutils.log.setLevel(logging.CRITICAL)
    try:
        found = cssutils.parseStyle(declaration, validate=False)
    except Exception:  # of any kind: it unpacks what is not there
        return False
    return bool(found.length) or not declaration.strip()


# One over the other


def _cascaded(texts: Sequence[str]) -> str:
    """Files of class selectors as one. A single one stays as it is, to the octet.

    premailer leaves a property that is said again where it stood first, so that `border-top` of a theme before would
    beat a later `border`. What a later file says for the same class is taken out of the earlier ones.
    """
    later: dict[str, list[str]] = {}
    made: list[str] = []
    for css in reversed(texts):
        bare = without_comments(css)
        made.append(_without_what_is_said_later(bare, later) if later else css)
        for rule in RULE.finditer(bare):
            names = [_property(each) for each in rule["declarations"].split(";") if each.strip()]
            for selector in rule["selectors"].split(","):
                later.setdefault(selector.strip(), []).extend(names)
    return "\n".join(reversed(made))


def _without_what_is_said_later(css: str, later: dict[str, list[str]]) -> str:
    lines = []
    for rule in RULE.finditer(css):
        declarations = [each.strip() for each in rule["declarations"].split(";") if each.strip()]
        for selector in (each.strip() for each in rule["selectors"].split(",")):
            said = later.get(selector, ())
            kept = [each for each in declarations if not any(_covers(one, _property(each)) for one in said)]
            if kept:
                lines.append(f"{selector} {{ {'; '.join(kept)}; }}")
    return "\n".join(lines)


def _property(declaration: str) -> str:
    """Its name; one that is `!important` is not covered by one that is not."""
    name = declaration.partition(":")[0].strip().lower()
    return f"{name}!" if re.search(r"!\s*important\s*$", declaration, re.IGNORECASE) else name


_NOT_OF_BORDER = ("border-radius", "border-collapse", "border-spacing")


def _covers(later: str, earlier: str) -> bool:
    """Whether a declaration leaves nothing of an earlier one: the same property, or the shorthand that sets it."""
    if earlier.endswith("!") and not later.endswith("!"):
        return False
    one, other = later.rstrip("!"), earlier.rstrip("!")
    if one == other:
        return True
    if one == "border" and other in _NOT_OF_BORDER:
        return False
    if re.fullmatch(r"border-(color|style|width)", one):
        return bool(re.fullmatch(rf"border-\w+-{one.partition('-')[2]}", other))
    return other.startswith(f"{one}-") or (one == "font" and other == "line-height")
