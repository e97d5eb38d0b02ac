"""premailer behind one function, with its surprises switched off; and a stylesheet it can be trusted with."""

from __future__ import annotations

import logging
import re

from mailer.errors import Fault, TemplateError

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"(?P<selectors>[^{}]*)\{(?P<declarations>[^{}]*)\}")
_CLASS = re.compile(r"\.-?[A-Za-z_][\w-]*")


def inline(html: str) -> str:
    """Move the rules of the first style block into style attributes.

    The block marked `data-premailer="ignore"` is kept. Nothing is fetched, nothing is guessed: no attributes
    are made of styles, `!important` is kept, and classes stay, as media queries need them.
    """
    from premailer import Premailer

    return str(
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
    )  # fmt: skip


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
        hint = "put it into clients.css, which is kept as it is"
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
                    faults.append(Fault(path, line, f"“{selector.strip()}” is no class selector", hint))
        if css.count("{") != css.count("}"):
            faults.append(Fault(path, css.count("\n") + 1, "a brace is missing", "each { needs its }"))
    if faults:
        raise TemplateError(faults)
