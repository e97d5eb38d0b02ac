"""Commands of mailer that the desk starts. It never speaks to a mail server itself: what does is a process of its own.

One that sends outlives the desk, the browser and the terminal in which the desk was started.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import dataclass

from mailer.desk.office import Office
from mailer.workspace.private import private_file, private_folder

if sys.platform == "win32":
    _APART = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
else:
    _APART = {"start_new_session": True}


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "mailer", *words]


def begin(office: Office, *words: str, heard: str) -> subprocess.Popen[bytes]:
    """Starts a command that goes on whatever becomes of us.

    Args:
        words: the command and its options.
        heard: a plain name: what it says is kept in `.mailer/desk/HEARD.txt`.

    Raises:
        OSError: it can't be started.
    """
    folder = office.workspace.private / "desk"
    private_folder(folder)
    path = folder / f"{heard}.txt"
    private_file(path)
    with path.open("wb") as said:
        process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - this very program
            _command(*words), cwd=office.workspace.root, env=office.environment(),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, **_APART,
        )  # type: ignore[call-overload]  # fmt: skip
    return process


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


async def ask(office: Office, *words: str, seconds: float = 600.0) -> Finished:
    """Runs a command to its end.

    Args:
        seconds: after which it is ended.

    Raises:
        TimeoutError: it was.
        OSError: it can't be started.
    """
    process = await asyncio.create_subprocess_exec(
        *_command(*words), cwd=office.workspace.root, env=office.environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), seconds)
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    return Finished(process.returncode or 0, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
