"""Where a link of a source really leads: redirects unwrapped, schemes that must not travel set aside.

Nothing is looked up: only what an address itself says is read of it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urljoin, urlsplit

_MAY_TRAVEL = ("http", "https", "mailto", "tel")
_DEEPEST = 6
"""Redirects inside one another: mail that several gateways forwarded has three."""
_LONGEST = 8_000


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it may stand in a release.

    Attributes:
        address: http, https, mailto or tel; "" where it leads nowhere that readers could go.
        remark: what was done or what to look at, a sentence, or "".
    """

    address: str
    remark: str = ""


def link_of(address: str, base: str = "") -> Link:
    """What becomes of the address of a link.

    Args:
        address: as the source has it.
        base: the address of the page that it stands on, for one that is relative; "" = unknown.
    """
    address = re.sub(r"[\t\r\n]", "", address).strip(
        "\x00\x01\x1f \u00a0"
    )  # as browsers do (WHATWG URL, 4.4)
    if not address or address.startswith("#") or len(address) > _LONGEST:
        return Link("", "" if len(address) <= _LONGEST else "A link of over 8,000 characters was left out.")
    if re.match(r"www\.[^/\s]+\.\w", address, re.IGNORECASE):
        return Link(f"https://{address}", f"“{address}” was made a link to https://{address}: please check.")
    scheme = _scheme(address)
    if not scheme and base:
        address = _joined(base, address)
        scheme = _scheme(address)
    if scheme not in _MAY_TRAVEL:
        return Link("", _why_not(scheme, address))
    target = _unwrapped(address)
    return Link(target)


def _scheme(address: str) -> str:
    match = re.match(r"([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
    return match[1].lower() if match else ""


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def _why_not(scheme: str, address: str) -> str:
    """Never the address itself: it may name a person, a computer, a folder."""
    if scheme == "file" or len(scheme) == 1 or address.startswith("\\\\"):
        return "A link to a file on somebody’s computer was left out; its words stay."
    if not scheme:
        return "A link that leads to another part of the source’s own site, or of itself, was left out; its words stay."
    return f"A link that begins with “{scheme[:20]}:” was left out: readers of a mail can’t use it. Its words stay."


def _unwrapped(address: str) -> str:
    for _ in range(_DEEPEST):
        inner = _inner(address)
        if not inner or _scheme(inner) not in _MAY_TRAVEL or not _parts(inner):
            return address
        address = inner
    return address


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.hostname or parts.scheme in ("mailto", "tel") else None
    except ValueError:
        return None


def _inner(address: str) -> str:
    """The address that a redirect of a known service names, or ""."""
    parts = _parts(address)
    if not parts or not parts.hostname:
        return ""
    for host, path, read in _REDIRECTS:
        if host.fullmatch(parts.hostname) and path.match(parts.path):
            return read(parts, address).strip()
    return ""


def _value(*names: str) -> Callable[[SplitResult, str], str]:
    def read(parts: SplitResult, _: str) -> str:
        try:
            query = parse_qs(parts.query, max_num_fields=100)
        except ValueError:
            return ""
        return next((query[name][0] for name in names if name in query), "")

    return read


def _urldefense_2(parts: SplitResult, address: str) -> str:
    return unquote(_value("u")(parts, address).translate(str.maketrans("-_", "%/")))


_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _urldefense_3(parts: SplitResult, address: str) -> str:
    """`/v3/__ADDRESS__;BYTES!…`: each `*` stands for a byte of the base64, `**X` for as many as X says (from 2)."""
    match = re.search(r"/v3/__(.+?)__;(.*?)(?:!|$)", address)
    if not match:
        return ""
    text = re.sub(r"^([a-z]+:/)([^/])", r"\1/\2", match[1], flags=re.IGNORECASE)
    try:
        stream = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    at = 0

    def put_back(token: re.Match[str]) -> str:
        nonlocal at
        length = _RUNS.index(token[1]) + 2 if token[1] else 1
        at += length
        return stream[at - length : at]

    return re.sub(r"\*\*([A-Za-z0-9_-])|\*", put_back, text)


def _in_path(parts: SplitResult, _: str) -> str:
    match = re.search(r"/(https?%3A.+)", parts.path, re.IGNORECASE)
    return unquote(match[1]) if match else ""


_REDIRECTS: tuple[tuple[re.Pattern[str], re.Pattern[str], Callable[[SplitResult, str], str]], ...] = tuple(
    (re.compile(host), re.compile(path), read)
    for host, path, read in (
        (r"(?:www\.)?google(?:\.[a-z]{2,3}){1,2}", r"/url$", _value("q", "url")),
        (r".+\.safelinks\.protection\.(?:outlook\.com|office365\.us)", r"/", _value("url")),
        (r"statics\.teams\.cdn\.office\.net", r"/.*safelinks", _value("url")),
        (r"urldefense\.(?:proofpoint\.com|com|us)", r"/v1/url", _value("u")),
        (r"urldefense\.(?:proofpoint\.com|com|us)", r"/v2/url", _urldefense_2),
        (r"urldefense\.(?:proofpoint\.com|com|us)", r"/v3/", _urldefense_3),
        (r"lm?\.(?:facebook|instagram)\.com", r"/", _value("u")),
        (r"(?:www\.)?facebook\.com", r"/l\.php$", _value("u")),
        (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go)", _value("url")),
        (r"(?:www\.)?youtube\.com", r"/redirect$", _value("q")),
        (r"(?:html\.)?duckduckgo\.com", r"/l/$", _value("uddg")),
        (r"slack-redir\.net", r"/link$", _value("url")),
        (r"linkprotect\.cudasvc\.com", r"/url$", _value("a")),
        (r"clicktime\.symantec\.com", r"/", _value("u")),
        (r"secure-web\.cisco\.com", r"/", _in_path),
    )
)
