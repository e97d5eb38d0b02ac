"""Pictures that move: as a GIF, which every mail program plays, or at least shows the first picture of."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailer.photo_metadata import without_metadata
from mailer.render.pictures.backing import ground_for, on_ground
from mailer.render.pictures.pixels import see_through, within

if TYPE_CHECKING:
    from PIL import Image

DECODED, HELD = 120_000_000, 20_000_000
"""Pixels of all frames together: that are decoded, and that are held in memory at one time."""

_LADDER = (
    (2.0, 255, 1), (1.0, 255, 1), (1.0, 128, 1), (1.0, 64, 2), (0.75, 64, 2), (0.75, 32, 3), (0.5, 32, 4),
)  # fmt: skip
"""What is given up, step by step: width (as a share of what is shown), colours, and all but every so manyth frame.
One of 256 colours is for what is transparent."""

_SAMPLE = 6
"""Frames by which is guessed what all of them will take."""


@dataclass(frozen=True, slots=True)
class Moving:
    """An animation as it is mailed: `natural` is how wide it was, in pixels."""

    content: bytes
    size: tuple[int, int]
    natural: int


@dataclass(frozen=True, slots=True)
class _Frame:
    picture: Image.Image
    duration: float


def moves(image: Image.Image) -> bool:
    """Whether it is an animation: neither pages (TIFF) nor the views of one photograph (MPO) are."""
    return image.format in ("GIF", "PNG", "WEBP") and getattr(image, "n_frames", 1) - first_frame(image) > 1


def first_frame(image: Image.Image) -> int:
    """0, or 1 where the first one stands for programs that can't play it (PNG 3 §4.9)."""
    return int(bool(getattr(image, "default_image", False)))


def moving(content: bytes, image: Image.Image, most: int, budget: int) -> Moving | None:
    """An animation of no more than so many octets, or None: what would be left of it is not worth looking at.

    Args:
        content: the file that the image is of.
        most: CSS pixels that it may take in width.
        budget: octets.
    """
    natural, loop = image.width, image.info.get("loop")
    image.seek(first_frame(image))
    first = image.convert("RGBA")
    ground = ground_for(first) if see_through(first) else ""
    if image.format == "GIF" and natural <= 2 * most and not ground:
        own = without_metadata(content)
        if own and len(own) <= budget:
            return Moving(own, image.size, natural)
    number = getattr(image, "n_frames", 1) - first_frame(image)
    if image.width * image.height * number > DECODED:
        return None
    frames = list(_frames(image, most, number, ground))
    if ground:
        natural = round(natural * on_ground(first, ground).width / first.width)
    shown = min(natural, most)
    palettes = {number: _colours(frames, number) for _, number, _ in _LADDER}
    for share, number, every in _LADDER:
        fewer, colours = _every(frames, every), palettes[number]
        width = min(frames[0].picture.width, round(share * shown))
        if len(fewer) < 2 or _guessed(fewer, width, colours) > 2 * budget:
            continue
        gif, size = _gif(fewer, width, colours, loop)
        if len(gif) <= budget:
            return Moving(gif, size, natural)
    return None


def _frames(image: Image.Image, most: int, number: int, ground: str) -> Iterator[_Frame]:
    """The frames, no larger than is needed; of very many, evenly some."""
    widest = next(
        (
            w
            for w in (2 * most, most)
            if min(w, image.width) ** 2 * image.height * number <= HELD * image.width
        ),
        most,
    )
    share = min(1.0, widest / image.width)
    each = max(1, round(image.width * share) * round(image.height * share) * number // HELD)
    picture, duration = None, 0.0
    for index in range(number):
        image.seek(first_frame(image) + index)
        image.load()
        if index % each == 0:
            if picture:
                yield _Frame(picture, duration)
            picture, duration = _shrunk(image, widest, ground), 0.0
        duration += float(image.info.get("duration", 0) or 0)
    if picture:
        yield _Frame(picture, duration)


def _shrunk(image: Image.Image, widest: int, ground: str) -> Image.Image:
    picture = within(image.convert("RGBA"), widest)
    if ground:
        return on_ground(picture, ground)
    return picture


def _every(frames: Sequence[_Frame], every: int) -> list[_Frame]:
    """Evenly some of the frames; each is shown for as long as those that go."""
    groups = [frames[at : at + every] for at in range(0, len(frames), every)]
    return [_Frame(group[0].picture, sum(frame.duration for frame in group)) for group in groups]


def _guessed(frames: Sequence[_Frame], width: int, colours: Image.Image) -> float:
    """Octets that they will take, going by some from the middle."""
    if len(frames) <= 2 * _SAMPLE:
        return 0
    middle = len(frames) // 2
    one, some = (len(_gif(frames[middle : middle + n], width, colours, None)[0]) for n in (1, _SAMPLE))
    return one + (some - one) / (_SAMPLE - 1) * (len(frames) - 1)


def _colours(frames: Sequence[_Frame], number: int) -> Image.Image:
    """A palette of so many colours for all frames: then what doesn't move takes no room."""
    from PIL import Image

    some = frames[:: max(1, len(frames) // _SAMPLE)]
    strip = Image.new("RGB", (80, 60 * len(some)))
    for row, frame in enumerate(
        some
    ):  # single pixels, as the mean of several is a colour that none of them has
        strip.paste(frame.picture.convert("RGB").resize((80, 60), Image.Resampling.NEAREST), (0, 60 * row))
    return strip.quantize(number)


def _gif(
    frames: Sequence[_Frame], width: int, colours: Image.Image, loop: int | None
) -> tuple[bytes, tuple[int, int]]:
    pictures = [_in_colours(within(frame.picture, width), colours) for frame in frames]
    how: dict[str, Any] = {} if loop is None else {"loop": loop}
    if any(picture.mode == "RGBA" for picture in pictures):
        how["disposal"] = 2
    out = io.BytesIO()
    durations = [round(frame.duration) for frame in frames]
    pictures[0].save(
        out, "GIF", save_all=True, append_images=pictures[1:], duration=durations, optimize=False, **how
    )
    return out.getvalue(), pictures[0].size


def _in_colours(picture: Image.Image, colours: Image.Image) -> Image.Image:
    """Without dithering, whose dots differ from frame to frame and take most of the room."""
    from PIL import Image

    few = picture.convert("RGB").quantize(palette=colours, dither=Image.Dither.NONE)
    if see_through(picture):
        few = few.convert("RGBA")
        few.putalpha(picture.getchannel("A").point(lambda value: 255 if value >= 128 else 0))
    few.info = {}
    return few
