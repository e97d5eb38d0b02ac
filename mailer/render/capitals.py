"""Labels that were written in capitals, as a sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_NOT_LOWERED = ("de", "tr", "az")
"""Languages in which a word that is not known can't be lowered: German writes nouns with a capital, and the Turkish
languages have two letters i."""


def sentence_case(language: str, texts: Iterable[str]) -> Callable[[str], str]:
    """What writes a label in capitals as a sentence, "READ THE UN REPORT" as "Read the UN report".

    Only a label of several words that are all in capitals is touched. How a word is written, the release itself
    says: its texts have "UN" and "Mexico". A word that stands nowhere in them is lowered, or, where the language
    allows no guess, the label stays as it is. Nothing but the case of letters ever changes.

    Args:
        language: BCP 47, of the release.
        texts: what the release says, without its labels.
    """
    known = Counter(word for text in texts for word in _WORD.findall(text))
    guess = language.partition("-")[0] not in _NOT_LOWERED
    forms: dict[str, str] = {}
    for word, _ in known.most_common():
        lower = word.lower()
        # A lower-case form says that a capital was only a sentence's first letter, or a title's.
        if lower not in forms or word == lower:
            forms[lower] = word

    def written(label: str) -> str:
        words = _WORD.findall(label)
        if len(words) < 2 or label != label.upper() or label == label.lower():
            return label
        if not guess and not all(word.lower() in forms for word in words):
            return label
        changed = _WORD.sub(lambda match: forms.get(match[0].lower(), match[0].lower()), label)
        first = _WORD.search(changed)
        if first is None or first[0] != first[0].lower():
            return changed
        return changed[: first.start()] + changed[first.start()].upper() + changed[first.start() + 1 :]

    return written
