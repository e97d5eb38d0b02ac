"""A Word document that somebody else made can't take the computer down, fetch anything, or bring along what it hides."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.word_documents import NAMESPACES, Parts, drawn, p, parts, photo, picture, r, table, word

from mailer.errors import DocumentError
from mailer.importing.document import Figure, Paragraph
from mailer.importing.sources import package
from mailer.importing.sources.word import read

MEGABYTES = 400
TEXT = p("The harbour is open.")

PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))  # so that a bomb hits the test and not the computer
from mailer.errors import DocumentError
from mailer.importing.sources.word import read
content = open(sys.argv[1], "rb").read()
try:
    read(content, "bomb.docx")
except DocumentError as error:
    print(error)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def refusal(content: bytes) -> str:
    with pytest.raises(DocumentError) as caught:
        read(content, "strange.docx")
    (fault,) = caught.value.faults
    assert fault.path == "strange.docx" and fault.hint
    return fault.message


def with_document(xml: bytes) -> bytes:
    made = parts(TEXT)
    made.files["word/document.xml"] = xml
    return made.packed()


def body(content: str, before: str = "") -> bytes:
    return f'{before}<w:document xmlns:w="{NAMESPACES["w"]}"><w:body>{content}</w:body></w:document>'.encode()


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a part that unpacks to 200 megabytes": lambda: with_document(body(" " * (200 << 20))),
    "a part of many elements": lambda: with_document(body("<w:p/>" * 2_000_000)),
    "many runs in one paragraph": lambda: with_document(body(f"<w:p>{'<w:r/>' * 2_000_000}</w:p>")),
    "elements within each other": lambda: with_document(body("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)),
    "an attribute without an end": lambda: with_document(body(f'<w:p w:x="{"a" * (60 << 20)}"/>')),
    "tables within each other": lambda: word(nested_tables(25)),
    "entities that multiply": lambda: with_document(body(
        "<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", f'<!DOCTYPE d [<!ENTITY l0 "lol">{LAUGHS}]>')),
    "many files": lambda: many_files(20_000),
}  # fmt: skip


def nested_tables(depth: int) -> str:
    inner = TEXT
    for _ in range(depth):
        inner = table([inner + p("")])
    return inner


def many_files(number: int) -> bytes:
    made = parts(TEXT)
    made.files |= {f"word/media/{index}.png": b"" for index in range(number)}
    return made.packed()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="a process's peak of memory is read from Linux's /proc"
)
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_costs_anything(bomb: str, tmp_path: Path) -> None:
    (tmp_path / "bomb.docx").write_bytes(BOMBS[bomb]())
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "bomb.docx")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    *said, peak = ran.stdout.split("\n")[:-1]
    assert said and said[0].startswith("bomb.docx: "), ran.stdout
    assert "Traceback" not in ran.stderr
    assert int(peak) // 1024 < MEGABYTES


REFUSED = {
    "a document type": (
        lambda: with_document(body(TEXT, "<!DOCTYPE w:document>")), "declares entities"),
    "an entity that leads to a file": (
        lambda: with_document(body("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>", '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>')),
        "declares entities"),
    "an entity in another part": (lambda: with_part("word/styles.xml", b'<!DOCTYPE a><a/>'), "declares entities"),
    "no zip": (lambda: b"Dear colleagues,", "can't be unpacked"),
    "half a zip": (lambda: word(TEXT)[:5000], "can't be unpacked"),
    "a zip of something else": (lambda: Parts({"a.txt": b"a"}).packed(), "not a Word document"),
    "XML that ends too early": (lambda: with_document(body(TEXT)[:-20]), "can't be read"),
    "a workbook": (lambda: with_document(b'<workbook xmlns="x"/>'), "this is an Excel workbook"),
    "a password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "it has a password"),
    "a .doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Word 97–2003"),
    "a part that is there twice": (lambda: twice(), "is in it twice"),
    "another file inside, as text": (lambda: word(TEXT, '<w:altChunk r:id="rId1"/>'), "another file inside it"),
    "a packing of no word processor": (lambda: packed_by(zipfile.ZIP_LZMA), "packed in a way"),
}  # fmt: skip


def with_part(name: str, content: bytes) -> bytes:
    made = parts(TEXT)
    made.files[name] = content
    return made.packed()


def twice() -> bytes:
    out = io.BytesIO(word(TEXT))
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("word/Document.xml", body(p("Another text.")))
    return out.getvalue()


def packed_by(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in parts(TEXT).files.items():
            file.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_plain_word_document_is_refused_with_the_reason(content: object, why: str) -> None:
    assert why in refusal(content())  # type: ignore[operator]


def test_the_directory_of_a_zip_is_not_believed() -> None:
    """It says that a part has ten bytes, which unpacks to many."""
    content = with_document(body(" " * (20 << 20)))
    at = content.rfind(b"word/document.xml") - 46
    lying = bytearray(content)
    struct.pack_into("<I", lying, at + 24, 10)
    assert refusal(bytes(lying))


def test_a_target_leads_to_nothing_outside_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(drawn())
    made = parts(p(picture("rIdOut", "x"), "Text."))
    made.relate("image", f"../../../../../..{tmp_path}/secret.png", "rIdOut")
    document = read(made.packed(), "a.docx")
    assert not document.pictures


def test_a_picture_on_the_web_is_named_and_not_fetched() -> None:
    made = parts(p(picture("rIdWeb", "A quay", how="link"), "Text."))
    made.relate("image", "http://127.0.0.1:9/spy.png", "rIdWeb", outside=True)
    document = read(made.packed(), "a.docx")
    assert (
        next(each for each in document.blocks if isinstance(each, Figure)).address
        == "http://127.0.0.1:9/spy.png"
    )
    assert any("not fetched" in remark for remark in document.remarks)


def test_a_template_on_the_web_is_not_asked_for() -> None:
    made = parts(TEXT)
    made.relate("attachedTemplate", "http://127.0.0.1:9/t.dotm", "rIdTemplate", outside=True, part="settings")
    assert "127.0.0.1" not in repr(read(made.packed(), "a.docx"))


@pytest.mark.parametrize(
    "address", ["file:///C:/Users/vera/plan.docx", "javascript:alert(1)", "plan.docx", "data:text/html,x"]
)
def test_links_to_what_nobody_else_can_open_are_left_out(address: str) -> None:
    made = word(
        p('<w:hyperlink r:id="rIdOwn">' + r("the plan") + "</w:hyperlink>"), links={"rIdOwn": address}
    )
    document = read(made, "a.docx")
    (paragraph,) = document.blocks
    assert isinstance(paragraph, Paragraph)
    assert [(run.text, run.href) for run in paragraph.runs] == [("the plan", "")]
    assert any("it was left out" in remark for remark in document.remarks)


def test_what_is_nested_as_deep_as_is_allowed_is_read() -> None:
    deep = "<w:sdt><w:sdtContent>" * 56 + TEXT + "</w:sdtContent></w:sdt>" * 56
    assert len(read(word(deep), "a.docx").blocks) == 1
    assert len(read(word(nested_tables(10)), "a.docx").blocks) == 1


def test_macros_are_neither_run_nor_taken_over() -> None:
    document = read(with_part("word/vbaProject.bin", b"\xcc\x61secret"), "a.docm")
    assert "secret" not in repr(document)
    assert any("macros" in remark for remark in document.remarks)


def test_properties_of_the_document_stay_behind() -> None:
    made = parts(TEXT)
    for name in ("docProps/core.xml", "docProps/app.xml"):
        made.files[name] = made.files[name].replace(b"</", b"secret-company</", 1)
    made.files["docProps/custom.xml"] = b"<Properties>secret-project</Properties>"
    assert "secret" not in repr(read(made.packed(), "a.docx"))


@pytest.mark.parametrize("content", [photo(), drawn("PNG")], ids=["JPEG", "PNG"])
def test_pictures_lose_their_metadata_and_no_pixel(content: bytes) -> None:
    from PIL import Image

    (picture_,) = read(word(p(picture("rIdA", "x")), media={"rIdA": content}), "a.docx").pictures.values()
    assert b"secret" in content and b"secret" not in picture_.content
    assert not Image.open(io.BytesIO(picture_.content)).getexif()
    assert Image.open(io.BytesIO(picture_.content)).tobytes() == Image.open(io.BytesIO(content)).tobytes()


def test_what_was_cut_off_a_picture_does_not_travel() -> None:
    """Word keeps the whole picture and shows a part of it."""
    from PIL import Image

    body = p(picture("rIdA", "x", crop='l="50000"'))
    (taken,) = read(word(body, media={"rIdA": photo()}), "a.docx").pictures.values()
    image = Image.open(io.BytesIO(taken.content)).convert("RGB")
    assert image.size == (20, 30)
    red, _, blue = image.getpixel((10, 15))  # type: ignore[misc]
    assert red > 200 > blue  # orange: nothing of the blue half
    assert b"secret" not in taken.content


def test_a_picture_of_too_many_pixels_is_left_out_before_it_is_unpacked() -> None:
    png = bytearray(drawn("PNG"))
    struct.pack_into(">II", png, 16, 60_000, 60_000)
    document = read(word(TEXT, p(picture("rIdA", "Map")), media={"rIdA": bytes(png)}), "a.docx")
    assert not document.pictures
    assert any(remark.startswith("The picture “Map”") for remark in document.remarks)


def test_a_picture_of_an_odd_kind_is_told() -> None:
    media = {"rIdA": b"\x01\0\0\0" + bytes(80), "rIdB": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}
    document = read(word(p(picture("rIdA", "Plan"), picture("rIdB")), media=media), "a.docx")
    assert not document.pictures
    assert any("“Plan” is an EMF drawing" in remark for remark in document.remarks)
    assert any("is an SVG drawing" in remark for remark in document.remarks)


def test_more_pictures_than_a_release_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from mailer.importing.sources.word import pictures

    monkeypatch.setattr(pictures, "MOST_IN_ALL", 100)
    assert "its pictures have more than" in refusal(word(p(picture("rIdA")), media={"rIdA": photo()}))


def test_damaged_documents_are_read_or_refused_and_nothing_else_happens() -> None:
    whole = parts(
        p("One ", picture("rIdA", "x")), table(["a", "b"]), header=p("Head"), media={"rIdA": drawn()}
    )
    rnd = random.Random(14)
    for _ in range(60):
        name = rnd.choice([name for name in whole.files if name.endswith((".xml", ".rels", ".png"))])
        content = bytearray(whole.files[name])
        for _ in range(rnd.randint(1, 20)):
            at = rnd.randrange(len(content))
            content[at : at + rnd.randint(0, 3)] = rnd.randbytes(rnd.randint(0, 3))
        try:
            read(Parts(whole.files | {name: bytes(content)}).packed(), "damaged.docx")
        except DocumentError as error:
            assert str(error).startswith("damaged.docx: ")


def test_the_limits_are_those_of_the_documentation() -> None:
    assert (package.LARGEST_FILE >> 20, package.MOST_TAGS) == (64, 100_000)
