"""Headers that people give to columns, in five languages, and the columns of a header row."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from mailer.press.clean_text import clean, folded

SYNONYMS: dict[str, str] = {
    "email": """
        email; e-mail; mail; email address; e-mail address; mail address; email id; work email;
        business email; primary email; main email; contact email; correo; correo electrónico; correo-e;
        mail de contacto; email de contacto; correo de contacto; dirección de correo;
        dirección de correo electrónico; dirección de email; dirección electrónica; courriel; mél; mel;
        adresse courriel; adresse e-mail; adresse mail; adresse électronique; adresse de courriel;
        courrier électronique; e-mail professionnel; E-Mail-Adresse; Mailadresse; Mail-Adresse; E-Post;
        elektronische Post; correio eletrónico; correio eletrônico; correio; endereço de e-mail;
        endereço eletrônico; endereço eletrónico; endereço de correio eletrónico; e-mail de contato""",
    "name": """
        name; full name; display name; contact; contact name; recipient; journalist; journalist name;
        reporter; person; nombre; nombre completo; nombre y apellidos; nombre y apellido; periodista;
        contacto; destinatario; nom; nom complet; nom et prénom; prénom et nom; journaliste;
        vollständiger Name; Vor- und Nachname; Ansprechpartner; Ansprechpartnerin; Kontakt;
        Journalistin; nome; nome completo; jornalista; contato""",
    "first_name": """
        first name; first; forename; given name; fname; nombre de pila; nombres; primer nombre; prénom;
        Vorname; primeiro nome; nome próprio""",
    "last_name": """
        last name; last; surname; family name; lname; apellido; apellidos; primer apellido;
        nom de famille; Nachname; Familienname; Zuname; sobrenome; apelido; último nome""",
    "outlet": """
        outlet; media; media outlet; publication; newspaper; organisation; organization; company;
        employer; affiliation; medio; medio de comunicación; medios; empresa; organización; periódico;
        publicación; média; médias; organe de presse; rédaction; société; entreprise; organisme;
        journal; titre de presse; Medium; Zeitung; Redaktion; Firma; Unternehmen; Publikation; veículo;
        órgão de comunicação; meio; organização; jornal; publicação""",
    "language": """
        language; languages; lang; preferred language; locale; idioma; idiomas; lengua; langue; langues;
        langue préférée; Sprache; Sprachen; Korrespondenzsprache; língua; línguas""",
    "tags": """
        tags; tag; labels; label; groups; group; categories; category; keywords; segment; segments;
        etiquetas; etiqueta; categoría; categorías; grupo; grupos; palabras clave; étiquettes;
        étiquette; catégorie; catégories; groupe; groupes; mots-clés; Schlagwörter; Schlagworte;
        Schlagwort; Kategorie; Kategorien; Gruppe; Gruppen; categoria; categorias; marcadores;
        palavras-chave""",
    "beat": """
        beat; beats; topic; topics; coverage; subject; subjects; tema; temas; sección; área; cobertura;
        rubrique; rubriques; thème; thèmes; sujet; sujets; Ressort; Ressorts; Thema; Themen; editoria;
        assunto; assuntos""",
    "country": """
        country; nation; country/region; país; pays; Land; pais""",
    "accepts_embargo": """
        accepts embargo; accepts embargoes; embargo; embargo ok; respects embargo; acepta embargo;
        acepta embargos; respeta embargo; accepte embargo; accepte l'embargo; respecte l'embargo;
        Sperrfrist; akzeptiert Sperrfrist; aceita embargo""",
    "status": """
        status; subscription status; subscriber status; email status; mailing status; subscribed;
        active; opt-in; opted in; estado; estatus; situación; activo; suscrito; suscripción; statut;
        état; actif; abonné; inscrit; Zustand; aktiv; abonniert; situação; ativo; inscrito; assinatura""",
    "opted_out": """
        unsubscribed; unsubscribed at; unsubscribe; opt out; opted out; opt-out; email opt out;
        optout time; unsub time; do not contact; do not email; do not mail; no mail; bounced; baja;
        dado de baja; fecha de baja; no contactar; no enviar; désabonné; désinscrit; désinscription;
        ne pas contacter; abgemeldet; Abmeldung; nicht kontaktieren; keine Mails; descadastrado;
        não contatar; não contactar; não enviar; cancelado""",
}
"""The columns that mean something to the tool, and the headers under which each is found."""


def plain(header: str) -> str:
    """`" E-Mail: *"` → `email`: letters and digits only, without accents or case."""
    return "".join(c for c in folded(header) if c.isalnum())


ROLES: dict[str, str] = {plain(word): role for role, words in SYNONYMS.items() for word in words.split(";")}

_NUMBERED = re.compile(r"(?:e?mail)(?:address)?\d(?:value|address)?")
"""`E-mail 2 Address` (Outlook), `E-mail 1 - Value` (Google)."""
_SOUNDS_LIKE_ADDRESS = re.compile(r"mail|correo|courriel")


LONGEST_HEADER = 200
"""Characters: what is longer names no column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header row names.

    Attributes:
        headers: as the file has them, cleaned.
        address: index of the column of addresses.
        others: indices of further columns of addresses, which are not mailed.
        roles: index of each column that means something to the tool.
        gates: indices of columns that say whether somebody may be mailed, with "status" or "opted_out".
        extras: index and key of each further column; the keys are merge fields and names for `--where`.
    """

    headers: tuple[str, ...]
    address: int
    others: tuple[int, ...] = ()
    roles: dict[str, int] = field(default_factory=dict)
    gates: tuple[tuple[int, str], ...] = ()
    extras: tuple[tuple[int, str], ...] = ()

    @property
    def fields(self) -> tuple[tuple[str, int], ...]:
        """Key and index of everything that ends up in a recipient's `fields`; -1: no column, but composed.

        Beside a column called “name”, a first or a last name tells which part that one holds.
        """
        own = [(role, self.roles[role]) for role in FIELD_ROLES if role in self.roles]
        parts = {"first_name", "last_name"} & self.roles.keys()
        if "name" in self.roles and len(parts) == 1:
            own += [(part, -1) for part in ("first_name", "last_name") if part not in parts]
        return (*own, *((key, index) for index, key in self.extras))

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of a recipient's `fields`, in their order."""
        return tuple(key for key, _ in self.fields)


FIELD_ROLES = ("first_name", "last_name", "beat", "country", "accepts_embargo")
"""Known columns that end up in `Recipient.fields`."""

GATES = ("status", "opted_out")
"""Columns that say whether somebody may be mailed; a list may have several of them."""

RESERVED_KEYS = frozenset(
    {"email", "address", "domain", "name", "outlet", "language", "languages", "tags", "lists"}
)


def sounds_like_address(header: str) -> bool:
    """Whether a header may name a column of addresses without being one we know."""
    return len(header) <= LONGEST_HEADER and _SOUNDS_LIKE_ADDRESS.search(plain(header)) is not None


def role_of(header: str) -> str:
    """The role of a header, or ""."""
    if len(header) > LONGEST_HEADER:
        return ""
    word = plain(header)
    return ROLES.get(word) or ("email" if _NUMBERED.fullmatch(word) else "")


def key_of(header: str) -> str:
    """`Phone (office)` → `phone_office`: the name of a merge field."""
    return re.sub(r"[^a-z0-9]+", "_", folded(header[:LONGEST_HEADER])).strip("_")


def name_columns(
    headers: Sequence[str], address: int, others: Sequence[int], ungated: Collection[int] = ()
) -> Columns:
    """The columns of a header row whose address column is known.

    Args:
        ungated: indices of columns that are called status but whose cells are not about being mailed.
    """
    roles: dict[str, int] = {}
    gates: list[tuple[int, str]] = []
    extras: list[tuple[int, str]] = []
    taken = set(RESERVED_KEYS) | set(FIELD_ROLES)
    for index, header in enumerate(headers):
        role = role_of(header)
        if index == address or index in others or not clean(header):
            continue
        if role in GATES and index not in ungated:
            gates.append((index, role))
        elif role not in ("", "email", *GATES) and role not in roles:
            roles[role] = index
            continue
        extras.append((index, _free_key(key_of(header) or f"column_{index + 1}", taken)))
    names = tuple(clean(header) for header in headers)
    return Columns(names, address, tuple(others), roles, tuple(gates), tuple(extras))


def _free_key(key: str, taken: set[str]) -> str:
    free, number = key, 2
    while free in taken:
        free, number = f"{key}_{number}", number + 1
    taken.add(free)
    return free
