"""Checks of the days and hours that a release names: are they right, are they to come, is an embargo one embargo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from mailer.checks.draft import Draft
from mailer.checks.reading import Manuscript, NamedDay, Passage, days_in, hours_in, weekday_name
from mailer.checks.reading.words import words
from mailer.model import Edition, Finding, Where
from mailer.release.values import moment_text

OLD = 300
"""Days. Nobody dates a release of today so, but in January many still write last year."""

NEAR = 60
"""Days. Of a day without a year that is so near to the release, everybody thinks of the same year."""

STALE = 2
"""Days after which “yesterday” is another day than the release's."""

_HEADER_DAY = re.compile(r"\s*(?:-\s+)?(?:date|fecha|embargo|start|end|when|cuándo)\s*:", re.IGNORECASE)
_FAR = re.compile(
    r"\b(?:webinar|webcast|teleconference|conference call|dial[- ]in|live ?stream\w*|embargo(?:ed)?"
    r"|videoconferencia|visioconférence|téléconférence|videokonferenz|seminario web"
    r"|(?:online|virtual) (?:press |news )?(?:briefing|conference|event|talk|meeting|session|seminar|lecture)"
    r"|(?:join|attend|held|follow|watch)\b[^.]{0,40}\bonline|(?:via|over|on|por|per) zoom|zoom (?:call|meeting|link)"
    r"|(?:via|over|microsoft) teams|(?:conexión|rueda de prensa|charla|transmisión|retransmisión) (?:en línea|virtual)"
    r"|en ligne à|en streaming)\b",
    re.IGNORECASE,
)
"""Signs that readers elsewhere will set their clocks by it."""

_EMBARGOED = re.compile(
    r"^\W*(?:(?:strictly|strict|under|bajo|sous)\s)*embargo(?:ed|ado)?\b(?=\s*(?:[:—–-]|until|till|hasta|jusqu|bis\b|até"
    r"|for\b|para\b|$))"
    r"|\bnot (?:to be published|for (?:publication|release|broadcast|use))(?: or broadcast)? (?:before|until)\b"
    r"|\b(?:prohibida su (?:difusión|publicación) (?:antes|hasta)|no (?:publicar|difundir) (?:antes|hasta)"
    r"|nicht (?:vor|zur Veröffentlichung vor)|Sperrfrist\s*:)",
    re.IGNORECASE,
)
_IMMEDIATE = re.compile(
    r"^\W*(?:for immediate release|para (?:su )?(?:publicación|difusión) inmediata|diffusion immédiate"
    r"|zur sofortigen veröffentlichung)\b",
    re.IGNORECASE,
)
_LONGEST_NOTE = 240
"""Characters of a line that says when something may be published; a paragraph about an embargo has more."""


def weekday(draft: Draft) -> Iterator[Finding]:
    """weekday: one that the date does not have, in the text or in the header."""
    for manuscript in draft.manuscripts:
        edition = manuscript.edition
        for text, place in _dated_texts(manuscript):
            for day in days_in(text):
                right = _is_another_day(day, edition.date)
                if right:
                    named = " ".join(day.text.split())
                    year = "" if day.year else f" {right.year}"
                    message = f"“{named}”: that day{year} is a {weekday_name(right)}."
                    yield Finding(
                        "weekday", "warning", message, "Correct the weekday or the date.", place(day.start)
                    )


def _dated_texts(manuscript: Manuscript) -> Iterator[tuple[str, Callable[[int], Where]]]:
    """Every passage, and the lines of the header that hold a day, as its weekday is not kept; with a sign's place."""
    for passage in manuscript.passages:
        yield passage.text, passage.at
    for line, where in _dated_fields(manuscript):
        yield line, lambda _, where=where: where  # type: ignore[misc]


def _dated_fields(manuscript: Manuscript) -> Iterator[tuple[str, Where]]:
    for number, line in enumerate(manuscript.source, 1):
        if number > 1 and re.fullmatch(r"\s*[-—–]{3,}\s*", line):
            return
        if _HEADER_DAY.match(line):
            yield line.partition(":")[2], Where(str(manuscript.edition.path), number)


def _is_another_day(day: NamedDay, release: date) -> date | None:
    """The date, if the weekday that is said is not that of the year that is meant. Without a year, a day near the
    release is of that year; another may be of the years beside it."""
    right = day.near(release)
    if day.weekday is None or right is None:
        return None
    near = abs((right - release).days) <= NEAR
    years = [right.year] if day.year or near else [release.year - 1, release.year, release.year + 1]
    fits = any(each and each.weekday() == day.weekday for each in map(day.in_year, years))
    return None if fits else right


def old_date(draft: Draft) -> Iterator[Finding]:
    """old-date: the release is dated so long ago that it can only be a copied one, or last year's date."""
    for edition in _with_own(draft, "date"):
        today = draft.now.astimezone(ZoneInfo(edition.newsroom.zone)).date()
        days = (today - edition.date).days
        if days > OLD:
            years = round(days / 365.25)
            ago = f"{years} years ago" if years > 1 else f"{round(days / 30.44)} months ago"
            meant = _this_year(edition.date, today)
            hint = f"Is it {meant.year}?" if meant else "Correct it, if this release is new."
            yield Finding(
                "old-date",
                "warning",
                f"The release is dated {edition.date:%B} {edition.date.day}, {edition.date.year}: {ago}.",
                hint,
                edition.where("date"),
            )


def _this_year(day: date, today: date) -> date | None:
    """The same day of a year later, if that is near: in January, people still write last year."""
    try:
        later = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return later if abs((later - today).days) <= 31 else None


def _with_own(draft: Draft, field: str) -> Iterator[Edition]:
    """Editions whose file says a field: what a translation takes over is told once."""
    for edition in draft.release.editions:
        if field in edition.lines:
            yield edition


def past_event(draft: Draft) -> Iterator[Finding]:
    """past-event: an event to which journalists are invited, and which is over."""
    for edition in _with_own(draft, "event"):
        event = edition.event
        if event and (event.end or event.start) < draft.now and event.start.date() < draft.now.date():
            yield Finding(
                "past-event",
                "warning",
                f"The event was on {moment_text(event.start)}.",
                "Correct the day, or remove the event.",
                edition.where("event"),
            )


def relative_day(draft: Draft) -> Iterator[Finding]:
    """relative-day: “yesterday” in the office's own words. Whoever reads it a day later takes it for another day."""
    for manuscript in draft.manuscripts:
        wanted = words("relative_day", manuscript.language)
        stale = (draft.now.date() - manuscript.edition.date).days
        for passage in manuscript.prose:
            if passage.kind in ("attribution", "footnote", "call_to_action", "figure"):
                continue
            if found := _relative(passage, wanted):
                word, offset = found
                age = f", and the release is dated {stale} days ago" if stale >= STALE else ""
                yield Finding(
                    "relative-day",
                    "warning" if age else "notice",
                    f"The text says “{word}”{age}.",
                    "Name the day: many will read it on another one.",
                    passage.at(offset),
                )
                break


def _relative(passage: Passage, wanted: frozenset[str]) -> tuple[str, int] | None:
    """A relative day outside of quotations, with no date beside it."""
    said = passage.words
    for index, word in enumerate(said):
        if word.small in wanted and not passage.quoted[word.start]:
            before = said[index - 1].small if index else ""
            near = passage.text[max(0, word.start - 40) : word.end + 40]
            if before not in words("no_day") and not days_in(near):
                return word.text, word.start
    return None


def time_zone(draft: Draft) -> Iterator[Finding]:
    """time-zone: an hour that readers elsewhere will go by, of something online or under embargo, without its zone."""
    for manuscript in draft.manuscripts:
        for passage in manuscript.prose:
            if passage.kind != "footnote" and _FAR.search(passage.text):
                hours = [hour for hour in hours_in(passage.text) if not passage.quoted[hour.start]]
                if hours and not any(hour.zoned for hour in hours):
                    yield Finding(
                        "time-zone",
                        "warning",
                        f"“{hours[0].text}” does not say in which time zone.",
                        "Add it: 10 a.m. London time, 10:00 CET.",
                        passage.at(hours[0].start),
                    )


def embargo_in_text(draft: Draft) -> Iterator[Finding]:
    """embargo-in-text: what the text says of an embargo, and the header does not say, or says otherwise."""
    for manuscript in draft.manuscripts:
        edition = manuscript.edition
        for passage in manuscript.passages:
            if len(passage.text) > _LONGEST_NOTE or passage.kind in ("footnote", "call_to_action"):
                continue
            said = _EMBARGOED.search(passage.text)
            if said and not edition.embargo:
                yield Finding(
                    "embargo-in-text",
                    "warning",
                    "The text speaks of an embargo, and the mail says “for immediate release”.",
                    "Write it into the header: Embargo: with day, time and zone.",
                    passage.at(said.start()),
                )
            elif said and edition.embargo and _another(passage, edition):
                yield Finding(
                    "embargo-in-text",
                    "warning",
                    f"The text names another moment than the embargo, {moment_text(edition.embargo)}.",
                    "Remove it from the text: the mail prints the header's.",
                    passage.at(said.start()),
                )
            elif edition.embargo and _IMMEDIATE.match(passage.text):
                yield Finding(
                    "embargo-in-text",
                    "warning",
                    "The text says “for immediate release”, and there is an embargo.",
                    "Remove one of the two.",
                    passage.at(0),
                )


def _another(passage: Passage, edition: Edition) -> bool:
    """Whether a line about the embargo names a day or an hour that the header does not have."""
    assert edition.embargo is not None
    days = [day.near(edition.embargo.date()) for day in days_in(passage.text)]
    if days:
        return edition.embargo.date() not in days
    return False
