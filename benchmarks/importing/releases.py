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
