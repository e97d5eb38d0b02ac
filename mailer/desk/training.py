"""A place to practise: a copy of the workspace that is thrown away, from which nothing can leave this computer.

What a person learns at must behave as the real thing does, and must never do what the real thing does. So everything
that they see is theirs (releases, lists, themes), and everything by which mail leaves is not there: no `.env`, no
ledger, no sign-in. Its commands reach the mailbox that the desk keeps, whatever is set elsewhere
(`mailer.env_file.mailbox_alone`).
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mailer.desk.inbox import only_a_mailbox
from mailer.errors import WorkspaceError
from mailer.visible import visible
from mailer.workspace import Workspace, lies_in
from mailer.workspace.enclosures import LARGEST, PLACES
from mailer.workspace.private import keep_to_the_office

COPIED = ("lists", "templates", *PLACES)
"""Folders of a workspace that are practised with, beside newsroom.md in all its languages."""


@contextmanager
def practice(workspace: Workspace, say: Callable[[str], None]) -> Iterator[Workspace]:
    """A copy of a workspace with a mailbox for its server; both are gone afterwards.

    Args:
        say: told at the end that it is gone, or where it is if it can't be removed.

    Raises:
        WorkspaceError: it can't be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="mailer-training-"))
        copy = _copied(workspace, folder / (workspace.root.name or "press-office"))
    except (OSError, shutil.Error) as error:
        raise WorkspaceError(
            f"There can be no copy to practise with: {error}.",
            "Make room on the disk, or mend what it names.",
        ) from None
    keep_to_the_office(copy)
    with ending_in_order():
        try:
            with only_a_mailbox(copy):
                yield copy
        finally:
            _thrown_away(copy, say)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Whoever ends us (another program, or by closing the terminal's window) ends us as Ctrl-C does: what we made here
    is put away before."""

    def as_ctrl_c(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    names = (each for each in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, each))
    before = {
        getattr(signal, name): signal.getsignal(getattr(signal, name))
        for name in names
        if signal.getsignal(getattr(signal, name))
        is signal.SIG_DFL  # or somebody has their reasons, as nohup has
    }
    for number in before:
        signal.signal(number, as_ctrl_c)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _copied(workspace: Workspace, root: Path) -> Workspace:
    root.mkdir()

    def not_ours(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if not _is_copied(Path(folder) / name, workspace)}

    for path in workspace.root.glob("newsroom*.md"):
        if _is_copied(path, workspace):
            shutil.copyfile(path, root / path.name)
    for name in COPIED:
        if (workspace.root / name).is_dir() and _is_copied(workspace.root / name, workspace):
            shutil.copytree(
                workspace.root / name, root / name, ignore=not_ours, copy_function=shutil.copyfile
            )
    return Workspace(root)


def _is_copied(path: Path, workspace: Workspace) -> bool:
    """No hidden file, nothing from outside the workspace, nothing that blocks whoever reads it or fills the disk."""
    if path.name.startswith((".", "~$")) or not lies_in(path, workspace.root):
        return False
    return path.is_dir() or (path.is_file() and path.stat().st_size <= LARGEST)


def _thrown_away(copy: Workspace, say: Callable[[str], None]) -> None:
    """Removed, people first. What keeps it from the world's servers goes last: a command may still be running there."""
    for name in COPIED:
        shutil.rmtree(copy.root / name, ignore_errors=True)
    shutil.rmtree(copy.root.parent, ignore_errors=True)
    where = visible(str(copy.root))
    if copy.root.exists():
        say(
            f"The copy you practised with could not be removed entirely. It is in {where}: delete that folder."
        )
    else:
        say(
            "The copy you practised with is gone, and all that was sent in it. Your own workspace is as it was."
        )
