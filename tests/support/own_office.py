"""The workspace of an office that has put its own in place of all that is the sample's: only such a one can send.

Another invented organisation, on the sample's domain, with the sample's release and lists. Its phone numbers are of
those that Ofcom keeps free for drama.
"""

from __future__ import annotations

import re
from pathlib import Path

from mailer.workspace import Workspace, make_workspace

NAME, SPANISH_NAME = "Petrel Bay Trust", "Fundación Bahía del Petrel"
SENDER, ADDRESS = "Petrel Bay News Desk", "newsdesk@example.org"
CONTACT, PHONE = "Edda Thorne", "020 7946 0361"

INSTEAD: tuple[tuple[str, str], ...] = (
    ("Lantern Coast Foundation", NAME),
    ("Lantern Coast Press Office", SENDER),
    ("Fundación Costa Linterna", SPANISH_NAME),
    ("press@example.org", ADDRESS),
    ("Lantern House, 12 Quay Street", "3 Fulmar Steps"),
    ("Portmellon PM1 4LC", "Skerry Head SH4 2PB"),
    ("Website: https://example.org", "Website: https://petrel.example.org"),
    ("[example.org](https://example.org)", "[petrel.example.org](https://petrel.example.org)"),
    ("Mira Okafor", CONTACT),
    ("Mira is at her desk", "Edda is at her desk"),
    ("020 7946 0142", PHONE),
    ("+44 20 7946 0142", f"+44 {PHONE[1:]}"),
    ("07700 900142", "07700 900361"),
    ("You get this because you asked for our news or write about the coast.", "You are on our list of reporters."),
    ("looks after 140 kilometres of shore with the people who live on it.",
     "watches over the birds of one bay, together with those who fish there."),
    ("It measures the water,\npublishes what it finds, and helps harbour towns to act on it.",
     "It counts what nests\nthere, and asks harbour towns to leave room for it."),
    ("It takes no money from those it measures.", "It lives on what its members give."),
    ("Recibe este mensaje porque pidió nuestras noticias o escribe sobre la costa.", "Está en nuestra lista de prensa."),
    ("cuida 140 kilómetros de litoral junto con quienes viven en él.",
     "protege a las aves de una bahía, junto con quienes pescan allí."),
    ("Mide el agua, publica lo que\nencuentra y ayuda a los pueblos portuarios a actuar.",
     "Cuenta lo que\nanida allí y pide a los pueblos portuarios que le dejen sitio."),
    ("No acepta dinero de aquellos a quienes mide.", "Vive de lo que dan sus socios."),
    ("Lantern Coast", "Petrel Bay"),
    ("Costa Linterna", "Bahía del Petrel"),
)  # fmt: skip
"""What the sample says, and what this office says instead; no line is more or fewer, so that places stay."""


def make_own_office(folder: Path) -> Workspace:
    """A workspace as `mailer init` makes it, filled in by its office."""
    workspace = make_workspace(folder)
    put_own_in_place(workspace)
    return workspace


def put_own_in_place(workspace: Workspace, *, but: str = "") -> None:
    """Replace all that is the sample's.

    Args:
        but: what is forgotten, one of the sample's texts of `INSTEAD`.
    """
    paths = (*workspace.root.glob("newsroom*.md"), *workspace.releases.glob("*.md"))
    kept = f"({re.escape(but)})" if but else "$^"
    for path in paths:
        parts = re.split(kept, path.read_text("utf-8"))
        path.write_text("".join(part if part == but else _own(part) for part in parts), "utf-8")


def _own(text: str) -> str:
    for theirs, own in INSTEAD:
        text = text.replace(theirs, own)
    return text
