"""A release that stands in the queue, and of which nothing has left: its server let us in, and then refused to work."""

from __future__ import annotations

from mailer.workspace import Workspace
from support.smtp_faulty import Fault, FaultyServer
from support.terminal import Ran, mailer


def server_of(server: FaultyServer) -> dict[str, str]:
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(server.port), "SMTP_SECURITY": "none"}


def left_in_the_queue(workspace: Workspace, *arguments: str, **settings: str) -> Ran:
    """`mailer send ARGUMENTS --yes` through a server that refuses the sender."""
    with FaultyServer(Fault("MAIL", "5xx", times=1_000)) as server:
        ran = mailer("send", *arguments, "--yes", cwd=workspace.root, **server_of(server), **settings)
        assert (ran.code, server.accepted) == (1, []), ran.err
    return ran
