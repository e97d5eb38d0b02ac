"""What a line may say whose code page is unknown: candidate readings, the likeliest first, for staff to choose from.

The bytes of a code page prove nothing, so nothing is decided here. A reading is likelier the more of its letters are
common ones of the script, and the less its words mix scripts and cases, as `иВАН` does, which is `Иван` read wrongly.
Not by charset-normalizer: it ranks whole texts, and a list is a few hundred names.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from mailer.errors import Fault
from mailer.press.clean_text import clean, shortened
from mailer.press.list_files.answers import Answers
from mailer.press.list_files.encoding import Encoding

CODE_PAGES = (
    "cp1252", "cp1250", "iso8859-2", "cp1251", "koi8-u", "iso8859-5", "cp866", "mac-cyrillic", "cp1253", "cp1254",
    "cp1255", "cp1256", "iso8859-6", "cp1257", "cp1258", "cp874", "mac-roman", "mac-latin2", "cp852", "cp932", "euc-jp",
    "gb18030", "big5", "cp949",
)  # fmt: skip
"""By Python's names, which `encoding =` takes."""

SAMPLE = 256 * 1024
MOST_SHOWN = 6

_COMMON = {
    "CYRILLIC": "оеаинтсрвлкмдпуяі", "GREEK": "αοιετσνηυρπκμλως", "HEBREW": "יוהלאמרתבשנדקע",
    "ARABIC": "ايلمنورتبدةهعسحفق",
    "LATIN": "áéíóúñüöäçèêàâãõôîïëåøæßąćęłńśźżčďěňřšťůýžőűăâîșțşţğıİ",
    "THAI": "านรอกเงมยลวดทส่้ีัิ",
}  # fmt: skip
"""Letters that are frequent where a script is, of Latin's beyond ASCII: those of names."""
_IDEOGRAPHS = frozenset(
    "的一是不人在有我他中大上国王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗小明华文新报社记者部电视台日本田山川村井木野藤佐东京"
    "北海南西市区县省长志子美英太郎健雄恵香名姓媒体公司王陳張劉黃楊趙吳孫馬羅國報記電臺東廣華語言聞央每經濟網路時間自由聯合"
    "中新朝読産経共通信放送局聞鈴高橋伊渡辺松清小斎加藤吉池橋石前岡後近坂遠青福三西太原金森内上丸"
)
_SYLLABLES = frozenset(
    "이김박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진지연수영희은현준미경선기자사일보방국라디오겨레중동길용"
    "철호석태승재혜나아가다를의에을는인원상대부산시도세계매체회언론통합향타임즈스뉴"
)
"""Frequent in Korean names and in those of papers."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as one code page reads it.

    Attributes:
        codec: Python's name of the code page.
        line: 1-based.
        text: of the cells that are in doubt.
    """

    codec: str
    line: int
    text: str


def readings(path: Path) -> list[Reading]:
    """The likeliest readings of the first line that is in doubt, each text once.

    Raises:
        OSError: the file can't be read.
    """
    with path.open("rb") as file:
        content = file.read(SAMPLE)
        whole = len(content) < SAMPLE
    if not whole:
        content = content[: content.rfind(b"\n") + 1] or content
    lines = content.splitlines()
    number = max(range(min(len(lines), 200)), key=lambda index: _doubt(lines[index]), default=0)
    ranked: list[tuple[float, int, Reading]] = []
    for order, codec in enumerate(CODE_PAGES):
        try:
            text = content.decode(codec)
            line = lines[number].decode(codec)
        except UnicodeError:
            continue
        ranked.append((-likelihood(text), order, Reading(codec, number + 1, _shown(line))))
    seen: dict[str, Reading] = {}
    for _, _, reading in sorted(ranked, key=lambda each: each[:2]):
        seen.setdefault(reading.text, reading)
    return list(seen.values())[:MOST_SHOWN]


def _doubt(line: bytes) -> float:
    """How well a line shows the difference: the more of its bytes are not ASCII, and the more there are, the better."""
    high = sum(byte >= 0x80 for byte in line[:500])
    return high * high / (len(line[:500]) + 20)


def _shown(line: str) -> str:
    """Of a line, the cells that are not ASCII."""
    cells = re.split(r"[;,|\t\"]", line[:2000])
    return shortened(clean(", ".join(cell.strip() for cell in cells if not cell.isascii())), 48)


def likelihood(text: str) -> float:
    """How likely a text is to have been meant, from its characters beyond ASCII; more is likelier, 1 about the most."""
    characters = Counter(c for c in text if not c.isascii())
    total = sum(characters.values())
    if not total:
        return 0.0
    score = sum(_worth(c) * n for c, n in characters.items())
    words = Counter(word for word in _WORD.findall(text) if not word.isascii())
    score -= sum((_flips(word) + _mixed(word) + _accents(word)) * n for word, n in words.items())
    return score / total


def _worth(character: str) -> float:
    if character.lower() in _LETTERS or character in _IDEOGRAPHS:
        return 1.0
    name = unicodedata.name(character, "")
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 1.0
    if name.startswith("HANGUL SYLLABLE"):
        return 1.0 if character in _SYLLABLES else 0.3
    if name.startswith("HALFWIDTH"):
        return -1.0
    if name.startswith("CJK UNIFIED"):
        return 0.3 if "\u4e00" <= character <= "\u9fff" else -1.0
    category = unicodedata.category(character)
    if category[0] == "L":
        return 0.5 if category != "Lo" or not name.startswith("CJK") else 0.2
    if category[0] == "M":
        return 0.4
    if character in "«»“”„‘’–—…·№、。・（）「」ー　：，　":
        return 0.3
    return -1.0


_LETTERS = frozenset("".join(_COMMON.values()))


def _flips(word: str) -> int:
    """How often a small letter stands before a capital one."""
    return sum(before.islower() and after.isupper() for before, after in pairwise(word))


def _accents(word: str) -> float:
    """Half the letters of a Latin word that has accents on most of them, as no language has."""
    accented = sum(not c.isascii() for c in word)
    latin = unicodedata.name(word[0], "").startswith("LATIN")
    return accented / 2 if latin and len(word) > 2 and accented > 0.6 * len(word) else 0.0


def _mixed(word: str) -> int:
    """How many letters of a word are of another script than most."""
    scripts = Counter(unicodedata.name(c, "?").partition(" ")[0] for c in word)
    if scripts.keys() <= {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "FULLWIDTH"}:
        return 0
    return len(word) - max(scripts.values())


def encoding_question(path: Path, shown: str, encoding: Encoding, answers: Answers) -> Iterator[Fault]:
    """Which letters these are, where nobody but staff can know: with what each of the likely code pages makes of them.

    Raises:
        OSError: the file can't be read.
    """
    if not encoding.in_doubt:
        return
    found = readings(path)
    line = found[0].line if found else 0
    seen = "; ".join(f"{reading.codec}: “{reading.text}”" for reading in found)
    message = (
        f"which letters are these? The file doesn't say how it is encoded. Line {line} may read — {seen}"
    )
    codec = found[0].codec if found else "cp1251"
    how = answers.how("encoding", codec, f"--encoding {codec}")
    hint = f"if the first is right, {how}; or save the list as “CSV UTF-8”"
    yield Fault(shown, line, message, hint)
