"""Every address of the desk, from its rooms: a new one is looked at, and attacked, without anybody's writing a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from starlette.routing import BaseRoute, Route

from mailer.delivery import Ledger
from mailer.desk.office import Office
from mailer.desk.pages import Pages
from mailer.desk.rooms import ROOMS
from mailer.desk.rooms.people.adding.uploads import Uploads
from mailer.settings import Settings
from mailer.workspace import Workspace
from support.office_that_sent import OfficeThatSent, office_that_sent
from support.pictures import noise

SENT, DRAFT = "harbour-report", "pier-opens"

EXAMPLES: tuple[tuple[str, dict[str, str]], ...] = (
    ("/r/", {"name": DRAFT}),
    ("/checked/", {"name": DRAFT}),
    ("/import/", {"name": DRAFT}),
    ("/m/", {"id": "1", "mailing": "1", "number": "1"}),
    ("/lists/added/", {"id": "0123456789abcdef"}),
    ("/lists/", {"name": "press"}),
    ("/mailbox/", {"file": "0001.eml", "name": "0001.eml", "key": "0001"}),
)
"""What stands for a parameter, by how its address begins. A room with others says here what."""

QUERIES: dict[str, str] = {
    "/who": "?q=thorne",
    "/r/{name}/person": "?address=ana.ruiz%40example.net",
    "/r/{name}/diff": "?since=proof",
    "/settings/logo": "?without=one",
}
"""What is asked for at an address that says nothing without."""


def routes() -> list[Route]:
    """All of them. No room reads anything before somebody asks it."""
    nowhere = Office(Workspace(Path("/nowhere")), Settings())
    found: list[BaseRoute] = [route for room in ROOMS for route in room(nowhere, Pages(nowhere))]
    return [route for route in found if isinstance(route, Route)]


def paths(method: str) -> list[str]:
    """As they are written, with their parameters in braces."""
    return sorted({route.path for route in routes() if method in (route.methods or ("GET",))})


def parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)(?::\w+)?\}", path)


def filled(path: str, **instead: str) -> str:
    """An address with examples for its parameters, or with something else for one."""
    examples = next((given for beginning, given in EXAMPLES if path.startswith(beginning)), {})
    for name in parameters(path):
        assert name in examples, f"{path}: give an example for {name} in tests/support/desk_pages.py"
        value = instead.get(name, quote(examples[name], safe=""))
        path = re.sub(rf"\{{{name}(?::\w+)?\}}", lambda _, value=value: value, path)
    return path


@dataclass(frozen=True)
class Furnished:
    """An office with one of everything."""

    workspace: Workspace
    settings: dict[str, str]


@contextmanager
def furnished(folder: Path) -> Iterator[Furnished]:
    """One release was sent, another is a draft; there are lists, one with problems, and people who are suppressed."""
    with office_that_sent(folder) as office:
        furnish(office)
        yield Furnished(office.workspace, office.settings)


def furnish(office: OfficeThatSent) -> None:
    workspace = office.workspace
    draft = (workspace.releases / f"{SENT}.md").read_text("utf-8")
    (workspace.releases / f"{DRAFT}.md").write_text(
        re.sub(r"(?m)^Headline: .*$", "Headline: The Pier Opens Again", draft), "utf-8"
    )
    rows = "name,email,outlet\nEdda Thorne,edda.thorne@example.com,El País\nNobody,no-address,The Bay\n"
    (workspace.lists / "broken.csv").write_text(rows, "utf-8")
    kept = Uploads(workspace).keep("coast.csv", BytesIO(rows.encode()))
    kept.path.parent.rename(kept.path.parent.with_name("0123456789abcdef"))
    (workspace.root / "images").mkdir(exist_ok=True)
    noise("RGB", (40, 40)).save(workspace.root / "images" / "mark.png")
    newsroom = workspace.root / "newsroom.md"
    text = newsroom.read_text("utf-8")
    assert "\nZone:" in text
    newsroom.write_text(
        text.replace("\nZone:", "\nLogo:\n  - file: images/mark.png\n    alt: The mark\nZone:"), "utf-8"
    )
    with Ledger(workspace.ledger) as ledger:
        assert ledger.mailing(SENT).id == 1
