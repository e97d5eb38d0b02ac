"""Looking at mails in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mailer.cli.options import choosing, chosen, only_these, settings_of, workspace_here
from mailer.cli.terminal.output import say
from mailer.visible import visible

_port = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port on 127.0.0.1; 0 is the one of last time, or a free one.",
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
    from urllib.parse import quote

    from mailer.desk.office import Office
    from mailer.desk.serve import serve_desk, serve_folder
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
    office = Office(workspace, settings_of(workspace), choice=chosen(workspace, **choosing))
    return serve_desk(
        office,
        at=f"/r/{quote(name, safe='')}",
        port=port,
        open_browser=not no_browser,
        say=_say,
        debug=_debug(),
    )


@click.command(
    short_help="Write, check, rehearse, send and watch in the browser.", epilog="Example:  mailer desk"
)
@_port
@_browser
@click.option(
    "--training",
    is_flag=True,
    help="On a copy of the workspace that is thrown away: nothing can leave this computer.",
)
def desk(port: int, no_browser: bool, training: bool) -> None:
    """The whole job in the browser: write, check, rehearse, send and watch. Press Ctrl-C to stop; what is being sent
    goes on.

    With --training you learn it on a copy of your workspace. All that you send there arrives in a mailbox on this
    computer; copy and mailbox are gone when you stop.
    """
    from contextlib import nullcontext

    from mailer.delivery.ledger.sqlite.lock import this_process
    from mailer.desk.office import Office
    from mailer.desk.others import open_beside
    from mailer.desk.serve import serve_desk
    from mailer.desk.training import practice
    from mailer.env_file import mailbox_alone

    workspace = workspace_here()
    with (
        practice(workspace, _aside) if training else nullcontext(workspace) as place,
        open_beside(place, this_process()) as other,
    ):
        alone = mailbox_alone(place.root)
        if alone:
            _aside("Training: nothing leaves this computer.")
        if training:
            _aside(f"You practise with a copy of your workspace: {visible(str(place.root))}")
        if other:
            _aside(f"A desk is open here already ({other}). Both show the same, and both may be used.")
        office = Office(place, settings_of(place), training=alone)
        serve_desk(office, port=port, open_browser=not no_browser, say=_say, debug=_debug())


def _aside(text: str) -> None:
    say(text, err=True)


def _debug() -> bool:
    """Whether `mailer --debug` was said."""
    return bool(click.get_current_context().find_object(bool))


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
