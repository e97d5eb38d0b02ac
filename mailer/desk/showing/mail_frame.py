"""The frame in which a mail is shown.

What a mail holds is foreign even here: it stands in a sandboxed iframe without scripts, under a policy that loads
nothing from anywhere. (`allow-same-origin` without `allow-scripts` lets the page keep the frame's scroll position, and
lets the mail do nothing; `allow-popups` lets a person follow a link, into a tab of its own.)
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse

from mailer.desk.showing.message_view import Scheme, as_shown

SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"

MAIL_POLICY = (
    f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox {SANDBOX}; frame-ancestors 'self'"
)


def mail_answer(request: Request, html: str) -> HTMLResponse:
    """A mail's HTML for its frame, in the colour scheme that the address asks for (`scheme=dark`)."""
    scheme: Scheme = "dark" if request.query_params.get("scheme") == "dark" else "light"
    return HTMLResponse(as_shown(html, scheme), headers={"Content-Security-Policy": MAIL_POLICY})
