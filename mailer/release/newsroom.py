"""newsroom.md: the organisation, in the language asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from mailer.errors import ReleaseError, ValueFault
from mailer.model import Image, Mailbox, Newsroom
from mailer.release import fields
from mailer.release.body import boilerplates, parse_body
from mailer.release.field_names import NEWSROOM_FIELDS, RECORDS
from mailer.release.header import Header, read_header
from mailer.release.source import read_source
from mailer.release.values import (
    parse_colour,
    parse_language,
    parse_mailbox,
    parse_region,
    parse_web_address,
    parse_zone,
    region_of_zone,
)
from mailer.visible import visible
from mailer.workspace import Workspace


def read_newsroom(workspace: Workspace, language: str = "") -> Newsroom:
    """The organisation: newsroom.md, and over it newsroom.LANG.md where there is one.

    Args:
        language: BCP 47; es-MX finds newsroom.es-MX.md, then newsroom.es.md. "" = the house's own.

    Raises:
        ReleaseError: with every fault of the file.
    """
    own = _read(workspace, workspace.newsroom, None)
    tag = language
    while tag and tag.lower() != own.language.lower():
        path = workspace.root / f"newsroom.{tag}.md"
        if path in workspace.unsaved or path.is_file():
            return _read(workspace, path, own)
        tag = tag.rpartition("-")[0]
    return own


PRINTED = ("postal_address", "why", "end_mark", "logo", "contacts", "boilerplates")
"""Fields with words in them that a mail prints."""


def _written_in(newsroom: Newsroom, base: Newsroom | None) -> dict[str, str]:
    """The language of each field that is printed: this file's where it says the field, else the house's own."""
    # A language that nobody wrote is a default, and no knowledge.
    own = newsroom.language if base or "lang" in newsroom.lines else ""
    return {name: own if not base or name in newsroom.lines else base.written_in[name] for name in PRINTED}


def _read(workspace: Workspace, path: Path, base: Newsroom | None) -> Newsroom:
    shown = workspace.shown(path)
    source = read_source(path, shown, workspace.unsaved.get(path))
    header = read_header(source.text, shown, NEWSROOM_FIELDS, RECORDS)
    newsroom = _newsroom(header, path, base, workspace)
    if base is None:
        for name, example in (("name", "Example Foundation"), ("sender", "Press Office <press@example.org>")):
            if not header.text(name):
                header.fault(0, f"{name} is missing", f"add {name.title()}: {example}")
    body = parse_body(header.body, shown, header.body_line)
    fields.pictures(header, body, workspace, path.parent)
    if header.faults:
        raise ReleaseError(header.faults)
    findings = (*source.findings, *body.findings)
    own = boilerplates(body)
    newsroom = replace(newsroom, boilerplates=own or newsroom.boilerplates, lines=header.lines())
    written_in = _written_in(newsroom, base)
    return replace(
        newsroom,
        written_in=written_in | ({"boilerplates": newsroom.language} if base and own else {}),
        findings=(*(base.findings if base else ()), *findings),
    )


def _newsroom(header: Header, path: Path, base: Newsroom | None, workspace: Workspace) -> Newsroom:
    """What the header says, then what the house's own newsroom says, then defaults."""
    base = base or Newsroom(path=path, name="", language="en", sender=Mailbox(""))
    logo: Image | None = next(iter(fields.images(header, "logo", workspace, path.parent)), base.logo)
    zone = fields.parsed(header, "zone", parse_zone, base.zone)
    suffix = path.name.removeprefix("newsroom").removesuffix(".md").strip(".")
    return replace(
        base,
        path=path,
        name=header.text("name") or base.name,
        language=fields.parsed(header, "lang", parse_language, suffix or base.language),
        sender=fields.parsed(header, "sender", parse_mailbox, base.sender),
        reply_to=fields.parsed(header, "reply_to", parse_mailbox, base.reply_to),
        postal_address=header.text("postal_address") or base.postal_address,
        website=fields.parsed(header, "website", parse_web_address, base.website),
        web=fields.parsed(header, "web", parse_web_address, base.web),
        zone=zone,
        zones=fields.zones(header) or base.zones,
        region=fields.parsed(header, "region", parse_region, "") or base.region or region_of_zone(zone),
        dash=_unquoted(header.text("dash")) or base.dash,
        end_mark=header.text("end_mark") or base.end_mark,
        colour=fields.parsed(header, "colour", parse_colour, base.colour),
        logo=logo,
        theme=header.text("theme") or base.theme,
        lists=fields.lists(header) or base.lists,
        contacts=fields.contacts(header, "contacts") or base.contacts,
        why=header.text("why") or base.why,
        follow_up_after=fields.parsed(header, "follow_up_after", _hours, base.follow_up_after),
        approvers=base.approvers or _approvers(header),
        silence=(*base.silence, *fields.silences(header)),
    )


def _approvers(header: Header) -> tuple[str, ...]:
    """Who asks for approval and names nobody has not asked for none."""
    found = fields.names(header, "approvers")
    if "approvers" in header.records and not found:
        line = header.line("approvers")
        header.fault(
            line, "Approvers names nobody", "write “- NAME” below it for each who may approve, or take it out"
        )
    return found


def _hours(text: str) -> float:
    """`24`, `24 hours`, `24 h`.

    Raises:
        ValueFault: it is none.
    """
    found = re.fullmatch(r"(\d{1,4}(?:[.,]\d+)?)\s*(?:h|hrs?|hours?|horas?)?\.?", text.strip().lower())
    if not found:
        raise ValueFault(f"“{visible(text)}” is no number of hours", "write it as 24 or 24 hours")
    return float(found[1].replace(",", "."))


def _unquoted(dash: str) -> str:
    """A dash with spaces around it is written in quotes: `Dash: " – "`."""
    return dash[1:-1] if len(dash) > 2 and dash[0] == dash[-1] and dash[0] in "\"'" else dash
