"""premailer behind one function, with its surprises switched off; `stylesheets` sees to what it is given."""

from __future__ import annotations

import logging
import os
import re
from functools import cache, lru_cache
from typing import Any

from mailer.errors import Fault, TemplateError

_PAGE = re.compile(r"\s*(?:<!DOCTYPE[^>]*>\s*)?<html[\s>]", re.IGNORECASE)

_TAG = re.compile(r"""<[a-zA-Z](?:"[^"]*"|'[^']*'|[^<>"'])*>""")
_ATTRIBUTE = re.compile(r"""(?P<name>\s[\w:-]+)=(?P<value>"[^"]*"|'[^']*')""")

_AS_WE_WANT_IT: dict[str, Any] = {
    "strip_important": False,
    "allow_network": False,
    "disable_validation": True,
    "cssutils_logging_level": logging.CRITICAL,
    "disable_basic_attributes": ["align", "background-color", "bgcolor", "height", "valign", "width",
                                 "text-align", "vertical-align"],
    "keep_style_tags": False,
    "remove_classes": False,
    "align_floating_images": False,
}  # fmt: skip
_ROOM = 1024
"""How many selectors and declarations premailer remembers. It has room for 128; a theme has some two hundred, so that
each threw out another, and nothing was there when it was asked for again."""


def inline(html: str, page: str = "release.html.j2", layout: str = "layout.css") -> str:
    """Move the rules of the first style block into style attributes.

    The block marked `data-premailer="ignore"` is kept. Nothing is fetched, nothing is guessed: no attributes
    are made of styles, `!important` is kept, and classes stay, as media queries need them.

    Args:
        page, layout: the files that the markup and the rules come from, as staff would name them.

    Raises:
        TemplateError: what the theme makes is no page, or its rules can't be read.
    """
    try:
        return _short(str(_premailer()(html, **_AS_WE_WANT_IT).transform(pretty_print=False)))
    except Exception as error:  # lxml and cssutils fail in many ways at what a designer may write
        if not _PAGE.match(html):
            what, hint = "it doesn't make a page", "a page begins with <!DOCTYPE html><html …>"
            raise TemplateError([Fault(page, 0, what, hint)]) from None
        what = f"its rules can't be put into the page: {error}"
        raise TemplateError([Fault(layout, 0, what, "check what was changed last")]) from None


@cache
def _premailer() -> Any:
    """Premailer, remembering what it made of a stylesheet: to parse one takes longer than all the rest, and each
    language of a release, each look at it and each specimen of a check has the same."""
    os.environ.setdefault("PREMAILER_CACHE_MAXSIZE", str(_ROOM))  # it looks when it is imported
    import cssutils
    from premailer import Premailer

    cssutils.ser.prefs.minimizeColorHash = False  # Word's engine knows colours of six digits only
    parser = Premailer(**_AS_WE_WANT_IT)

    @lru_cache(maxsize=32)
    def parsed(css: str, index: int) -> Any:
        return parser._parse_style_rules(css, index)

    class Remembering(Premailer):  # type: ignore[misc] # it has no types
        def _parse_style_rules(self, css_body: str, ruleset_index: int) -> Any:
            return parsed(css_body, ruleset_index)

    return Remembering


def _short(html: str) -> str:
    """Style attributes without the blanks between declarations: every element has one, and Gmail clips what is long."""

    def attribute(match: re.Match[str]) -> str:
        return match[0].replace("; ", ";") if match["name"].strip() == "style" else match[0]

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(attribute, tag[0]), html)
