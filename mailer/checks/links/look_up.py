"""Looks all links of a release up: several servers at once, each by one visitor, who asks first what robots may do.

What was there an hour ago is there; what was not is looked up again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from mailer.checks.links.visit import (
    AGENT,
    NO_SUCH_SITE,
    PORTS,
    Answer,
    Visitor,
    names_can_be_looked_up,
)
from mailer.checks.reading import Manuscript
from mailer.model import Finding, Where
from mailer.visible import visible

AT_ONCE = 8
"""Servers that are asked at the same time."""

MOST = 200
"""Links of a release; a longer list of them belongs on a page."""

TIMEOUT, ALTOGETHER = 10.0, 60.0
"""Seconds for an answer, and for all."""

PAUSE = 0.2
"""Seconds between two questions to one server."""

FRESH = 3600
"""Seconds for which an answer is kept."""

_ROBOTS = 500 * 1024
"""Octets of robots.txt that are read: RFC 9309 §2.5."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Links that were there, and when (seconds since 1970), in a file of the workspace's own folder."""

    path: Path
    known: dict[str, float]

    @classmethod
    def read(cls, path: Path) -> _Kept:
        try:
            known = json.loads(path.read_text("utf-8"))
            return cls(path, {str(url): float(at) for url, at in known.items()})
        except (OSError, ValueError, AttributeError, TypeError, OverflowError, RecursionError):
            return cls(path, {})

    def write(self, now: float) -> None:
        fresh = {url: at for url, at in self.known.items() if 0 <= now - at < FRESH}
        if self.path.is_symlink():
            return  # nobody of ours made that, and what it leads to is not for us to write
        with suppress(OSError):  # it only saves time
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(fresh), "utf-8")


def looked_up(
    manuscripts: Iterable[Manuscript], cache: Path, now: datetime, visitor: Visitor | None = None
) -> list[Finding]:
    """dead-web-link, unchecked-link: for each address of the web that the editions link to.

    Args:
        cache: a file that remembers what was there.
        now: aware.
        visitor: who asks; by default one who asks servers of the public internet only, for a minute at most.
    """
    visitor = visitor or Visitor(TIMEOUT, monotonic() + ALTOGETHER)
    links = _links(manuscripts)
    kept, at = _Kept.read(cache), now.timestamp()
    wanted = [url for url in links if not 0 <= at - kept.known.get(url, 0) < FRESH]
    answers = _answers(wanted[:MOST], visitor)
    for url, answer in answers.items():
        if answer.verdict == "there":
            kept.known[url] = at
    kept.write(at)
    too_many = dict.fromkeys(wanted[MOST:], Answer("unknown", f"there are more than {MOST} links"))
    return list(_findings(links, answers | too_many))


def _links(manuscripts: Iterable[Manuscript]) -> dict[str, Where]:
    """Every address of the web, without the place in its page, and where it first stands."""
    found: dict[str, Where] = {}
    for manuscript in manuscripts:
        edition = manuscript.edition
        places = [(link.url, link.where) for link in manuscript.links]
        places += [(edition.web, edition.where("web"))]
        places += [(a.file, edition.where("attachments")) for a in edition.attachments if a.send == "link"]
        for url, where in places:
            if url.lower().startswith(("http:", "https:")):
                found.setdefault(url.partition("#")[0], where)
    return found


def _answers(urls: Iterable[str], visitor: Visitor) -> dict[str, Answer]:
    by_server: dict[str, list[str]] = {}
    for url in urls:
        by_server.setdefault(_server(url), []).append(url)
    found: dict[str, Answer] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="links") as pool:
        for answers in pool.map(lambda server: _of_server(server, by_server[server], visitor), by_server):
            found |= answers
    if found and all(answer == NO_SUCH_SITE for answer in found.values()) and not names_can_be_looked_up():
        return dict.fromkeys(found, Answer("unknown", "this machine seems to be offline"))
    return found


def _server(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme.lower()}://{parts.netloc.lower()}"
    except ValueError:
        return ""


def _of_server(server: str, urls: list[str], visitor: Visitor) -> dict[str, Answer]:
    """One server's links, one after the other."""
    robots = _robots(server, visitor)
    found: dict[str, Answer] = {}
    for url in urls:
        if robots is not None and not robots.can_fetch(AGENT, url):
            found[url] = Answer("unknown", "its server asks programs to stay away (robots.txt)")
            continue
        found[url] = visitor.visit(url)
        sleep(PAUSE if url != urls[-1] else 0)
    return found


def _robots(server: str, visitor: Visitor) -> RobotFileParser | None:
    """What robots.txt says (RFC 9309); None where the server can't be reached: then the visit tells why."""
    if urlsplit(server).scheme not in PORTS:
        return None
    try:
        status, content = visitor.page(f"{server}/robots.txt", _ROBOTS)
    except (OSError, HTTPException, ValueError):
        return None
    robots = RobotFileParser()
    if status >= 500:
        robots.parse(["User-agent: *", "Disallow: /"])  # §2.3.1.4
    else:
        robots.parse(content.decode("utf-8", "replace").splitlines() if status == 200 else [])
    return robots


def _findings(links: Mapping[str, Where], answers: Mapping[str, Answer]) -> Iterator[Finding]:
    """Each that is gone; of the others, those together that could not be checked for one reason."""
    unknown: dict[str, list[str]] = {}
    for url, answer in answers.items():
        if answer.verdict == "gone":
            message = f"{visible(url)[:100]}: {answer.why}."
            yield Finding(
                "dead-web-link", "warning", message, "Correct it, or take the link out.", links[url]
            )
        elif answer.verdict == "unknown":
            unknown.setdefault(answer.why, []).append(url)
    for why, urls in unknown.items():
        lines = sorted({links[url].line for url in urls[1:]} - {links[urls[0]].line})
        also = f" and {len(urls) - 1} more (lines {', '.join(map(str, lines[:12]))})" if lines else ""
        message = f"{visible(urls[0])[:100]}{also} could not be checked: {why}."
        hint = "Open it yourself." if len(urls) == 1 else "Open them yourself."
        yield Finding("unchecked-link", "notice", message, hint, links[urls[0]])
