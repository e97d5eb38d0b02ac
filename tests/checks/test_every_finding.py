"""Every check can fire, and every finding that is documented is brought about by some release: at each of its levels."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import REPOSITORY
from support.pictures import noise

from mailer.checks import (
    CHECKS,
    Check,
    Draft,
    dates,
    enclosures,
    inbox,
    mail,
    names,
    people,
    prose,
    sample,
    text,
    theme,
    translations,
)
from mailer.delivery import Entry, FrozenEdition, FrozenRelease, Ledger
from mailer.pipeline import prepare
from mailer.press import Choice
from mailer.workspace import Workspace

SOUND = "Headline: One\nDate: November 23, 2026\nDateline: Portmellon"
PAGE = '<!DOCTYPE html><html lang="en"><head><style></style></head><body>{}</body></html>'
CHILD = '{% extends "default/release.html.j2" %}'


@dataclass(frozen=True)
class Trouble:
    """A release with something wrong, and what is found by which check.

    Attributes:
        beside: further files of the workspace, by path.
        sent: the language in which somebody got the release `short`; "" where nobody did.
    """

    check: Check
    id: str
    level: str
    header: str = SOUND
    body: str = "Text."
    beside: Mapping[str, str | bytes] = field(default_factory=dict)
    sent: str = ""


def soon(**how: int) -> str:
    return f"{datetime.now(ZoneInfo('UTC')) + timedelta(**how):%Y-%m-%d}"


def attached(name: str) -> str:
    return f"{SOUND}\nAttachments:\n  - file: {name}\n    send: attach"


def snow() -> bytes:
    """An animation of which nothing can be left out that would make it small enough."""
    first, *others = (noise("L", (536, 400), seed) for seed in range(60))
    out = io.BytesIO()
    first.save(out, "GIF", save_all=True, append_images=others)
    return out.getvalue()


LEDE = "Eight of the eleven harbours of the coast now meet the standard for bathing water, says a study."
ORIGINAL = "It took 41,600 samples [there](https://example.org/a).[^1]\n\nREAD: <https://example.org>\n\n[^1]: A note."
TRANSLATION = "---\nHeadline: Uno\n---\n\nFueron 46.100 muestras tomadas en aquel lugar, durante diez años, y nada más.\n"
NOTICED = text.what_the_reader_noticed
TROUBLES = (
    Trouble(text.missing_fields, "missing-field", "error", f"{SOUND}\nContacts:\n  - name: Mira Okafor"),
    Trouble(text.missing_fields, "missing-field", "warning", "Headline: One\nDate: 2026-11-23"),
    Trouble(text.missing_fields, "missing-field", "warning", "Headline: One\nDateline: Saltby"),
    Trouble(text.missing_fields, "missing-body", "error", body=""),
    Trouble(text.placeholder_text, "placeholder-text", "error", body="TODO write this."),
    Trouble(text.placeholder_text, "placeholder-text", "warning", body="It cost TK pounds."),
    Trouble(text.placeholder_text, "placeholder-text", "error", f"{SOUND}\nSubhead: lorem ipsum dolor"),
    Trouble(sample.sample_office, "sample-office", "warning", body="Lantern Coast Foundation says so."),
    Trouble(mail.preheader, "repeated-preheader", "warning", f"{SOUND.replace('One', 'Harbour Water Is Clean')}\nPreheader: Harbour water is clean, and so on"),
    Trouble(mail.phone_numbers, "phone-number", "warning", f"{SOUND}\nContacts:\n  - name: Mira\n    phone: 202-797-2171 and so on"),
    Trouble(text.markup_in_fields, "leftover-markup", "error", f"{SOUND}\nSubhead: A **bold start"),
    Trouble(text.left_by_word, "left-by-word", "warning", body="Press release\n\nPortmellon—Portmellon—Text.¹\n\n¹ A note."),
    Trouble(NOTICED, "leftover-markup", "error", body="A **bold start."),
    Trouble(NOTICED, "odd-character", "error", body="See \u202ethis."),
    Trouble(NOTICED, "odd-character", "notice", body="See\u200b this."),
    Trouble(NOTICED, "missing-note", "error", body="A note[^1]."),
    Trouble(NOTICED, "unused-note", "warning", body="Text.\n\n[^1]: Never cited."),
    Trouble(NOTICED, "repeated-note", "error", body="a[^1]\n\n[^1]: x\n\n[^1]: y"),
    Trouble(NOTICED, "dead-link", "error", body="See [this](page.html)."),
    Trouble(NOTICED, "outdated-translation", "warning", beside={
        "releases/wrong.es.md": "---\nHeadline: Uno\nOriginal: 0123456789ab\n---\n\nTexto.\n"}),
    Trouble(NOTICED, "misnamed-file", "warning", beside={"releases/wrong.es.md.txt": "---\nHeadline: Uno\n---\n"}),
    Trouble(text.embargo, "embargo", "notice", f"{SOUND}\nEmbargo: {soon(days=3)} 10:00 Europe/London"),
    Trouble(text.embargo, "past-embargo", "warning", f"{SOUND}\nEmbargo: 2020-01-01 10:00 Europe/London"),
    Trouble(text.embargo, "future-date", "warning", f"Headline: One\nDateline: X\nDate: {soon(days=9)}"),
    Trouble(text.follow_up, "follow-up", "error", f"{SOUND}\nKind: Correction\nCorrection: x"),
    Trouble(inbox.subject, "long-subject", "notice", f"{SOUND}\nSubject: {'long ' * 30}"),
    Trouble(inbox.headline, "long-headline", "notice", f"{SOUND.replace('One', 'Harbour ' * 20)}"),
    Trouble(inbox.loud_subject, "loud-subject", "warning", SOUND.replace("One", "HARBOUR WATER CLEANER THAN EVER")),
    Trouble(inbox.fake_reply, "fake-reply", "warning", f"{SOUND}\nSubject: Re: your question"),
    Trouble(inbox.no_preheader, "no-preheader", "notice", body=f"{LEDE} {LEDE}"),
    Trouble(dates.weekday, "weekday", "warning", body="It opens on Monday, 24 July 2018."),
    Trouble(dates.old_date, "old-date", "warning", SOUND.replace("2026", "2018")),
    Trouble(dates.past_event, "past-event", "warning", f"{SOUND}\nEvent:\n  - what: Tour\n    start: 2020-03-01 10:00"),
    Trouble(dates.relative_day, "relative-day", "notice", f"Headline: One\nDateline: X\nDate: {soon()}", "We met yesterday."),
    Trouble(dates.relative_day, "relative-day", "warning", body="We met yesterday."),
    Trouble(dates.time_zone, "time-zone", "warning", body="Join the webinar at 10 a.m. from anywhere."),
    Trouble(dates.embargo_in_text, "embargo-in-text", "warning", body="EMBARGOED UNTIL 3 May, 10:00"),
    Trouble(names.name_spelling, "name-spelling", "warning", body="“So,” said Ana Ruiz. Later, Ana Ruis left."),
    Trouble(names.no_organisation, "no-organisation", "notice", body=LEDE),
    Trouble(names.contacts, "contact-incomplete", "warning", f"{SOUND}\nContacts:\n  - name: Mira\n    email: a@example.org\n  - name: Bo"),
    Trouble(names.contacts, "contact-incomplete", "notice", f"{SOUND}\nContacts:\n  - name: Mira\n    email: a@example.org"),
    Trouble(names.phone_in_text, "phone-number", "warning", body="Phone: 020 7946 01"),
    Trouble(prose.doubled_word, "doubled-word", "warning", body="It is the the quay."),
    Trouble(prose.quotes, "unbalanced-quotes", "warning", body="“It is open, she said."),
    Trouble(prose.quotes, "mixed-quotes", "notice", body='“One,” she said. "Two," he said.'),
    Trouble(prose.typed_notes, "typed-note", "warning", body="As measured.² And so on[^1].\n\n[^1]: A note."),
    Trouble(prose.note_order, "note-order", "notice", body="One[^2] two[^1].\n\n[^1]: A.\n\n[^2]: B."),
    Trouble(prose.note_order, "note-order", "warning", body="One[^2] two[^1], see note 2.\n\n[^1]: A.\n\n[^2]: B."),
    Trouble(prose.phone_in_list, "phone-in-list", "warning", body="1. 555 010 0199"),
    Trouble(enclosures.written_links, "short-link", "warning", body="See [this](https://bit.ly/abc)."),
    Trouble(enclosures.written_links, "insecure-link", "notice", body="See [this](http://example.org/abc)."),
    Trouble(enclosures.alt_texts, "alt-file-name", "warning", body="![IMG_1234.jpg](https://example.org/IMG_1234.jpg)"),
    Trouble(enclosures.rejected_attachments, "rejected-attachment", "error", attached("setup.exe"), beside={
        "releases/setup.exe": b"MZ"}),
    Trouble(enclosures.rejected_attachments, "rejected-attachment", "warning", attached("table.xlsm"), beside={
        "releases/table.xlsm": b"PK"}),
    Trouble(enclosures.brand_colour, "brand-colour", "notice", beside={"newsroom.md": "---\nName: Q\nSender: a@example.org\nColour: #ffe000\n---\n"}),
    Trouble(translations.no_edition, "no-edition", "notice"),
    *(Trouble(translations.translated, f"translation-{what}", "warning", body=ORIGINAL, beside={"releases/wrong.es.md": TRANSLATION})
      for what in ("figures", "links", "buttons", "notes")),
    Trouble(mail.missing_alternative, "no-text-part", "error", f"{SOUND}\nTheme: own", beside={
        "templates/own/release.txt.j2": "{# nothing #}"}),
    Trouble(mail.missing_alternative, "no-html-part", "error", f"{SOUND}\nTheme: own", beside={
        "templates/own/release.html.j2": PAGE.format("")}),
    Trouble(mail.active_content, "active-content", "error", f"{SOUND}\nTheme: own", beside={
        "templates/own/release.html.j2": PAGE.format("<form>{{ blocks(release.body.children) }}</form>")}),
    Trouble(mail.size, "too-long-for-gmail", "warning", body=("Word. " * 3100 + "\n\n") * 5),
    Trouble(mail.size, "too-long-for-gmail", "error", body=("Word. " * 2500 + "\n\n") * 8),
    Trouble(mail.attachments, "heavy-mail", "warning", attached("film.mp4"), beside={
        "releases/film.mp4": b"x" * (9 << 20)}),
    Trouble(mail.picture_marks, "picture-marks", "warning", attached("quay.tif"), beside={
        "releases/quay.tif": b"II*\0\x08\0\0\0\0\0"}),
    Trouble(mail.moving_pictures, "still-picture", "warning", body="![Snow](snow.gif)", beside={
        "releases/snow.gif": snow()}),
    Trouble(mail.header_injection, "header-injection", "error", f"{SOUND}\nSubject: =?utf-8?q?Bcc?= of us"),
    Trouble(theme.own_theme, "theme-drops", "error", f"{SOUND}\nTheme: own", beside={
        "templates/own/release.html.j2": f"{CHILD}{{% block people %}}{{% endblock %}}"}),
    Trouble(theme.own_theme, "theme-drops", "warning", f"{SOUND}\nTheme: own", beside={
        "templates/own/release.html.j2": f"{CHILD}{{% block event %}}{{% endblock %}}"}),
    Trouble(theme.own_theme, "theme-fault", "warning", f"{SOUND}\nTheme: own", beside={
        "templates/own/blocks.html.j2": "{% macro hr(node) %}{{ relase.headline }}{% endmacro %}"}),
    Trouble(theme.own_theme, "theme-no-effect", "warning", f"{SOUND}\nTheme: own", beside={
        "templates/own/blocks.html.j2": "{% macro paragrph(node) %}{% endmacro %}"}),
    Trouble(mail.not_on_the_web, "not-on-the-web", "notice", beside={
        "newsroom.md": "---\nName: Petrel\nSender: Petrel <press@example.org>\nWeb: https://example.org/news\n---\n"}),
    Trouble(people.no_recipients, "no-recipients", "error", f"{SOUND}\nLists: none", beside={
        "lists/none.csv": "email\n"}),
    Trouble(people.who_was_read, "column-inferred", "warning", f"{SOUND}\nLists: odd", beside={
        "lists/odd.csv": "reached at\nana@example.net\nbo@example.net\n"}),
    Trouble(people.language_they_got, "other-language", "error",
        f"{SOUND}\nKind: correction\nCorrects: short\nCorrection: Nine.", sent="es"),
    Trouble(people.empty_merge_values, "empty-merge-value", "error", body="Dear {{ salutation }},"),
)  # fmt: skip


def draft_of(workspace: Workspace, trouble: Trouble) -> Draft:
    for name, content in trouble.beside.items():
        path: Path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if trouble.sent:
        frozen = FrozenRelease(
            "short", "press release", "", "", "example.org", {trouble.sent: FrozenEdition("", b"")}
        )
        with Ledger(workspace.ledger) as ledger:
            ledger.queue(frozen, [Entry("ana@example.net", "ana@example.net", "", trouble.sent, {})])
    release = f"---\n{trouble.header}\n---\n\n{trouble.body}\n"
    (workspace.releases / "wrong.md").write_text(release, "utf-8")
    prepared = prepare(workspace, "wrong", Choice())
    return Draft.at_once(workspace, prepared.release, prepared.audience, prepared.rendered)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda t: f"{t.id}-{t.level}")
def test_what_is_wrong_is_found(workspace: Workspace, trouble: Trouble) -> None:
    found = trouble.check(draft_of(workspace, trouble))
    assert (trouble.id, trouble.level) in {(finding.id, finding.level) for finding in found}


def test_every_check_is_run() -> None:
    """One that is written and not registered would find nothing."""
    written = {
        function
        for module in (
            dates,
            enclosures,
            inbox,
            mail,
            names,
            people,
            prose,
            sample,
            text,
            theme,
            translations,
        )
        for name, function in vars(module).items()
        if callable(function)
        and not name.startswith("_")
        and function.__module__ == module.__name__
        and list(getattr(function, "__annotations__", {})) == ["draft", "return"]
    }
    assert written == set(CHECKS)


def test_every_check_can_fire() -> None:
    assert set(CHECKS) == {trouble.check for trouble in TROUBLES}


def test_every_finding_of_the_code_is_documented() -> None:
    page = (REPOSITORY / "docs" / "reference" / "checks.md").read_text("utf-8")
    source = "".join(
        path.read_text("utf-8")
        for stage in ("release", "checks")
        for path in (REPOSITORY / "mailer" / stage).rglob("*.py")
    )
    found = set(re.findall(r'Finding\(\s*"([a-z-]+)"', source))
    assert len(found) > 10
    assert found <= set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))


def test_every_documented_finding_is_brought_about_at_each_of_its_levels() -> None:
    page = (REPOSITORY / "docs" / "reference" / "checks.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| ([a-z, ]+) \|", page, re.MULTILINE)
    documented = {
        (name, level) for name, levels in rows for level in levels.removesuffix(" until sending").split(", ")
    }
    of_lists = people.who_was_read  # whose ids stand in docs/reference/lists.md
    elsewhere = {
        ("silence", "error"), ("unneeded-silence", "notice"),  # test_silence.py
        ("dead-web-link", "warning"), ("unchecked-link", "notice"),  # test_links.py
    }  # fmt: skip
    brought_about = {(trouble.id, trouble.level) for trouble in TROUBLES if trouble.check != of_lists}
    assert documented == brought_about | elsewhere
