"""Labels that were written in capitals, as a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")

_USUAL = frozenset(
    """
    a all an and at book briefing by data download executive fact figures film findings for from full get hear here in
    join key learn letter listen live map memo more of on open our page paper photos pictures press programme program
    read recommendations register release report results see sheet statement study summary table tables the this to
    video view visit watch website with your
    aquí carta de del descargar el en ejecutivo estudio informe la las leer los mapa más para resumen ver vídeo y
    carte dans des du et la le les lire notre plus pour rapport résumé sur télécharger un une voir
    ansehen das den der die herunterladen hier lesen mehr und zum zur
    baixar da do dos estudo ler mais mapa no na o os relatório resumo
    """.split()  # noqa: SIM905 - a list of words is read more easily without quotation marks
)
"""Words that buttons use, and that no language here writes with a capital inside a sentence."""


def sentence_case(texts: Iterable[str]) -> Callable[[str], str]:
    """What writes a label in capitals as a sentence, "READ THE UN REPORT" as "Read the UN report".

    Only a label of several words that are all in capitals is touched. How a word is written, the release itself says:
    its texts have "UN" and "Mexico". One word that neither they nor the usual words of buttons have, and the label
    stays as it is: it may be a name. Nothing but the case of letters ever changes.

    Args:
        texts: what the release says, without its labels and titles.
    """
    forms = {word: word for word in _USUAL}
    for word, _ in Counter(word for text in texts for word in _WORD.findall(text)).most_common():
        # A lower-case form says that a capital was only a sentence's first letter.
        if word == word.lower() or word.lower() not in forms:
            forms[word.lower()] = word

    def written(label: str) -> str:
        words = _WORD.findall(label)
        in_capitals = label == label.upper() != label.lower()
        if len(words) < 2 or not in_capitals or not all(word.lower() in forms for word in words):
            return label
        changed = _WORD.sub(lambda match: forms[match[0].lower()], label)
        first = changed.index(forms[words[0].lower()])
        return changed[:first] + changed[first].upper() + changed[first + 1 :]

    return written
