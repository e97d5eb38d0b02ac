"""Links that count who clicks: through a service that only knows itself where they lead, or with marks of a campaign.

They stay as they are; staff are told, in one line for each service and one for each set of marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

    from mailer.model import Note

_MARKS = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|li_fat_id|igshid|igsh|mc_cid|mc_eid"
    r"|mkt_tok|_hsenc|_hsmi|hsctatracking|vero_id|vero_conv|oly_enc_id|oly_anon_id|_openstat|s_cid|cmpid|ck_subscriber_id"
    r"|ml_subscriber|ml_subscriber_hash|et_rid|rb_clickid|wickedid|elqtrackid|elqtrack|trk|trkemail|sc_cid",
    re.IGNORECASE,
)
_SERVICES = re.compile(
    r"(?:.+\.)?(lnkd\.in|t\.co|bit\.ly|tinyurl\.com|ow\.ly|buff\.ly|goo\.gl|is\.gd|fb\.me|dlvr\.it"
    r"|list-manage\.com|sendgrid\.net|mandrillapp\.com|mimecast\.com|govdelivery\.com|constantcontact\.com|rs6\.net"
    r"|emailprotection\.link|hubspotlinks\.com|cmail\d+\.com|createsend\d*\.com)"
)
"""Shorteners and counters of clicks: where they lead stands at the service alone."""
_SHOWN = 3


def told_of_clicks(addresses: Iterable[str]) -> tuple[str, ...]:
    """What staff should know of links, a sentence for each service and for each set of marks.

    Args:
        addresses: every link, in the order of the text.
    """
    services: dict[str, list[str]] = {}
    marks: dict[str, list[str]] = {}
    for address in dict.fromkeys(addresses):
        try:
            parts = urlsplit(address)
            names = [name for name, _ in parse_qsl(parts.query, max_num_fields=100) if _MARKS.fullmatch(name)]
        except ValueError:
            continue
        if service := _SERVICES.fullmatch((parts.hostname or "").lower()):
            services.setdefault(service[1], []).append(address)
        elif names and parts.hostname:
            marks.setdefault(", ".join(dict.fromkeys(names)), []).append(address)
    return (*_through(services), *_marked(marks))


def _through(services: Mapping[str, list[str]]) -> Iterator[str]:
    for service, links in services.items():
        lead = f"{len(links)} links lead" if len(links) > 1 else "1 link leads"
        yield (
            f"{lead} through {service}, which counts clicks: {_some(links)}. "
            "Write where it really leads, where you know it."
        )


def _marked(marks: Mapping[str, list[str]]) -> Iterator[str]:
    for names, links in marks.items():
        carry = f"{len(links)} links carry" if len(links) > 1 else "1 link carries"
        yield f"{carry} {names}, which tells the site who clicked where: {_some(links)}."


def _some(links: list[str]) -> str:
    more = len(links) - _SHOWN
    return ", ".join(links[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def addresses_in(tree: SyntaxTreeNode, notes: Iterable[Note]) -> Iterator[str]:
    """Where the links and buttons of a text and of its notes lead."""
    for root in (tree, *(note.content for note in notes)):
        for node in root.walk():
            if not node.is_root and (address := str(node.attrs.get("href", ""))):
                yield address
