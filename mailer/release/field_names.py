"""The fields that a release, a newsroom and their records may have, and what else people call them.

The other names are those that people type by habit, and the Spanish ones; whoever types them without accents is
understood too. docs/reference/release-file.md shows them (`python docs/reference/make.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


def normalised(name: str) -> str:
    """A field's name with case, space, `-` and `_` made equal: "Reply-To" → "reply_to"."""
    return re.sub(r"[\s_-]+", "_", name.strip().lower())


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a header.

    Attributes:
        name: normalised; `Edition` or `Newsroom` has an attribute of that name.
        also: its other names, as they are documented.
        plain: it is a text of the edition's own language and nothing else: read as it stands, "" where it is not
            written, and never taken over by a translation. Nothing but this line is needed to read such a field.
        slots: merge slots may stand in it.
    """

    name: str
    also: str = ""
    plain: bool = False
    slots: bool = False

    @property
    def aliases(self) -> tuple[str, ...]:
        return tuple(filter(None, self.also.split(", ")))


_LANG = Field("lang", "language, idioma")
_CONTACTS = Field("contacts", "contact, contacto, contactos")
_LISTS = Field("lists", "list, lista, listas")
_ZONES = Field("zones", "readers' zones, zonas, zonas de los lectores")
_THEME = Field("theme", "tema")
_WEB = Field("web", "url, enlace")
_SILENCE = Field("silence", "silences, silencio, silenciar")

RELEASE: tuple[Field, ...] = (
    Field("kind", "type, tipo, clase"),
    Field("headline", "title, titular, título"),
    Field("subhead", "subheadline, subtitle, bajada, subtítulo, copete", plain=True),
    Field("subject", "asunto", plain=True, slots=True),
    Field("preheader", "preview, resumen", plain=True, slots=True),
    Field("note", "cover note, nota", plain=True, slots=True),
    Field("date", "fecha"),
    Field("embargo", "embargo until, embargado hasta"),
    _ZONES,
    Field("dateline", "place, lugar, ciudad"),
    _LANG,
    Field("original", plain=True),
    _CONTACTS,
    Field("spokespeople", "spokesperson, portavoz, portavoces"),
    Field("event", "evento"),
    Field("images", "image, imagen, imágenes"),
    Field("attachments", "attachment, adjunto, adjuntos"),
    Field("about", "boilerplate, sobre, acerca de"),
    _LISTS,
    _THEME,
    _WEB,
    Field("corrects", "follows, corrige, sigue a"),
    Field("correction", "corrección", plain=True),
    _SILENCE,
)  # fmt: skip
"""The fields of a release, in the order in which they are documented."""

NEWSROOM: tuple[Field, ...] = (
    Field("name", "organisation, organization, nombre, organización"),
    _LANG,
    Field("sender", "from, remitente"),
    Field("reply_to", "responder a"),
    Field("postal_address", "address, dirección"),
    Field("website", "site, sitio"),
    _WEB,
    Field("zone", "timezone, time zone, zona, zona horaria"),
    _ZONES,
    Field("region", "country, país"),
    Field("dash", "raya"),
    Field("end_mark", "marca final"),
    Field("colour", "color"),
    Field("logo", "logotipo"),
    _THEME,
    _LISTS,
    _CONTACTS,
    Field("why", "porqué, por qué"),
    Field("follow_up_after", "seguimiento tras"),
    Field("approvers", "approver, approval, aprueba, aprueban"),
    _SILENCE,
)
"""The fields of newsroom.md."""

RELEASE_FIELDS = frozenset(field.name for field in RELEASE)
NEWSROOM_FIELDS = frozenset(field.name for field in NEWSROOM)
PLAIN_FIELDS = tuple(field.name for field in RELEASE if field.plain)
FIELDS_WITH_SLOTS = frozenset(field.name for field in RELEASE if field.slots)

CONTACT_FIELDS = frozenset(["name", "role", "phone", "mobile", "email", "languages", "hours"])
RECORDS: dict[str, frozenset[str]] = {
    "contacts": CONTACT_FIELDS,
    "spokespeople": CONTACT_FIELDS,
    "event": frozenset(["what", "start", "end", "where", "online", "rsvp"]),
    "images": frozenset(["file", "alt", "caption", "credit"]),
    "logo": frozenset(["file", "alt"]),
    "attachments": frozenset(["file", "title", "send"]),
    "about": frozenset(),
    "lists": frozenset(),
    "approvers": frozenset(),
    "silence": frozenset(["check", "because"]),
}
"""Fields whose value is a list of records, and the fields of one record; an empty set: a list of words."""

_OF_RECORDS = {
    "name": "nombre",
    "role": "cargo, title, puesto",
    "phone": "teléfono, tel, telephone",
    "mobile": "móvil, celular, cell",
    "email": "correo, correo electrónico, e-mail, mail",
    "languages": "idiomas, language",
    "hours": "horario",
    "file": "archivo, src",
    "alt": "texto alternativo, descripción",
    "caption": "pie",
    "credit": "crédito",
    "send": "enviar",
    "title": "título",
    "what": "qué",
    "start": "cuándo, when, date",
    "end": "hasta, until",
    "where": "dónde, place",
    "online": "en línea, link",
    "check": "id, comprobación",
    "because": "reason, motivo",
}


def parts_of(name: str) -> tuple[str, ...]:
    """The fields of a record of this field, in the order in which people give them."""
    return tuple(sorted(RECORDS[name], key=lambda part: [*_OF_RECORDS, part].index(part)))


def _by_alias(names: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    return {key: name for name, aliases in names for alias in aliases for key in _as_typed(alias)}


def _as_typed(alias: str) -> Iterator[str]:
    """Normalised, with its accents and without."""
    yield normalised(alias)
    bare = unicodedata.normalize("NFKD", alias).encode("ascii", "ignore").decode()
    yield normalised(bare)


ALIASES: Mapping[str, str] = _by_alias((field.name, field.aliases) for field in (*RELEASE, *NEWSROOM))
"""Other names of fields, by normalised form."""

RECORD_ALIASES: Mapping[str, str] = _by_alias((name, also.split(", ")) for name, also in _OF_RECORDS.items())
"""The same for fields of records."""
