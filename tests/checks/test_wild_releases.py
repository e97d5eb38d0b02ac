"""No text makes a check fall over, or think for long: whatever is pasted into a release, pre-flight answers."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.own_office import make_own_office
from support.reading_checks import NOW, OF_THE_TEXT

from mailer.checks import Draft, look_over
from mailer.errors import ReleaseError
from mailer.model import Audience, Recipient, Release
from mailer.release import read_release
from mailer.render import render
from mailer.workspace import Workspace

LANGUAGES = ("en", "es", "fr", "de", "pt", "ar", "zh-Hans")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_own_office(tmp_path_factory.mktemp("wild") / "office")


def checked(office: Workspace, head: str, body: str, translation: str = "") -> int:
    """The number of findings; 0 for a file that is no release."""
    (office.releases / "wild.md").write_text(
        f"---\nHeadline: One\n{head}\n---\n\n{body}\n", "utf-8", newline=""
    )
    other = office.releases / "wild.es.md"
    other.unlink(missing_ok=True)
    if translation:
        other.write_text(f"---\nHeadline: Uno\n---\n\n{translation}\n", "utf-8", newline="")
    try:
        release = read_release(office, "wild", today=NOW.date())
    except ReleaseError:
        return 0
    rendered = {e.language: render(e, office.theme("default")) for e in release.editions}
    audience = Audience((Recipient("a@example.net", languages=("es",)),))
    return len(look_over(Draft(office, release, audience, rendered, NOW)).findings)


TELLING = st.sampled_from([
    "Monday, 31 February 2026", "29 de febrero de 2025", "12:99 a.m.", "webinar at 99:99", "“", "”", "«", "»", "„", '"', "'", "1. ", "- ",
    "> ", "> — Ana Ruiz, x", "said Ana Ruiz", "Ana Ruis", "the the", "[^1]", "[^1]: x", "¹", "(1)", "[here](https://[::1", "https://bit.ly",
    "![IMG_1](https://x.example/a.png)", "1,234.5", "1.234,5", "1.234.567,89", "9" * 400, "23 mil millones", "+44 20", "Phone: 1-1-1-1-1-1",
    "EMBARGOED UNTIL", "TK", "XX", "\n\n", "\n", "**", "|a|b|\n|-|-|\n|1|2|\n", "{{ name | x }}", "---", "## About X", "1e999", "٣٤٥", "²³",
])  # fmt: skip


@settings(max_examples=25)
@given(
    st.sampled_from(LANGUAGES),
    st.lists(TELLING | st.text(max_size=30), max_size=12).map(" ".join),
    st.lists(TELLING | st.text(max_size=12), max_size=8).map(" ".join),
)
@example("es", "1.234.567,89 " + "9" * 400, "٣٤٥ 1,234")
@example("en", "[^9] [^x] [^1]: ", "")
def test_no_text_makes_a_check_raise(office: Workspace, language: str, body: str, translation: str) -> None:
    checked(office, f"Lang: {language}", body, translation)


@settings(max_examples=20)
@given(
    st.sampled_from(
        ["Subject", "Subhead", "Preheader", "Note", "Date", "Embargo", "Dateline", "Correction", "Silence"]
    ),
    st.lists(TELLING | st.text(max_size=20), max_size=5).map(" ".join),
)
def test_no_header_does(office: Workspace, field: str, value: str) -> None:
    checked(office, f"{field}: {' '.join(value.split())}", "Text.")


SIZE = 40 * 1024
LONG = (
    "a", "9", "“", "«", "(", "1,", "1 ", "1-", "! ", "the the ", "said Ana Ruiz. ", "Monday, 1 May ", "webinar 12:30 ", "[^1]",
    "¹", "Phone: 1 ", "+1 2 3 ", "> a\n", "A'B", "mil millones ", "IMG_1",
)  # fmt: skip


def _read(office: Workspace, text: str) -> Release | None:
    """None: it is more than a release may hold."""
    body = f"{text}\n\n[^1]: A note."
    (office.releases / "wild.md").write_text(f"---\nHeadline: One\nLang: en\n---\n\n{body}\n", "utf-8")
    (office.releases / "wild.es.md").write_text(f"---\nHeadline: Uno\nLang: es\n---\n\n{body}\n", "utf-8")
    try:
        return read_release(office, "wild", today=NOW.date())
    except ReleaseError as refused:
        assert all("more than" in fault.message or "longer than" in fault.message for fault in refused.faults)
        return None


@pytest.mark.timeout(20)  # a check that went through all ways to read it would need years
@pytest.mark.parametrize("piece", LONG)
def test_as_much_of_one_thing_as_a_release_may_hold_is_no_riddle(office: Workspace, piece: str) -> None:
    """Of forty kilobytes, or of what release/bounds.py lets in of them."""
    size = SIZE
    while (release := _read(office, (piece * size)[:size])) is None:
        size //= 2
    assert size >= 1000
    draft = Draft(office, release, Audience(()), {}, NOW)
    for check in OF_THE_TEXT:
        list(check(draft))
