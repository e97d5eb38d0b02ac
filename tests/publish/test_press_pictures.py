"""Pictures for the press: in three sizes, without what cameras write beside the pixels, and all of them in one file."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from support.published import ADVISORY, OnTheWeb, newsroom

from mailer.errors import ReleaseError
from mailer.workspace import Workspace


@pytest.fixture
def office(workspace: Workspace) -> OnTheWeb:
    return newsroom(workspace)


def put(office: OnTheWeb, picture: Image.Image, name: str = "quay.jpg", **how: object) -> None:
    picture.save(office.workspace.root / "files" / name, **how)  # type: ignore[arg-type]


def sizes(office: OnTheWeb) -> dict[str, tuple[int, int]]:
    found = {}
    for path, content in office.everything().items():
        if path.endswith((".jpg", ".png")):
            found[path.removeprefix("lamps/")] = Image.open(io.BytesIO(content)).size
    return found


def test_a_photograph_comes_in_three_sizes(office: OnTheWeb) -> None:
    put(office, Image.linear_gradient("L").resize((3000, 1500)).convert("RGB"))
    office.publish("lamps")
    assert sizes(office) == {
        "quay-2400.jpg": (2400, 1200),
        "quay-1200.jpg": (1200, 600),
        "quay-400.jpg": (400, 200),
    }
    page = office.text("lamps.html")
    assert 'src="lamps/quay-1200.jpg" srcset="lamps/quay-400.jpg 400w, lamps/quay-1200.jpg 1200w"' in page
    assert '<a href="lamps/quay-2400.jpg" download' in page


def test_no_picture_is_made_larger(office: OnTheWeb) -> None:
    put(office, Image.new("RGB", (300, 200), "teal"))
    office.publish("lamps")
    assert sizes(office) == {"quay-300.jpg": (300, 200)}


def test_a_drawing_with_transparency_keeps_it(office: OnTheWeb) -> None:
    picture = Image.new("RGBA", (800, 400))
    picture.paste((20, 80, 90, 255), (100, 100, 400, 300))
    put(office, picture, "mark.png")
    office.write("lamps", ADVISORY.replace("files/quay.jpg", "files/mark.png"))
    office.publish("lamps")
    assert sizes(office) == {"mark-800.png": (800, 400), "mark-400.png": (400, 200)}


def test_a_picture_that_the_camera_held_aside_is_upright(office: OnTheWeb) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    put(office, Image.new("RGB", (900, 300), "teal"), exif=exif)
    office.publish("lamps")
    assert sizes(office) == {"quay-300.jpg": (300, 900)}


def test_no_picture_says_where_or_with_what_it_was_taken(office: OnTheWeb) -> None:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif.get_ifd(0x8825)[2] = (50.0, 10.0, 1.0)
    put(
        office,
        Image.linear_gradient("L").resize((1300, 700)).convert("RGB"),
        exif=exif,
        comment=b"SecretComment",
    )
    office.publish("lamps")
    for path, content in office.everything().items():
        if path.startswith("lamps/") and not path.endswith(".json"):
            assert b"CameraMaker" not in content, path
            assert b"SecretComment" not in content, path
            if path.endswith(".jpg"):
                assert not Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_out_of_the_workspace_is_refused(office: OnTheWeb, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jpg"
    Image.new("RGB", (300, 200), "teal").save(secret)
    (office.workspace.root / "files" / "quay.jpg").unlink()
    (office.workspace.root / "files" / "quay.jpg").symlink_to(secret)
    with pytest.raises(ReleaseError, match="outside the workspace"):
        office.publish("lamps")
    assert not office.folder.exists()


def test_the_zip_has_what_a_desk_needs(office: OnTheWeb) -> None:
    office.publish("lamps")
    with zipfile.ZipFile(io.BytesIO(office.everything()["lamps/lamps.zip"])) as kit:
        assert kit.namelist() == [
            "lamps/event.en.ics",
            "lamps/quay-600.jpg",
            "lamps/tables.csv",
            "lamps/captions.txt",
        ]
        words = kit.read("lamps/captions.txt").decode("utf-8-sig")
        assert words.splitlines() == [
            "quay-600.jpg",
            "The quay of Grey Haven at dusk. (I. Valdero) [A quay at dusk]",
        ]
        assert kit.read("lamps/tables.csv") == b"harbour,lamps\nSaltby,41\n"
        assert kit.testzip() is None


def test_the_same_files_make_the_same_zip(office: OnTheWeb) -> None:
    office.publish("lamps")
    office.publish("lamps", folder=office.workspace.root / "other")
    other = office.workspace.root / "other" / "lamps" / "lamps.zip"
    assert other.read_bytes() == office.everything()["lamps/lamps.zip"]


def test_two_pictures_of_one_name_are_two(office: OnTheWeb) -> None:
    (office.workspace.root / "images").mkdir()
    Image.new("RGB", (300, 200), "teal").save(office.workspace.root / "images" / "quay.jpg")
    office.write("lamps", ADVISORY.replace("[^a]:", "![Another quay](images/quay.jpg)\n\n[^a]:"))
    office.publish("lamps")
    assert {"quay-600.jpg", "quay-2-300.jpg"} <= set(sizes(office))
    assert office.dead_links() == []


@pytest.mark.parametrize("name", ["lamps.zip", "quay-600.jpg", "event.en.ics"])
def test_an_attached_file_takes_nothings_place(office: OnTheWeb, name: str) -> None:
    (office.workspace.root / "files" / name).write_bytes(b"attached")
    office.write("lamps", ADVISORY.replace("files/tables.csv", f"files/{name}"))
    office.publish("lamps")
    files = office.everything()
    assert b"attached" in files.values()
    assert files["lamps/quay-600.jpg"].startswith(b"\xff\xd8")
    assert zipfile.is_zipfile(io.BytesIO(files["lamps/lamps.zip"]))
    assert files["lamps/event.en.ics"].startswith(b"BEGIN:VCALENDAR")
    assert office.dead_links() == []
