"""One small mail of each kind, and one of each theme, as it was looked at by a person: any change of it must be looked at again.

To take them anew after a change that is meant: `GOLDEN=write pytest tests/render/test_golden.py`, then read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from support.releases import rendered

from mailer.model import Rendered
from mailer.workspace import Workspace

GOLDEN = Path(__file__).parent / "golden"
MAILS = (
    *(
        (kind, "default")
        for kind in ("advisory", "correction", "statement", "press-release", "update", "withdrawal")
    ),
    ("round-up", "bulletin"),
    ("press-release", "letter"),
)


def readable(html: str) -> str:
    """The body without its inlined styles, as a person can read it; the styles have tests of their own."""
    body = html.partition("<body")[2]
    body = re.sub(
        r""" (style|cellpadding|cellspacing|border|width|bgcolor|align)=("[^"]*"|'[^']*')""",
        "",
        "<body" + body,
    )
    return re.sub(r"\n+", "\n", body).strip() + "\n"


def shown(mail: Rendered) -> str:
    return re.sub(
        "[\ue000\ue001]", "¦", f"Subject: {mail.subject}\n\n{mail.text}\n{'=' * 78}\n\n{readable(mail.html)}"
    )


@pytest.mark.parametrize(("name", "theme"), MAILS)
def test_each_kind_looks_as_a_person_saw_it(sample_workspace: Workspace, name: str, theme: str) -> None:
    mail = rendered(sample_workspace, name, theme)
    path = GOLDEN / (f"{name}.txt" if theme == "default" else f"{name}.{theme}.txt")
    if os.environ.get("GOLDEN") == "write":
        path.write_text(shown(mail), "utf-8")
    assert shown(mail) == path.read_text("utf-8")
