"""What of a page is its text, and what stands around it: menus, footers, banners, forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_AROUND = frozenset(("nav", "footer", "aside", "form", "button", "dialog"))
_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu")
)
_NAMES = re.compile(
    r"(?:^|[-_ ])(?:cookies?|consent|gdpr|share|sharing|social|breadcrumbs?|newsletter|signup|sign-up|related|comments?"
    r"|sidebar|menu|navbar|skip-link|skip-to|onetrust|advert|ads|popup|modal|site-header|site-footer)(?:$|[-_ ])",
    re.IGNORECASE,
)


def main_part(body: Any) -> Any:
    """The element that holds a page's text: its longest article, its `main`, or its body."""
    longest = max(body.iter("article"), key=_length, default=None)
    mains = [
        each
        for each in body.iter("main", "div", "section")
        if each.tag == "main" or each.get("role") == "main"
    ]
    main = max(mains, key=_length, default=body)
    part = longest if longest is not None and 2 * _length(longest) >= _length(main) else main
    while part is not body and next(part.iter("h1"), None) is None and _has_h1_near(part, body):
        part = part.getparent()
    return part


def _has_h1_near(part: Any, body: Any) -> bool:
    headings = [
        each for each in body.iter("h1") if not any(above.tag in _AROUND for above in each.iterancestors())
    ]
    return bool(headings) and _length(headings[0]) > 0


def _length(element: Any) -> int:
    return sum(
        map(
            len,
            element.itertext("p", "li", "blockquote", "h1", "h2", "h3", "td", "span", "a", "b", "em", "div"),
        )
    )


def around(part: Any) -> list[Any]:
    """What stands inside of a page's main part without belonging to its text, in reading order."""
    found: list[Any] = []
    inside: set[Any] = set()
    for element in part.iter():
        if not isinstance(element.tag, str) or element is part:
            continue
        if element.getparent() in inside:
            inside.add(element)
        elif _is_around(element):
            found.append(element)
            inside.add(element)
    return found


def _is_around(element: Any) -> bool:
    if element.tag in _AROUND or (element.get("role") or "").lower() in _ROLES:
        return True
    if element.tag == "header":
        return next(element.iter("nav"), None) is not None and next(element.iter("h1"), None) is None
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    return (
        bool(_NAMES.search(names))
        and element.tag in ("div", "section", "ul", "a", "p", "header")
        and (next(element.iter("h1"), None) is None)
    )


def before(part: Any) -> set[Any]:
    """The elements that stand before a part of a page; those that hold it are not among them."""
    return {each for step in _steps(part) for each in step.itersiblings(preceding=True)}


def after(part: Any) -> set[Any]:
    """The elements that stand behind a part of a page."""
    return {each for step in _steps(part) for each in step.itersiblings()}


def _steps(part: Any) -> Iterator[Any]:
    while part is not None and part.tag not in ("body", "html"):
        yield part
        part = part.getparent()
