"""Shapes that were held out then: README.md has how they came out before the rules were mended by them."""

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


@shape("en", "US", place=lambda v: v.place.upper(), wraps=False)
def labels_with_tabs(v: Voice, r: Random) -> str:
    return f"""{v.office}

NEWS RELEASE

Date:\t{v.us_date}
Contact:\t{v.person}
\t{v.role}
\t{v.phone}
\t{v.email}

{v.headline}

{v.place.upper()} — {v.lead}

{paragraphs(v)}
"""


@shape("en", "US", place=lambda v: f"{v.place}, N.Y.")
def stars_around(v: Voice, r: Random) -> str:
    return f"""**FOR IMMEDIATE RELEASE**

**{v.headline}**

**{v.place}, N.Y.** ({v.us_date}) — {v.lead}

{paragraphs(v)}

**Media Contact:** {v.person}, {v.phone}, {v.email}
"""


@shape("en", "GB", dateline=False, contacts=lambda v: ())
def appeal(v: Voice, r: Random) -> str:
    return f"""{v.headline}

Date: {v.date()}
Reference: {r.randint(1000, 9999)}

{v.lead}

{paragraphs(v)}

Anyone who saw something is asked to come forward. They can also tell the office in person, on any day of the week.
"""


@shape("en", "US", place=lambda v: v.place.upper())
def results(v: Voice, r: Random) -> str:
    return f"""{v.office} Reports Results for the Third Quarter

- Income rose to 23 million
- Orders doubled

{v.place.upper()}, {v.ap_date} -- {v.lead}

{paragraphs(v)}

Forward-Looking Statements

This release holds statements about the future. They are no promises, and much may come otherwise than is said in them.

About {v.office}

{v.about}

Media Contact

{v.person}
{v.role}, {v.office}
{v.email}
{v.phone}
"""


HELD_OUT["results"].headline = lambda v: f"{v.office} Reports Results for the Third Quarter"


@shape("en", "GB", dateline=False)
def joint_statement(v: Voice, r: Random) -> str:
    return f"""JOINT STATEMENT

{v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Signed:

- Orrin Valley Water Board
- Saltby Harbour Trust
- Friends of the Northern Shore

Contact for media: {v.person}, {v.email}, {v.phone}
"""


@shape("es", "PE")
def immediate_es(v: Voice, r: Random) -> str:
    return f"""PARA SU PUBLICACIÓN INMEDIATA
{v.weekday.capitalize()}, {v.date()}

{v.headline}

{v.place.upper()}. – {v.lead}

{paragraphs(v)}

Contacto:
{v.person} – {v.role}
Celular: {v.phone}
Correo electrónico: {v.email}
"""


HELD_OUT["immediate_es"].place = lambda v: v.place.upper()


@shape("fr", "FR")
def common_fr(v: Voice, r: Random) -> str:
    return f"""COMMUNIQUÉ COMMUN

{v.headline}

{v.place}, le {v.date()}

{v.lead}

{paragraphs(v)}

Signataires :
Collectif Eau Claire, Ligue des Ports, Amis du Rivage

Contacts :
- {v.person}, Collectif Eau Claire, {v.phone}, {v.email}
- {v.second[0]}, Ligue des Ports, {v.second[1]}, {v.second[2]}
"""


HELD_OUT["common_fr"].contacts = lambda v: (Contact(v.person, v.phone, v.email), Contact(*v.second))


@shape("de", "DE", dateline=False)
def research_de(v: Voice, r: Random) -> str:
    return f"""{v.day:%d.%m.%Y} | Nr. {r.randint(10, 99)}

{v.headline}

{v.subhead}

{v.lead}

{paragraphs(v)}

Originalpublikation:
I. Valder et al.: Zehn Jahre im Morgengrauen. Küstenbriefe, 2024.

Weitere Informationen:
{v.person}, Universität Seeberg, Institut für Küstenkunde, Tel. {v.phone}, E-Mail: {v.email}
"""


@shape("pt", "PT")
def short_date_pt(v: Voice, r: Random) -> str:
    months = [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ]
    return f"""Comunicado de Imprensa

{v.headline}

{v.place}, {v.day.day} {months[v.day.month - 1]} {v.day.year} - {v.lead}

{paragraphs(v)}

Contactos:

{v.person}
Assessoria de Imprensa | {v.office}
T. {v.phone}
E. {v.email}
"""


@shape("en", "US", place=lambda v: v.place.upper())
def quotation_first(v: Voice, r: Random) -> str:
    return f"""PRESS RELEASE

{v.headline}

{v.place.upper()} ({v.us_date})—{v.quote}

{v.lead}

{paragraphs(v)}

For press inquiries: {v.person} <{v.email}> {v.phone}
"""


@shape("en", "GB", place=lambda v: v.place.upper())
def statement_from(v: Voice, r: Random) -> str:
    return f"""{v.date()}

Statement from {v.second[0]} on the vote of the water board

{v.place.upper()} – {v.second[0]}, head of {v.office}, released the following statement after the vote on Thursday:

{v.quote}

{paragraphs(v)}

To request an interview, contact {v.person} at {v.email} or {v.phone}.
"""


HELD_OUT["statement_from"].headline = lambda v: f"Statement from {v.second[0]} on the vote of the water board"


@shape("en", "GB", dateline=False)
def research_labels(v: Voice, r: Random) -> str:
    return f"""Peer-reviewed / Observational study / Harbours

{v.headline}

{v.date()}

{v.lead}

{paragraphs(v)}

NOTES TO EDITORS

The study was paid for by the Coast Water Board.

CONTACT

For a copy of the paper or to speak to the authors, please contact {v.person}: {v.email} / {v.phone}
"""


@shape("es", "ES")
def short_month_es(v: Voice, r: Random) -> str:
    months = ["ene.", "feb.", "mar.", "abr.", "may.", "jun.", "jul.", "ago.", "sept.", "oct.", "nov.", "dic."]
    return f"""{v.headline}

{v.subhead}

{v.place}, {v.day.day} {months[v.day.month - 1]} {v.day.year}.- {v.lead}

{paragraphs(v)}

Gabinete de Comunicación de {v.office}
{v.person}
Tfno: {v.phone}
comunicacion: {v.email}
"""


@shape("de", "DE")
def spokesman_de(v: Voice, r: Random) -> str:
    return f"""PRESSEMITTEILUNG

{v.headline}

{v.place}, den {v.date()} – {v.lead}

{paragraphs(v)}

V.i.S.d.P.: {v.person}, {v.office}

Kontakt:
{v.person}
Telefon {v.phone}
{v.email}
"""
