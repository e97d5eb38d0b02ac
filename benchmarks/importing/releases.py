"""Releases in the shapes that real offices give them, in plain text, with what each of them says.

The words are invented; the shapes are those of wire services, prosecutors, ministries, senators, police, universities, companies
and organisations, as their public releases look. `measure.py` counts what is recovered of them; the shapes of `held_out.py` were
written before anything was tuned, and nothing is tuned by them.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests"))

from support.benchmark import benchmark

voices = benchmark("importing/voices.py")
voice = voices.voice
Voice = Any  # voices.Voice


@dataclass(frozen=True)
class Contact:
    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Sample:
    """A release, and what it says. `day` None: it says none; `dateline` "": it has none."""

    shape: str
    text: str
    language: str
    region: str
    headline: str
    day: date | None
    dateline: str
    contacts: tuple[Contact, ...]
    embargo: bool = False


@dataclass
class Shape:
    """A way to write a release: `write` makes the text; what it says is the voice's, unless it is told otherwise."""

    write: Callable[[Voice, Random], str]
    language: str
    region: str
    dateline: bool = True
    day: bool = True
    embargo: bool = False
    headline: Callable[[Voice], str] = field(default=lambda v: v.headline)
    place: Callable[[Voice], str] = field(default=lambda v: v.place)
    contacts: Callable[[Voice], tuple[Contact, ...]] = field(
        default=lambda v: (Contact(v.person, v.phone, v.email),)
    )
    wraps: bool = True


SHAPES: dict[str, Shape] = {}


def shape(language: str, region: str, **what: object) -> Callable[[Callable[[Voice, Random], str]], None]:
    def add(write: Callable[[Voice, Random], str]) -> None:
        SHAPES[write.__name__] = Shape(write, language, region, **what)  # type: ignore[arg-type]

    return add


def paragraphs(v: Voice) -> str:
    return "\n\n".join((v.body[0], v.quote, *v.body[1:]))


def samples(shapes: dict[str, Shape], count: int, seed: int) -> Iterator[Sample]:
    """`count` releases, as many of each shape as of the others."""
    names = sorted(shapes)
    for number in range(count):
        name = names[number % len(names)]
        made = shapes[name]
        random = Random(f"{seed} {name} {number // len(names)}")
        v = voice(made.language, random, phones="us" if made.region == "US" else "")
        text = made.write(v, random)
        if made.wraps and random.random() < 0.4:
            text = wrapped(text, random.choice((72, 76, 80)))
        yield Sample(
            name, text, made.language, made.region, made.headline(v), v.day if made.day else None,
            made.place(v) if made.dateline else "", made.contacts(v), made.embargo,
        )  # fmt: skip


def wrapped(text: str, width: int) -> str:
    """As an old mail program sends it: long lines broken, short ones left."""
    lines = (
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        if len(line) > width
        else line
        for line in text.split("\n")
    )
    return "\n".join(lines)


# ---- wires ----


@shape("en", "US", place=lambda v: f"{v.place.upper()}, N.Y.")
def wire_slashes(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.subhead}

{v.place.upper()}, N.Y., {v.ap_date} /PRNewswire/ -- {v.lead}

{paragraphs(v)}

About {v.office}

{v.about}

Media Contact:
{v.person}
{v.office}
{v.phone}
{v.email}

SOURCE {v.office}
"""


@shape("en", "US", place=lambda v: v.place.upper(), wraps=False)
def wire_brackets_glued(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.us_date} 08:00 AM Eastern Standard Time

{v.place.upper()}--(BUSINESS WIRE)--{v.lead}

{paragraphs(v)}

About {v.office}

{v.about}

Contacts

{v.person}
{v.role}
{v.phone}
{v.email}
"""


@shape("en", "US", place=lambda v: f"{v.place.upper()}, Calif.")
def wire_brackets(v: Voice, r: Random) -> str:
    return f"""{v.headline}
{v.place.upper()}, Calif., {v.ap_date} (GLOBE NEWSWIRE) -- {v.lead}

{paragraphs(v)}

About {v.office}
{v.about}

Contact:
{v.person}, {v.role}
Tel: {v.phone}
Email: {v.email}
"""


@shape("es", "ES")
def wire_agency_es(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place}, {v.date()} (EFE).- {v.lead}

{paragraphs(v)}

Contacto: {v.person}, {v.phone}, {v.email}
"""


# ---- prosecutors, police ----


@shape("en", "US", place=lambda v: v.place.upper(), headline=lambda v: v.headline)
def justice(v: Voice, r: Random) -> str:
    return f"""Department of Harbours
Office of Public Affairs

FOR IMMEDIATE RELEASE
{v.weekday}, {v.us_date}

{v.headline}

{v.place.upper()} – {v.lead}

{paragraphs(v)}

Contact:
{v.person}
{v.role}
{v.phone}
{v.email}

Press Release Number: 24-{r.randint(100, 999)}
"""


@shape("en", "US", place=lambda v: f"{v.place.upper()}, Orr.", headline=lambda v: v.headline.upper())
def attorney(v: Voice, r: Random) -> str:
    return f"""United States Attorney's Office
Northern District of Orrin

FOR IMMEDIATE RELEASE                        CONTACT: {v.person}
{v.us_date}                                  {v.phone}
                                             {v.email}

{v.headline.upper()}

{v.place.upper()}, Orr. – {v.lead}

{paragraphs(v)}

# # #
"""


SHAPES["attorney"].wraps = False


@shape("de", "DE", contacts=lambda v: (Contact("Polizei Altenhafen", v.phone, v.email),), wraps=False)
def police_de(v: Voice, r: Random) -> str:
    return f"""{v.day:%d.%m.%Y} – {r.randint(8, 18)}:15

{v.headline}

{v.place} (ots)

{v.lead}

{paragraphs(v)}

Rückfragen bitte an:

Polizei Altenhafen
Pressestelle
Telefon: {v.phone}
E-Mail: {v.email}
"""


@shape("es", "MX", headline=lambda v: v.headline.upper())
def prosecutor_es(v: Voice, r: Random) -> str:
    return f"""Boletín de prensa No. {r.randint(10, 400)}/{v.day.year}

{v.place}, {v.date()}

{v.headline.upper()}

{v.lead}

{paragraphs(v)}

Contacto de prensa:
{v.person}
{v.role}
Tel. {v.phone}
{v.email}

--000--
"""


@shape("pt", "BR")
def prosecutor_pt(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place}, {v.day:%d/%m/%Y} - {v.lead}

{paragraphs(v)}

Assessoria de Imprensa
{v.person}
Telefone: {v.phone}
E-mail: {v.email}
"""


@shape("en", "GB", dateline=False)
def police_uk(v: Voice, r: Random) -> str:
    return f"""NEWS RELEASE
{v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Media enquiries: {v.person}, {v.phone} or {v.email}
"""


# ---- ministers, senators, governments ----


@shape("en", "US", place=lambda v: "WASHINGTON, D.C.")
def senator(v: Voice, r: Random) -> str:
    return f"""FOR IMMEDIATE RELEASE
{v.us_date}

Contact: {v.person}
{v.phone}
{v.email}

{v.headline}

{v.subhead}

WASHINGTON, D.C. — {v.lead}

{paragraphs(v)}

###
"""


@shape("en", "GB", dateline=False)
def ministry_uk(v: Voice, r: Random) -> str:
    return f"""Press release

{v.headline}

{v.subhead}

Published {v.date()}

{v.lead}

{paragraphs(v)}

Notes to editors

{v.about}

Media enquiries

{v.person}
{v.role}
Email {v.email}
Telephone {v.phone}
"""


@shape("en", "GB")
def minister_statement(v: Voice, r: Random) -> str:
    return f"""PRESS STATEMENT

{v.headline}

{v.place}, {v.date()} — {v.lead}

{paragraphs(v)}

For more information contact {v.person} on {v.phone} or {v.email}.

END
"""


@shape("es", "ES")
def ministry_es(v: Voice, r: Random) -> str:
    return f"""NOTA DE PRENSA

{v.headline}

• {v.subhead}
• {v.body[2]}

{v.place}, {v.date()}.- {v.lead}

{v.body[0]}

{v.quote}

Gabinete de prensa
{v.person}
Teléfono: {v.phone}
Correo electrónico: {v.email}
"""


@shape("fr", "FR")
def ministry_fr(v: Voice, r: Random) -> str:
    return f"""COMMUNIQUÉ DE PRESSE

{v.place}, le {v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Contact presse :
{v.person}
{v.role}
Tél. : {v.phone}
Courriel : {v.email}
"""


@shape("fr", "FR", headline=lambda v: v.headline.upper())
def prefecture_fr(v: Voice, r: Random) -> str:
    return f"""Préfecture du Nord-Marin
Service de la communication

{v.place}, le {v.date("full")}

{v.headline.upper()}

{v.lead}

{paragraphs(v)}

Contacts presse
{v.person} – {v.phone} – {v.email}
"""


@shape("de", "DE")
def ministry_de(v: Voice, r: Random) -> str:
    return f"""Pressemitteilung Nr. {r.randint(1, 300)}/{v.day.year}
{v.place}, {v.date()}

{v.headline}
{v.subhead}

{v.lead}

{paragraphs(v)}

Pressekontakt:
{v.person}
{v.role}
Tel.: {v.phone}
Mobil: {v.mobile}
{v.email}
"""


SHAPES["ministry_de"].wraps = False


@shape("pt", "PT")
def government_pt(v: Voice, r: Random) -> str:
    return f"""COMUNICADO DE IMPRENSA

{v.headline}

{v.subhead}

{v.place}, {v.date()} – {v.lead}

{paragraphs(v)}

Contactos de imprensa:
{v.person}, {v.role}
Tel.: {v.phone}
E-mail: {v.email}
"""


# ---- organisations, companies, universities ----


@shape("en", "GB", embargo=True)
def ngo_embargo(v: Voice, r: Random) -> str:
    return f"""EMBARGOED UNTIL 00:01 GMT, {v.weekday} {v.date()}

{v.headline}

({v.place}, {v.date()}) – {v.lead}

{paragraphs(v)}

ENDS

Notes to editors

1. {v.about}
2. Photographs are at {v.link}.

For interviews, please contact:
{v.person}, {v.role}: {v.phone}, {v.email}
"""


@shape(
    "en", "GB", dateline=False, contacts=lambda v: (Contact(v.person, v.phone, v.email), Contact(*v.second))
)
def ngo_two_contacts(v: Voice, r: Random) -> str:
    return f"""{v.office}

PRESS RELEASE | {v.date()} | FOR IMMEDIATE RELEASE

**{v.headline}**

*{v.subhead}*

{v.lead}

{paragraphs(v)}

READ THE REPORT: <{v.link}>

-ends-

Press contacts:

{v.person}, {v.role}
{v.phone}
{v.email}

{v.second[0]}, {v.office}
{v.second[1]}
{v.second[2]}

About {v.office}: {v.about}
"""


@shape("es", "MX")
def ngo_es(v: Voice, r: Random) -> str:
    return f"""COMUNICADO DE PRENSA
Para publicación inmediata

{v.headline}

{v.place}, {v.date()} — {v.lead}

{paragraphs(v)}

Contacto de prensa: {v.person} | {v.phone} | {v.email}

Sobre {v.office}
{v.about}
"""


@shape("fr", "FR", embargo=True)
def ngo_fr(v: Voice, r: Random) -> str:
    return f"""SOUS EMBARGO JUSQU'AU {v.date()} à 10 h (heure de Paris)

{v.headline}

{v.subhead}

{v.place}, le {v.date()} – {v.lead}

{paragraphs(v)}

À propos de {v.office}
{v.about}

Contact presse : {v.person}, {v.role}, {v.phone}, {v.email}
"""


@shape("pt", "BR")
def ngo_pt(v: Voice, r: Random) -> str:
    return f"""PARA DIVULGAÇÃO IMEDIATA
{v.date()}

{v.headline}

{v.place} — {v.lead}

{paragraphs(v)}

Sobre a {v.office}

{v.about}

Contato para a imprensa:

{v.person}

{v.role}

{v.phone}

{v.email}
"""


@shape("en", "US", dateline=False)
def university(v: Voice, r: Random) -> str:
    return f"""News Release {v.day.day}-{v.day:%b-%Y}

{v.headline}

{v.subhead}

Northmere University

{v.lead}

{paragraphs(v)}

Journal: Coastal Letters
DOI: 10.5555/{r.randint(1000, 9999)}

Media Contact

{v.person}
Northmere University
{v.email}
Office: {v.phone}
"""


@shape("de", "DE", embargo=True)
def university_de(v: Voice, r: Random) -> str:
    return f"""PRESSEINFORMATION
Sperrfrist: {v.date()}, 10:00 Uhr

{v.headline}

{v.subhead}

{v.place}, {v.date()}. {v.lead}

{paragraphs(v)}

Kontakt für Medien:
{v.person}, {v.role}, Telefon {v.phone}, E-Mail {v.email}
"""


@shape("en", "GB", wraps=False)
def one_line_each(v: Voice, r: Random) -> str:
    return f"""Press release
{v.headline}
{v.place}, {v.date()} - {v.lead}
{v.body[0]}
{v.quote}
{v.body[1]}
For further information:
{v.person}
{v.phone}
{v.email}
"""


@shape("en", "US", place=lambda v: v.place.upper())
def paged(v: Voice, r: Random) -> str:
    cut = v.body[1].split()
    return f"""FOR IMMEDIATE RELEASE: {v.us_date}
CONTACT: {v.person}, {v.phone}, {v.email}

{v.headline}

{v.place.upper()} -- {v.lead}

{v.body[0]}

{v.quote} {" ".join(cut[:6])}

-more-

Page 2 of 2

{" ".join(cut[6:])}

{v.body[2]}

-30-
"""


@shape("en", "GB")
def with_notes(v: Voice, r: Random) -> str:
    return f"""MEDIA RELEASE

{v.date()}

{v.headline}

{v.place.upper()} — {v.lead}[1]

{v.body[0]}[2]

{v.quote}

References

[1] {v.office}, “Ten Years at Dawn,” {v.link}.
[2] Coast Water Board, “Combined Sewers: An Inventory,” 4 March 2025.

Media contact: {v.person}, tel. {v.phone}, {v.email}
"""


@shape("en", "GB")
def form(v: Voice, r: Random) -> str:
    return f"""Headline: {v.headline}
Subhead: {v.subhead}
Date: {v.date()}
Dateline: {v.place}
Contact: {v.person}, {v.role}, {v.phone}, {v.email}

{v.lead}

{paragraphs(v)}
"""


@shape("es", "ES")
def form_es(v: Voice, r: Random) -> str:
    return f"""Titular: {v.headline}
Bajada: {v.subhead}
Fecha: {v.date()}
Lugar: {v.place}

Texto:
{v.lead}

{paragraphs(v)}

Contacto: {v.person}
Teléfono: {v.phone}
Correo: {v.email}
"""


@shape("en", "US", dateline=False)
def advisory(v: Voice, r: Random) -> str:
    return f"""MEDIA ADVISORY
{v.us_date}

{v.headline}

WHAT: News conference on the new harbour report
WHEN: {v.weekday}, {v.us_date}, 10 a.m.
WHERE: {v.office}, 12 Quay Street, {v.place}
WHO: {v.person}, {v.role}

CONTACT: {v.person}, {v.phone}, {v.email}
"""


@shape("de", "AT")
def company_de(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place}, {v.date()} – {v.lead}

{paragraphs(v)}

Über {v.office}
{v.about}

Ansprechpartnerin:
{v.office}
{v.person}
{v.role}
Hafenstraße 12
10115 {v.place}
Tel.: {v.phone}
Fax: {v.phone}9
E-Mail: {v.email}
www.example.org
"""


# ---- more of each ----


@shape("en", "US", dateline=False)
def space_agency(v: Voice, r: Random) -> str:
    return f"""{v.us_date}
MEDIA RELEASE 24-0{r.randint(10, 99)}

{v.headline}

{v.lead}

{paragraphs(v)}

For more information about the survey, visit:

{v.link}

-end-

{v.person}
{v.office}, {v.place}
{v.phone}
{v.email}
"""


@shape("en", "US", place=lambda v: v.place)
def agency_contact_above(v: Voice, r: Random) -> str:
    return f"""News Releases from Headquarters

**{v.headline}**

{v.us_date}

Contact Information
{v.person} ({v.email})
{v.phone}

{v.place} – {v.lead}

{paragraphs(v)}
"""


@shape("en", "NL", place=lambda v: f"{v.place}, Netherlands")
def campaign(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.place}, Netherlands, {v.date()} – {v.lead}

{paragraphs(v)}

ENDS

Photos and videos can be accessed from the Media Library: {v.link}

Notes:

The report can be read at {v.link}.

Contacts:

{v.person}, {v.role}, {v.office}, {v.phone}, {v.email}

Press Desk, +31 20 718 2470 (available 24 hours), desk@example.org
"""


SHAPES["campaign"].contacts = lambda v: (
    Contact(v.person, v.phone, v.email),
    Contact("Press Desk", "+31 20 718 2470", "desk@example.org"),
)


@shape("en", "GB", dateline=False, place=lambda v: "")
def member_letterhead(v: Voice, r: Random) -> str:
    return f"""Juno Marsh MP
Member of Parliament for {v.place}

Press Release: {v.headline}

{v.weekday} {v.date()}

{v.lead}

{paragraphs(v)}

Contact {v.person} on {v.phone} or at {v.email}
"""


@shape("en", "AU", dateline=False)
def minister_au(v: Voice, r: Random) -> str:
    return f"""The Hon Juno Marsh MP
Minister for Harbours

MEDIA RELEASE

{v.date()}

{v.headline.upper()}

{v.lead}

{paragraphs(v)}

Media contact: {v.person} {v.phone} {v.email}
"""


SHAPES["minister_au"].headline = lambda v: v.headline.upper()


@shape("en", "GB")
def charity_labels(v: Voice, r: Random) -> str:
    return f"""PRESS RELEASE
For Immediate Release
Date: {v.date()}

{v.headline}
- {v.subhead}

{v.place}: {v.date()}: {v.lead}

{paragraphs(v)}

Notes to editors:

About {v.office}
{v.about}

Contact details
Name: {v.person}
Position: {v.role}
Telephone: {v.phone}
Email: {v.email}
"""


@shape("es", "ES", dateline=False)
def city_es(v: Voice, r: Random) -> str:
    return f"""AYUNTAMIENTO DE {v.place.upper()}
Gabinete de Comunicación

{v.weekday}, {v.date()}

{v.headline}

{v.subhead}

{v.lead}

{paragraphs(v)}

Más información: {v.person}, {v.role}. Tel: {v.phone}. Correo: {v.email}
"""


@shape("es", "ES")
def signed_below_es(v: Voice, r: Random) -> str:
    return f"""COMUNICADO

{v.headline}

{v.lead}

{paragraphs(v)}

En {v.place}, a {v.date()}

Contacto para medios:
{v.person}
{v.phone}
{v.email}
"""


@shape("es", "AR")
def gazette_ar(v: Voice, r: Random) -> str:
    return f"""Gacetilla de prensa

{v.headline}

{v.subhead}

({v.place}, {v.date()}) – {v.lead}

{paragraphs(v)}

PARA MÁS INFORMACIÓN:

{v.person}
{v.role}
Celular: {v.mobile}
Teléfono: {v.phone}
{v.email}
"""


@shape("fr", "CH")
def communique_ch(v: Voice, r: Random) -> str:
    return f"""Communiqué de presse

{v.headline}

{v.place}, {v.day:%d.%m.%Y} - {v.lead}

{paragraphs(v)}

Pour tout renseignement : {v.person}, {v.role}, {v.phone}, {v.email}
"""


@shape("fr", "FR", dateline=False)
def company_fr(v: Voice, r: Random) -> str:
    return f"""COMMUNIQUÉ DE PRESSE – {v.date()}

{v.headline}

{v.subhead}

{v.lead}

{paragraphs(v)}

A propos de {v.office}

{v.about}

Relations presse

{v.person}
{v.role}
{v.phone} / {v.mobile}
{v.email}
"""


@shape("de", "DE")
def association_de(v: Voice, r: Random) -> str:
    return f"""PRESSEMITTEILUNG

{v.place}, {v.day:%d.%m.%Y}

Hafenstudie

{v.headline}

{v.lead}

{paragraphs(v)}

+++ Hinweis an die Redaktionen: Fotos unter {v.link} +++

Bei Rückfragen wenden Sie sich bitte an:
{v.person}
{v.role}
T {v.phone}
M {v.mobile}
{v.email}
"""


@shape("de", "AT", dateline=False, day=False)
def broadcast_at(v: Voice, r: Random) -> str:
    return f"""{v.headline}

Utl.: {v.subhead}

{v.lead}

{paragraphs(v)}

Rückfragehinweis:
{v.office}
{v.person}
{v.role}
Tel.: {v.phone}
mailto:{v.email}
"""


@shape("pt", "PT", dateline=False)
def agency_pt(v: Voice, r: Random) -> str:
    return f"""Nota de Imprensa | {v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Para mais informações, por favor contacte:
{v.person} | {v.role}
Telm.: {v.phone} | {v.email}
"""


@shape("pt", "BR", embargo=True)
def embargo_pt(v: Voice, r: Random) -> str:
    return f"""SOB EMBARGO ATÉ {v.date()}, 10h00 (hora de Brasília)

{v.headline}

{v.place}, {v.date()} — {v.lead}

{paragraphs(v)}

Contatos para a imprensa: {v.person} – {v.phone} – {v.email}
"""
