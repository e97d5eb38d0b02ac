"""A newsroom on the web: a workspace whose releases are published, and what stands in the folder then."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import html5lib
from PIL import Image

from mailer.publish import Published, publish
from mailer.workspace import Workspace

BASE = "https://petrel.example.org/news/"
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

ADVISORY = """---
Kind: media advisory
Headline: The Coast Counts Its Lamps Again
Subhead: Forty volunteers, eleven quays, one night
Note: Dear {{ first_name | colleague }}, this line is for journalists alone.
Date: November 28, 2026
Dateline: Grey Haven
Event:
  - what: A walk along the quays
    start: 2026-12-12 17:30 Europe/London
    where: Harbour office
    rsvp: https://example.org/register
Images:
  - file: files/quay.jpg
    alt: A quay at dusk
    caption: The quay of Grey Haven at dusk.
    credit: I. Valdero
Attachments:
  - file: files/tables.csv
    title: All tables
    send: attach
---

Forty volunteers will count every lamp, {{ first_name | dear colleague }}.[^a]

![A quay at dusk](files/quay.jpg)

| Harbour | Lamps |
|:--------|------:|
| Saltby | 41 |

[^a]: Harbour Tables, <https://example.org/tables>.
"""


@dataclass(frozen=True)
class OnTheWeb:
    workspace: Workspace

    @property
    def folder(self) -> Path:
        return self.workspace.root / "site"

    def publish(self, name: str, at: datetime = NOW, **how: object) -> Published:
        return publish(self.workspace, name, now=at, **how)  # type: ignore[arg-type]

    def write(self, name: str, text: str) -> Path:
        path = self.workspace.releases / f"{name}.md"
        path.write_text(text, "utf-8")
        return path

    def follow(
        self, name: str, kind: str, corrects: str = "harbour-report", day: str = "November 29, 2026"
    ) -> None:
        self.write(
            name,
            f"---\nKind: {kind}\nHeadline: About the Harbours Again\nDate: {day}\nDateline: Portmellon\n"
            f"Corrects: {corrects}\nCorrection: It is seven, not eight.\n---\n\nSeven of the eleven harbours do.\n",
        )

    def text(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")

    def everything(self) -> dict[str, bytes]:
        """What a visitor can be given, by path."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}

    def dead_links(self) -> list[str]:
        """Relative links of all pages that lead to no file, and fragments that lead to no place."""
        dead = []
        for page in self.folder.glob("*.html"):
            for link in links_of(page.read_text("utf-8")):
                target, fragment = urldefrag(urljoin(page.name, link))
                file = self.folder / unquote(target or page.name)
                if not file.is_file() or (fragment and f'id="{fragment}"' not in file.read_text("utf-8")):
                    dead.append(f"{page.name}: {link}")
        return dead


def links_of(html: str) -> list[str]:
    """The addresses in a page that are no whole ones."""
    found = re.findall(r'(?:href|src)="([^"]*)"', html)
    found += [each.split()[0] for value in re.findall(r'srcset="([^"]*)"', html) for each in value.split(",")]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def well_formed(html: bytes) -> list[str]:
    """What a strict reader of HTML has against a page."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(html)
    return [str(code) for _, code, _ in parser.errors]


def newsroom(workspace: Workspace, *, web: str = BASE) -> OnTheWeb:
    """An office whose site has an address, a picture and a table, and a release with an event."""
    if web:
        text = workspace.newsroom.read_text("utf-8")
        workspace.newsroom.write_text(text.replace("---\n", f"---\nWeb: {web}\n", 1), "utf-8")
    files = workspace.root / "files"
    files.mkdir()
    Image.linear_gradient("L").resize((600, 300)).convert("RGB").save(files / "quay.jpg")
    (files / "tables.csv").write_text("harbour,lamps\nSaltby,41\n", "utf-8")
    office = OnTheWeb(workspace)
    office.write("lamps", ADVISORY)
    return office
