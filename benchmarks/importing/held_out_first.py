"""Shapes that were held out at first: README.md has how they came out before the rules were mended by them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.benchmark import benchmark

releases = benchmark("importing/releases.py")
Contact, Shape, paragraphs = releases.Contact, releases.Shape, releases.paragraphs
Voice = Any  # voices.Voice

HELD_OUT: dict[str, Any] = {}


def shape(language: str, region: str, **what: Any) -> Callable[[Callable[[Voice, Random], str]], None]:
    def add(write: Callable[[Voice, Random], str]) -> None:
        HELD_OUT[write.__name__] = Shape(write, language, region, **what)

    return add


@shape("en", "US", place=lambda v: "Washington, D.C.")
def congress(v: Voice, r: Random) -> str:
    return f"""FOR IMMEDIATE RELEASE

{v.us_date}

Press Contact
{v.person} | {v.phone} | {v.email}

**{v.headline}**

Washington, D.C. — {v.lead}

{paragraphs(v)}

###
"""


@shape("en", "US", dateline=False, embargo=True)
def central_bank(v: Voice, r: Random) -> str:
    return f"""{v.us_date}

{v.headline}

For release at 2:00 p.m. EDT

{v.lead}

{paragraphs(v)}

For media inquiries, please email {v.email} or call {v.phone}.
"""


HELD_OUT["central_bank"].contacts = lambda v: (Contact("", v.phone, v.email),)


@shape("en", "CA", place=lambda v: v.place.upper())
def canada_wire(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place.upper()}, {v.ap_date} /CNW/ - {v.lead}

{paragraphs(v)}

SOURCE {v.office}

For further information: {v.person}, {v.role}, {v.phone}, {v.email}
"""


@shape("en", "US", place=lambda v: f"{v.place.upper()}, Mo.")
def state_attorney(v: Voice, r: Random) -> str:
    return f"""Attorney General Juno Marsh
State of Orrin

{v.us_date}

{v.headline}

{v.place.upper()}, Mo. – {v.lead}

{paragraphs(v)}

Media Contact: {v.person} / {v.phone} / {v.email}
"""


@shape("en", "CH", place=lambda v: v.place.upper(), headline=lambda v: v.headline.upper())
def united_nations(v: Voice, r: Random) -> str:
    return f"""PRESS RELEASE

{v.headline.upper()}

{v.place.upper()} ({v.date()}) – {v.lead}

{paragraphs(v)}

ENDS

For media requests please contact: {v.person} ({v.phone} / {v.email})
"""


@shape("en", "GB", dateline=False)
def charity_uk(v: Voice, r: Random) -> str:
    suffix = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(v.day.day, "th")
    return f"""PRESS RELEASE – FOR IMMEDIATE USE – {v.day.day}{suffix} {v.day:%B %Y}

{v.headline}

{v.lead}

{paragraphs(v)}

ENDS

Notes to Editors

• {v.about}
• Spokespeople are available for interview.

For more information or interviews please contact {v.person}, {v.role}, on {v.phone} or email {v.email}
"""


@shape("en", "BE")
def commission(v: Voice, r: Random) -> str:
    return f"""{v.office} - Press release

{v.headline}

{v.place}, {v.date()}

{v.lead}

{paragraphs(v)}

Contacts for media

{v.person} - Phone: {v.phone}; E-mail: {v.email}
"""


@shape("es", "ES", dateline=False)
def guard_es(v: Voice, r: Random) -> str:
    return f"""{v.day:%d/%m/%Y}

{v.headline}

{v.subhead}

{v.lead}

{paragraphs(v)}

Para más información pueden contactar con {v.person} en el teléfono {v.phone} o en el correo {v.email}.
"""


@shape("es", "MX", headline=lambda v: v.headline.upper())
def communique_mx(v: Voice, r: Random) -> str:
    return f"""Comunicado {r.randint(10, 90):03d}/{v.day.year}

{v.place}, a {v.date()}

{v.headline.upper()}

• {v.subhead}

{v.lead}

{paragraphs(v)}

Para mayores informes:
{v.person}
{v.role}
Cel. {v.phone}
{v.email}
"""


@shape("fr", "FR", contacts=lambda v: (Contact(v.person, v.phone, v.email), Contact(*v.second)))
def association_fr(v: Voice, r: Random) -> str:
    return f"""Communiqué de presse – {v.office}

{v.headline}

{v.place}, le {v.date()}. {v.lead}

{paragraphs(v)}

Contacts presse
{v.person} – {v.phone} – {v.email}
{v.second[0]} – {v.second[1]} – {v.second[2]}
"""


@shape("de", "DE")
def firm_de(v: Voice, r: Random) -> str:
    return f"""{v.headline}
{v.subhead}

{v.place}, {v.date()} – {v.lead}

{paragraphs(v)}

Über {v.office}
{v.about}

Ansprechpartner für die Presse:
{v.person}, {v.role}
{v.office}
Tel. {v.phone} | Mobil {v.mobile}
{v.email}
"""


HELD_OUT["firm_de"].wraps = False


@shape("de", "DE", day=False)
def portal_de(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place} (ots) - {v.lead}

{paragraphs(v)}

Pressekontakt:

{v.person}
{v.office}
Telefon: {v.phone}
E-Mail: {v.email}

Original-Content von: {v.office}, übermittelt durch news aktuell
"""


@shape("pt", "BR")
def press_note_pt(v: Voice, r: Random) -> str:
    return f"""Nota à imprensa

{v.headline}

{v.place}, {v.date()} – {v.lead}

{paragraphs(v)}

Informações para a imprensa:
{v.person}
{v.phone}
{v.email}
"""


@shape("de", "CH")
def swiss(v: Voice, r: Random) -> str:
    return f"""Medienmitteilung vom {v.date()}

{v.headline}

{v.place}, {v.day:%d.%m.%Y} - {v.lead}

{paragraphs(v)}

Adresse für Rückfragen:
{v.person}, {v.role}, {v.phone}, {v.email}
"""


@shape("en", "US", dateline=False)
def sheriff(v: Voice, r: Random) -> str:
    return f"""NEWS RELEASE

Date: {v.us_date}
Contact: {v.person}, {v.phone}, {v.email}
Subject: {v.headline}

{v.lead}

{paragraphs(v)}
"""


@shape("en", "CA", place=lambda v: f"{v.place}, Ontario")
def company_ca(v: Voice, r: Random) -> str:
    return f"""Source: {v.office}

{v.us_date} 08:00 ET

{v.headline}

{v.place}, Ontario, {v.us_date} – {v.lead}

{paragraphs(v)}

About {v.office}
{v.about}

For more information, please contact:

{v.person}
{v.role}
{v.office}
Phone: {v.phone}
Email: {v.email}
"""
