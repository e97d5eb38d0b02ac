"""How long Word documents take to be read, and how much memory: releases, a book, one of 50 MB, and the worst that pass.

    python benchmarks/importing/word.py

Each is read in a process of its own, whose wall time and peak of resident memory are taken. Beside ours: mammoth on the
same file, as it is (it keeps every picture as text in its HTML). The documents are invented and always the same.
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / folder) for folder in ("tests", ".")]

WORDS = [
    "the",
    "harbour",
    "of",
    "Port",
    "Quill",
    "opens",
    "on",
    "Monday",
    "and",
    "ferries",
    "sail",
    "again",
    "said",
    "the",
    "minister",
    "for",
    "ports",
]


def sentence(rnd: random.Random) -> str:
    return " ".join(rnd.choices(WORDS, k=18)).capitalize() + ". "


def release() -> bytes:
    from support.messy_word import messy_document

    return messy_document()


def book(paragraphs: int = 2_500) -> bytes:
    from support.word_documents import p, r, word

    rnd = random.Random(7)
    return word(*(p(*(r(sentence(rnd)) for _ in range(6))) for _ in range(paragraphs)))


def pictures(number: int = 70) -> bytes:
    from PIL import Image
    from support.word_documents import p, picture, word

    rnd = random.Random(7)
    media = {}
    for index in range(number):
        out = io.BytesIO()
        Image.frombytes("RGB", (1200, 900), rnd.randbytes(1200 * 900 * 3)).save(out, "JPEG", quality=80)
        media[f"rIdP{index}"] = out.getvalue()
    return word(*(p(sentence(rnd)) + p(picture(key, "A quay")) for key in media), media=media)


def one_paragraph() -> bytes:
    from support.word_documents import r, word

    return word(f"<w:p>{r('a ') * 23_000}</w:p>")


def no_text() -> bytes:
    from support.word_documents import word

    return word("<w:p/>" * 90_000)


def insertions() -> bytes:
    from support.word_documents import inserted, p, word

    return word(*(p(*(inserted(f"word{index} ") for index in range(20))) for _ in range(900)))


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "a messy release": release,
    "a book of 270,000 words": book,
    "70 photographs": pictures,
    "23,000 runs in a paragraph": one_paragraph,
    "90,000 empty paragraphs": no_text,
    "18,000 tracked insertions": insertions,
}


def ours(content: bytes) -> None:
    from mailer.importing.sources.word import read

    read(content, "release.docx")


def mammoth_alone(content: bytes) -> None:
    import mammoth

    mammoth.convert_to_html(io.BytesIO(content))


READERS = {"mailer": ours, "mammoth": mammoth_alone}


def one(reader: str, path: Path) -> None:
    content = path.read_bytes()
    start = time.perf_counter()
    READERS[reader](content)
    # What `getrusage` says begins with the memory of the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(time.perf_counter() - start, int(peak.split()[1]) / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--one", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]))
        return
    print("| document | MB | seconds | peak MB | mammoth alone: seconds | peak MB |")
    print("|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in DOCUMENTS.items():
            path = Path(folder) / "document.docx"
            path.write_bytes(make())
            row = [f"{path.stat().st_size / 1e6:.1f}"]
            for reader in READERS:
                command = [sys.executable, __file__, "--one", reader, str(path)]
                said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
                row += [f"{float(said[0]):.1f}", f"{float(said[1]):.0f}"]
            print(f"| {name} | {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
