"""Which files of the workspace may travel inside a mail: pictures and attachments, from the places meant for them.

A release is a text that colleagues and agencies send one another. `Attachments: - file: .env` in it would mail the
office's passwords to every journalist, `lists/press.csv` the journalists to one another; once sent, nothing brings
that back. So a file must lie where only what is meant for the press lies, and must not look like a secret inside.
"""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from mailer.errors import ValueFault
from mailer.visible import visible
from mailer.workspace.folder import Workspace
from mailer.workspace.names import lies_in

PLACES = ("releases", "files", "images")
"""Folders of a workspace from which files are enclosed; everything else in it is the office's own."""

_SHOWN = 60
"""Characters of a name that can be none."""

LARGEST = 50 << 20
"""Octets of a file: no server takes a mail of that size."""

_INTO_A_PLACE = "put it beside the release, or in files/ or images/"
_SECRET_NAMES = re.compile(
    r".*\.(key|p12|pfx|jks|keystore|kdbx?|ppk|keytab|ovpn)|id_(rsa|dsa|ecdsa|ed25519)(\..*)?|.*\.md",
    re.DOTALL,
)
# The start of a key in DER: a SEQUENCE whose first member is the version of PKCS #8 (RFC 5208 §5), PKCS #1
# (RFC 8017 §A.1.2) or an elliptic curve's (RFC 5915 §3).
_KEY_IN_DER = rb"\A0(?:[\x20-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01](?:0.\x06|\x02\x82|\x04[\x20-\x42])"
_PASSWORD_SET = (
    rb"^[ \t]*(?:export[ \t]+)?(?:SMTP_PASS(?:WORD)?|SECRET_KEY|BOUNCE_IMAP_PASSWORD)[ \t]*=[ \t]*[^\s#]"
)
_SECRET_CONTENT = (
    (re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY|PuTTY-User-Key-File-\d"), "a private key"),
    (re.compile(_KEY_IN_DER, re.DOTALL), "a private key"),
    (re.compile(rb"\ASQLite format 3\0|\A\x37\x7f\x06[\x82\x83]"), "a database"),
    (re.compile(rb"\A\x03\xd9\xa2\x9a|\A\xfe\xed\xfe\xed"), "a store of passwords or keys"),
    (re.compile(_PASSWORD_SET, re.MULTILINE), "the settings of a mail server, with a password"),
)


class EnclosureError(ValueFault):
    """A file that may not travel."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that may travel, as it was read."""

    path: Path
    content: bytes = field(repr=False)


def read_enclosure(workspace: Workspace, file: str, beside: Path | None = None) -> Enclosure:
    """A file of the workspace that may be mailed.

    Args:
        file: a path in the workspace, or beside the release; `/` or `\\` between its parts.
        beside: the folder of the release that names it.

    Raises:
        EnclosureError: it is not there, does not lie in one of `PLACES`, or looks like a secret.
    """
    path = _find(workspace, file, beside)
    if _SECRET_NAMES.fullmatch(path.name.lower()):
        raise EnclosureError(
            f"“{visible(file)}” is never sent: going by its name, it is a key or a release itself",
            "name the file that journalists should get",
        )
    try:
        octets = path.stat().st_size
        if octets > LARGEST:
            raise EnclosureError(
                f"“{visible(file)}” is {octets >> 20} MB; no mail server accepts a message that large",
                "put it on the web and offer it as a link",
            )
        content = path.read_bytes()
    except OSError as error:
        raise EnclosureError(
            f"“{visible(file)}” can't be read: {error.strerror}", "change its permissions"
        ) from None
    for pattern, what in _SECRET_CONTENT:
        if pattern.search(content):
            raise EnclosureError(
                f"“{visible(file)}” is never sent: it contains {what}",
                "name the file that journalists should get",
            )
    return Enclosure(path, content)


def _find(workspace: Workspace, file: str, beside: Path | None) -> Path:
    """The file itself, with every link followed."""
    inside = PurePosixPath(file.replace("\\", "/"))
    if (
        inside.is_absolute()
        or ":" in file
        or "\0" in file
        or any(part.startswith(".") for part in inside.parts)
    ):
        raise EnclosureError(f"“{visible(file)}” is not a path in the workspace, or is hidden", _INTO_A_PLACE)
    bases = [workspace.root, *([beside] if beside else [])]
    try:
        found = next((each for base in bases if (each := base / inside).exists()), None)
        resolved = found.resolve() if found else None
    except OSError:  # no name of a file at all: too long, or of characters that the system has no names with
        raise EnclosureError(f"“{_cut(file)}” can't be the name of a file", _INTO_A_PLACE) from None
    if resolved is None:
        raise EnclosureError(f"there is no file “{visible(file)}”", _did_you_mean(bases, inside))
    path = resolved
    if not lies_in(path, workspace.root):
        raise EnclosureError(f"“{visible(file)}” is outside the workspace", _INTO_A_PLACE)
    parts = path.relative_to(workspace.root.resolve()).parts
    if not parts or parts[0].lower() not in PLACES or any(part.startswith(".") for part in parts):
        raise EnclosureError(f"“{visible(file)}” is not in a folder for press files", _INTO_A_PLACE)
    if not stat.S_ISREG(path.stat().st_mode):
        raise EnclosureError(f"“{visible(file)}” is not a file", "name a file")
    return path


def _cut(file: str) -> str:
    return visible(file if len(file) <= _SHOWN else f"{file[:_SHOWN]}…")


def _did_you_mean(bases: list[Path], inside: PurePosixPath) -> str:
    from difflib import get_close_matches

    folders = [base / place for base in bases for place in ("", *PLACES)]
    near = {
        path.name
        for folder in folders
        for path in (folder / inside.parent).glob("*")
        if not path.name.startswith(".")
    }
    match = get_close_matches(inside.name, sorted(near), n=1)
    return (
        f"did you mean {match[0]}?"
        if match
        else "paths start from the workspace folder or from the release's own"
    )
