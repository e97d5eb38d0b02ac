"""No picture is heavier than 350 KB, whatever comes in, and its colours are those that every mail program shows."""

from __future__ import annotations

import io
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from support.breadth import some
from support.pictures import noise, opened, showing, the_part

from mailer.workspace import Workspace
from mailer.workspace.enclosures import EnclosureError

BUDGET = 350 * 1024

HARD = {
    "RGBA.png": lambda: noise("RGBA", (1600, 1200)),
    "LA.png": lambda: noise("LA", (1600, 1200)),
    "RGB.png": lambda: noise("RGB", (1600, 1200)),
    "sixteen-bit.png": lambda: noise("I;16", (1200, 900)),
    "palette.png": lambda: noise("RGB", (1200, 900)).quantize(256, Image.Quantize.FASTOCTREE),
    "transparent-palette.png": lambda: noise("RGBA", (1200, 900)).quantize(256, Image.Quantize.FASTOCTREE),
    "RGBA.webp": lambda: noise("RGBA", (1200, 900)),
    "RGBA.tiff": lambda: noise("RGBA", (1200, 900)),
    "CMYK.tiff": lambda: noise("CMYK", (1200, 900)),
    "CMYK.jpg": lambda: noise("CMYK", (1200, 900)),
    "RGB.bmp": lambda: noise("RGB", (1200, 900)),
    "still.gif": lambda: noise("L", (1200, 900)),
    "very-tall.png": lambda: noise("RGBA", (536, 6000)),
}


@pytest.mark.parametrize("name", some(HARD, 6))
def test_no_picture_is_over_the_budget(workspace: Workspace, name: str) -> None:
    """A transparent PNG had no limit: 2.3 MB for each recipient."""
    picture = HARD[name]()
    part = the_part(showing(workspace, name, picture))
    assert len(part.content) <= BUDGET
    shown = opened(part)
    assert shown.mode in ("RGB", "RGBA", "L", "P")
    assert shown.width / shown.height == pytest.approx(picture.width / picture.height, rel=0.02)


def test_what_is_made_smaller_is_still_shown_as_wide(workspace: Workspace) -> None:
    mail = showing(workspace, "cut-out.png", noise("RGBA", (1600, 1200)))
    assert opened(the_part(mail)).width < 1072
    assert 'width="536" height="402"' in mail.html


def test_a_transparent_picture_stays_so_where_its_colours_are_too_many(workspace: Workspace) -> None:
    picture = noise("RGB", (800, 600)).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 400, 600))
    shown = opened(the_part(showing(workspace, "half.png", picture))).convert("RGBA")
    assert shown.getpixel((5, 5))[3] == 0
    assert shown.getpixel((shown.width - 5, 5))[3] == 255


def test_an_alpha_channel_with_nothing_transparent_costs_nothing(workspace: Workspace) -> None:
    """Screenshots have one; such a photograph becomes a JPEG with all of its pixels."""
    photograph = noise("RGB", (134, 100)).resize((1072, 800), Image.Resampling.BICUBIC)
    part = the_part(showing(workspace, "screen.png", photograph.convert("RGBA")))
    assert (part.media_type, opened(part).size) == ("image/jpeg", (1072, 800))


def test_a_sharp_screen_gets_twice_the_pixels(workspace: Workspace) -> None:
    mail = showing(workspace, "quay.jpg", Image.linear_gradient("L").resize((3000, 1500)))
    assert opened(the_part(mail)).size == (1072, 536)
    assert 'width="536" height="268"' in mail.html


def test_a_small_picture_is_not_shown_larger_than_it_is(workspace: Workspace) -> None:
    mail = showing(workspace, "mark.png", Image.new("RGB", (300, 200), "red"))
    (image,) = re.findall(r"<img[^>]*cid:[^>]*>", mail.html)
    assert 'width="300" height="200"' in image


# ---- colours ----------------------------------------------------------------------------------------------


def test_sixteen_bits_a_pixel_become_eight(workspace: Workspace) -> None:
    """All but the darkest shades were white."""
    ramp = Image.frombytes("I;16", (256, 1), b"".join((n * 257).to_bytes(2, "little") for n in range(256)))
    shown = opened(the_part(showing(workspace, "ramp.png", ramp.resize((256, 50), Image.Resampling.NEAREST))))
    for x in (0, 64, 128, 192, 255):
        assert shown.convert("L").getpixel((x, 20)) == pytest.approx(x, abs=3)


@pytest.mark.parametrize("name", ["quay.jpg", "quay.tiff"])
def test_colours_for_printing_become_those_of_screens(workspace: Workspace, name: str) -> None:
    cyan = Image.new("CMYK", (400, 300), (255, 0, 0, 0))
    shown = opened(the_part(showing(workspace, name, cyan)))
    assert shown.mode == "RGB"
    red, green, blue = shown.getpixel((200, 150))
    assert red < 40
    assert min(green, blue) > 200


def wide_gamut() -> bytes:
    """sRGB's profile with Adobe RGB's green colourant (ICC.1 §10.31): its green is purer than any of sRGB."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = profile.index(b"gXYZ", 128)
    start = int.from_bytes(profile[at + 4 : at + 8]) + 8
    for number, value in enumerate((0.20528, 0.62567, 0.06087)):
        profile[start + 4 * number : start + 4 * number + 4] = round(value * 65536).to_bytes(4)
    return bytes(profile)


@pytest.mark.parametrize(("name", "mode"), [
    ("quay.jpg", "RGB"), ("quay.png", "RGB"), ("quay.png", "RGBA"), ("quay.png", "P"), ("quay.tiff", "RGB"),
    ("quay.webp", "RGBA"),
])  # fmt: skip
def test_colours_of_a_wide_profile_are_converted_and_the_profile_goes(
    workspace: Workspace, name: str, mode: str
) -> None:
    """Without it they'd be pale: in that profile this green is stronger than the same numbers are in sRGB."""
    green = Image.new("RGB", (300, 200), (120, 180, 120)).convert(mode)
    shown = opened(the_part(showing(workspace, name, green, icc_profile=wide_gamut())))
    assert "icc_profile" not in shown.info
    red, strong, _ = shown.convert("RGB").getpixel((100, 100))
    assert strong - red > 75, (red, strong)


# ---- wild and large ---------------------------------------------------------------------------------------

_MADE: dict[str, bytes] = {}
for _form in ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP"):
    _out = io.BytesIO()
    _frames = [noise("RGB", (40, 30), seed) for seed in range(3)]
    _several = {"save_all": True, "append_images": _frames[1:]} if _form in ("PNG", "GIF", "WEBP") else {}
    _frames[0].save(_out, _form, **_several)
    _MADE[_form] = _out.getvalue()


@settings(max_examples=300)
@given(
    form=st.sampled_from(sorted(_MADE)),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    end=st.floats(0.1, 1),
)
def test_a_damaged_picture_is_said_to_be_so(form: str, changes: list[tuple[float, int]], end: float) -> None:
    """Or it is mailed as far as it can be read: nothing else happens."""
    from mailer.render.pictures.encoded import encoded

    content = bytearray(_MADE[form])
    for where, value in changes:
        content[int(where * len(content))] = value
    try:
        made = encoded(bytes(content[: int(end * len(content))]), 536)
    except EnclosureError as fault:
        assert fault.message.startswith("this picture")
    else:
        assert len(made.content) <= BUDGET


LARGE = """
import io, sys
from PIL import Image
from mailer.render.pictures.encoded import encoded
made = encoded(open(sys.argv[1], "rb").read(), 536)
print(len(made.content), made.width)
"""


def test_a_photograph_of_24_megapixels_takes_little_of_the_machine(tmp_path: Path) -> None:
    """All its pixels would be 72 MB, and were copied several times over; it is decoded at the half of its size."""
    noise("RGB", (600, 400)).resize((6000, 4000)).save(tmp_path / "quay.jpg", quality=92)

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))

    ran = subprocess.run(
        [sys.executable, "-c", LARGE, tmp_path / "quay.jpg"],
        preexec_fn=little,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    octets, width = map(int, ran.stdout.split())
    assert octets <= BUDGET
    assert width == 1072


def test_a_small_picture_is_not_stretched(workspace: Workspace) -> None:
    """It is as wide as it is, in the column and on a phone."""
    html = showing(workspace, "small.png", Image.new("RGB", (300, 200), "#336699")).html
    [tag] = re.findall(r"<img[^>]*>", html)
    assert 'width="300"' in tag
    assert "max-width:300px" in tag
