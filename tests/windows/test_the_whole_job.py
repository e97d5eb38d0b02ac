"""From `mailer demo` to a rendered release, by the real CPython for Windows."""

from __future__ import annotations

import base64
import json
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from support.breadth import some
from support.smtp_certificates import Authority
from support.smtp_faulty import FaultyServer
from support.windows import Windows

from mailer.workspace import Workspace


def test_help(windows: Windows, tmp_path: Path) -> None:
    ran = windows.run_anew("--help", cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "Begin with: mailer demo" in ran.out


@pytest.mark.parametrize("python", some(["windows", "newer_windows"], 1))
def test_the_demo(python: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A real send to a real server inside the process, and its end."""
    windows: Windows = request.getfixturevalue(python)
    ran = windows.run_anew("demo", "--no-browser", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "11 messages arrived" in ran.out
    assert "más limpia" in ran.out
    assert "11 messages accepted" in ran.err
    assert "\x1b" not in ran.out + ran.err, "no colours in a pipe"


def test_a_workspace_a_release_and_its_files(windows: Windows, tmp_path: Path) -> None:
    ran = windows.run_anew("init", "Büro für Presse", cwd=tmp_path)
    assert ran.code == 0, ran.err
    office = tmp_path / "Büro für Presse"
    assert ran.out.strip() == windows.path(office)
    assert "copy .env.example .env" in ran.err, "Windows has no cp"
    ran = windows.run("new", "Señales en la costa", cwd=office)
    assert (ran.code, ran.out) == (0, "releases\\senales-en-la-costa.md\n"), ran.err
    ran = windows.run("check", "senales-en-la-costa", cwd=office)
    assert ran.code == 1
    assert "releases\\senales-en-la-costa.md:7\n  error    “TODO” is still in the dateline." in ran.out, (
        ran.out
    )
    ran = windows.run("check", "releases\\harbour-report.md", cwd=office)
    assert ran.code == 0, ran.out
    assert all(
        "Still has the sample's " in line for line in ran.out.splitlines() if line.startswith("  warning")
    )
    assert "releases\\harbour-report.es.md:28\n  warning  Still has the sample's name" in ran.out, ran.out
    ran = windows.run("render", "harbour-report", "--out", "für später", cwd=office)
    assert ran.code == 0, ran.err
    names = [f"harbour-report.{tag}.{suffix}" for tag in ("en", "es") for suffix in ("html", "txt", "eml")]
    assert ran.out.splitlines() == [f"für später\\{name}" for name in names]
    message = message_from_bytes((office / "für später" / names[2]).read_bytes(), policy=default)
    assert message["From"].addresses[0].addr_spec == "press@example.org"
    assert "Volunteers took" in message.get_body(("plain",)).get_content()


def test_files_as_programs_on_windows_save_them(windows: Windows, office: Workspace) -> None:
    """Notepad's byte-order mark and line ends, Excel's semicolons in cp1252 and its “Unicode text” in UTF-16."""
    for path in (*office.root.glob("*.md"), *office.releases.glob("*.md")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    (office.root / ".env").write_bytes(
        "\ufeffSMTP_HOST=127.0.0.1\r\nSMTP_SECURITY=none\r\nSMTP_PORT=9\r\n".encode()
    )
    (office.lists / "press.csv").write_bytes("email;name\r\nana@example.net;Ana Ñúñez\r\n".encode("cp1252"))
    (office.lists / "regional.csv").write_bytes(
        "email\tname\r\nzoe@example.net\tZoë “Zo” O’Hara\r\n".encode("utf-16")
    )
    ran = windows.run("check", "harbour-report", "--json", cwd=office.root)
    assert (ran.code, {found["id"] for found in json.loads(ran.out)}) == (0, {"encoding-guessed"}), ran.out
    with FaultyServer() as server:
        ran = windows.run(
            "send", "harbour-report", "--list", "press", "--list", "regional", "--yes",
            cwd=office.root, SMTP_PORT=str(server.port),
        )  # fmt: skip
        assert (ran.code, len(server.accepted)) == (0, 2), ran.err
    names = {
        message_from_bytes(content, policy=default)["To"].addresses[0].display_name
        for _, content in server.accepted
    }
    assert names == {"Ana Ñúñez", "Zoë “Zo” O’Hara"}


def test_doctor_hears_at_once_that_a_connection_is_refused(windows: Windows, office: Workspace) -> None:
    """Windows tells that in another way than Linux; its time-out of 60 seconds must not be what ends the wait."""
    ran = windows.run("doctor", "--json", cwd=office.root, SMTP_HOST="127.0.0.1", SMTP_PORT="1", SMTP_SECURITY="none",
                      SMTP_TIMEOUT="3600")  # fmt: skip
    assert ran.code == 1, ran.err
    found = {finding["id"]: finding["message"] for finding in json.loads(ran.out)}
    assert found["reach"] == "Can't connect to 127.0.0.1:1: connection refused."
    assert "bug in mailer" not in ran.err


def test_doctor_where_windows_names_no_dns_server(windows: Windows, office: Workspace) -> None:
    """As in wine, whose registry has no network settings."""
    with FaultyServer() as server:
        ran = windows.run("doctor", "--json", cwd=office.root, SMTP_HOST="127.0.0.1", SMTP_PORT=str(server.port),
                          SMTP_SECURITY="none")  # fmt: skip
    assert ran.code == 0, ran.err
    found = {finding["id"]: finding["message"] for finding in json.loads(ran.out)}
    assert "answered" in found["reach"]
    assert found["spf"] == "SPF, DKIM and DMARC are unknown: this computer is not set up to query DNS."


def test_encrypted_logged_in_and_signed(windows: Windows, office: Workspace) -> None:
    """With an authority and a key of the house, in a folder with an umlaut."""
    authority = Authority(office.root)
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (office.root / "Schlüssel.pem").write_bytes(pem)
    record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(key.public_key().public_bytes_raw())
    extensions = ("PIPELINING", "STARTTLS", "AUTH PLAIN")
    with FaultyServer(extensions=extensions, tls=authority.server(), login=("press", "lamplight")) as server:
        settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_USERNAME": "press",
                    "SMTP_PASSWORD": "lamplight"}  # fmt: skip
        ran = windows.run("doctor", cwd=office.root, **settings)
        assert (ran.code, "can't be trusted" in ran.out) == (1, True), "not by Windows' own authorities"
        settings |= {"SMTP_CA_FILE": windows.path(authority.file), "DKIM_DOMAIN": "example.org",
                     "DKIM_SELECTOR": "lamp", "DKIM_KEY_FILE": "Schlüssel.pem"}  # fmt: skip
        ran = windows.run("send", "harbour-report", "--yes", cwd=office.root, **settings)
        assert (ran.code, len(server.accepted)) == (0, 11), ran.err
    assert all(dkim.verify(content, dnsfunc=lambda *_, **__: record) for _, content in server.accepted)


def test_a_browser_for_a_screenshot_is_found_where_windows_has_it(windows: Windows, tmp_path: Path) -> None:
    """No PATH leads there."""
    edge = windows.drive / "Program Files (x86)" / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.touch()  # not a program: that it was tried is what can be seen
    script = (
        "from pathlib import Path\n"
        "from mailer.desk.showing.screenshot import screenshot\n"
        "from mailer.errors import WorkspaceError\n"
        "try:\n"
        "    screenshot(Path('page.html'))\n"
        "except WorkspaceError as error:\n"
        "    print(error.message)"
    )
    assert windows.script(script, cwd=tmp_path) == "msedge.exe made no screenshot: OSError.\n"
