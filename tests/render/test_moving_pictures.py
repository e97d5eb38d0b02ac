"""Animations move on within the budget, or it is said that they stand still."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw
from support.pictures import noise, opened, showing, the_part
from support.releases import written
from support.terminal import mailer

from mailer.workspace import Workspace

BUDGET = 350 * 1024


def panned(number: int, size: tuple[int, int]) -> list[Image.Image]:
    """A camera that goes over a landscape."""
    wide = noise("RGB", (60, 40)).resize((size[0] + 6 * number, size[1]), Image.Resampling.BICUBIC)
    return [wide.crop((6 * n, 0, 6 * n + size[0], size[1])) for n in range(number)]


def drawn(number: int, size: tuple[int, int], colour: str = "#c04020") -> list[Image.Image]:
    """A ball that rolls over nothing."""
    frames = []
    for n in range(number):
        frame = Image.new("RGBA", size, (0, 0, 0, 0))
        ImageDraw.Draw(frame).ellipse((10 + 10 * n, 20, 60 + 10 * n, 70), fill=colour)
        frames.append(frame)
    return frames


def filmed(number: int, size: tuple[int, int]) -> list[Image.Image]:
    """Snow: no two frames have anything in common, and nothing can be done about it."""
    return [noise("L", size, seed) for seed in range(number)]


def moving(workspace: Workspace, name: str, frames: Sequence[Image.Image], **how: object):
    how = {"duration": 100, "loop": 0} | how
    return showing(workspace, name, frames[0], save_all=True, append_images=list(frames[1:]), **how)


def lasting(image: Image.Image) -> int:
    """Milliseconds of all frames."""
    total = 0
    for index in range(getattr(image, "n_frames", 1)):
        image.seek(index)
        image.load()
        total += image.info.get("duration", 0)
    return total


@pytest.mark.parametrize("name", ["tide.gif", "tide.png", "tide.webp"])
def test_an_animation_over_the_budget_is_made_smaller_and_moves(workspace: Workspace, name: str) -> None:
    """One that was too large became a still without a word."""
    frames = panned(9, (600, 420))
    if name.endswith("gif"):
        frames = [frame.quantize(256, Image.Quantize.FASTOCTREE) for frame in frames]
    part = the_part(moving(workspace, name, frames))
    assert (workspace.root / "images" / name).stat().st_size > BUDGET
    assert part.media_type == "image/gif"
    assert part.name == "tide.gif"
    assert len(part.content) <= BUDGET
    shown = opened(part)
    assert shown.n_frames >= 3
    assert shown.width >= 268
    assert shown.info["loop"] == 0
    assert lasting(shown) == 900


@pytest.mark.parametrize("name", ["ball.gif", "ball.png", "ball.webp"])
def test_an_animation_wider_than_the_column_moves(workspace: Workspace, name: str) -> None:
    mail = moving(workspace, name, drawn(8, (1200, 300)), disposal=2) if name != "ball.webp" else moving(
        workspace, name, drawn(8, (1200, 300)))  # fmt: skip
    shown = opened(the_part(mail))
    assert (shown.n_frames, shown.width) == (8, 1072)
    assert 'width="536" height="134"' in mail.html
    for index in (0, 7):
        shown.seek(index)
        frame = shown.convert("RGBA")
        assert frame.getpixel((5, 5))[3] == 0, "what is transparent stays so"
        assert frame.getpixel((round((35 + 10 * index) * 1072 / 1200), 40))[:3] == pytest.approx(
            (192, 64, 32), abs=9
        )


def test_one_that_is_small_enough_is_not_made_anew(workspace: Workspace) -> None:
    """Frame for frame as it was drawn; comments go."""
    frames = [noise("L", (60, 40), seed) for seed in range(5)]
    part = the_part(moving(workspace, "tide.gif", frames, comment=b"Made at 12 Quay Street"))
    shown, own = opened(part), Image.open(workspace.root / "images" / "tide.gif")
    assert b"Quay Street" not in part.content
    for index in range(5):
        shown.seek(index)
        own.seek(index)
        assert shown.convert("RGB").tobytes() == own.convert("RGB").tobytes()


def test_how_often_it_is_played_stays(workspace: Workspace) -> None:
    for name in ("tide.gif", "tide.png"):
        for often in (0, 3):
            shown = opened(the_part(moving(workspace, name, panned(3, (90, 60)), loop=often)))
            assert shown.info["loop"] == often, (name, often)


def test_the_frame_for_programs_that_can_not_play_is_none_of_it(workspace: Workspace) -> None:
    """An APNG's first picture may stand beside its animation."""
    frames = [Image.new("RGB", (90, 60), "white"), *panned(3, (90, 60))]
    shown = opened(the_part(moving(workspace, "tide.png", frames, default_image=True)))
    assert shown.n_frames == 3


def test_a_dark_one_on_nothing_gets_a_ground(workspace: Workspace) -> None:
    shown = opened(the_part(moving(workspace, "ball.gif", drawn(4, (300, 100), "black"), disposal=2)))
    assert shown.n_frames == 4
    for index in range(4):
        shown.seek(index)
        assert shown.convert("RGBA").getpixel((1, 1)) == pytest.approx((255, 255, 255, 255), abs=4)


# ---- too large --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flurry() -> bytes:
    out = io.BytesIO()
    first, *others = filmed(60, (536, 400))
    first.save(out, "GIF", save_all=True, append_images=others, duration=100, loop=0)
    return out.getvalue()


@pytest.fixture
def snow(workspace: Workspace, flurry: bytes) -> Workspace:
    mail = showing(workspace, "snow.gif", flurry)
    part = the_part(mail)
    assert part.media_type == "image/jpeg"
    assert len(part.content) <= BUDGET
    return workspace


HEADER = "Headline: One\nDate: 2026-11-23\nDateline: Quay\n"


@pytest.mark.parametrize(("fields", "body", "where"), [
    (f"{HEADER}Images:\n  - file: images/snow.gif\n    alt: Snow", "Text.", "releases/written.md:6"),
    (HEADER.strip(), "Text.\n\n![Snow](images/snow.gif)", "releases/written.md:9"),
    (HEADER.strip(), "Text.[^1]\n\n[^1]: See\n    ![Snow](images/snow.gif)", "releases/written.md:9"),
])  # fmt: skip
def test_what_can_not_move_is_named_with_its_line(
    snow: Workspace, fields: str, body: str, where: str
) -> None:
    written(snow, body, fields)
    ran = mailer("check", "written", cwd=snow.root)
    said = " ".join((ran.out + ran.err).split())
    assert where in said
    assert "images/snow.gif moves, but is too large: only its first picture is mailed" in said
    assert "smaller than 350 KB" in said


def test_a_logo_that_can_not_move_is_named_in_the_newsroom(workspace: Workspace) -> None:
    moving(workspace, "long.gif", filmed(400, (200, 150)))
    lines = workspace.newsroom.read_text("utf-8").split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("Zone:"))
    lines[at:at] = ["Logo:", "  - file: images/long.gif", "    alt: Us"]
    workspace.newsroom.write_text("\n".join(lines), "utf-8")
    written(workspace, "Text.", HEADER.strip())
    ran = mailer("check", "written", cwd=workspace.root)
    assert f"newsroom.md:{at + 2}" in ran.out + ran.err
    assert "images/long.gif moves" in ran.out + ran.err
