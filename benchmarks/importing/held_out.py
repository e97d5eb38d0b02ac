"""Shapes that were held out: README.md has how they came out at first. The rules were mended by them afterwards."""

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


@shape("en", "US", place=lambda v: v.place.upper())
def further_information(v: Voice, r: Random) -> str:
    return f"""FOR IMMEDIATE RELEASE                                        {v.us_date}

{v.headline}

{v.place.upper()}–{v.lead}

{paragraphs(v)}

FOR FURTHER INFORMATION CONTACT:

{v.person}
{v.role}, {v.office}
Direct: {v.phone}
{v.email}

# # # # #
"""


HELD_OUT["further_information"].wraps = False


@shape(
    "en", "GB", dateline=False, contacts=lambda v: (Contact(v.person, v.phone, v.email), Contact(*v.second))
)
def bullets_above(v: Voice, r: Random) -> str:
    return f"""Media release

MEDIA CONTACTS:
• {v.person}, {v.office}: {v.phone}, {v.email}
• {v.second[0]}, Saltby Harbour Trust: {v.second[1]}, {v.second[2]}

{v.headline}

{v.date()}

{v.lead}

{paragraphs(v)}
"""


@shape("en", "US", place=lambda v: f"{v.place}, Md.")
def county(v: Voice, r: Random) -> str:
    return f"""NEWS

{v.us_date}

{v.headline}

{v.place}, Md.— {v.lead}

{paragraphs(v)}

Media Contact:
{v.person}, PIO
Office {v.phone}
{v.email}
"""


@shape("en", "GB")
def dashes(v: Voice, r: Random) -> str:
    return f"""{v.headline}

{v.subhead}

[{v.place}, {v.date()}] — {v.lead}

{paragraphs(v)}

Contacts:
{v.person}, {v.role} — {v.email} — {v.phone}
"""


@shape("en", "US", place=lambda v: v.place.upper())
def relations(v: Voice, r: Random) -> str:
    return f"""{v.office.upper()}
Media Relations

{v.headline}

{v.ap_date}

{v.place.upper()} — {v.lead}

{paragraphs(v)}

--30--

Media Relations: {v.person}, {v.email}, {v.phone}
Website: https://example.org
"""


@shape("es", "AR")
def for_press_ar(v: Voice, r: Random) -> str:
    return f"""INFORMACIÓN DE PRENSA

{v.place}, {v.date()}

{v.headline}

{v.subhead}

{v.lead}

{paragraphs(v)}

Contacto para entrevistas:
{v.person}
{v.role} de {v.office}
Tel: {v.phone} (WhatsApp)
{v.email}
"""


@shape("es", "ES", embargo=True)
def embargo_es(v: Voice, r: Random) -> str:
    return f"""EMBARGADO HASTA LAS 00:01 H. DEL {v.date().upper()}

{v.headline}

{v.subhead}

{v.place}, {v.date()} – {v.lead}

{paragraphs(v)}

Para entrevistas o más información, contactar con {v.person}: {v.phone} / {v.email}
"""


@shape("fr", "FR")
def your_contact_fr(v: Voice, r: Random) -> str:
    return f"""Communiqué de presse
{v.place}, le {v.date("full")}

{v.headline}
{v.subhead}

{v.lead}

{paragraphs(v)}

Votre contact presse : {v.person} – Tél. : {v.phone} – {v.email}
"""


HELD_OUT["your_contact_fr"].wraps = False


@shape("de", "DE")
def your_contact_de(v: Voice, r: Random) -> str:
    return f"""Pressemeldung
{v.date()}

{v.headline}

{v.place}. {v.lead}

{paragraphs(v)}

Ihre Ansprechpartnerin für Rückfragen:

{v.person}
{v.role}
{v.office}

Fon: {v.phone}
Mail: {v.email}
"""


@shape("de", "AT", dateline=False)
def police_at(v: Voice, r: Random) -> str:
    return f"""Presseaussendung der Polizei Altenhafen
vom {v.day:%d.%m.%Y}

{v.headline}

{v.lead}

{paragraphs(v)}

Rückfragen: {v.person}, {v.phone}, {v.email}
"""


@shape("pt", "BR", place=lambda v: f"{v.place} (SP)")
def advisor_br(v: Voice, r: Random) -> str:
    return f"""RELEASE

{v.headline}

{v.place} (SP), {v.date()} – {v.lead}

{paragraphs(v)}

Informações para imprensa:
{v.person} – {v.role}
Fone: {v.phone}
{v.email}
"""


@shape("pt", "PT", dateline=False)
def note_pt(v: Voice, r: Random) -> str:
    return f"""NOTA À COMUNICAÇÃO SOCIAL
{v.date()}

{v.headline}

{v.lead}

{paragraphs(v)}

Para qualquer esclarecimento adicional contactar:
{v.person}
{v.role}
Telefone: {v.phone}
Email: {v.email}
"""
