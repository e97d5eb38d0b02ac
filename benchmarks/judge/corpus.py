"""The releases that are judged: invented ones of every shape that has broken a mail, or may.

Those whose words matter lie in `releases/`; the others are of a size that is better made than kept. Some are the render
tests' own, and the sample's. Each may have a newsroom of its own: a brand's colour, a logo.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
OWN = Path(__file__).resolve().parent / "releases"
TESTS = REPOSITORY / "tests" / "render" / "releases"
SAMPLE = "harbour-report"
OFFICE = "Beacon Shore Trust"
"""Of newsroom.md here: nobody can send the sample in the name of the sample's office."""

COLOURS = {
    "yellow": "#ffcc00", "orange": "#ff6600", "red": "#e30613", "sky": "#00a0e3", "black": "#000000",
    "white": "#ffffff", "lemon": "#ffff00",
}  # fmt: skip
"""Brands' colours that are hard to read, or to read on."""

PICTURES = {
    "photograph": ("jpg", (2400, 1600), "RGB"), "portrait": ("jpg", (900, 1600), "RGB"),
    "drawing-with-holes": ("png", (1200, 700), "RGBA"), "small-picture": ("png", (120, 80), "RGB"),
    "gif": ("gif", (640, 360), "P"), "webp": ("webp", (1600, 900), "RGB"),
    "very-wide": ("png", (3200, 200), "RGB"),
}  # fmt: skip
"""File type, size and colour mode."""

WORDS = """water harbour lamp tide morning valve tank quay sample board boat rain mole keeper figure book coast town north
south early late clean quiet measured written counted mended opened with under after before between"""


@dataclass(frozen=True)
class Release:
    """One release of the corpus.

    Attributes:
        text: the file's.
        newsroom: lines for the header of newsroom.md, by field.
        picture: a key of PICTURES, if it shows one.
    """

    name: str
    text: str
    newsroom: Mapping[str, str] = field(default_factory=dict)
    picture: str = ""


def corpus() -> dict[str, Release]:
    """Every release by name, the sample first."""
    sample = (
        (REPOSITORY / "releases" / f"{SAMPLE}.md")
        .read_text("utf-8")
        .replace("Lantern Coast Foundation", OFFICE)
    )
    releases = [Release(SAMPLE, sample)]
    releases += [Release(path.stem, path.read_text("utf-8")) for path in sorted(TESTS.glob("*.md"))]
    releases += [Release(path.stem, path.read_text("utf-8")) for path in sorted(OWN.glob("*.md"))]
    releases += [_thirty_notes(), _two_hundred_links(), _five_thousand_words()]
    releases += [Release(f"brand-{name}", sample, {"Colour": colour}) for name, colour in COLOURS.items()]
    releases += [Release(f"picture-{kind}", _with_picture(kind), {}, kind) for kind in PICTURES]
    releases.append(
        Release(
            "logo", sample, {"Logo": "\n  file: images/picture.png\n  alt: Lantern Coast"}, "small-picture"
        )
    )
    return {release.name: release for release in releases}


def _page(headline: str, preheader: str, body: str, fields: str = "") -> str:
    head = f"Headline: {headline}\nPreheader: {preheader}\nDate: 2026-11-23\nDateline: Portmellon\n{fields}"
    return f"---\n{head}---\n\n{body}\n"


def _thirty_notes() -> Release:
    cited = " ".join(f"Harbour station {n} reported on time, as it does.[^{n}]" for n in range(1, 31))
    notes = "\n\n".join(
        f"[^{n}]: Lantern Coast Foundation, “Sheet {n} of the Harbour Tables,” 2026, <https://example.org/tables/{n}>."
        for n in range(1, 31)
    )
    text = _page("Thirty Stations, Thirty Sheets", "Each station’s own sheet.", f"{cited}\n\n{notes}")
    return Release("thirty-notes", text)


def _two_hundred_links() -> Release:
    lines = "\n".join(f"- [Register {n}](https://example.org/registers/{n})" for n in range(1, 201))
    return Release(
        "two-hundred-links", _page("Two Hundred Registers Are Open", "All of them, by number.", lines)
    )


def _five_thousand_words() -> Release:
    words = re.findall(r"\w+", WORDS)
    chance = random.Random(1987)
    paragraphs = []
    for number in range(50):
        sentences = (" ".join(chance.choices(words, k=20)).capitalize() + "." for _ in range(5))
        heading = f"## Part {number // 10 + 1}\n\n" if number % 10 == 0 else ""
        paragraphs.append(heading + " ".join(sentences))
    text = _page(
        "The Whole Story", "Five thousand words, for those who have the time.", "\n\n".join(paragraphs)
    )
    return Release("five-thousand-words", text)


def _with_picture(kind: str) -> str:
    file = f"images/picture.{PICTURES[kind][0]}"
    images = (
        f"Images:\n  - file: {file}\n    alt: Boats at a quay\n"
        "    caption: The quay of Grey Haven at dawn, before the boats go out.\n    credit: I. Valdero\n"
    )
    body = f"Everybody was there, and somebody had a camera.\n\n![Boats at a quay]({file})\n\nThen they went home."
    return _page("A Morning at Grey Haven", "A picture of boats, and what it shows.", body, images)


def draw(kind: str, folder: Path) -> None:
    """Draw a picture of a kind into a workspace's folder of images."""
    from PIL import Image, ImageDraw

    ending, size, mode = PICTURES[kind]
    (folder / "images").mkdir(exist_ok=True)
    image = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(image).polygon([(0, size[1]), (size[0], size[1]), (size[0], size[1] // 2)], fill="#0b5563")
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize(size))
    image.convert(mode).save(folder / "images" / f"picture.{ending}")
