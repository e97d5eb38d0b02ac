"""Take anew the pictures of the desk's pages: `python docs/images/desk.py`.

An invented office with a release in each state; every page in a large window and on a phone, light and dark. It needs
Chromium and some minutes. Words behind the command are the pages that are taken: `python docs/images/desk.py watch`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from httpx import Client
from playwright.sync_api import Browser, Page, expect

IMAGES = Path(__file__).resolve().parent
sys.path.insert(0, str(IMAGES.parents[1] / "tests"))

from support.browser import chromium, context_of, entered, serving  # noqa: E402 - of tests/
from support.own_office import make_own_office  # noqa: E402
from support.photographs import save, seen  # noqa: E402
from support.queued import server_of  # noqa: E402
from support.smtp_faulty import FaultyServer  # noqa: E402
from support.terminal import mailer  # noqa: E402

from mailer.workspace import Workspace  # noqa: E402

WINDOWS = {"desktop": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}
COLOURS = 200
"""Of a picture's palette: pages have few, and all pictures of the desk together stay below 3 MB."""
SENT, DRAFT, PLANNED = "harbour-report", "terns-return", "bridge-closed"
TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=14)
TERNS = """---
Kind: Press release
Headline: Terns Return to the North Jetty after Nine Years
Subhead: Volunteers count 214 pairs; the path stays closed until August
Date: TODAY
Dateline: Skerry Head
Note: Dear {{ first_name | colleague }}, the count by jetty is below. Edda is at her desk all day.
---

Common terns are nesting on the north jetty of Skerry Head again, for the first time since 2017. Volunteers of the
Petrel Bay Trust counted **214 pairs** on Saturday, twice as many as anybody expected.[^1]

> We left them alone, and that was all it took.
>
> — Ines Valdero, warden of the bay

The path along the jetty stays closed until August 15. Boats may land on the south side, as before.

[The count by jetty](https://petrel.example.org/terns)

[^1]: Counted from the water on two mornings, by two boats.
"""
BRIDGE = """---
Kind: Media advisory
Headline: Bay Bridge Closes for Two Nights; Press Can Walk It First
Date: LATER
Dateline: Skerry Head
Event:
  - what: A walk over the empty bridge
    start: ISO 18:00 Europe/London
    where: South ramp, Quay Street
---

The bridge over the bay closes for two nights while its lamps are changed. Before
that, reporters can walk it.
"""
COAST = """email,name,outlet,language,tags
a.mori@example.com,Aiko Mori,The Coast Daily,en,"coast, science"
b.osei@example.com,Ben Osei,The Coast Daily,en,politics
c.dahl@example.net,Clara Dahl,Saltby Observer,en,local
d.reyes@example.net,Dario Reyes,El Faro Diario,es,environment
e.novak@example.com,Eva Novak,Water & Shipping Weekly,en,shipping
f.amari@example.net,Farid Amari,Harbour Radio,en,radio
g.lund@example.com,Greta Lund,Northern Wire,en,wire
h.silva@example.net,Hugo Silva,Revista Marea,es,magazine
"""
NEWCOMERS = """Name;E-mail;Outlet;Language
Jo Finch;jo.finch@example.com;The Coast Daily;en
Ann Bell;ann.bell@example.com;Grey Haven Post;en
Ann Bell;ann.bell@example.com;Grey Haven Post;en
Pat Gone;gone.away@example.com;The Tide;en
Lee Park;lee.park at example.com;Harbour Radio;en
"""


@dataclass(frozen=True)
class Shot:
    """A page: where it is, what is done there, what must be seen before it is taken; `demo`: in which office."""

    path: str
    shows: str
    act: Callable[[Page], None] = lambda page: None
    demo: bool = False


def as_somebody(page: Page) -> None:
    """The preview is that of one reader; the check has answered."""
    expect(page.locator("#findings")).not_to_be_empty()
    page.fill("#for", "k.lindqvist@example.net")
    page.press("#for", "Enter")
    expect(page.frame_locator("#shown").locator("body")).to_contain_text("Dear Karin")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def chosen(page: Page) -> None:
    """What would leave stands on a phone's page, too."""
    page.locator("#leaving").scroll_into_view_if_needed()
    if page.viewport_size == WINDOWS["desktop"]:
        page.evaluate("scrollTo(0, 0)")


def dropped(page: Page) -> None:
    file = {"name": "newcomers.csv", "mimeType": "text/csv", "buffer": NEWCOMERS.encode()}
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Look at it").click()
    expect(page.locator(".numbers")).to_be_visible()


def put_right(page: Page) -> None:
    page.get_by_label("Volunteers took 41,600 samples").first.check()
    page.get_by_label("It should be").fill(
        "Volunteers took 46,100 samples over ten years, at dawn and by hand."
    )
    page.evaluate("document.activeElement.blur()")


def letter(page: Page) -> None:
    page.locator("tbody a").first.click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Harbour Water")


def answered(page: Page) -> None:
    page.get_by_role("button", name="Look now").click()
    expect(page.locator(".found")).to_be_visible(timeout=90_000)


SHOTS = {
    "releases": Shot("/", ".releases"),
    "new": Shot("/new", "form.begins", lambda page: page.evaluate("document.activeElement.blur()")),
    "write": Shot(f"/r/{DRAFT}", "#editor .cm-content", as_somebody),
    "header": Shot(f"/r/{DRAFT}/header", "main form"),
    "send": Shot(f"/r/{DRAFT}/send", "#leaving", chosen),
    "changes": Shot(f"/r/{DRAFT}/diff?since=proof", "iframe"),
    "audience": Shot(f"/r/{DRAFT}/who", ".groups"),
    "person": Shot(f"/r/{DRAFT}/person?address=ana.ruiz%40example.net", "iframe"),
    "watch": Shot("/m/1", "#report .lines"),
    "correct": Shot("/m/1/correct", "#right", put_right),
    "lists": Shot("/lists", "#lists .state"),
    "list": Shot("/lists/press", "tbody tr"),
    "adding": Shot("/lists", "#file", dropped),
    "suppressed": Shot("/suppressed", "#found"),
    "who": Shot("/who?q=ana", ".person-known"),
    "mailbox": Shot("/mailbox", "tbody tr", demo=True),
    "letter": Shot("/mailbox", "tbody tr", letter, demo=True),
    "settings": Shot("/settings", "#house"),
    "server": Shot("/settings/server", "main .facts", answered),
}
"""By the word in the picture's name."""


def furnished(folder: Path, server: FaultyServer) -> Workspace:
    """An office: one release sent, one being written since its proof, one planned."""
    office = make_own_office(folder / "press-office")
    (office.lists / "coast.csv").write_text(COAST, "utf-8")
    (office.root / ".env").write_text("".join(f"{k}={v}\n" for k, v in settings_of(server).items()), "utf-8")
    (office.releases / f"{DRAFT}.md").write_text(dated(TERNS.replace("214 pairs**", "190 pairs**")), "utf-8")
    (office.releases / f"{PLANNED}.md").write_text(dated(BRIDGE), "utf-8")
    lists = ("--list", "press", "--list", "coast")
    for arguments, code in (
        (("send", SENT, *lists, "--yes", "--max-wait", "0"), 1),
        (("send", PLANNED, "--at", f"{LATER:%Y-%m-%d} 08:00 Europe/London", "--no-wait", "--yes"), 0),
        (("send", DRAFT, "--dry-run"), 0),
        (("send", DRAFT, "--test", "newsdesk@example.org", "--yes"), 0),
    ):
        ran = mailer(*arguments, cwd=office.root, **settings_of(server))
        assert ran.code == code, f"{arguments}: {ran.out}{ran.err}"
    (office.releases / f"{DRAFT}.md").write_text(dated(TERNS), "utf-8")
    return office


def dated(text: str) -> str:
    """A release of these days: the check warns of one that is old."""
    for word, day in (("TODAY", TODAY), ("LATER", LATER)):
        text = text.replace(word, f"{day:%B} {day.day}, {day.year}")
    return text.replace("ISO", LATER.isoformat())


def settings_of(server: FaultyServer) -> dict[str, str]:
    return server_of(server) | {"UNSUBSCRIBE_MAILTO": "unsubscribe@example.org", "SECRET_KEY": "k" * 40}


def take(browser: Browser, clients: dict[bool, Client], names: list[str]) -> None:
    """All of these pages, in each window and scheme."""
    for device, window in WINDOWS.items():
        for scheme in ("light", "dark"):
            for demo, client in clients.items():
                context = context_of(
                    browser, client, viewport=window, color_scheme=scheme, reduced_motion="reduce"
                )
                page = context.new_page()
                for name in (name for name in names if SHOTS[name].demo is demo):
                    shot = SHOTS[name]
                    page.goto(str(client.base_url.join(shot.path)))
                    expect(page.locator(shot.shows).first).to_be_visible()
                    shot.act(page)
                    page.wait_for_timeout(700)  # pieces that a page fetches, frames that take their height
                    save(seen(page), IMAGES / f"desk-{name}-{device}-{scheme}.png", COLOURS)
                context.close()


def main() -> None:
    names = sys.argv[1:] or list(SHOTS)
    refuse = {"c.dahl@example.net": "550 5.1.1 no such mailbox", "e.novak@example.com": "550 5.1.1 no such mailbox",
              "g.lund@example.com": "450 4.2.2 mailbox is full"}  # fmt: skip
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium())
        server = stack.enter_context(FaultyServer(refuse=refuse))
        office = furnished(folder, server)
        demo = mailer("demo", "--no-browser", "--dir", str(folder / "demo"), cwd=folder)
        assert demo.code == 0, demo.err
        clients = {}
        for is_demo, root in ((False, office.root), (True, folder / "demo")):
            address = stack.enter_context(serving("desk", "--no-browser", cwd=root))
            clients[is_demo] = stack.enter_context(entered(address))
        take(browser, clients, names)


if __name__ == "__main__":
    main()
