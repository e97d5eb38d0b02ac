"""What a page posts: read to its end, and never more than was expected. No part of it is kept outside of our memory."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

TYPED = 2_000_000
"""Octets of a form that somebody filled in: a release of a book's length fits."""
DROPPED = 64_000_000
"""Octets of a form with a file that somebody dropped."""

_FIELDS, _FILES = 2000, 20


async def form_of(request: Request, most: int = TYPED) -> FormData:
    """The fields of a posted form, urlencoded or multipart.

    Args:
        most: octets that are read of it.

    Raises:
        HTTPException: 413, it is larger; 400, it is no form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            parser = MultiPartParser(
                request.headers, _bounded(request, most),
                max_files=_FILES, max_fields=_FIELDS, max_part_size=most,
            )  # fmt: skip
            parser.spool_max_size = (
                most  # a document that somebody drops here leaves no copy in a folder of all
            )
            return await parser.parse()
        octets = b"".join([piece async for piece in _bounded(request, most)])
        typed = parse_qsl(
            octets.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, errors="replace"
        )
        return FormData([*typed])
    except (MultiPartException, ValueError, KeyError):
        raise HTTPException(400, "What arrived is no form of ours.") from None


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    left = most
    async for piece in request.stream():
        left -= len(piece)
        if left < 0:
            raise HTTPException(413, f"This is larger than {most // 1_000_000} MB.")
        yield piece


def text_of(form: FormData, field: str) -> str:
    """A field's text, with the line ends of a file; "" where it is missing or is a file."""
    value = form.get(field, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


_GROUPED = re.compile(r"[0-9]{1,3}(?:[., \u00a0\u202f'’][0-9]{3})+|[0-9]+")


def number_in(typed: str) -> int | None:
    """A number as people type it, its thousands apart or not; None: it is none."""
    typed = typed.strip()
    return int(re.sub(r"[^0-9]", "", typed)) if _GROUPED.fullmatch(typed) else None
