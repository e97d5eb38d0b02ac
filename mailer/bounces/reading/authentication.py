"""Whether our own server vouches for a mail's sender: Authentication-Results (RFC 8601).

Of such fields the topmost counts that bears a name of ours. A server writes its own on top, so one that came with
the mail lies below, unless the server removed it, as §5 demands and not every server does.

DMARC's pass counts for the domain in From, which is what it is about (RFC 7489 §3.1). Where that domain has no
policy, a DKIM signature counts that was made by it or by a domain above it. A domain below is no proof: it may be
a stranger's, and who is one only the public suffix list knows. SPF by itself counts for nothing: it speaks of the
return path, not of From (RFC 7208 §11.2), and of servers that many domains may share (§11.4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailer.bounces.reading.bounds import LONGEST_FIELD
from mailer.bounces.reading.field_values import addresses, without_comments
from mailer.press import canonical

_WORD = r'(?:"(?:[^"\\]|\\.)*"|[^\s";]+)'
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[^";]+|;')
_SERVER = re.compile(rf"\s*(?P<name>{_WORD})(?:\s+(?P<version>\d+))?\s*")
_METHOD = re.compile(r"\s*(?P<name>[\w-]+)\s*(?:/\s*(?P<version>\d+)\s*)?=\s*(?P<result>[\w-]+)(?=\s|$)")
_PROPERTY = re.compile(rf"\s+(?P<name>[\w-]+(?:\s*\.\s*[\w-]+)?)\s*=\s*(?P<value>{_WORD})")

_NO_POLICY = frozenset(("none", "bestguesspass"))
"""DMARC results that leave it to DKIM: the domain has no policy (the second is Microsoft's word for a guess)."""


@dataclass(frozen=True, slots=True)
class Vouching:
    """What our server says of a mail's sender.

    Attributes:
        vouched: it says that the mail comes from the domain in From.
        said: in a few words, for staff.
    """

    vouched: bool
    said: str


NOBODY_ASKED = Vouching(False, "its sender was not checked")


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: tuple[tuple[str, str], ...]

    def values(self, *names: str) -> list[str]:
        return [value for name, value in self.properties if name in names]


def vouching(results: Sequence[str], senders: Sequence[str], servers: Sequence[str]) -> Vouching:
    """Whether one of our servers vouches for the sender of a mail.

    Args:
        results: its Authentication-Results fields, from the top.
        senders: its From fields. Two of them, or two addresses in one, are nobody's (RFC 7489 §6.6.1).
        servers: names by which our servers call themselves there (BOUNCE_AUTHSERV_ID).
    """
    if not servers:
        return Vouching(False, "BOUNCE_AUTHSERV_ID in .env does not say which server may vouch for senders")
    found = [address for value in senders for address in addresses(value)]
    if len(senders) != 1 or len(found) != 1 or without_comments(senders[0]) is None:
        return Vouching(False, "From does not name exactly one sender")
    names = {name.lower() for name in servers}
    for value in results:
        name = _name_of(value)
        if name.lower() in names:
            return _said_in(value, name, canonical(found[0]).rpartition("@")[2])
        if not name and any(known in value.lower() for known in names):
            return Vouching(False, "what our server says about the sender can't be read")
    return Vouching(False, f"{' or '.join(servers)} says nothing about the sender")


def _said_in(value: str, server: str, domain: str) -> Vouching:
    results = _results(value)
    if results is None:
        return Vouching(False, f"what {server} says about the sender can't be read")
    dmarc = [result for result in results if result.method == "dmarc"]
    outcomes = {result.result for result in dmarc}
    if outcomes == {"pass"}:
        about = {_domain(named) for result in dmarc for named in result.values("header.from")}
        passed = about == {domain}
        return Vouching(passed, f"{server} says dmarc=pass" + ("" if passed else f", but not for {domain}"))
    if not outcomes <= _NO_POLICY:
        return Vouching(False, f"{server} says dmarc={min(outcomes)}: it may be forged")
    signed = [result for result in results if (result.method, result.result) == ("dkim", "pass")]
    for signer in (_domain(named) for result in signed for named in result.values("header.d", "header.i")):
        if signer and (domain == signer or domain.endswith("." + signer)):
            return Vouching(True, f"{server} says dkim=pass")
    return Vouching(False, f"{server} does not vouch for {domain}")


def _domain(named: str) -> str:
    """The domain of a property's value, be it an address or a domain (RFC 8601 §2.2)."""
    return canonical("@" + named.rpartition("@")[2]).rpartition("@")[2].strip(".")


def _name_of(value: str) -> str:
    """The authserv-id (RFC 8601 §2.5), or "" where there is none."""
    bare = without_comments(value[:LONGEST_FIELD])
    match = _SERVER.fullmatch(bare.partition(";")[0]) if bare is not None else None
    return _unquoted(match["name"]) if match and "=" not in match["name"] else ""


def _results(value: str) -> list[_Result] | None:
    """What a field says; None where it is not as RFC 8601 §2.2 has it, or of another version than 1 (§2.6)."""
    bare = without_comments(value) if len(value) <= LONGEST_FIELD else None
    if bare is None:
        return None
    pieces = [""]
    for part in _PART.findall(bare):
        if part == ";":
            pieces.append("")
        else:
            pieces[-1] += part
    server, *said = pieces
    match = _SERVER.fullmatch(server)
    if match is None or match["version"] not in (None, "1"):
        return None
    results = [_result(piece) for piece in said if piece.strip() and piece.strip().lower() != "none"]
    sound = [result for result in results if result is not None]
    return sound if len(sound) == len(results) else None


def _result(piece: str) -> _Result | None:
    match = _METHOD.match(piece)
    if match is None or match["version"] not in (None, "1"):
        return None
    position, properties = match.end(), []
    while found := _PROPERTY.match(piece, position):
        name = re.sub(r"\s", "", found["name"]).lower()
        properties.append((name, _unquoted(found["value"])))
        position = found.end()
    if piece[position:].strip():
        return None
    return _Result(match["name"].lower(), match["result"].lower(), tuple(properties))


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word
