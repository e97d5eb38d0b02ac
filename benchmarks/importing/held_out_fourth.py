"""Shapes that were held out last: README.md has how they came out when the rules first read them."""

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


@shape("en", "US", place=lambda v: f"{v.place}, Ore.")
def hospital(v: Voice, r: Random) -> str:
    return f"""Media Contact: {v.person}
Office: {v.phone}
{v.email}

{v.us_date}

FOR IMMEDIATE RELEASE

{v.headline}
{v.subhead}

({v.place}, Ore.) – {v.lead}

{paragraphs(v)}

# # #

Editor’s note: Pictures and a film of the harbours can be had from the press office on the day.
"""


@shape("en", "GB", dateline=False)
def charity(v: Voice, r: Random) -> str:
    return f"""Press release: {v.date()}

{v.headline}

* {v.subhead}
* {v.body[0].split(". ")[0]}

{v.lead}

{v.body[1]}

{v.quote}

-Ends-

Notes to editors

For interviews and pictures please contact {v.person} on {v.phone} or {v.email}.

{v.office} {v.about}
"""


@shape("en", "US", place=lambda v: v.place.upper())
def campaign(v: Voice, r: Random) -> str:
    return f"""** FOR IMMEDIATE RELEASE **
{v.us_date}

CONTACT
{v.person}, {v.email}, {v.phone}

{v.headline.upper()}

{v.place.upper()} - Today, {v.lead[0].lower()}{v.lead[1:]}

{paragraphs(v)}

###

Paid for by Friends of the Northern Shore
"""


HELD_OUT["campaign"].headline = lambda v: v.headline.upper()


@shape(
    "en",
    "GB",
    place=lambda v: v.place,
    contacts=lambda v: (Contact(v.person, v.phone, v.email), Contact(*v.second)),
)
def museum(v: Voice, r: Random) -> str:
    return f"""{v.office}
Press information

{v.headline}
{v.subhead}

{v.place}, {v.date()}: {v.lead}

{paragraphs(v)}

PRESS CONTACTS
{v.person} – {v.role}
{v.phone} – {v.email}

{v.second[0]} – Assistant
{v.second[1]} – {v.second[2]}
"""


@shape("en", "US", dateline=False)
def agency_form(v: Voice, r: Random) -> str:
    return f"""NEWS RELEASE

Release Number: {r.randint(10, 99)}-{r.randint(100, 999)}
Release Date: {v.us_date}
Point of Contact: {v.person}, {v.phone}
E-mail: {v.email}

{v.headline}

{v.lead}

{paragraphs(v)}
"""


@shape("en", "CA", place=lambda v: f"{v.place.upper()}, ON", embargo=True)
def journal(v: Voice, r: Random) -> str:
    return f"""EMBARGOED FOR RELEASE UNTIL {v.us_date}, 11:00 a.m. ET

{v.headline}

{v.place.upper()}, ON – {v.lead}

{paragraphs(v)}

-30-

Media inquiries
{v.person}
{v.role}, {v.office}
{v.phone} | {v.email}
"""


@shape("es", "ES")
def diputacion(v: Voice, r: Random) -> str:
    return f"""GABINETE DE PRENSA

NOTA INFORMATIVA

{v.headline}

{v.subhead}

{v.place}, a {v.date()}. {v.lead}

{paragraphs(v)}

Persona de contacto: {v.person} ({v.role})
Teléfono: {v.phone}
Correo electrónico: {v.email}
"""


@shape("es", "MX")
def secretaria(v: Voice, r: Random) -> str:
    return f"""Comunicado No. {r.randint(10, 400)}
{v.place}, {v.date()}

{v.headline}

•  {v.subhead}
•  {v.body[0].split(". ")[0]}

{v.lead}

{paragraphs(v)}

Contacto para medios: {v.person}, {v.role}. Tel. {v.phone}. {v.email}
"""


@shape("fr", "FR")
def mairie(v: Voice, r: Random) -> str:
    return f"""COMMUNIQUÉ DE PRESSE
{v.place}, le {v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Service presse de {v.office}
{v.person}, {v.role}
Tél. : {v.phone} – Courriel : {v.email}
"""


@shape("fr", "BE", dateline=False)
def federation(v: Voice, r: Random) -> str:
    return f"""{v.office} – communiqué du {v.date()}

{v.headline}
{v.subhead}

{v.lead}

{paragraphs(v)}

Pour toute question ou demande d’interview :
{v.person}
GSM : {v.phone}
{v.email}
"""


@shape("de", "DE")
def verband(v: Voice, r: Random) -> str:
    return f"""{v.office}
PRESSEMITTEILUNG
{v.place}, den {v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

V.i.S.d.P. und Ansprechpartner für Rückfragen:
{v.person}, {v.role}
Fon {v.phone}
Mail {v.email}
"""


@shape("de", "CH")
def kanton(v: Voice, r: Random) -> str:
    return f"""Medienmitteilung vom {v.date()}

{v.headline}

({v.place}) {v.lead}

{paragraphs(v)}

Weitere Auskünfte erteilt:
{v.person}, {v.role}, Telefon {v.phone}, {v.email}
"""


@shape("pt", "PT")
def camara(v: Voice, r: Random) -> str:
    return f"""NOTA DE IMPRENSA

{v.headline}

{v.place}, {v.date()} – {v.lead}

{paragraphs(v)}

Mais informações junto de:
{v.person} | {v.role}
Tlm.: {v.phone}
{v.email}
"""


@shape("de", "AT", contacts=lambda v: (Contact(v.person, v.phone, v.email),))
def aussendung(v: Voice, r: Random) -> str:
    return f"""Presseaussendung

{v.headline}
Utl.: {v.subhead}

{v.place}, {v.date("medium")} - {v.lead}

{paragraphs(v)}

Rückfragehinweis:
   {v.office}
   {v.person}
   Tel.: {v.phone}
   {v.email}
"""
