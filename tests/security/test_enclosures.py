"""Only what is meant for the press travels inside a mail: a release can't mail out the office's secrets."""

from __future__ import annotations

import io
import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from email import message_from_bytes
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from PIL import Image
from support.terminal import Ran, mailer

from mailer.errors import TemplateError
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace

SECRET = "correct-horse-battery"
HEAD = "---\nHeadline: Clean harbours\nDate: 2026-11-23\nDateline: Portmellon\n"


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    """A workspace in which much lies that nobody outside may see."""
    root = workspace.root
    (root / ".env").write_text(f"SMTP_HOST=mail.example.org\nSMTP_PASSWORD={SECRET}\n", "utf-8")
    (root / "env.txt").write_text(SECRET, "utf-8")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text(SECRET, "utf-8")
    workspace.private.mkdir()
    sqlite3.connect(workspace.ledger).execute("CREATE TABLE people (address)").connection.close()
    (root / "templates").mkdir()
    (root / "templates" / "notes.txt").write_text(SECRET, "utf-8")
    (root / "dkim.pem").write_text(SECRET, "utf-8")
    for place in ("files", "images"):
        (root / place).mkdir()
    return workspace


def write(office: Workspace, fields: str, *, name: str = "one", body: str = "Text.") -> None:
    (office.releases / f"{name}.md").write_text(f"{HEAD}{fields}---\n\n{body}\n", "utf-8")


def attaching(office: Workspace, *files: str) -> Ran:
    records = "".join(f"  - file: {file}\n    send: attach\n" for file in files)
    write(office, f"Attachments:\n{records}")
    return mailer("send", "one", "--dry-run", "--out", "rehearsal", cwd=office.root)


FIRST = 6
"""The line of the first record of a release that `write` makes."""


def not_refused(ran: Ran, values: Sequence[str], lines_each: int = 1) -> list[str]:
    """The values, each of which began a record of so many lines, that the command did not name a fault for."""
    lines = {int(found[1]) for found in re.finditer(r"releases/one\.md:(\d+): ", ran.err)}
    return [
        value
        for n, value in enumerate(values)
        if not lines & {FIRST + n * lines_each, FIRST + n * lines_each + 1}
    ]


def mailed(office: Workspace) -> bytes:
    """Everything that a rehearsal wrote."""
    folder = office.root / "rehearsal"
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.eml")))


OFFICES_OWN = [
    ".env", "./.env", "files/../.env", r"files\..\.env", "env.txt", "dkim.pem", "newsroom.md", "newsroom.es.md", "lists/press.csv",
    "LISTS/press.csv", "lists/suppressed.csv", ".mailer/ledger.db", ".git/config", "templates/notes.txt", "releases/harbour-report.md",
    "harbour-report.md", "/etc/hostname", "C:/Windows/win.ini", "file:///etc/hostname", "//server/share/x", "files/.hidden",
    "../lists/press.csv", "releases/../lists/press.csv", "files", "",
]  # fmt: skip


def test_what_is_the_offices_own_is_not_attached(office: Workspace) -> None:
    """`check` was content with each of these."""
    (office.root / "files" / ".hidden").write_text(SECRET, "utf-8")
    ran = attaching(office, *OFFICES_OWN)
    assert ran.code == 2
    assert not_refused(ran, OFFICES_OWN, 2) == []
    assert not mailed(office)


def test_nor_is_it_shown_as_a_picture_or_a_logo(office: Workspace) -> None:
    write(office, "Images:\n" + "".join(f"  - file: {file}\n    alt: A quay\n" for file in OFFICES_OWN))
    assert not_refused(mailer("check", "one", cwd=office.root), OFFICES_OWN, 2) == []
    write(office, "")
    newsroom = office.newsroom.read_text("utf-8")
    for file in (".env", "lists/press.csv", "/etc/hostname"):
        logo = newsroom.replace("Zone:", f"Logo:\n  - file: {file}\n    alt: Us\nZone:")
        office.newsroom.write_text(logo, "utf-8")
        ran = mailer("check", "one", cwd=office.root)
        assert ran.code == 2
        assert "newsroom.md:" in ran.err


def test_a_link_is_judged_by_where_it_leads(office: Workspace) -> None:
    (office.root / "files" / "all").symlink_to(office.root, target_is_directory=True)
    files = []
    for number, target in enumerate(
        (".env", "lists/press.csv", ".mailer/ledger.db", "newsroom.md", "/etc/hostname")
    ):
        for place in ("files", "images", "releases"):
            (office.root / place / f"table{number}.csv").symlink_to(office.root / target)
            files.append(f"{place}/table{number}.csv")
        files.append(f"files/all/{target.strip('/')}")
    ran = attaching(office, *files)
    assert ran.code == 2
    assert not_refused(ran, files, 2) == []
    assert not mailed(office)


def key(kind: str, encoding: serialization.Encoding, password: bytes = b"") -> bytes:
    made = {
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }[kind.removesuffix("-old")]()
    form = (
        serialization.PrivateFormat.TraditionalOpenSSL
        if kind.endswith("-old")
        else serialization.PrivateFormat.PKCS8
    )
    if encoding is serialization.Encoding.OpenSSH:
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return made.private_bytes(encoding, form, how)


def database() -> bytes:
    made = sqlite3.connect(":memory:")
    made.execute("CREATE TABLE people (address)")
    return made.serialize()


PEM, DER, SSH = serialization.Encoding.PEM, serialization.Encoding.DER, serialization.Encoding.OpenSSH
FORMS = {"PEM": PEM, "DER": DER, "OpenSSH": SSH}
SECRETS = {
    **{f"{kind} {form}": key(kind, FORMS[form]) for kind in ("rsa", "ec", "ed25519") for form in FORMS},
    **{f"{kind} {form}": key(kind, FORMS[form]) for kind in ("rsa-old", "ec-old") for form in ("PEM", "DER")},
    "with a password": key("rsa", PEM, b"secret"),
    "deep inside": b"words\n" * 100_000 + key("rsa", PEM) + b"words\n" * 1000,
    "of PuTTY": b"PuTTY-User-Key-File-3: ssh-ed25519\r\n",
    "of PGP": b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
    "a database": database(),
    "KeePass": b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",
    "settings": f"SMTP_HOST=x\nSMTP_PASSWORD={SECRET}\n".encode(),
    "settings of a shell": f"  export SECRET_KEY = {SECRET}\n".encode(),
}  # fmt: skip


def test_a_secret_is_known_by_its_content_too(office: Workspace) -> None:
    files = []
    for number, content in enumerate(SECRETS.values()):
        (office.root / "files" / f"figures{number}.txt").write_bytes(content)
        files.append(f"files/figures{number}.txt")
    ran = attaching(office, *files)
    assert ran.code == 2
    assert not_refused(ran, files, 2) == []
    assert ran.err.count("is never sent: it contains") == len(SECRETS)
    assert SECRET not in ran.err
    assert not mailed(office)


def test_a_key_is_known_by_its_name(office: Workspace) -> None:
    names = ["id_rsa", "id_ed25519.old", "server.key", "office.p12", "Press.PFX", "all.kdbx"]
    for name in names:
        (office.root / "files" / name).write_bytes(b"anything")
    ran = attaching(office, *(f"files/{name}" for name in names))
    assert ran.err.count("going by its name, it is a key") == len(names)


def test_another_release_is_not_attached_before_its_time(office: Workspace) -> None:
    write(office, "Embargo: January 1, 2099, 10:00 Europe/London\n", name="embargoed")
    assert attaching(office, "releases/embargoed.md").code == 2


def test_what_blocks_or_is_too_large_is_refused(office: Workspace) -> None:
    os.mkfifo(office.root / "files" / "pipe.pdf")
    assert "is not a file" in attaching(office, "files/pipe.pdf").err
    with (office.root / "files" / "film.mp4").open("wb") as film:
        film.truncate(60 << 20)
    assert "offer it as a link" in attaching(office, "files/film.mp4").err


def test_what_lies_in_the_places_for_it_is_attached(office: Workspace) -> None:
    """In releases/, files/ or images/, or named by its path beside the release."""
    for folder in ("files", "images", "releases", "releases/2026"):
        (office.root / folder).mkdir(exist_ok=True)
        (office.root / folder / f"{Path(folder).name}.csv").write_text(
            "harbour,samples\nSaltby,12\n", "utf-8"
        )
    ran = attaching(
        office,
        "files/files.csv",
        "images/images.csv",
        "releases/releases.csv",
        "releases.csv",
        "2026/2026.csv",
        r"files\files.csv",
    )
    assert ran.code == 0, ran.err
    message = message_from_bytes((office.root / "rehearsal" / "000001.eml").read_bytes())
    attached = [part.get_filename() for part in message.walk() if part.get_filename()]
    assert attached == ["files.csv", "images.csv", "releases.csv", "releases.csv", "2026.csv", "files.csv"]


def test_a_public_certificate_and_an_example_of_settings_may_travel(office: Workspace) -> None:
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    pem = public.public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (office.root / "files" / "key.asc").write_bytes(pem)
    (office.root / "files" / "example.txt").write_text(
        "SMTP_PASSWORD=\nSECRET_KEY=   # fill it in\n", "utf-8"
    )
    assert attaching(office, "files/key.asc").code == 0
    (office.root / "rehearsal").rename(office.root / "first")
    assert attaching(office, "files/example.txt").code == 0


def test_what_became_a_secret_after_it_was_checked_is_not_mailed(office: Workspace) -> None:
    """Between reading the release and composing it a file may be replaced: it is judged as it is read."""
    table = office.root / "files" / "figures.csv"
    table.write_text("a,b\n", "utf-8")
    write(office, "Attachments:\n  - file: files/figures.csv\n    send: attach\n")
    edition = read_release(office, "one").original
    assert render(edition, office.theme("default")).attached[0].content == b"a,b\n"
    table.write_bytes(SECRETS["rsa PEM"])
    with pytest.raises(TemplateError, match="contains a private key"):
        render(edition, office.theme("default"))


# ---- pictures ---------------------------------------------------------------------------------------------


def showing(office: Workspace, content: bytes, name: str = "quay.png") -> Ran:
    (office.root / "images" / name).write_bytes(content)
    write(office, f"Images:\n  - file: images/{name}\n    alt: A quay\n")
    return mailer("check", "one", cwd=office.root)


def bomb() -> bytes:
    """1.6 kB that would be 400 megapixels."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("what", "content"),
    {
        "too large": bomb,
        "a program in PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%touch owned) (w) file\n",
        "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "cut off": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01",
        "no picture": b"GIF89a",
        "empty": b"",
    }.items(),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_picture_that_is_none_or_too_much_is_explained(
    office: Workspace, what: str, content: bytes | Callable[[], bytes]
) -> None:
    ran = showing(office, content() if callable(content) else content)
    assert ran.code == 2, what
    assert "images/quay.png: this picture" in ran.err
    assert "bug in mailer" not in ran.err
    assert not (office.root / "owned").exists()


# ---- addresses that become links --------------------------------------------------------------------------

NO_WEB = ["javascript:alert(1)", "JavaScript:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example",
          "https://", "https:///x", "https://example.org@evil.example/", "https://example.org/\" onclick=\"x", "https://exa mple.org",
          "https://example.org/<script>", "http://[::1", "ftp://example.org", "example.org"]  # fmt: skip


def test_a_link_leads_to_the_web_and_nowhere_else(office: Workspace) -> None:
    write(office, "Attachments:\n" + "".join(f"  - file: {web}\n" for web in NO_WEB))
    assert not_refused(mailer("check", "one", cwd=office.root), NO_WEB) == []
    write(office, "Images:\n" + "".join(f"  - file: {web}\n    alt: x\n" for web in NO_WEB))
    assert not_refused(mailer("check", "one", cwd=office.root), NO_WEB, 2) == []
    for web in NO_WEB[:4]:
        write(office, f"Web: {web}\n")
        ran = mailer("check", "one", cwd=office.root)
        assert ran.code == 2
        assert "releases/one.md:5: " in ran.err


def test_no_other_field_makes_a_link_that_runs(office: Workspace) -> None:
    fields = (
        "Kind: media advisory\nEvent:\n  - what: Talk\n    start: 2026-11-24 10:00\n    online: javascript:alert(1)\n"
        "    rsvp: data:text/html,x\n"
    )
    write(
        office,
        fields,
        body="CLICK: <javascript:alert(1)>\n\n[CLICK](javascript:alert(2))\n\n[a](data:text/html,x) b",
    )
    mailer("render", "one", "--out", "out", cwd=office.root)
    html = (office.root / "out" / "one.en.html").read_text("utf-8")
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_a_contacts_address_is_one_address(office: Workspace) -> None:
    emails = ["a@example.org?bcc=x@evil.example", "a@example.org&cc=b", "a b@example.org", "a@b@c", "@x", "a@",
              'a"@example.org', "a@example.org,b@evil.example"]  # fmt: skip
    write(office, "Contacts:\n" + "".join(f"  - email: {email}\n" for email in emails))
    ran = mailer("check", "one", cwd=office.root)
    assert ran.err.count("is not an email address") == len(emails)


def test_a_release_names_lists_and_brings_none(office: Workspace) -> None:
    """A colleague's file must not bring its own recipients, from anywhere on the disk."""
    names = ["/etc/hosts", "../lists/press", "lists/press.csv", r"..\press", ".env", "../../stolen"]
    write(office, "Lists:\n" + "".join(f"  - {name}\n" for name in names))
    ran = mailer("check", "one", cwd=office.root)
    assert ran.err.count("is not the name of a list") == len(names)


def test_the_own_files_of_a_release_stay_where_they_are_named(office: Workspace, tmp_path: Path) -> None:
    """A release from outside the workspace brings nothing of the folder that it lies in."""
    outside = tmp_path / "desktop"
    outside.mkdir()
    (outside / "passwords.xlsx").write_bytes(b"PK\x03\x04")
    (outside / "one.md").write_text(
        f"{HEAD}Attachments:\n  - file: passwords.xlsx\n    send: attach\n---\n\nText.\n", "utf-8"
    )
    ran = mailer("send", str(outside / "one.md"), "--dry-run", "--out", "rehearsal", cwd=office.root)
    assert ran.code == 2
    assert "outside the workspace" in ran.err
