from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.durations import SHANGHAI, Duration, MalformedDuration, parse_duration

AMOUNTS = st.integers(0, 50)
DURATIONS = st.builds(
    Duration, AMOUNTS, AMOUNTS, st.integers(0, 36_525), st.integers(0, 10**9).map(lambda ms: timedelta(milliseconds=ms))
)


def shanghai(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type,misc]  # the seventh part would be a tzinfo to mypy


@pytest.mark.parametrize(
    "text, duration",
    [
        ("P2Y", Duration(years=2)),
        ("P3D", Duration(days=3)),
        ("P2W", Duration(days=14)),
        ("PT90S", Duration(time=timedelta(seconds=90))),
        ("PT15M", Duration(time=timedelta(minutes=15))),
        ("P15M", Duration(months=15)),
        ("P1DT2H", Duration(days=1, time=timedelta(hours=2))),
        ("PT1.5S", Duration(time=timedelta(milliseconds=1500))),
        ("PT0.007S", Duration(time=timedelta(milliseconds=7))),
        ("P1Y2M3DT4H5M6S", Duration(1, 2, 3, timedelta(hours=4, minutes=5, seconds=6))),
        ("PT0S", Duration()),
    ],
)
def test_an_iso_8601_duration_is_read(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1",
        "P-1D",
        "-P1D",
        "P1D ",
        " P1D",
        "P1D\n",
        "P\n",
        "p1d",
        "P1H",
        "PT1D",
        "P1.5D",
        "PT1.S",
        "PT.5S",
        "PT1.0001S",
        "P１D",
        "P٣D",
        "PT1S1M",
        "P1D1Y",
        "P101Y",
        "P1201M",
        "P36526D",
        "PT876601H",
        "P9999999999D",
        "P1D\0",
        "\ud800",
        "P" + "1" * 100_000 + "D",
        "90",
        "PT1e3S",
    ],
)
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedDuration):
        parse_duration(text)


@given(st.text() | st.text("PT1Y2M3DHS.-"))
def test_no_text_raises_anything_but_malformed_duration(text: str) -> None:
    try:
        duration = parse_duration(text)
    except MalformedDuration:
        return
    assert duration.after(datetime(2026, 2, 28, tzinfo=UTC)) >= datetime(2026, 2, 28, tzinfo=UTC)


@given(DURATIONS)
def test_a_duration_is_written_as_it_is_read(duration: Duration) -> None:
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    "text", ["P2Y", "PT90S", "P1DT2H", "P3D", "PT15M", "PT10S", "PT30M", "P30D", "PT0.25S", "PT0S"]
)
def test_the_durations_of_the_policy_table_keep_their_usual_form(text: str) -> None:
    assert str(parse_duration(text)) == text


@pytest.mark.parametrize(
    "text, has_time_part", [("P2Y", False), ("P3D", False), ("PT8S", True), ("P1DT2H", True), ("P1DT0S", False)]
)
def test_a_duration_with_a_time_part_says_so(text: str, *, has_time_part: bool) -> None:
    assert parse_duration(text).has_time_part is has_time_part


@pytest.mark.parametrize(
    "text, start, end",
    [
        ("P2Y", shanghai(2026, 11, 27), shanghai(2028, 11, 27)),
        ("P2Y", shanghai(2028, 2, 29), shanghai(2030, 3, 1)),
        ("P4Y", shanghai(2028, 2, 29), shanghai(2032, 2, 29)),
        ("P1M", shanghai(2026, 1, 31), shanghai(2026, 3, 1)),
        ("P1M", shanghai(2026, 12, 31), shanghai(2027, 1, 31)),
        ("P11M", shanghai(2026, 1, 31), shanghai(2026, 12, 31)),
        ("P10M", shanghai(2026, 1, 31), shanghai(2026, 12, 1)),
        ("P1Y1D", shanghai(2028, 2, 29, 8), shanghai(2029, 3, 2, 8)),
        ("P3D", shanghai(2026, 12, 30, 23, 59, 59), shanghai(2027, 1, 2, 23, 59, 59)),
        ("P1DT2H", shanghai(2026, 2, 28, 23), shanghai(2026, 3, 2, 1)),
        ("PT90S", shanghai(2026, 2, 28, 23, 59, 0), shanghai(2026, 3, 1, 0, 0, 30)),
    ],
)
def test_years_months_and_days_are_added_on_the_calendar_of_shanghai(text: str, start: datetime, end: datetime) -> None:
    after = parse_duration(text).after(start.astimezone(UTC))
    assert after == end
    assert after.tzinfo is UTC


def test_a_leap_day_that_begins_in_utc_on_the_day_before_counts_as_the_day_in_shanghai() -> None:
    assert parse_duration("P2Y").after(datetime(2028, 2, 28, 16, tzinfo=UTC)) == datetime(2030, 2, 28, 16, tzinfo=UTC)
    assert parse_duration("P2Y").after(datetime(2028, 2, 29, 16, tzinfo=UTC)) == datetime(2030, 2, 28, 16, tzinfo=UTC)


def test_milliseconds_are_kept() -> None:
    instant = datetime(2026, 11, 23, 2, 10, 0, 123_000, tzinfo=UTC)
    assert parse_duration("PT0.877S").after(instant) == datetime(2026, 11, 23, 2, 10, 1, tzinfo=UTC)
    assert parse_duration("P1D").after(instant) == instant + timedelta(days=1)


def test_any_time_zone_goes_in_and_utc_comes_out() -> None:
    after = parse_duration("PT1H").after(datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=5))))
    assert after == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert after.tzinfo is UTC


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse_duration("PT1H").after(datetime(2026, 11, 23))  # noqa: DTZ001 -- the naive instant is the subject


def test_days_and_time_have_a_fixed_length_and_years_and_months_none() -> None:
    assert parse_duration("P1DT2H").timedelta() == timedelta(days=1, hours=2)
    for text in ("P2Y", "P1M", "P1YT1S"):
        with pytest.raises(ValueError, match="no fixed length"):
            parse_duration(text).timedelta()


def test_a_duration_before_an_instant_is_counted_by_the_same_calendar() -> None:
    instant = shanghai(2028, 3, 31, 12)
    assert parse_duration("P3Y").before(instant) == shanghai(2025, 3, 31, 12)
    assert parse_duration("P1M").before(instant) == shanghai(2028, 3, 1, 12)
    assert parse_duration("P1DT12H").before(instant) == shanghai(2028, 3, 30)


@given(st.integers(0, 3_000), st.integers(0, 10**9))
def test_days_and_times_before_are_undone_by_after(days: int, milliseconds: int) -> None:
    duration, instant = Duration(days=days, time=timedelta(milliseconds=milliseconds)), shanghai(2026, 11, 23)
    assert duration.after(duration.before(instant)) == instant
