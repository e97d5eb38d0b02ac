"""Looking at mails in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mailer.cli.options import choosing, chosen, only_these, settings_of, workspace_here
from mailer.cli.terminal.output import say

_port = click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1; 0 picks a free one."
)
_browser = click.option("--no-browser", is_flag=True, help="Only print the page's address.")


@click.command(
    short_help="Look at the email in the browser while you write.",
    epilog="Example:  mailer preview harbour-report",
)
@click.argument("release", metavar="RELEASE|FOLDER")
@choosing
@_port
@_browser
def preview(release: str, port: int, no_browser: bool, **choosing: Any) -> None:
    """Look at the email while you write it: a local page that follows every save.

    Desktop and phone, light and dark, text part, headers and source, as any recipient would get it, with the
    findings of `mailer check` beside it. Give a folder instead of a release to see what a rehearsal wrote, or
    any .eml messages. Press Ctrl-C to stop.
    """
    from mailer.desk.serve import serve_folder, serve_releases
    from mailer.release.source import read_source

    if Path(release).is_dir():
        only_these({"port", "no_browser"}, "on a folder of messages")
        return serve_folder(
            Path(release), title="Rehearsal", port=port, open_browser=not no_browser, say=_say
        )
    workspace = workspace_here()
    path = workspace.release_path(release)
    if path.suffix.lower() != ".md":
        read_source(path, workspace.shown(path))  # which says what to do with a Word document
    name = workspace.release_name(path)
    return serve_releases(
        workspace,
        settings_of(workspace),
        show=name,
        choice=chosen(workspace, **choosing),
        port=port,
        open_browser=not no_browser,
        say=_say,
    )


@click.command(
    short_help="Show all releases in the browser, and what became of each.", epilog="Example:  mailer desk"
)
@_port
@_browser
def desk(port: int, no_browser: bool) -> None:
    """The same local page for all releases, with what became of each. Press Ctrl-C to stop."""
    from mailer.desk.serve import serve_releases

    workspace = workspace_here()
    serve_releases(workspace, settings_of(workspace), port=port, open_browser=not no_browser, say=_say)


def _say(url: str) -> None:
    say(url)
    say("Press Ctrl-C to stop.", err=True)


@click.command(
    short_help="Suppress people who click on unsubscribe, and take providers' events.",
    epilog="Example:  mailer unsubscribe-server --port 8058 --proxy 127.0.0.1",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; the proxy stands in front of it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8058,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Trust X-Forwarded-For from this proxy, an address or network. Repeatable.",
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=60,
    show_default=True,
    help="Requests per minute from one client, counting only those that change nothing.",
)
def unsubscribe_server(host: str, port: int, proxies: tuple[str, ...], limit: int) -> None:
    """Suppress the people who click on unsubscribe (RFC 8058). Press Ctrl-C to stop.

    It needs the same SECRET_KEY as the machine that sends, which also needs UNSUBSCRIBE_URL. With EVENTS_SECRET, it
    also keeps what providers tell about your email, for mailer bounces --events. An administrator puts it behind a
    proxy that speaks https; docs/guide/unsubscribe-server.md and docs/guide/events.md explain how.
    """
    from mailer.desk.unsubscribe import serve_unsubscribing

    workspace = workspace_here()
    serve_unsubscribing(
        workspace,
        settings_of(workspace),
        host=host,
        port=port,
        requests=limit,
        proxies=proxies,
        ready=_say,
        say=lambda text: say(text, err=True),
    )
