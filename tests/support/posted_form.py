"""A form of a page as a browser without scripts would post it."""

from __future__ import annotations

from lxml import html


def fields_of(page: str, form: str = "house") -> dict[str, str]:
    """What stands in a form's fields; buttons and files are not among them."""
    (found,) = html.fromstring(page).xpath(f"//form[@id='{form}']")
    return {name: value or "" for name, value in found.form_values() if not name.endswith(".upload")}
