from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import (
    DayKind,
    OfficeCalendar,
    ban_end,
    shanghai_day,
    shanghai_midnight_after,
)
from domain.durations import SHANGHAI
from domain.policy import Policy


def days(first: date, last: date, kind: DayKind) -> dict[date, DayKind]:
    return {first + timedelta(days=day): kind for day in range((last - first).days + 1)}


# Spring Festival and New Year of 2026 as the State Council announced them, New Year 2027 as they usually are.
NOTICE = {
    **days(date(2026, 1, 1), date(2026, 1, 3), DayKind.HOLIDAY),
    date(2026, 1, 4): DayKind.WORKING,
    date(2026, 2, 14): DayKind.WORKING,
    **days(date(2026, 2, 15), date(2026, 2, 23), DayKind.HOLIDAY),
    date(2026, 2, 28): DayKind.WORKING,
    date(2027, 1, 1): DayKind.HOLIDAY,
}
CALENDAR = OfficeCalendar(NOTICE, frozenset({2026}))
PLAIN_WEEKS = OfficeCalendar({})
POLICY = Policy()
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)).map(  # noqa: DTZ001 -- the zone follows
    lambda instant: instant.replace(microsecond=instant.microsecond // 1000 * 1000, tzinfo=UTC)
)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def with_settings(**overrides: str | bool) -> Policy:
    return POLICY.with_overrides(overrides)


@pytest.mark.parametrize(
    "day, is_working",
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 27), True),
        (date(2026, 11, 28), False),
        (date(2026, 11, 29), False),
        (date(2026, 2, 14), True),
        (date(2026, 2, 17), False),
        (date(2026, 2, 28), True),
        (date(2026, 1, 4), True),
    ],
)
def test_weekends_and_holidays_are_off_and_make_up_days_are_worked(day: date, *, is_working: bool) -> None:
    assert CALENDAR.is_working_day(day) is is_working


def test_a_year_without_an_official_notice_is_provisional() -> None:
    assert (CALENDAR.is_provisional(2026), CALENDAR.is_provisional(2027)) == (False, True)


@pytest.mark.requirement("R-40")
@pytest.mark.parametrize(
    "completed, visit_by",
    [
        ("2026-11-23T10:10:00.000", date(2026, 11, 26)),
        ("2026-11-23T00:00:00.000", date(2026, 11, 26)),
        ("2026-11-23T23:59:59.999", date(2026, 11, 26)),
        ("2026-11-24T00:00:00.000", date(2026, 11, 27)),
        ("2026-11-25T09:00:00.000", date(2026, 11, 30)),
        ("2026-11-27T09:00:00.000", date(2026, 12, 2)),
        ("2026-11-28T09:00:00.000", date(2026, 12, 2)),
        ("2026-11-29T23:59:59.999", date(2026, 12, 2)),
        ("2026-02-12T12:00:00.000", date(2026, 2, 24)),
        ("2026-02-13T12:00:00.000", date(2026, 2, 25)),
        ("2026-02-20T12:00:00.000", date(2026, 2, 26)),
        ("2026-02-26T12:00:00.000", date(2026, 3, 2)),
        ("2026-12-31T12:00:00.000", date(2027, 1, 6)),
        ("2026-12-28T12:00:00.000", date(2026, 12, 31)),
        ("2028-02-25T12:00:00.000", date(2028, 3, 1)),
        ("2028-02-28T12:00:00.000", date(2028, 3, 2)),
    ],
)
def test_the_last_day_is_the_third_working_day_after_and_counts_to_its_end(completed: str, visit_by: date) -> None:
    day, deadline = CALENDAR.last_day(shanghai(completed), POLICY)
    assert day == visit_by
    assert deadline == shanghai(f"{visit_by + timedelta(days=1)}T00:00:00")
    assert deadline.tzinfo is UTC


def test_completed_on_a_monday_the_deadline_is_the_end_of_thursday_in_utc() -> None:
    completed = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
    assert PLAIN_WEEKS.last_day(completed, POLICY) == (date(2026, 11, 26), datetime(2026, 11, 26, 16, tzinfo=UTC))


def test_the_day_of_completion_is_the_day_in_shanghai() -> None:
    monday_evening_in_utc = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert PLAIN_WEEKS.last_day(monday_evening_in_utc, POLICY)[0] == date(2026, 11, 27)


@pytest.mark.parametrize(
    "completed, validity, visit_by",
    [
        ("2026-11-27T09:00:00.000", "P3D", date(2026, 11, 30)),
        ("2026-11-26T23:59:59.999", "P3D", date(2026, 11, 29)),
        ("2026-12-30T12:00:00.000", "P3D", date(2027, 1, 2)),
        ("2028-02-27T12:00:00.000", "P3D", date(2028, 3, 1)),
        ("2028-02-29T12:00:00.000", "P1Y", date(2029, 3, 1)),
    ],
)
def test_calendar_days_are_counted_where_the_office_says_so(completed: str, validity: str, visit_by: date) -> None:
    policy = with_settings(validity=validity, validity_working_days=False)
    day, deadline = CALENDAR.last_day(shanghai(completed), policy)
    assert (day, deadline) == (visit_by, shanghai(f"{visit_by + timedelta(days=1)}T00:00:00"))


@pytest.mark.parametrize(
    "completed, validity, visit_by",
    [
        ("2026-10-28T09:00:00.000", "P1M", date(2026, 11, 30)),
        ("2026-10-23T09:00:00.000", "P1M", date(2026, 11, 23)),
        ("2026-10-28T09:00:00.000", "P1M1D", date(2026, 11, 30)),
    ],
)
def test_a_validity_in_months_ends_on_a_working_day(completed: str, validity: str, visit_by: date) -> None:
    assert CALENDAR.last_day(shanghai(completed), with_settings(validity=validity))[0] == visit_by


@pytest.mark.parametrize(
    "completed, validity, visit_by, deadline",
    [
        ("2026-11-23T10:10:00.123", "PT8S", date(2026, 11, 23), "2026-11-23T10:10:08.123"),
        ("2026-11-23T23:59:59.999", "PT8S", date(2026, 11, 24), "2026-11-24T00:00:07.999"),
        ("2026-11-23T23:59:52.000", "PT8S", date(2026, 11, 23), "2026-11-24T00:00:00.000"),
        ("2026-11-23T23:59:52.001", "PT8S", date(2026, 11, 24), "2026-11-24T00:00:00.001"),
        ("2026-11-27T10:00:00.000", "P1DT2H", date(2026, 11, 28), "2026-11-28T12:00:00.000"),
    ],
)
def test_a_validity_with_a_time_part_runs_to_the_second(
    completed: str, validity: str, visit_by: date, deadline: str
) -> None:
    for working_days in (True, False):
        policy = with_settings(validity=validity, validity_working_days=working_days)
        assert CALENDAR.last_day(shanghai(completed), policy) == (visit_by, shanghai(deadline))


@given(INSTANTS)
def test_exactly_three_working_days_lie_between_completion_and_the_deadline(completed: datetime) -> None:
    visit_by, deadline = CALENDAR.last_day(completed, POLICY)
    first = shanghai_day(completed) + timedelta(days=1)
    counted = [first + timedelta(days=day) for day in range((visit_by - first).days + 1)]
    assert sum(map(CALENDAR.is_working_day, counted)) == 3
    assert CALENDAR.is_working_day(visit_by)
    assert deadline == shanghai_midnight_after(deadline - timedelta(milliseconds=1))
    assert shanghai_day(deadline - timedelta(milliseconds=1)) == visit_by


@pytest.mark.requirement("R-41")
@pytest.mark.parametrize(
    "begins, until",
    [
        ("2026-11-27T00:00:00", "2028-11-27T00:00:00"),
        ("2028-02-29T00:00:00", "2030-03-01T00:00:00"),
        ("2028-03-01T00:00:00", "2030-03-01T00:00:00"),
        ("2026-02-28T00:00:00", "2028-02-28T00:00:00"),
        ("2027-01-01T00:00:00", "2029-01-01T00:00:00"),
        ("2026-11-26T10:10:08.123", "2028-11-27T00:00:00"),
        ("2026-11-26T23:59:59.999", "2028-11-27T00:00:00"),
        ("2028-02-28T10:00:00", "2030-03-01T00:00:00"),
        ("2028-02-29T10:00:00", "2030-03-01T00:00:00"),
    ],
)
def test_a_ban_ends_two_years_after_the_last_day(begins: str, until: str) -> None:
    assert ban_end(shanghai(begins), POLICY) == shanghai(until)


def test_a_ban_with_a_time_part_runs_to_the_second() -> None:
    begins = shanghai("2026-11-26T23:59:59.999")
    assert ban_end(begins, with_settings(blacklist="PT8S")) == begins + timedelta(seconds=8)


@pytest.mark.parametrize(
    "instant, midnight",
    [
        ("2026-11-23T10:10:00", "2026-11-24T00:00:00"),
        ("2026-11-23T23:59:59.999", "2026-11-24T00:00:00"),
        ("2026-11-24T00:00:00", "2026-11-25T00:00:00"),
        ("2028-02-28T12:00:00", "2028-02-29T00:00:00"),
        ("2026-12-31T12:00:00", "2027-01-01T00:00:00"),
    ],
)
def test_limits_per_day_begin_afresh_at_the_next_midnight_in_shanghai(instant: str, midnight: str) -> None:
    assert shanghai_midnight_after(shanghai(instant)) == shanghai(midnight)


@given(INSTANTS)
def test_the_next_midnight_is_later_and_at_most_a_day_away(instant: datetime) -> None:
    assert instant < shanghai_midnight_after(instant) <= instant + timedelta(days=1)
    assert shanghai_midnight_after(instant).tzinfo is UTC


def test_a_day_begins_in_shanghai_at_sixteen_o_clock_utc() -> None:
    assert shanghai_day(datetime(2026, 11, 23, 15, 59, 59, 999_000, tzinfo=UTC)) == date(2026, 11, 23)
    assert shanghai_day(datetime(2026, 11, 23, 16, tzinfo=UTC)) == date(2026, 11, 24)
