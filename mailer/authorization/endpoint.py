"""Asking an authorization server over HTTPS: verified, bounded in time and size, and nowhere else than asked.

The standard library's client is enough for one form and one small answer, and knows the office's proxy.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mailer.authorization.servers import on_this_computer

_SECONDS = 20.0
"""For all of it: a server that says an octet now and then gains nothing by that."""
_LARGEST = 256 * 1024
"""Octets of an answer. Tokens of Microsoft's are some thousand."""
_PIECE = 16 * 1024


class NoAnswer(Exception):
    """It can't be reached, or its answer can't be read.

    Args:
        why: for staff.
        sent: whether it may have heard the question: then to ask again may be to use up what is good for one time.
    """

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why, self.sent = why, sent


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON object, empty where there was none. `retry_after`: seconds, 0: it does not say."""

    status: int
    fields: dict[str, Any] = field(repr=False)
    retry_after: float = 0.0


class _StayHere(urllib.request.HTTPRedirectHandler):
    """What is posted is secret: it is for whom it was meant, wherever they may point."""

    def redirect_request(self, *_: object) -> None:
        return None


def post(url: str, form: str) -> Answer:
    """
    Args:
        url: https, or http to this computer.
        form: application/x-www-form-urlencoded.

    Raises:
        NoAnswer: there is none that can be read, or not in time.
    """
    answer: Future[Answer] = Future()

    def ask() -> None:
        try:
            answer.set_result(_posted(url, form))
        except BaseException as error:
            answer.set_exception(error)

    # `urllib` has a limit for each silence alone, and none for looking a name up.
    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(_SECONDS)
    except TimeoutError:
        raise NoAnswer(f"{urlsplit(url).hostname} takes too long to answer", sent=True) from None


def _posted(url: str, form: str) -> Answer:
    """
    Raises:
        NoAnswer
    """
    request = urllib.request.Request(  # noqa: S310 - `servers` lets nothing through but these two
        url,
        form.encode("ascii"),
        {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
    )
    proxies = urllib.request.ProxyHandler({} if on_this_computer(url) else None)
    opener = urllib.request.build_opener(_StayHere, proxies)
    until = time.monotonic() + _SECONDS
    host = urlsplit(url).hostname
    try:
        with opener.open(request, timeout=_SECONDS) as response:
            return _read(response, until)
    except urllib.error.HTTPError as error:
        with error:
            return _refusal(error, until)
    except urllib.error.URLError as error:
        raise NoAnswer(f"{host} can't be reached: {_reason(error.reason)}", sent=False) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{host} gave no answer: {_reason(error)}", sent=True) from None


def _refusal(error: urllib.error.HTTPError, until: float) -> Answer:
    """An answer of 4xx or 5xx: with the fields of RFC 6749 §5.2, or with a page of whatever stands in front of it."""
    try:
        return _read(error, until)
    except (OSError, http.client.HTTPException, ValueError):
        return Answer(error.code, {}, _seconds(error.headers.get("Retry-After", "")))


def _read(response: Any, until: float) -> Answer:
    """
    Raises:
        ValueError: it is too large or too slow.
        OSError, HTTPException: the connection broke.
    """
    octets = bytearray()
    while piece := response.read1(_PIECE):
        octets += piece
        if len(octets) > _LARGEST:
            raise ValueError("it is too large")
        if time.monotonic() > until:
            raise ValueError("it takes too long")
    try:
        fields = json.loads(octets)
    except (ValueError, RecursionError):
        fields = None
    fields = fields if isinstance(fields, dict) else {}
    return Answer(response.status, fields, _seconds(response.headers.get("Retry-After", "")))


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() and len(text) < 6 else 0.0


def _reason(reason: object) -> str:
    """What went wrong, in the system's words: never what was sent or received."""
    if isinstance(reason, OSError):
        return (
            getattr(reason, "verify_message", "") or reason.strerror or str(reason) or type(reason).__name__
        )
    return str(reason) if type(reason) is ValueError else type(reason).__name__
