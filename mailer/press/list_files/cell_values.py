"""Words that cells say in several languages: active or not, yes or no, names of languages.

All are compared folded: without accents and case.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailer.press.clean_text import folded, shortened

LONGEST = 200
"""Characters: what is longer is no word that we know, and not worth remembering."""


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(";"))


YES = _words("yes; y; true; 1; x; si; s; oui; o; vrai; ja; j; wahr; sim; verdadero; verdadeiro; on; ok; ✓; ✔")
NO = _words("no; n; false; 0; non; faux; nein; falsch; nao; falso; off; -; –; —")

NEVER = NO | _words("never; none; null; n/a; na; nunca; jamais; nie; niemals; ninguno; aucun; nenhum")

ACTIVE = YES | _words(
    """
    active; activo; activa; actif; aktiv; ativo; ativa; subscribed; subscriber; suscrito; suscrita;
    inscrit; inscrite; abonne; abonnee; abonniert; angemeldet; inscrito; inscrita; assinante; current;
    valid; valido; valida; valide; gultig; confirmed; confirmado; confirme; bestatigt; enabled;
    opted in; opt-in; opted-in; alta; vigente; live"""
)
INACTIVE = NO | _words(
    """
    inactive; inactivo; inactiva; inactif; inaktiv; inativo; inativa; unsubscribed;
    non-subscribed; nonsubscribed; not subscribed; opted out; opt-out; opted-out; cleaned; bounced;
    hard bounce; soft bounce; removed; deleted; disabled; invalid; invalido; invalide; ungultig;
    pending; unconfirmed; pendiente; en attente; ausstehend; pendente; archived; blocked; complained;
    suppressed; left; left outlet; moved; gone; retired; deceased; former; ehemalig; antiguo; baja;
    de baja; dado de baja; dada de baja; desuscrito; cancelado; cancelada; cancelled; canceled;
    desabonne; desabonnee; desinscrit; desinscrite; abgemeldet; gekundigt; descadastrado; descadastrada;
    do not contact; do not email; do not mail; dead; parti; jubilado; retraite"""
)


def activity(text: str) -> bool | None:
    """Whether a status cell says active; None where it says neither. An empty cell says nobody has left."""
    word = folded(text[:LONGEST])
    return True if not word or word in ACTIVE else False if word in INACTIVE else None


def opted_out(text: str) -> bool:
    """Whether a cell of an "unsubscribed" column says so: anything but nothing and no, a date too."""
    word = folded(text[:LONGEST])
    return bool(word) and word not in NEVER


def yes_or_no(text: str) -> str:
    """ "yes", "no", or the text itself where it is neither."""
    word = folded(text[:LONGEST])
    return "yes" if word in YES else "no" if word in NO else text


_TAG = re.compile(
    r"(?P<code>[a-z]{2,3})(?:[-_](?P<script>[a-z]{4}))?(?:[-_](?P<region>[a-z]{2}|\d{3}))?", re.I
)
_SPLIT = re.compile(r"\s*[,;/|+&\n]\s*|\s+(?:and|y|et|und|e)\s+", re.I)


def languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`Spanish; en` → (("es", "en"), ()): BCP 47 tags, and the words that are no language we know."""
    return _languages(text) if len(text) <= LONGEST else ((), (shortened(text),))


@lru_cache(maxsize=4096)
def _languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tags: list[str] = []
    unknown: list[str] = []
    for word in filter(None, _SPLIT.split(text)):
        tag = _language(word)
        (tags if tag else unknown).append(tag or word)
    return tuple(dict.fromkeys(tags)), tuple(unknown)


def _language(word: str) -> str:
    """`es_MX` → es-MX, `Español (México)` → es; "" where it is no language."""
    match = _TAG.fullmatch(word)
    if match and match["code"].lower() in _codes():
        parts = (match["code"].lower(), (match["script"] or "").title(), (match["region"] or "").upper())
        return "-".join(filter(None, parts))
    return _codes_by_name().get(folded(word.partition("(")[0]), "")


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from babel import Locale

    return frozenset(str(code) for code in Locale("en").languages if len(str(code)) in (2, 3))


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    """Names of languages in English, Spanish, French, German, Portuguese and in themselves, from CLDR."""
    from babel import Locale

    names: dict[str, str] = {"castellano": "es", "castilian": "es", "brasileiro": "pt-BR"}
    for speaker in ("en", "es", "fr", "de", "pt"):
        for code, name in Locale(speaker).languages.items():
            if "_" not in code:
                names.setdefault(folded(name), code)
    for code in (
        "it",
        "nl",
        "ca",
        "gl",
        "eu",
        "pl",
        "ru",
        "uk",
        "ar",
        "zh",
        "ja",
        "ko",
        "tr",
        "sv",
        "da",
        "fi",
        "el",
    ):
        names.setdefault(folded(Locale(code).languages[code]), code)
    return names
