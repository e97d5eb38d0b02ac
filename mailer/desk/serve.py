"""Run the page: listen on this computer, watch files and ledger, open a browser."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from threading import Timer

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from mailer.desk.app import make_app
from mailer.desk.changes import Changes
from mailer.desk.guard import Guard
from mailer.desk.inbox import watch_mailbox
from mailer.desk.ledger_watch import watch_ledger
from mailer.desk.office import Office
from mailer.errors import WorkspaceError
from mailer.workspace import Workspace, built_in_templates, lies_in
from mailer.workspace.private import private_folder

FIRST_LOOK = 2.0
"""Seconds after the start until it is looked for what is due."""

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than a browser or a client keeps one, so that what it asks next never
meets the end of it (RFC 9112, 9.6)."""

QUIET = 60
"""Milliseconds without a change that end a save: editors write a file in several steps."""


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket on this computer; port 0 takes any free one.

    Raises:
        WorkspaceError: the port is taken or not for us, or the host is none of this computer's addresses.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, else asyncio leaves Nagle on, and the second part of an answer waits 40 ms for a delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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


def listen_as_before(workspace: Workspace) -> socket.socket:
    """A socket on the port that this workspace's desk had last, if it is free: a page that was open when the desk
    stopped finds it there again, and what a browser keeps of unsaved text belongs to that address."""
    kept = workspace.private / "desk" / "port"
    try:
        return listen(max(int(kept.read_text("ascii")), 1024))
    except WorkspaceError:  # another desk of this workspace has it, or whoever was quicker
        return listen(0)
    except (OSError, ValueError, OverflowError):
        listener = listen(0)
    with suppress(OSError):
        private_folder(kept.parent)
        if lies_in(kept, workspace.root):  # and is no link that leads elsewhere
            kept.write_text(str(listener.getsockname()[1]), "ascii")
    return listener


def serve_desk(
    office: Office,
    *,
    at: str = "/",
    port: int = 0,
    open_browser: bool = True,
    say: Callable[[str], None] = lambda text: None,
    debug: bool = False,
) -> None:
    """The desk over an office, until Ctrl-C.

    Args:
        at: path of the page to begin with.
        port: 0 = the one that it had last, or any free one.
        say: told the page's address, once it can be opened.
        debug: a page that fails tells the terminal too, with its traceback.
    """
    watched = (office.workspace.root, built_in_templates())

    @asynccontextmanager
    async def looking() -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [
            asyncio.create_task(_watch(watched, office.changes, office.forget, stop)),
            asyncio.create_task(watch_ledger(office)),
            asyncio.create_task(watch_mailbox(office.workspace, office.changes)),
            asyncio.create_task(_send_what_is_due(office)),
        ]
        try:
            yield
        finally:
            stop.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    _serve(
        lambda lifespan: make_app(office, lifespan, debug=debug),
        looking,
        office.changes,
        listen(port) if port else listen_as_before(office.workspace),
        at=at,
        open_browser=open_browser,
        say=say,
    )


async def _send_what_is_due(office: Office) -> None:
    """Begun when a page is there: what it needs takes a while to be imported."""
    await asyncio.sleep(FIRST_LOOK)
    due = await asyncio.to_thread(import_module, "mailer.desk.rooms.sending.due")
    await due.send_what_is_due(office)


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
    from mailer.desk.showing.app import make_app as make_shelf_app
    from mailer.desk.showing.folder_shelf import FolderShelf

    shelf, changes = FolderShelf(folder.resolve(), title), Changes()
    _serve(
        lambda lifespan: make_shelf_app(shelf, lifespan),
        nullcontext, changes, listen(port), at="/", open_browser=open_browser, say=say,
    )  # fmt: skip


_Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def _serve(
    app: Callable[[_Lifespan], ASGIApp],
    looking: Callable[[], AbstractAsyncContextManager[None]],
    changes: Changes,
    listener: socket.socket,
    *,
    at: str,
    open_browser: bool,
    say: Callable[[str], None],
) -> None:
    port = listener.getsockname()[1]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with looking():
            url = f"http://127.0.0.1:{port}{at}?{guard.opening}"
            say(url)
            if open_browser:
                _open(url)
            yield

    guard = Guard(app(lifespan), port)
    config = uvicorn.Config(
        guard, log_level="warning", lifespan="on", server_header=False,
        timeout_graceful_shutdown=1, timeout_keep_alive=KEEP_ALIVE,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        _Server(config, changes).run([listener])


class _Server(uvicorn.Server):
    """Ends the streams of its pages when it is told to stop: it would wait for them, and complain."""

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self._changes = changes

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A page that is being made at this moment is nobody's any more. It can't be ended, as a thread makes it; that
        # it was given up is nothing to tell staff of. What fails of itself stands in the log (trouble.py).
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._changes.end()
        await super().shutdown(sockets)


def _open(url: str) -> None:
    import webbrowser

    Timer(0.3, webbrowser.open, (url,)).start()


async def _watch(
    folders: tuple[Path, ...], changes: Changes, on_change: Callable[[], None], stop: asyncio.Event
) -> None:
    """Releases, newsroom.md, lists, templates and pictures; not what the tool itself writes."""
    from watchfiles import awatch  # native code, which a demo without a page has no need of

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
