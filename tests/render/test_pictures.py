"""Pictures leave the house as pixels: no place, no camera, no comment; upright, and in the colours they were meant in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageChops, ImageCms, IptcImagePlugin, PngImagePlugin
from support.releases import written

from mailer.errors import ReleaseError
from mailer.model import Part
from mailer.photo_metadata import without_metadata
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.render import render
from mailer.workspace import Workspace

PLACE, CAMERA = "Portmellon harbour wall", "Coastcam 9000"


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    made = workspace.root / "images"
    made.mkdir()
    return made


def mailed(workspace: Workspace, name: str) -> Part:
    fields = f"Headline: One\nImages:\n  - file: images/{name}\n    alt: A quay"
    (part,) = render(written(workspace, "Text.", fields), workspace.theme("default")).related
    return part


def opened(part: Part) -> Image.Image:
    image = Image.open(io.BytesIO(part.content))
    image.load()
    return image


def photograph(size: tuple[int, int] = (400, 300)) -> Image.Image:
    """Red at the left, blue at the right."""
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    return picture


def exif(orientation: int = 1) -> Image.Exif:
    said = Image.Exif()
    said[ExifTags.Base.Orientation] = orientation
    said[ExifTags.Base.Model] = CAMERA
    said[ExifTags.Base.ImageDescription] = PLACE
    said.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 21.0, 3.5)
    return said


XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:Description place='{PLACE}'/></x:xmpmeta>".encode()


def save(picture: Image.Image, path: Path, kind: str) -> None:
    """With everything in it that a camera or a program writes beside the pixels."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", PLACE)
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    how = {
        "jpg": {"comment": PLACE, "exif": exif(), "xmp": XMP, "quality": 90},
        "png": {"pnginfo": notes, "exif": exif()},
        "gif": {"comment": PLACE.encode()},
        "webp": {"exif": exif(), "xmp": XMP},
        "tiff": {"exif": exif()},
        "bmp": {},
    }[kind]
    picture.save(path, **how)


@pytest.mark.parametrize("width", [400, 3000], ids=["as it is", "made smaller"])
@pytest.mark.parametrize("kind", ["jpg", "png", "gif", "webp", "tiff", "bmp"])
def test_nothing_but_pixels_is_mailed(workspace: Workspace, folder: Path, kind: str, width: int) -> None:
    """JPEGs up to 350 KB went out byte for byte, with the place where they were taken."""
    path = folder / f"quay.{kind}"
    save(photograph((width, width * 3 // 4)), path, kind)
    if kind != "bmp":
        assert PLACE.encode() in path.read_bytes() or CAMERA.encode() in path.read_bytes()
    part = mailed(workspace, path.name)
    for said in (PLACE, CAMERA, "xmpmeta", "Exif", "GPS"):
        assert said.encode() not in part.content
    shown = opened(part)
    assert not shown.getexif()
    assert not {"comment", "exif", "icc_profile", "xmp", "photoshop"} & set(shown.info)
    left, right = (shown.convert("RGB").getpixel((x, 20)) for x in (20, shown.width - 20))
    assert left[0] > 200 > 60 > left[2]
    assert right[2] > 200 > 60 > right[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_as_the_camera_held_it(workspace: Workspace, folder: Path, orientation: int) -> None:
    photograph().save(folder / "quay.jpg", exif=exif(orientation), quality=90)
    shown = opened(mailed(workspace, "quay.jpg"))
    assert (shown.width > shown.height) == (orientation < 5)
    assert not shown.getexif()


def test_colours_of_another_profile_become_those_of_srgb(workspace: Workspace, folder: Path) -> None:
    """Without this a picture in a wide-gamut profile would look pale once its profile is gone."""
    photograph().save(folder / "quay.jpg", icc_profile=_profile_with_red_and_blue_swapped(), quality=95)
    shown = opened(mailed(workspace, "quay.jpg"))
    assert "icc_profile" not in shown.info
    left = shown.convert("RGB").getpixel((20, 20))
    assert left[2] > left[0], "red in that profile is blue"


def _profile_with_red_and_blue_swapped() -> bytes:
    """sRGB with the tags of its red and blue colourants exchanged (ICC.1 §7.3): an unmistakable profile."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ", 128), profile.index(b"bXYZ", 128)
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("profile", [b"", b"not a profile", b"\0" * 200])
def test_a_damaged_profile_is_passed_over(workspace: Workspace, folder: Path, profile: bytes) -> None:
    photograph().save(folder / "quay.png", icc_profile=profile)
    assert opened(mailed(workspace, "quay.png")).convert("RGB").getpixel((20, 20)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_every_mode_of_pixels_can_be_mailed(workspace: Workspace, folder: Path, mode: str) -> None:
    name = "quay.tiff" if mode == "CMYK" else "quay.png"
    photograph().convert("L" if mode == "I;16" else mode).convert(mode).save(folder / name)
    assert opened(mailed(workspace, name)).size == (400, 300)


def test_what_is_transparent_stays_so(workspace: Workspace, folder: Path) -> None:
    Image.new("RGBA", (200, 100), (255, 0, 0, 0)).save(folder / "mark.png")
    assert opened(mailed(workspace, "mark.png")).getpixel((5, 5))[3] == 0


def test_an_animation_goes_on_moving(workspace: Workspace, folder: Path) -> None:
    frames = [Image.new("RGB", (100, 80), colour) for colour in ("red", "green", "blue")]
    frames[0].save(
        folder / "tide.gif", save_all=True, append_images=frames[1:], duration=200, loop=0, comment=PLACE
    )
    part = mailed(workspace, "tide.gif")
    assert part.media_type == "image/gif"
    assert getattr(opened(part), "n_frames", 1) == 3
    assert PLACE.encode() not in part.content


def test_a_small_photograph_keeps_its_quality(workspace: Workspace, folder: Path) -> None:
    """It is encoded as it was, not once more at another quality: somebody prepared it."""
    Image.effect_noise((600, 400), 60).convert("RGB").save(folder / "quay.jpg", quality=80, exif=exif())
    before, after = Image.open(folder / "quay.jpg"), opened(mailed(workspace, "quay.jpg"))
    differing = ImageChops.difference(before.convert("L"), after.convert("L")).histogram()
    assert sum(differing[12:]) == 0, (differing, "rounding alone")


# ---- in the text ------------------------------------------------------------------------------------------


def test_a_picture_of_the_workspace_may_stand_in_the_text(workspace: Workspace, folder: Path) -> None:
    """The guide's own example, which was called a dead link."""
    photograph().save(folder / "quay.jpg")
    photograph((90, 60)).save(folder / "north quay é.png")
    body = (
        "One.\n\n![A quay at low tide](images/quay.jpg)\n\nSee ![the mark](<images/north quay é.png>) here.\n\n"
        "![A quay](images/quay.jpg 'At dawn')\n\nTwo[^1].\n\n[^1]: A note with ![a mark](images/quay.jpg).\n"
    )
    mail = render(written(workspace, body), workspace.theme("default"))
    assert [part.name for part in mail.related] == ["quay.jpg", "north quay é.png"]
    first, second = (part.content_id for part in mail.related)
    assert mail.html.count(f'src="cid:{first}"') == 3
    assert f'src="cid:{second}" alt="the mark" width="90"' in mail.html
    assert 'alt="A quay at low tide" width="400" height="300"' in mail.html
    for words in ("[A quay at low tide]", "[the mark]", "[A quay] At dawn", "[a mark]"):
        assert words in mail.text
    assert "images/" not in mail.text


def test_a_picture_beside_its_release_and_with_the_headers_caption(workspace: Workspace) -> None:
    photograph().save(workspace.releases / "quay.jpg")
    fields = "Headline: One\nImages:\n  - file: quay.jpg\n    alt: A quay\n    caption: At dawn\n    credit: I. Valdero"
    mail = render(written(workspace, "One.\n\n![A quay](quay.jpg)", fields), workspace.theme("default"))
    assert len(mail.related) == 1
    assert "At dawn" in mail.html
    assert mail.html.count("<img") == 1, "it is not shown once more below"


@pytest.mark.parametrize(("source", "line", "said"), [
    ("![A quay](images/none.jpg)", 7, "there is no file"), ("![A quay](.env)", 7, "hidden"), ("![A quay](lists/press.csv)", 7, "press"),
    ("![A quay](../secret.jpg)", 7, "hidden"), ("Words ![A quay](images/none.jpg) words", 7, "there is no file"),
    ("![](images/quay.jpg)", 7, "no alt"), ("> ![A quay](/etc/hostname)", 7, "not a path"),
])  # fmt: skip
def test_a_picture_that_can_not_be_mailed_is_named_with_its_line(
    workspace: Workspace, folder: Path, source: str, line: int, said: str
) -> None:
    photograph().save(folder / "quay.jpg")
    with pytest.raises(ReleaseError) as error:
        written(workspace, f"One.\n\n{source}")
    assert [fault.line for fault in error.value.faults] == [line]
    assert said in str(error.value)


def test_the_houses_texts_may_hold_pictures_too(workspace: Workspace, folder: Path) -> None:
    photograph().save(folder / "mark.png")
    with workspace.newsroom.open("a", encoding="utf-8") as file:
        file.write("\n![Our mark](images/mark.png)\n")
    mail = render(written(workspace, "One."), workspace.theme("default"))
    assert 'alt="Our mark"' in mail.html
    (folder / "mark.png").unlink()
    with pytest.raises(ReleaseError, match=r"newsroom\.md:\d+"):
        written(workspace, "One.")


def test_a_link_to_a_file_is_still_dead(workspace: Workspace, folder: Path) -> None:
    photograph().save(folder / "quay.jpg")
    edition = written(workspace, "See [the picture](images/quay.jpg).")
    assert [finding.id for finding in edition.findings] == ["dead-link"]


# ---- attached pictures ---------------------------------------------------------------------------------------


def attached(workspace: Workspace, name: str) -> Part:
    fields = f"Headline: One\nAttachments:\n  - file: images/{name}\n    send: attach"
    (part,) = render(written(workspace, "Text.", fields), workspace.theme("default")).attached
    return part


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_an_attached_picture_keeps_its_pixels_and_loses_its_marks(
    workspace: Workspace, folder: Path, kind: str
) -> None:
    """A photograph for printing went out with the place where it was taken."""
    save(photograph((900, 600)), folder / f"quay.{kind}", kind)
    content = attached(workspace, f"quay.{kind}").content
    for said in (PLACE, CAMERA, "xmpmeta", "GPS", "Exif"):
        assert said.encode() not in content
    with Image.open(io.BytesIO(content)) as mailed_one, Image.open(folder / f"quay.{kind}") as own:
        assert mailed_one.format == own.format
        assert mailed_one.tobytes() == own.tobytes()
        assert not mailed_one.getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("progressive", [False, True])
def test_an_attached_photograph_is_still_held_as_it_was(
    workspace: Workspace, folder: Path, orientation: int, progressive: bool
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photograph().save(
        folder / "quay.jpg", exif=exif(orientation), icc_profile=profile, progressive=progressive
    )
    content = attached(workspace, "quay.jpg").content
    with Image.open(io.BytesIO(content)) as shown:
        assert dict(shown.getexif()) == ({ExifTags.Base.Orientation: orientation} if orientation > 1 else {})
        assert shown.info["icc_profile"] == profile
    assert CAMERA.encode() not in content


def iptc(**datasets: str) -> bytes:
    """Photoshop's segment of a JPEG, as picture agencies fill it (IIM 4.2)."""
    said = b"".join(
        b"\x1c\x02" + bytes((int(number[1:]),)) + len(text).to_bytes(2) + text.encode()
        for number, text in datasets.items()
    )
    resources = b"8BIM\x04\x0c\x03abc" + len(PLACE).to_bytes(4) + PLACE.encode() + b"\0" * (len(PLACE) % 2)
    resources += b"8BIM\x04\x04\0\0" + len(said).to_bytes(4) + said + b"\0" * (len(said) % 2)
    data = b"Photoshop 3.0\0" + resources
    return b"\xff\xed" + (len(data) + 2).to_bytes(2) + data


def test_picture_desks_still_read_caption_and_credit(workspace: Workspace, folder: Path) -> None:
    """Datasets 120, 110 and 116; 90 and 92 are the city and the place in it."""
    photograph().save(folder / "plain.jpg")
    plain = (folder / "plain.jpg").read_bytes()
    marks = iptc(
        d120="The quay at dawn", d110="Lena Holm", d116="Lantern Coast", d90=PLACE, d92="12 Quay Street"
    )
    (folder / "quay.jpg").write_bytes(plain[:2] + marks + plain[2:] + b"a film of the minute before")
    content = attached(workspace, "quay.jpg").content
    with Image.open(io.BytesIO(content)) as shown:
        assert IptcImagePlugin.getiptcinfo(shown) == {
            (2, 120): b"The quay at dawn", (2, 110): b"Lena Holm", (2, 116): b"Lantern Coast",
        }  # fmt: skip
    assert PLACE.encode() not in content
    assert b"Quay Street" not in content
    assert b"film" not in content


@pytest.mark.parametrize("kind", ["tiff", "heic", "damaged"])
def test_an_attached_picture_that_can_not_be_cleaned_is_named(
    workspace: Workspace, folder: Path, kind: str
) -> None:
    save(photograph(), folder / "quay.tiff", "tiff")
    other = {
        "tiff": (folder / "quay.tiff").read_bytes(),
        "heic": b"\0\0\0\x18ftypheic" + b"\0" * 40,
        "damaged": b"\xff\xd8\xff\xe1\0",
    }
    (folder / "quay.bin").write_bytes(other[kind])
    fields = "Headline: One\nDate: 2026-11-23\nDateline: Quay\nAttachments:\n  - file: images/quay.bin\n    send: attach"
    written(workspace, "Text.", fields)
    found = {f.id: f.message for f in prepare(workspace, "written", Choice(lists=("press",))).findings}
    assert "quay.bin is sent as it is" in found["picture-marks"]
    assert attached(workspace, "quay.bin").content == other[kind]


def test_what_is_no_picture_is_attached_as_it_is(workspace: Workspace, folder: Path) -> None:
    for content in (b"", b"%PDF-1.7 GPS", b"PK\x03\x04", b"GIF89a"):
        (folder / "quay.bin").write_bytes(content)
        assert attached(workspace, "quay.bin").content == content


@given(
    data=st.binary(max_size=300),
    start=st.sampled_from([b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]),
)
def test_no_bytes_stop_it(data: bytes, start: bytes) -> None:
    cleaned = without_metadata(start + data)
    assert cleaned is None or cleaned.startswith(start[:2])
