"""Shapes that were held out next: README.md has how they came out before the rules were mended by them."""

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


@shape("en", "US", place=lambda v: f"{v.place.upper()}, Calif.")
def hospital(v: Voice, r: Random) -> str:
    return f"""Contact: {v.person}
{v.phone}
{v.email}

For Release: Upon receipt
{v.us_date}

{v.headline}

({v.place.upper()}, Calif.) – {v.lead}

{paragraphs(v)}
"""


@shape("en", "GB", dateline=False)
def council_uk(v: Voice, r: Random) -> str:
    return f"""Ref: {r.randint(100, 999)}/24
{v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

ENDS

Issued by the Press Office, {v.office}. For more information call {v.person} on {v.phone} or email {v.email}.
"""


@shape("en", "US", place=lambda v: v.place)
def union(v: Voice, r: Random) -> str:
    return f"""For Immediate Release: {v.us_date}
Contact: {v.person}, {v.phone}, {v.email}

{v.headline}
{v.subhead}

{v.place} – {v.lead}

{paragraphs(v)}

###
"""


HELD_OUT["union"].wraps = False


@shape("en", "IE", dateline=False)
def department_ie(v: Voice, r: Random) -> str:
    return f"""Press release from the Department of Harbours

{v.date()}

{v.headline}

• {v.subhead}
• {v.body[0]}

{v.lead}

{paragraphs(v)}

ENDS / CRÍOCH

Press Contact: {v.person} at {v.phone} / {v.email}
"""


@shape("en", "IN")
def bureau_in(v: Voice, r: Random) -> str:
    return f"""{v.office}

{v.headline}

{v.place}, {v.date()}: {v.lead}

{paragraphs(v)}

For media queries, contact:
{v.person} | {v.role} | Mobile: {v.phone} | {v.email}
"""


@shape("es", "CL")
def public_cl(v: Voice, r: Random) -> str:
    return f"""COMUNICADO PÚBLICO

{v.headline}

{v.place}, {v.date()}.- {v.lead}

{paragraphs(v)}

Contacto prensa: {v.person}, {v.role}, {v.email}, {v.phone}
"""


@shape("es", "CO", place=lambda v: f"{v.place} D. C.")
def bulletin_co(v: Voice, r: Random) -> str:
    return f"""Boletín {r.randint(10, 400):03d}

{v.headline}

{v.place} D. C., {v.date()}. {v.lead}

{paragraphs(v)}

Oficina de Prensa
{v.person}
{v.phone}
{v.email}
"""


@shape("fr", "BE")
def belgium(v: Voice, r: Random) -> str:
    return f"""Communiqué de presse

{v.headline}

{v.place}, le {v.date()} – {v.lead}

{paragraphs(v)}

Personne de contact

{v.person}
{v.role}
GSM : {v.phone}
Email : {v.email}
"""


@shape("fr", "CA", place=lambda v: v.place.upper())
def quebec(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place.upper()}, le {v.date()} /CNW/ - {v.lead}

{paragraphs(v)}

- 30 -

Renseignements : {v.person}, {v.role}, {v.office}, {v.phone}, {v.email}
"""


@shape("de", "CH", dateline=False)
def canton(v: Voice, r: Random) -> str:
    return f"""Kanton Nordmark
Staatskanzlei

Medienmitteilung

{v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Auskünfte:
{v.person}, {v.role}, Telefon {v.phone}, {v.email}
"""


@shape("de", "DE")
def place_and_stop(v: Voice, r: Random) -> str:
    return f"""Presseinformation | {v.date()}

{v.headline}

{v.subhead}

{v.place}, {v.day:%d.%m.%Y}. {v.lead}

{paragraphs(v)}

Pressestelle {v.office}
{v.person}
Tel. {v.phone}
{v.email}
"""


@shape("pt", "BR", dateline=False)
def court_br(v: Voice, r: Random) -> str:
    return f"""{v.headline}

Publicado em {v.day:%d/%m/%Y} 10h15

{v.lead}

{paragraphs(v)}

Mais informações à imprensa
{v.person}
Tel.: {v.phone}
{v.email}
"""


@shape("en", "US", place=lambda v: f"{v.place.upper()}, Calif.")
def listed_company(v: Voice, r: Random) -> str:
    return f"""{v.headline}

- {v.subhead} -

{v.place.upper()}, Calif., {v.us_date} – {v.office} (NASDAQ: LNTN) today said: {v.lead}

{paragraphs(v)}

About {v.office}
{v.about}

Investor Relations:
{v.person}
{v.phone}
{v.email}
"""


@shape("en", "GB", dateline=False, day=False, embargo=True)
def journal(v: Voice, r: Random) -> str:
    return f"""Embargo: 16:00 London time (11:00 US Eastern Time) {v.weekday} {v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

For further information, please contact {v.person}, {v.role}, {v.phone}, {v.email}
"""


HELD_OUT["journal"].day = True


@shape("en", "GB", embargo=True)
def think_tank(v: Voice, r: Random) -> str:
    return f"""STRICTLY EMBARGOED UNTIL 00:01 HRS ON {v.weekday.upper()} {v.date().upper()}

{v.headline.upper()}

{v.place.upper()}, {v.date()} – {v.lead}

{paragraphs(v)}

NOTES FOR EDITORS

1. {v.about}
2. The full text is at {v.link}.

CONTACT
{v.person} / {v.phone} / {v.email}
"""


HELD_OUT["think_tank"].headline = lambda v: v.headline.upper()


@shape("es", "ES")
def europe_es(v: Voice, r: Random) -> str:
    return f"""Comisión de Puertos - Comunicado de prensa

{v.headline}

{v.place}, {v.date()}

{v.lead}

{paragraphs(v)}

Personas de contacto para la prensa:

{v.person} ({v.phone}) {v.email}
"""
