"""Run the page: listen on this computer, watch the files, open a browser."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from threading import Timer
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from watchfiles import awatch

from mailer.desk.app import Changes, make_app
from mailer.desk.folder_shelf import FolderShelf
from mailer.desk.guard import Guard
from mailer.desk.releases_shelf import ReleasesShelf
from mailer.desk.shelf import Shelf
from mailer.errors import WorkspaceError
from mailer.press import Choice
from mailer.settings import Settings
from mailer.workspace import Workspace, built_in_templates

QUIET = 60
"""Milliseconds without a change that end a save: editors write a file in several steps."""


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket on this computer; port 0 takes any free one.

    Raises:
        WorkspaceError: the port is taken or not for us, or the host is none of this computer's addresses.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform == "win32":  # there, SO_REUSEADDR would let another program listen on the same port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # from here on a browser may connect: it waits for the server instead of being refused
    except OSError as error:
        listener.close()
        raise WorkspaceError(
            f"Can't listen on port {port} of {host}: {error.strerror}.",
            "Choose another one: --port 8026, or 0 for any free one.",
        ) from None
    return listener


def serve_releases(
    workspace: Workspace,
    settings: Settings,
    *,
    show: str = "",
    choice: Choice | None = None,
    port: int = 0,
    open_browser: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """The desk over a workspace, until Ctrl-C.

    Args:
        show: the release to begin with.
        say: told the page's address, once it can be opened.
    """
    shelf = ReleasesShelf(workspace, settings, choice or Choice())
    watched = (workspace.root, built_in_templates())
    _serve(shelf, watched, shelf.forget, show=show, port=port, open_browser=open_browser, say=say)


def serve_folder(
    folder: Path,
    *,
    title: str = "Messages",
    port: int = 0,
    open_browser: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """The messages of a folder, until Ctrl-C. Nobody watches it: what comes later is not shown.

    Args:
        title: what they are.
        say: told the page's address, once it can be opened.
    """
    shelf = FolderShelf(folder.resolve(), title)
    _serve(shelf, (), lambda: None, show="", port=port, open_browser=open_browser, say=say)


def _serve(
    shelf: Shelf,
    watched: tuple[Path, ...],
    on_change: Callable[[], None],
    *,
    show: str,
    port: int,
    open_browser: bool,
    say: Callable[[str], None],
) -> None:
    changes = Changes()
    listener = listen(port)
    port = listener.getsockname()[1]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        watcher = asyncio.create_task(_watch(watched, changes, on_change, stop)) if watched else None
        url = f"http://127.0.0.1:{port}/?{guard.opening}" + (f"&show={quote(show)}" if show else "")
        say(url)
        if open_browser:
            _open(url)
        yield
        stop.set()
        if watcher:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher

    guard = Guard(make_app(shelf, changes, lifespan), port)
    config = uvicorn.Config(
        guard, log_level="warning", lifespan="on", timeout_graceful_shutdown=1, server_header=False
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run([listener])


def _open(url: str) -> None:
    import webbrowser

    Timer(0.3, webbrowser.open, (url,)).start()


async def _watch(
    folders: tuple[Path, ...], changes: Changes, on_change: Callable[[], None], stop: asyncio.Event
) -> None:
    """Releases, newsroom.md, lists, templates and pictures; not what the tool itself writes."""
    existing = tuple(dict.fromkeys(folder.resolve() for folder in folders if folder.is_dir()))
    async for _ in awatch(
        *existing, watch_filter=lambda _, path: _concerns(Path(path), existing), step=QUIET, stop_event=stop
    ):
        await asyncio.to_thread(on_change)
        changes.bump()


def _concerns(path: Path, folders: tuple[Path, ...]) -> bool:
    inside = next((path.relative_to(folder) for folder in folders if path.is_relative_to(folder)), path)
    hidden = any(part.startswith(".") for part in inside.parts)
    return not (
        hidden
        or {"__pycache__", "node_modules"} & set(inside.parts)
        or path.name.endswith(("~", ".swp", ".tmp"))
    )
