"""Days, moments and zones as people write them; what could be misread is refused with what to write instead."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import ValueFault
from mailer.release.values import (
    ZONE_HINTS,
    moment_text,
    parse_colour,
    parse_date,
    parse_language,
    parse_moment,
    parse_zone,
)

DAY = date(2018, 7, 24)


@pytest.mark.parametrize("text", [
    "July 24, 2018", "july 24 2018", "24 July 2018", "24 de julio de 2018", "24 de Julio del 2018", "2018-07-24",
    "Tuesday, July 24, 2018", "martes, 24 de julio de 2018", "24. Juli 2018",
    "le 24 juillet 2018", "24 de julho de 2018",
    "July 24th, 2018", "Jul 24, 2018",
])  # fmt: skip
def test_a_day_may_be_written_in_many_ways(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(("text", "said"), [
    ("7/8/2018", "ambiguous"), ("07.08.2018", "ambiguous"), ("tomorrow", "is not a date"), ("Foo 3, 2018", "is not a month"),
    ("February 30, 2018", "no such day"), ("", "is not a date"),
])  # fmt: skip
def test_a_day_that_could_be_misread_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_date(text)


@pytest.mark.parametrize(("text", "utc"), [
    ("July 24, 2018, 10:00 America/New_York", (14, 0)), ("2018-07-24 10:00 Europe/Madrid", (8, 0)),
    ("24 July 2018 at 6 p.m. (Europe/London)", (17, 0)), ("2018-07-24T06:00 UTC", (6, 0)),
    ("24 de julio de 2018, 18h30 America/Mexico_City", (23, 30)), ("July 24, 2018, 0:00 Europe/Paris", (22, 0)),
    ("24 Nov 2026, 12:30 p.m. Europe/Madrid", (11, 30)), ("2026-10-25 03:00 Europe/Madrid", (2, 0)),
])  # fmt: skip
def test_a_moment_has_a_day_a_time_and_a_zone(text: str, utc: tuple[int, int]) -> None:
    moment = parse_moment(text).astimezone(UTC)
    assert (moment.hour, moment.minute) == utc


@pytest.mark.parametrize(("text", "said"), [
    ("July 24, 2018, 12 am Europe/Paris", "noon or midnight"), ("24 July 2018, 12:00 p.m. UTC", "noon or midnight"),
    ("2026-03-29 02:30 Europe/Madrid", "write 2026-03-29 01:30 Europe/Madrid or 2026-03-29 03:30 Europe/Madrid"),
    ("2026-10-25 02:30 Europe/Madrid", "2026-10-25 00:30 UTC for the first one, or 2026-10-25 01:30 UTC"),
    ("2026-11-01 01:30 America/New_York", "2026-11-01 05:30 UTC for the first one, or 2026-11-01 06:30 UTC"),
    ("2026-10-04 02:15 Australia/Lord_Howe", "write 2026-10-04 01:45 Australia/Lord_Howe or 2026-10-04 02:45"),
])  # fmt: skip
def test_a_time_that_is_none_or_two_is_refused_with_both_readings(text: str, said: str) -> None:
    """12 a.m. is noon to some; and of the nights on which clocks are changed an hour is skipped, or comes twice."""
    with pytest.raises(ValueFault) as fault:
        parse_moment(text)
    assert said in str(fault.value)


def test_a_moment_of_the_hour_that_comes_twice_is_said_so_that_it_can_be_read_back() -> None:
    for at in ("2026-10-25 00:30 UTC", "2026-10-25 01:30 UTC"):
        in_madrid = parse_moment(at).astimezone(ZoneInfo("Europe/Madrid"))
        assert (in_madrid.hour, moment_text(in_madrid)) == (2, at)


@pytest.mark.parametrize(("text", "hint"), [
    ("July 24, 2018, 10:00 EST", "America/New_York"), ("July 24, 2018, 10 am EDT", "America/New_York"),
    ("July 24, 2018, 10:00 ET", "America/New_York"), ("July 24, 2018, 10:00 Eastern Time", "America/New_York"),
    ("July 24, 2018, 10:00 CET", "Europe/Paris"), ("July 24, 2018, 10:00", "Europe/Madrid"),
    ("July 24, 2018, 10:00 Madrid", "Europe/Madrid"), ("July 24, 2018, 25:00 Europe/Madrid", "10:00"),
])  # fmt: skip
def test_a_zone_that_is_not_one_is_refused_with_the_right_name(text: str, hint: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_moment(text)
    assert hint in caught.value.args[1]


@pytest.mark.parametrize("abbreviation", sorted(ZONE_HINTS))
def test_no_abbreviation_is_taken_for_a_zone(abbreviation: str) -> None:
    with pytest.raises(ValueError):
        parse_zone(abbreviation)


def test_the_same_hour_in_summer_and_winter_is_another_moment() -> None:
    summer, winter = (parse_moment(f"{day} 10:00 Europe/London") for day in ("2018-07-24", "2018-12-24"))
    assert summer.astimezone(UTC) == datetime(2018, 7, 24, 9, tzinfo=UTC)
    assert winter.astimezone(UTC) == datetime(2018, 12, 24, 10, tzinfo=UTC)


def test_colours_and_languages_take_their_usual_form() -> None:
    assert (parse_colour("#ABC"), parse_colour("0b5563")) == ("#aabbcc", "#0b5563")
    assert (parse_language("es_mx"), parse_language("ZH-hant")) == ("es-MX", "zh-Hant")


TYPED = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


@given(day=st.dates(date(1900, 1, 1), date(9990, 1, 1)), clock=st.times(), zone=st.sampled_from(TYPED))
def test_a_moment_that_is_shown_can_be_typed_back(day: date, clock: time, zone: str) -> None:
    """EST and CET are shown nowhere: they are refused."""
    moment = datetime.combine(day, clock.replace(second=0, microsecond=0, fold=0), ZoneInfo(zone))
    assert parse_moment(moment_text(moment)) == moment
    assert moment_text(moment).endswith(f" {zone}")


def test_a_moment_without_a_named_zone_is_shown_in_utc() -> None:
    assert moment_text(datetime(2026, 11, 24, 6, 0, tzinfo=UTC)) == "2026-11-24 06:00 UTC"
