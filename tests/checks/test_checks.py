"""Pre-flight: what blocks, what warns, what only informs; and that a sound release is left in peace."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import REPOSITORY
from support.lists import make_list

from mailer.checks import BLOCK_SENDING, CHECKS, Draft, run_checks
from mailer.checks.silence import CAN_BE_SILENCED, ERRORS
from mailer.model import Audience, Finding, Recipient
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.release import read_release
from mailer.render import render
from mailer.render.theme_faults.sources import IDS
from mailer.workspace import Workspace

SOUND = "Headline: One\nDate: November 23, 2026\nDateline: Portmellon"


NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""When releases are looked at: in a year's time, their dates would be old, and rightly told so."""


def findings_of(workspace: Workspace, name: str, **people: object) -> tuple[Finding, ...]:
    prepared = prepare(workspace, name, Choice(**people))  # type: ignore[arg-type]
    return run_checks(Draft(workspace, prepared.release, prepared.audience, prepared.rendered, NOW))


def found(workspace: Workspace, fields: str = SOUND, body: str = "Text.", **people: object) -> dict[str, str]:
    """The ids of what is found in an office that writes English only, with their levels."""
    (workspace.root / "newsroom.es.md").unlink(missing_ok=True)
    (workspace.releases / "checked.md").write_text(f"---\n{fields}\n---\n\n{body}\n", "utf-8")
    return {f.id: f.level for f in findings_of(workspace, "checked", **people)}


def test_the_sample_release_of_an_own_office_is_left_in_peace(workspace: Workspace) -> None:
    assert findings_of(workspace, "harbour-report") == ()


def test_the_real_release_has_only_what_an_editor_would_thank_for(
    workspace: Workspace, real_release: str
) -> None:
    """Its age, the short links that hide where they lead, its long subject, and nothing to say behind it; and, in an
    office in Britain that is not its own, what is another's: no edition, no name, a number of Washington."""
    findings = prepare(workspace, real_release, Choice()).findings
    its_own = {
        ("old-date", "warning"),
        ("short-link", "warning"),
        ("long-subject", "notice"),
        ("no-preheader", "notice"),
    }
    of_another_office = {("phone-number", "warning"), ("no-organisation", "notice"), ("no-edition", "notice")}
    assert {(f.id, f.level) for f in findings} == its_own | of_another_office
    newsroom = workspace.newsroom.read_text("utf-8").replace("Region: GB", "Region: US")
    newsroom = re.sub("(?m)^Name: .*", "Name: Washington Office on Latin America", newsroom)
    (workspace.root / "newsroom.es.md").unlink()
    workspace.newsroom.write_text(newsroom, "utf-8")
    of_the_release = [
        f for f in prepare(workspace, real_release, Choice()).findings if "releases/" in f.where.path
    ]
    assert {(f.id, f.level) for f in of_the_release} == its_own


@pytest.mark.parametrize(("fields", "body"), [
    (SOUND, "A todo list, xxl, and 2 * 3, not bold: \\*\\*."), (SOUND, "Dear {{ first_name | colleague }}, {{ email }}."),
    (SOUND, "[^1] cited.\n\n[^1]: Said."), (SOUND, "[site](https://petrel.example.org) [mail](mailto:newsdesk@example.org)"),
])  # fmt: skip
def test_what_is_right_is_left_in_peace(workspace: Workspace, fields: str, body: str) -> None:
    assert (
        set(found(workspace, fields, body)) <= {"leftover-markup"}
        if "\\*" in body
        else found(workspace, fields, body) == {}
    )


def test_an_empty_merge_value_names_the_first_who_has_none(workspace: Workspace) -> None:
    make_list(workspace, "some", 3)
    with (workspace.lists / "some.csv").open("a", encoding="utf-8") as file:
        file.write("nameless@example.net,,,en,\n")
    (workspace.releases / "checked.md").write_text(f"---\n{SOUND}\n---\n\nDear {{{{ name }}}},\n", "utf-8")
    (finding,) = findings_of(workspace, "checked", lists=("some",))
    assert finding.id == "empty-merge-value"
    assert "1 of the recipients, first nameless@example.net" in finding.message


def test_a_name_that_poses_as_a_header_field_is_found_in_any_audience(workspace: Workspace) -> None:
    release = read_release(workspace, "harbour-report")
    mails = {e.language: render(e, workspace.theme("default")) for e in release.editions}
    for name in ("Eve\nBcc: a@example.net", "=?utf-8?q?Bcc?="):
        audience = Audience((Recipient("eve@example.net", name),))
        findings = run_checks(Draft(workspace, release, audience, mails, NOW))
        assert [f.id for f in findings] == ["header-injection"]


def test_the_gravest_come_first(workspace: Workspace) -> None:
    (workspace.releases / "checked.md").write_text("---\nHeadline: One\n---\n\nTODO **x\n", "utf-8")
    levels = [f.level for f in prepare(workspace, "checked", Choice()).findings]
    assert levels == sorted(levels, key=("error", "warning", "notice").index)


# ---- documented -----------------------------------------------------------------------------------------------


def ids_in_code() -> set[str]:
    """The first argument of every Finding that checks and the reader of releases make; those of a theme's files."""
    ids: set[str] = set(IDS.values())
    for folder in ("checks", "release"):
        for path in (REPOSITORY / "mailer" / folder).rglob("*.py"):
            ids |= set(re.findall(r'Finding\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    body = ast.parse(Path(REPOSITORY / "mailer" / "release" / "body.py").read_text("utf-8"))
    names = [n for n in ast.walk(body) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return ids | {n.value for n in names if n.value in ("leftover-markup", "missing-note", "dead-link")}


def test_every_finding_is_documented_and_every_documented_one_exists() -> None:
    page = (REPOSITORY / "docs" / "reference" / "checks.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == ids_in_code()


PAGES = REPOSITORY / "docs" / "reference" / "checks"


def sections() -> dict[str, str]:
    """What the pages say of each check, by its id."""
    found: dict[str, str] = {}
    for page in sorted(PAGES.glob("*.md")):
        for section in page.read_text("utf-8").split("\n## ")[1:]:
            name, _, text = section.partition("\n")
            assert name not in found, f"{name} stands twice"
            found[name] = text
    return found


def test_every_finding_has_its_place_on_a_page_that_says_why_whence_and_how_to_silence_it() -> None:
    page = (REPOSITORY / "docs" / "reference" / "checks.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z, ]+) \|", page, re.MULTILINE))
    told = sections()
    assert set(told) == set(rows)
    for name, text in told.items():
        assert text.strip().startswith(f"*{rows[name]}* — "), name
        assert "\n- Source: " in text, name
        assert "\n- Found: " in text, name
        silent = f"- check: {name}\n      because: " in text
        assert silent == (name in CAN_BE_SILENCED), name
        assert silent != ("It can't be silenced" in text), name


def test_what_can_be_silenced_and_what_can_not_are_all_there_is() -> None:
    assert CAN_BE_SILENCED | ERRORS | set(BLOCK_SENDING) == ids_in_code()
    assert not CAN_BE_SILENCED & (ERRORS | set(BLOCK_SENDING))


def test_every_check_says_what_it_finds() -> None:
    for check in CHECKS:
        assert check.__doc__, check.__name__
