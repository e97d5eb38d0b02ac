"""Exiftool finds nothing on any picture of a sent mail but what its format needs."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import zlib
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin
from support.pictures import noise
from support.terminal import mailer

from mailer.workspace import Workspace

PLACE, CAMERA = "12 Quay Street", "Coastcam 9000"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description xmlns:dc='http://purl.org/dc/elements/1.1/' dc:source='{PLACE}'/></rdf:RDF></x:xmpmeta>"

_OF_FORMATS = re.compile(
    r"SourceFile|(ExifTool|System|File|Composite):.*"
    r"|JFIF:(JFIFVersion|ResolutionUnit|XResolution|YResolution)"
    r"|PNG:(ImageWidth|ImageHeight|BitDepth|ColorType|Compression|Filter|Interlace|Palette|Transparency)"
    r"|GIF:(GIFVersion|ImageWidth|ImageHeight|HasColorMap|ColorResolutionDepth|BitsPerPixel|BackgroundColor"
    r"|AnimationIterations|FrameCount|Duration|TransparentColor)"
)
_OF_PHOTOGRAPHS_FOR_PRINTING = re.compile(
    r"(ICC_Profile|ICC-\w+):.*|PNG:ProfileName|PNG-pHYs:.*|PNG:Animation.*|IFD0:Orientation|Adobe:.*|(RIFF|VP8X?):.*|File:ExifByteOrder"
)
"""Of an attached one, its pixels' colours stay, and how it is held."""


def exif() -> Image.Exif:
    said = Image.Exif()
    said[ExifTags.Base.Model] = CAMERA
    said[ExifTags.Base.ImageDescription] = PLACE
    said[ExifTags.Base.DateTime] = "2026:11:23 10:00:00"
    said.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (50.0, 21.0, 3.5)
    return said


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def marked(path: Path, picture: Image.Image, animated: bool = False) -> None:
    """A picture with everything beside its pixels that cameras and programs write."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    kind = path.suffix[1:]
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", PLACE)
    notes.add_itxt("XML:com.adobe.xmp", XMP)
    several = (
        {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(180)]} if animated else {}
    )
    picture.save(path, **several, **{
        "jpg": {"comment": PLACE, "exif": exif(), "xmp": XMP.encode(), "icc_profile": profile, "dpi": (300, 300)},
        "png": {"pnginfo": notes, "exif": exif(), "icc_profile": profile, "dpi": (300, 300)},
        "gif": {"comment": PLACE.encode()},
        "webp": {"exif": exif(), "xmp": XMP.encode(), "icc_profile": profile},
        "tiff": {"exif": exif(), "icc_profile": profile, "dpi": (300, 300), "description": PLACE},
        "bmp": {"dpi": (300, 300)},
    }[kind])  # fmt: skip
    content = path.read_bytes()
    if kind == "png":
        path.write_bytes(
            content[:-12] + _chunk(b"tIME", struct.pack(">H5B", 2026, 11, 23, 10, 0, 0)) + content[-12:]
        )
    elif kind == "gif":
        block = b"!\xff\x0bXMP DataXMP" + XMP.encode() + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
        path.write_bytes(content[:-1] + block + b";")
    elif kind == "jpg":  # a thumbnail in JFIF's own segment, and Photoshop's with the place
        with_thumbnail = b"JFIF\0\x01\x02\0\0\x01\0\x01\x02\x02" + b"\xff\0\0" * 4
        iptc = b"\x1c\x02\x5a" + struct.pack(">H", len(PLACE)) + PLACE.encode()
        photoshop = (
            b"Photoshop 3.0\x008BIM\x04\x04\0\0"
            + struct.pack(">I", len(iptc))
            + iptc
            + b"\0" * (len(iptc) % 2)
        )
        body = content[4 + int.from_bytes(content[4:6]) :]
        segments = b"".join(
            mark + struct.pack(">H", len(data) + 2) + data
            for mark, data in ((b"\xff\xe0", with_thumbnail), (b"\xff\xed", photoshop))
        )
        path.write_bytes(b"\xff\xd8" + segments + body)


def found_on(
    files: Sequence[Path], program: Callable[[str], str], but: re.Pattern[str] | None = None
) -> list[list[str]]:
    """What exiftool says of each picture that its format does not need."""
    command = [program("exiftool"), "-a", "-G1", "-s", "-j", "-ee", "-u", *files]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert len(said) == len(files)
    return [
        [
            f"{name}: {value}"
            for name, value in each.items()
            if not (_OF_FORMATS.fullmatch(name) and name not in ("File:Comment", "File:ExifByteOrder"))
            and not (but and but.fullmatch(name))
        ]
        for each in said
    ]


def pictures_of_the_mail(workspace: Workspace, fields: str, to: Path) -> list[Path]:
    """The pictures in a message as it was sent, each as a file."""
    text = f"---\nHeadline: One\nDate: 2026-11-23\nDateline: Quay\n{fields}\n---\n\nText.\n"
    (workspace.releases / "one.md").write_text(text, "utf-8")
    ran = mailer("send", "one", "--dry-run", "--out", "rehearsal", cwd=workspace.root)
    assert ran.code == 0, ran.err
    message = message_from_bytes(
        min((workspace.root / "rehearsal").glob("*.eml")).read_bytes(), policy=policy.default
    )
    files = []
    for number, part in enumerate(part for part in message.walk() if part.get_content_maintype() == "image"):
        files.append(to / f"{number}{Path(str(part.get_filename())).suffix}")
        files[-1].write_bytes(part.get_content())
    return files


KINDS = ["jpg", "png", "gif", "webp", "tiff", "bmp"]


@pytest.fixture
def marks(workspace: Workspace) -> Path:
    folder = workspace.root / "images"
    folder.mkdir()
    gradient = Image.linear_gradient("L").convert("RGB")
    for kind in KINDS:
        marked(folder / f"small.{kind}", gradient)
        marked(folder / f"large.{kind}", gradient.resize((1500, 1000)))
    for kind in ("png", "gif", "webp"):
        marked(folder / f"moving.{kind}", gradient, animated=True)
        marked(folder / f"wide.{kind}", gradient.resize((1200, 400)), animated=True)
    for kind in ("png", "webp", "tiff"):
        marked(folder / f"clear.{kind}", noise("RGBA", (400, 300)))
    marked(folder / "grey.png", noise("I;16", (90, 60)))
    marked(folder / "printing.jpg", noise("CMYK", (90, 60)))
    marked(folder / "plain.jpg", noise("RGB", (90, 60)))
    return folder


def test_nothing_is_found_on_a_picture_that_is_shown(
    workspace: Workspace, marks: Path, tmp_path: Path, program: Callable[[str], str]
) -> None:
    paths = sorted(marks.iterdir())
    for path, found in zip(paths, found_on(paths, program), strict=True):
        assert found or path.suffix == ".bmp", f"{path.name}: the test's own have something to be found"
    fields = "Images:\n" + "\n".join(f"  - file: images/{path.name}\n    alt: A quay" for path in paths)
    files = pictures_of_the_mail(workspace, fields, tmp_path)
    left = zip(paths, found_on(files, program), strict=True)
    assert {path.name: found for path, found in left if found} == {}


def test_nothing_but_colours_is_found_on_one_that_is_attached(
    workspace: Workspace, marks: Path, tmp_path: Path, program: Callable[[str], str]
) -> None:
    """Comments of GIFs went out, and thumbnails in JFIF's own segment."""
    paths = sorted(path for path in marks.iterdir() if path.suffix in (".jpg", ".png", ".gif", ".webp"))
    records = "\n".join(f"  - file: images/{path.name}\n    send: attach" for path in paths)
    files = pictures_of_the_mail(workspace, f"Attachments:\n{records}", tmp_path)
    left = zip(paths, found_on(files, program, _OF_PHOTOGRAPHS_FOR_PRINTING), strict=True)
    assert {path.name: found for path, found in left if found} == {}
    for path, file in zip(paths, files, strict=True):
        with Image.open(file) as sent, Image.open(path) as own:
            assert sent.convert("RGB").tobytes() == own.convert("RGB").tobytes(), path.name
            assert getattr(sent, "n_frames", 1) == getattr(own, "n_frames", 1)
