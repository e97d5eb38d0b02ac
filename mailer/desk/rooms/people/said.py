"""What a page says after a form was posted, once the browser was sent on: what was done, and where the copy lies."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from starlette.responses import RedirectResponse, Response

from mailer.delivery import whoever_we_are
from mailer.workspace import Workspace
from mailer.workspace.log import write_log

MOST = 100


class Said:
    """Sentences, each by a token that stands in the address of the page that shows it. A desk that was started anew has
    forgotten them; what was done is in the log."""

    def __init__(self) -> None:
        self._sentences: OrderedDict[str, str] = OrderedDict()

    def at(self, address: str, sentence: str) -> Response:
        """Sends the browser on to a page that will say it (Post/Redirect/Get).

        Args:
            address: a path, perhaps with a query.
        """
        token = secrets.token_urlsafe(8)
        self._sentences[token] = sentence
        while len(self._sentences) > MOST:
            self._sentences.popitem(last=False)
        return RedirectResponse(f"{address}{'&' if '?' in address else '?'}said={token}", 303)

    def heard(self, token: str) -> str:
        return self._sentences.get(token, "")


def note(workspace: Workspace, did: str, **details: Any) -> None:
    """A line in the log. That it can't be written stops nothing: what was done was done."""
    with suppress(OSError):
        write_log(workspace, whoever_we_are(), did, at_the="desk", **details)
