"""The documentation's pictures: each is shown, made by a command, and small; and others' mails beside ours say the same."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from conftest import REPOSITORY
from PIL import Image

IMAGES = REPOSITORY / "docs" / "images"
PICTURES = sorted(IMAGES.glob("*.png"))
MAKERS = {
    "compare": REPOSITORY / "benchmarks" / "judge" / "side_by_side.py",
    "desk": IMAGES / "desk.py",
    "email": IMAGES / "make.py",
    "preview": IMAGES / "make.py",
    "record": IMAGES / "make.py",
    "theme": IMAGES / "make.py",
}
"""By the first word of a picture's name, what takes it."""
PEERS = REPOSITORY / "benchmarks" / "judge" / "peers"


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", unescape(text).casefold()))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_shown_and_taken_by_a_command_and_small(picture: Path) -> None:
    pages = [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]
    assert any(f"images/{picture.name})" in page.read_text("utf-8") for page in pages), "no page shows it"
    kind, _, which = picture.stem.partition("-")
    assert re.search(rf"\b{kind}-({{|{which})", MAKERS[kind].read_text("utf-8")), "nothing takes it anew"
    assert picture.stat().st_size <= 250_000
    with Image.open(picture) as image:
        assert image.mode == "P", "without a palette it is three times as large"


def test_every_page_of_the_desk_has_its_picture_in_each_window_and_scheme() -> None:
    """As many as the maker takes, none of them left over; and together no larger than a clone should have to fetch."""
    shots = re.search(r"^SHOTS = {\n(.*?)^}", MAKERS["desk"].read_text("utf-8"), re.M | re.S)
    assert shots is not None
    names = re.findall(r'^    "(\w+)": Shot\(', shots[1], re.M)
    wanted = {f"desk-{n}-{d}-{s}" for n in names for d in ("desktop", "phone") for s in ("light", "dark")}
    there = [picture for picture in PICTURES if picture.stem.startswith("desk-")]
    assert {picture.stem for picture in there} == wanted
    assert {picture.stem for picture in there if picture.stat().st_size > 120_000} == set()
    assert sum(picture.stat().st_size for picture in there) <= 3_000_000
    for picture in there:
        with Image.open(picture) as image:
            assert image.width == (1400 if "-desktop-" in picture.stem else 390)


@pytest.mark.parametrize("source", ["release.mjml", "release.jsx"])
def test_what_others_make_for_comparison_is_the_sample(source: str) -> None:
    """Word for word: a sample that was edited is compared to another release."""
    sample = (REPOSITORY / "releases" / "harbour-report.md").read_text("utf-8")
    office = (REPOSITORY / "newsroom.md").read_text("utf-8").partition("---\n\n")[2]
    body = re.sub(r"{{ first_name.*?}}|^(Kind|Date|Dateline|Lang):.*$|https?:\S+", "", sample, flags=re.M)
    body = re.sub(r"^[A-Z][a-z]+: ", "", body, flags=re.M)
    assert words(body + office) - words((PEERS / source).read_text("utf-8")) == set()
