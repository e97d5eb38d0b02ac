"""The pages that people see who click on unsubscribe: in their language, without scripts or cookies."""

from __future__ import annotations

import hashlib
import tomllib
from base64 import b64encode
from http import HTTPStatus
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mailer.desk.unsubscribe.connections import RETRY_AFTER
from mailer.model import Newsroom
from mailer.release import read_newsroom
from mailer.workspace import Workspace

HERE = Path(__file__).parent


class Pages:
    """
    Args:
        workspace: whose newsroom.md names the sender.

    Raises:
        ReleaseError: newsroom.md can't be read.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._labels = tomllib.loads((HERE / "labels.toml").read_text("utf-8"))
        self._newsrooms = {tag: read_newsroom(workspace, tag) for tag in self._labels}
        self._house = read_newsroom(workspace).language
        self._style = (HERE / "page.css").read_text("utf-8")
        self._page = Environment(
            loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined
        ).get_template("page.html.j2")
        digest = b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        self._headers = {
            "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex, nofollow",
            "Vary": "Accept-Language",
        }

    def failed(self, request: Request, status: HTTPStatus = HTTPStatus.NOT_FOUND) -> Response:
        response = self.answer(request, "failed_title", ("failed",), status=status)
        if status is HTTPStatus.BAD_REQUEST:
            response.headers["Connection"] = "close"  # whatever else they send is not read
        return response

    def later(self, request: Request, status: HTTPStatus) -> Response:
        response = self.answer(request, "later_title", ("later",), status=status)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response

    def answer(
        self,
        request: Request,
        heading: str,
        lines: tuple[str, ...],
        address: str = "",
        *,
        button: bool = False,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        language = self._language(request)
        newsroom, labels = self._newsrooms[language], self._labels[language]
        html = self._page.render(
            language=language,
            name=newsroom.name,
            heading=labels[heading],
            lines=[labels[line].format(name=newsroom.name) for line in lines],
            address=address,
            button=labels["button"] if button else "",
            write=labels["write"],
            write_to=_office(newsroom) if not button else "",
            style=self._style,
        )
        return HTMLResponse(html, status, self._headers | {"Content-Language": language})

    def _language(self, request: Request) -> str:
        """`?lang=`, then what the browser prefers, then the house's."""
        wanted = [request.query_params.get("lang", "")]
        wanted += [tag.partition(";")[0] for tag in request.headers.get("accept-language", "").split(",")]
        for tag in (*wanted, self._house):
            if (short := tag.strip().lower().partition("-")[0]) in self._labels:
                return short
        return "en"


def _office(newsroom: Newsroom) -> str:
    return (newsroom.reply_to or newsroom.sender).address
