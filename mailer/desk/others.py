"""Whether a desk is open over this workspace already. Two may be: what is true is in files and ledger, and locks hold
there. A person should know, all the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailer.visible import visible
from mailer.workspace import Workspace
from mailer.workspace.durable import lock
from mailer.workspace.private import no_links_in, private_file, private_folder

_LONGEST = 512
"""Octets of a name; the lock's byte lies behind it, as Windows forbids others to read a locked one."""


@contextmanager
def open_beside(workspace: Workspace, name: str) -> Iterator[str]:
    """
    Args:
        name: of this desk, for whoever comes second.

    Yields:
        the name of the desk that was opened before and is still open; "": there is none that we know of.
    """
    path = workspace.private / "desk" / "open.lock"
    try:
        no_links_in(path.parent)
        private_folder(path.parent)
        private_file(path)
        file = path.open("rb+", buffering=0)
    except OSError:  # a workspace that can only be read: nobody can tell
        yield ""
        return
    with file:
        try:
            lock(file, _LONGEST)
        except OSError:
            file.seek(0)
            yield visible(file.read(_LONGEST).decode("utf-8", "replace").strip()) or "another process"
        else:
            file.seek(0)
            file.truncate()
            file.write(name.encode()[:_LONGEST])
            yield ""
