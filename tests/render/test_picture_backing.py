"""A logo that is drawn on nothing can be seen on light and on dark pages: where it could not, something is put behind."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw
from support.pictures import opened, showing, the_part

from mailer.render.colours import contrast
from mailer.workspace import Workspace

PAGES = ("#ffffff", "#101416", "#191f22")
CLEAR = (0, 0, 0, 0)


def letters(*colours: str) -> Image.Image:
    """A word of as many bars, on nothing."""
    picture = Image.new("RGBA", (60 * len(colours) + 20, 100), CLEAR)
    for number, colour in enumerate(colours):
        ImageDraw.Draw(picture).rectangle((60 * number + 20, 20, 60 * number + 59, 79), fill=colour)
    return picture


def hexed(pixel: tuple[int, ...]) -> str:
    return "#" + "".join(f"{value:02x}" for value in pixel[:3])


def seen(shown: Image.Image, page: str) -> list[float]:
    """The contrast of each bar to what is around it, on a page of this colour."""
    whole = Image.new("RGBA", shown.size, page)
    whole.alpha_composite(shown.convert("RGBA"))
    bars = (shown.width - 20) // 60
    left, ground = (shown.width - 60 * bars - 20) // 2, hexed(whole.getpixel((1, 1)))
    return [
        contrast(hexed(whole.getpixel((left + 60 * number + 40, whole.height // 2))), ground)
        for number in range(bars)
    ]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("colours", [
    ("black", "black"), ("#14243c",), ("white", "white"), ("#fff6c8",), ("black", "white"), ("#101416", "#d02020"),
    ("black", "black", "black", "black", "white"),
], ids=" ".join)  # fmt: skip
def test_each_letter_can_be_seen_on_each_page(
    workspace: Workspace, colours: tuple[str, ...], page: str
) -> None:
    """A black logo could not be seen in dark mode, nor a white one in light."""
    shown = opened(the_part(showing(workspace, "mark.png", letters(*colours))))
    assert min(seen(shown, page)) >= 3


@pytest.mark.parametrize("colour", ["#e04830", "#1878b8", "#808080"])
def test_a_logo_that_is_seen_on_both_stays_on_nothing(workspace: Workspace, colour: str) -> None:
    shown = opened(the_part(showing(workspace, "mark.png", letters(colour)))).convert("RGBA")
    assert shown.size == letters(colour).size
    assert shown.getpixel((2, 2))[3] == 0


def test_a_drawing_with_its_own_paper_stays_as_it_is(workspace: Workspace) -> None:
    """White paper with round corners, and dark words on it: its words are seen wherever it lies."""
    picture = Image.new("RGBA", (300, 200), CLEAR)
    ImageDraw.Draw(picture).rounded_rectangle((0, 0, 299, 199), 40, fill="white")
    ImageDraw.Draw(picture).rectangle((60, 90, 240, 110), fill="black")
    shown = opened(the_part(showing(workspace, "card.png", picture))).convert("RGBA")
    assert shown.size == (300, 200)
    assert shown.getpixel((1, 1))[3] == 0


def test_on_the_page_it_was_drawn_for_nobody_sees_the_ground(workspace: Workspace) -> None:
    for colour, ground in (("black", "#ffffff"), ("white", "#191f22")):
        shown = opened(the_part(showing(workspace, "mark.png", letters(colour)))).convert("RGB")
        assert hexed(shown.getpixel((0, 0))) == ground


@pytest.mark.parametrize("name", ["mark.gif", "mark.webp", "mark.tiff", "mark.png"])
def test_whatever_the_format(workspace: Workspace, name: str) -> None:
    shown = opened(the_part(showing(workspace, name, letters("black"))))
    assert min(seen(shown, "#191f22")) >= 3


def test_a_shadow_asks_for_no_ground(workspace: Workspace) -> None:
    picture = letters("#1878b8")
    ImageDraw.Draw(picture).rectangle((20, 85, 59, 95), fill=(0, 0, 0, 40))
    shown = opened(the_part(showing(workspace, "mark.png", picture)))
    assert shown.size == picture.size


def test_a_logo_of_the_newsroom_is_looked_at_too(workspace: Workspace) -> None:
    (workspace.root / "images").mkdir()
    letters("black").save(workspace.root / "images" / "mark.png")
    text = workspace.newsroom.read_text("utf-8")
    logo = "Zone:"
    workspace.newsroom.write_text(
        text.replace(logo, f"Logo:\n  - file: images/mark.png\n    alt: Us\n{logo}"), "utf-8"
    )
    mail = showing(workspace, "quay.png", Image.new("RGB", (20, 20)))
    assert len(mail.related) == 2
    marks = [opened(part) for part in mail.related if part.name == "mark.png"]
    assert [min(seen(mark, "#101416")) >= 3 for mark in marks] == [True]
