"""Which program a page or a clipboard comes from."""

from __future__ import annotations

import re

PDF_VIEWER, WEB_PAGE, GMAIL, OUTLOOK = "a PDF viewer", "a web page", "Gmail", "Outlook"
_SIGNS = (
    (re.compile(r"docs-internal-guid|google-sheets-html-origin|class=.?[^>]{0,40}doc-content"), "Google Docs"),
    (re.compile(r"#ftnt\d|#cmnt\d|@import url\(.?https://themes\.googleusercontent\.com"), "Google Docs"),
    (re.compile(r"SCXW\d|WACViewPanel|class=.?TextRun|data-ccp-parastyle", re.IGNORECASE), "Word in a browser"),
    (re.compile(r"content=.?Microsoft Word \d+ \(filtered medium\)"), OUTLOOK),
    (re.compile(r"content=.?Microsoft Word|class=.?Mso|urn:schemas-microsoft-com:office:word"), "Word"),
    (re.compile(r"content=.?(?:LibreOffice|OpenOffice)"), "LibreOffice"),
    (re.compile(r"role=.?presentation.?\s[^>]*dir=.?ltr|class=.?textLayer|<br role=.?presentation"), PDF_VIEWER),
    (re.compile(r"content=.?Cocoa HTML Writer"), "Pages or TextEdit"),
    (re.compile(r"class=.?gmail_|<div dir=.?ltr"), GMAIL),
)  # fmt: skip


def program_of(source: str) -> str:
    """The program that wrote a page, in words for staff; "a web page" where it is none of those that are known."""
    start = source[:200_000]
    return next((program for sign, program in _SIGNS if sign.search(start)), WEB_PAGE)
