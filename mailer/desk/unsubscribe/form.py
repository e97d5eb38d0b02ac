"""What a POST asks for: a form of two fields, read without ever being surprised.

Anybody can send anything here. So it is cut with plain string operations, which know no error and no slow case:
Python's `email`, on which python-multipart relies too, raises on a parameter numbered with 5,000 digits (RFC 2231
§3) or on a charset that is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

LARGEST_BODY = 8192
"""Octets of a POST; a one-click body has 26."""
_LONGEST_BOUNDARY = 70
"""RFC 2046 §5.1.1."""


async def wish_of(request: Request) -> str:
    """How a wish came, "one-click" or "page"; "" where the body holds none. Its form is what RFC 8058 §3.2 allows."""
    body = b""
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                return ""
    except ClientDisconnect:
        return ""
    fields = dict(_fields(body, request.headers.get("content-type", "")))
    if fields.get("list-unsubscribe", "").lower() == "one-click":
        return "one-click"
    return "page" if fields.get("confirm") == "yes" else ""


def _fields(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """A form's fields by lower-case name, urlencoded or multipart."""
    text = body.decode("utf-8", "replace")
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() == "multipart/form-data":
        pairs = _parts(text, _parameter(parameters, "boundary")[:_LONGEST_BOUNDARY])
    else:
        pairs = iter(parse_qsl(text, keep_blank_values=True))
    for name, value in pairs:
        yield name.strip().lower(), value.strip()


def _parts(text: str, boundary: str) -> Iterator[tuple[str, str]]:
    """The parts of multipart/form-data (RFC 7578): each one's name and content."""
    if not boundary:
        return
    for part in text.replace("\r\n", "\n").split(f"--{boundary}"):
        header, _, content = part.partition("\n\n")
        for line in header.splitlines():
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-disposition":
                yield _parameter(value, "name"), content


def _parameter(text: str, wanted: str) -> str:
    """The value of a parameter of a header field, or ""."""
    for parameter in text.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == wanted:
            return value.strip().strip('"')
    return ""
