"""premailer behind one function, with its surprises switched off; and a stylesheet it can be trusted with."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache

from mailer.errors import Fault, TemplateError

_PAGE = re.compile(r"\s*(?:<!DOCTYPE[^>]*>\s*)?<html[\s>]", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"(?P<selectors>[^{}]*)\{(?P<declarations>[^{}]*)\}")
_CLASS = re.compile(r"\.-?[A-Za-z_][\w-]*")

_TAG = re.compile(r"""<[a-zA-Z](?:"[^"]*"|'[^']*'|[^<>"'])*>""")
_ATTRIBUTE = re.compile(r"""(?P<name>\s[\w:-]+)=(?P<value>"[^"]*"|'[^']*')""")


def inline(html: str, page: str = "release.html.j2", layout: str = "layout.css") -> str:
    """Move the rules of the first style block into style attributes.

    The block marked `data-premailer="ignore"` is kept. Nothing is fetched, nothing is guessed: no attributes
    are made of styles, `!important` is kept, and classes stay, as media queries need them.

    Args:
        page, layout: the files that the markup and the rules come from, as staff would name them.

    Raises:
        TemplateError: what the theme makes is no page, or its rules can't be read.
    """
    import cssutils
    from premailer import Premailer

    cssutils.ser.prefs.minimizeColorHash = False  # Word's engine knows colours of six digits only
    try:
        return _short(str(
            Premailer(
                html,
                strip_important=False,
                allow_network=False,
                disable_validation=True,
                cssutils_logging_level=logging.CRITICAL,
                disable_basic_attributes=["align", "background-color", "bgcolor", "height", "valign", "width",
                                          "text-align", "vertical-align"],
                keep_style_tags=False,
                remove_classes=False,
                align_floating_images=False,
            ).transform(pretty_print=False)
        ))  # fmt: skip
    except Exception as error:  # lxml and cssutils fail in many ways at what a designer may write
        if not _PAGE.match(html):
            what, hint = "it doesn't make a page", "a page begins with <!DOCTYPE html><html …>"
            raise TemplateError([Fault(page, 0, what, hint)]) from None
        what = f"its rules can't be put into the page: {error}"
        raise TemplateError([Fault(layout, 0, what, "check what was changed last")]) from None


def _short(html: str) -> str:
    """Style attributes without the blanks between declarations: every element has one, and Gmail clips what is long."""

    def attribute(match: re.Match[str]) -> str:
        return match[0].replace("; ", ";") if match["name"].strip() == "style" else match[0]

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(attribute, tag[0]), html)


def _unreadable(css: str, rule: re.Match[str], path: str) -> Iterator[Fault]:
    """Declarations at which cssutils fails, each with its line."""
    for declaration in re.finditer(r"[^;]+", rule["declarations"]):
        if not _can_be_read(declaration[0]):
            at = rule.start("declarations") + declaration.end() - len(declaration[0].lstrip())
            what = f"“{declaration[0].strip()}” can't be read"
            yield Fault(path, css.count("\n", 0, at) + 1, what, "write it as CSS requires")


@lru_cache(maxsize=1024)  # each language of a release, and each look at it, has the same ones
def _can_be_read(declaration: str) -> bool:
    import cssutils

    cssutils.log.setLevel(logging.CRITICAL)
    try:
        cssutils.parseStyle(declaration, validate=False)
    except Exception:  # of any kind: it unpacks what is not there
        return False
    return True


def check_layout(css: str, path: str) -> None:
    """See that a stylesheet to be inlined has class selectors only.

    premailer drops or misplaces other things without a word: pseudo-classes, at-rules, `:is()`, selectors of
    elements that beat a class of a later rule.

    Raises:
        TemplateError: with every rule that can't be inlined safely, and its line.
    """
    css = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), css)
    faults = []
    for match in re.finditer(r"@[\w-]+", css):
        hint = "put it in clients.css, which is kept as it is"
        faults.append(
            Fault(path, css.count("\n", 0, match.start()) + 1, f"{match[0]} can't be inlined", hint)
        )
    if not faults:
        for match in _RULE.finditer(css):
            for selector in match["selectors"].split(","):
                if not _CLASS.fullmatch(selector.strip()):
                    at = match.start() + len(match["selectors"]) - len(match["selectors"].lstrip())
                    line = css.count("\n", 0, at) + 1
                    hint = "give the element a class, and select that: .name { … }"
                    faults.append(Fault(path, line, f"“{selector.strip()}” is not a class selector", hint))
            faults += _unreadable(css, match, path)
        if css.count("{") != css.count("}"):
            faults.append(Fault(path, css.count("\n") + 1, "a brace is missing", "each { needs its }"))
    if faults:
        raise TemplateError(faults)
