"""The working days of an office, and the days on which validity and bans end, in Asia/Shanghai."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from domain.durations import SHANGHAI, Duration
from domain.policy import Policy

_SATURDAY = 5
_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


class DayKind(StrEnum):
    """The kind of day that a calendar entry sets."""

    HOLIDAY = "holiday"
    WORKING = "working"


@dataclass(frozen=True)
class OfficeCalendar:
    """Weekends are off unless an entry says otherwise: a holiday, or a make-up working day.

    `official_years` are the years whose holiday notice has been entered; the entries of other years are a prediction.
    """

    days: Mapping[date, DayKind]
    official_years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        kind = self.days.get(day)
        return day.weekday() < _SATURDAY if kind is None else kind is DayKind.WORKING

    def is_provisional(self, year: int) -> bool:
        return year not in self.official_years

    def days_off_around(self, day: date) -> int:
        """Return how many days off follow each other without a working day, with this one among them."""
        first = day
        while not self.is_working_day(first - _DAY):
            first -= _DAY
        return (self.working_day_from(day) - first).days

    def last_day(self, completed_at: datetime, policy: Policy) -> tuple[date, datetime]:
        """Return the last day to visit the office (R-40) and the UTC instant at which the reservation ends.

        The days are counted from the day after, and the last one counts to its end. A validity with a time part runs
        to the millisecond; its last day is then the day of its last millisecond.
        """
        if policy.validity.has_time_part:
            deadline = policy.validity.after(completed_at)
            return shanghai_day(deadline - _MILLISECOND), deadline
        if policy.validity_working_days:
            visit_by = self._after_working_days(shanghai_day(completed_at), policy.validity)
        else:
            visit_by = shanghai_day(policy.validity.after(completed_at))
        return visit_by, _midnight(visit_by + _DAY)

    def _after_working_days(self, day: date, validity: Duration) -> date:
        """Years and months are calendar years and months, then days are working days; the last is never a day off."""
        day = shanghai_day(Duration(validity.years, validity.months).after(_midnight(day)))
        for _ in range(validity.days):
            day = self.working_day_from(day + _DAY)
        return self.working_day_from(day) if not validity.days else day

    def working_day_from(self, day: date) -> date:
        """Return the first working day that is not before this day."""
        while not self.is_working_day(day):
            day += _DAY
        return day


def ban_end(begins: datetime, policy: Policy) -> datetime:
    """Return the UTC instant at which a ban after a missed deadline ends (R-41, R-48).

    Without a time part it covers whole days: last day 26 Nov 2026, banned until 27 Nov 2028 00:00 in Shanghai.
    """
    if policy.blacklist.has_time_part:
        return policy.blacklist.after(begins)
    return policy.blacklist.after(shanghai_midnight_after(begins - _MILLISECOND))


def shanghai_day(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def chinese_day(day: date) -> str:
    """Return the day as applicants read it in SMS and on the voucher: 2026年11月26日."""
    return f"{day.year}年{day.month}月{day.day}日"


def shanghai_midnight_after(instant: datetime) -> datetime:
    """Return the first midnight in Shanghai after the instant, in UTC: limits per day are reset then."""
    return _midnight(shanghai_day(instant) + _DAY)


def _midnight(day: date) -> datetime:
    """Return the UTC instant at which the day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the UTC instant at which the day ends in Shanghai: a last day counts to its end."""
    return _midnight(day + _DAY)
