"""What `mailer work` tells on stderr: a sentence a line for people, or an object a line for programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from mailer.cli.terminal.logged import end_of, logged, said_of
from mailer.cli.terminal.output import json_text, say, style
from mailer.pipeline.working import News, Tell
from mailer.visible import visible
from mailer.workspace import Workspace

_COLOURS = {"info": "green", "warning": "yellow", "error": "red"}


def for_people(news: News) -> None:
    """RELEASE: what happened."""
    about = style(f"{news.release}: ", bold=True) if news.release else ""
    say(about, style(news.text, fg=None if news.level == "info" else _COLOURS[news.level]), err=True)


def for_programs(news: News) -> None:
    """`time` is RFC 3339 in UTC; `event` and `level` are words of ours; numbers stand beside them."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    said = {"time": at, "level": news.level, "event": news.event}
    said |= {"release": news.release} if news.release else {}
    say(json_text(said | news.numbers | {"message": visible(news.text)}), err=True)


def told_and_logged(workspace: Workspace, tell: Tell) -> Tell:
    """Tells it, and writes into the workspace's log what every sending writes there."""

    def both(news: News) -> None:
        tell(news)
        if news.order:
            logged(workspace, "work", news.release, **said_of(news.order))
        if news.report:
            logged(workspace, "end of sending", news.release, **end_of(news.report))

    return both


def teller(*, as_json: bool) -> Callable[[News], None]:
    return for_programs if as_json else for_people
