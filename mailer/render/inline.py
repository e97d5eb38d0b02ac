"""premailer behind one function, with its surprises switched off; `stylesheets` sees to what it is given."""

from __future__ import annotations

import logging
import re

from mailer.errors import Fault, TemplateError

_PAGE = re.compile(r"\s*(?:<!DOCTYPE[^>]*>\s*)?<html[\s>]", re.IGNORECASE)

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
