"""A logo that somebody chose: looked at, freed of what a camera or a program wrote into it, and kept in images/."""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import FormData, UploadFile

from mailer.errors import ValueFault
from mailer.importing.pictures import PictureFault, taken_over
from mailer.workspace import Workspace, lies_in, web_name
from mailer.workspace.durable import in_place_of

MOST = 5_000_000
"""Octets of a logo: it travels with every email."""

_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}
_BEGIN = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


def media_type(content: bytes) -> str:
    """Of a picture that a page may show; "": it is none."""
    return next((kind for begin, kind in _BEGIN if content.startswith(begin)), "")


async def chosen_logo(form: FormData) -> tuple[str, bytes] | None:
    """The name and the content of the file that was chosen in a form; None: none was."""
    upload = form.get("f.logo.upload")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return None
    return upload.filename, await upload.read(MOST + 1)


def keep_logo(workspace: Workspace, name: str, content: bytes) -> tuple[str, bool]:
    """Puts it into images/, and overwrites nothing.

    Returns:
        its path in the workspace; whether it is new there.

    Raises:
        ValueFault: it is no picture that a mail can carry, or can't be kept.
    """
    if len(content) > MOST:
        raise ValueFault("this file is larger than 5 MB", "choose a smaller one: it travels with every email")
    try:
        picture = taken_over(content)
    except PictureFault as fault:
        raise ValueFault(f"the file {fault}", "choose a PNG, JPEG, GIF or WebP") from None
    folder = workspace.root / "images"
    stem = web_name(Path(name.replace("\\", "/")).stem) or "logo"
    ending = _ENDINGS[picture.media_type]
    try:
        folder.mkdir(exist_ok=True)
        if not lies_in(folder, workspace.root):
            raise ValueFault("images/ leads out of the workspace", "ask whoever made it so")
        for number in range(1, 100):
            path = folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
            if path.is_file() and path.read_bytes() == picture.content:
                return f"images/{path.name}", False
            if not path.exists():
                with in_place_of(path) as file:
                    file.write(picture.content)
                return f"images/{path.name}", True
    except OSError as error:
        raise ValueFault(
            f"images/ can't be written ({error.strerror})", "ask whoever keeps this computer"
        ) from None
    raise ValueFault(f"images/ has 99 files called {stem}{ending}", "give it another name")
