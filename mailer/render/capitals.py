"""Labels that were written in capitals, as a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")

_USUAL = frozenset(
    """
    a about all an and annex annual appendix at background book brief briefing by case chart check complete data
    decision declaration discover donate download each every executive explore fact figure film finding for from full
    get guide hear here how in index infographic interactive is join key know latest learn letter listen list live map
    media memo more new news note of on open our page paper petition photo photograph picture poster presentation
    press programme program project ranking read recommendation recording register release report research result
    sample see sheet show sign slide speech statement story study summary survey table the this to toolkit transcript
    try video view visit watch website what why with your
    aquí carta de del descargar el en ejecutivo estudio informe la las leer los mapa más para resumen ver vídeo y
    carte dans des du et la le les lire notre plus pour rapport résumé sur télécharger un une voir
    ansehen das den der die herunterladen hier lesen mehr und zum zur
    baixar da do dos estudo ler mais mapa no na o os relatório resumo
    """.split()  # noqa: SIM905 - a list of words is read more easily without quotation marks
)
"""Words that buttons use, and that no language here writes with a capital inside a sentence."""


def _form(lower: str, found: set[str]) -> str:
    """The one way in which a word is written inside a sentence, or "" where that can't be told."""
    in_capitals = {word for word in found if len(word) > 1 and word == word.upper() != lower}
    if in_capitals:
        return next(iter(in_capitals)) if found == in_capitals else ""
    # A capital that is seen beside a small letter was a sentence's first.
    return lower if lower in found or lower in _USUAL else min(found)


def sentence_case(texts: Iterable[str]) -> Callable[[str], str]:
    """What writes a label in capitals as a sentence, "READ THE UN REPORT" as "Read the UN report".

    Only a label that is all in capitals is touched. How a word is written, the release itself says: its texts have
    "UN" and "Mexico". Where they have it in several ways of which one is in capitals (US, us), or a word that neither
    they nor the usual words of buttons have, which may be a name, the label stays as it is. Nothing but the case of
    letters ever changes.

    Args:
        texts: what the release says, without its labels and titles.
    """
    seen: dict[str, set[str]] = {}
    for text in texts:
        for word in _WORD.findall(text):
            seen.setdefault(word.lower(), set()).add(word)
    forms = {word: word for word in _USUAL} | {lower: _form(lower, found) for lower, found in seen.items()}

    def form(word: str) -> str:
        lower = word.lower()
        if lower in forms:
            return forms[lower]
        other = lower[:-1] if lower.endswith("s") else f"{lower}s"  # "samples" tells how "sample" is written
        return lower if forms.get(other) == other else ""

    def written(label: str) -> str:
        words = _WORD.findall(label)
        known = [form(word) for word in words]
        if (
            not words
            or not all(known)
            or label != label.upper()
            or (len(words) == 1 and words[0].lower() not in _USUAL)
        ):
            return label
        changed = _WORD.sub(lambda match: form(match[0]), label)
        first = changed.index(known[0])
        return changed[:first] + changed[first].upper() + changed[first + 1 :]

    return written
