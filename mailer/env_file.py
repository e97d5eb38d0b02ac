"""What a workspace's `.env` says, and whether it counts: where one practises, nothing that is set does.

`.env` is read with `dotenv_values`, not `load_dotenv`: the environment of this process, and of the browser it may
start, never learns the password.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

MAILBOX_ALONE = Path(".mailer") / "mailbox-alone"
"""Of a workspace: where this is, its commands reach the mailbox on this computer whose port it names, and nothing else.
It names no host, so that it leads nobody anywhere."""


def mailbox_alone(folder: Path) -> bool:
    """Whether a workspace is there to practise in: nothing can leave this computer from it."""
    return os.path.lexists(folder / MAILBOX_ALONE)


def env_of(folder: Path) -> dict[str, str]:
    """The keys of `folder/.env` that have a value; none where there is no such file.

    Raises:
        ValueError: it can't be read. Its arguments say what is wrong, and what to do.
    """
    from dotenv import dotenv_values

    path = folder / ".env"
    try:
        return {k: v for k, v in dotenv_values(path, interpolate=False).items() if v is not None}
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError:  # its own words name a byte, which may be one of a password
        raise ValueError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from None


def first_said(names: tuple[str, ...], *sources: Mapping[str, str]) -> str | None:
    """The value of a key, by whichever of its names, in the first source that has one; an empty one is none."""
    return next((source[n] for source in sources for n in names if source.get(n, "") != ""), None)
