"""ISO 8601 durations, added by the offices' calendar."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_AMOUNT = "[0-9]{1,9}"
_ISO = re.compile(
    rf"P(?!$)(?:(?P<years>{_AMOUNT})Y)?(?:(?P<months>{_AMOUNT})M)?(?:(?P<weeks>{_AMOUNT})W)?(?:(?P<days>{_AMOUNT})D)?"
    rf"(?:T(?!$)(?:(?P<hours>{_AMOUNT})H)?(?:(?P<minutes>{_AMOUNT})M)?"
    rf"(?:(?P<seconds>{_AMOUNT})(?:\.(?P<fraction>[0-9]{{1,3}}))?S)?)?"
)
_MONTHS_PER_YEAR = 12
# A hundred years: no rule needs more, and every instant stays within the range of `datetime`.
_MOST_MONTHS = 1_200
_MOST_TIME = timedelta(days=36_525)
_UNITS = ((timedelta(hours=1), "H"), (timedelta(minutes=1), "M"))


class MalformedDuration(ValueError):
    """The text is not an ISO 8601 duration of at most a hundred years and whole milliseconds."""


@dataclass(frozen=True)
class Duration:
    """Calendar years, months and days in Asia/Shanghai, and a `time` of whole milliseconds."""

    years: int = 0
    months: int = 0
    days: int = 0
    time: timedelta = timedelta()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the duration of a text like P2Y, P1DT2H or PT90S. Raises `MalformedDuration`."""
        match = _ISO.fullmatch(text)
        if match is None:
            raise MalformedDuration("not an ISO 8601 duration")
        amount = {unit: int(digits or 0) for unit, digits in match.groupdict(default="").items() if unit != "fraction"}
        milliseconds = int((match["fraction"] or "").ljust(3, "0"))
        time_units = {unit: amount[unit] for unit in ("hours", "minutes", "seconds")}
        return cls._make(
            amount["years"],
            amount["months"],
            amount["days"] + 7 * amount["weeks"],
            timedelta(milliseconds=milliseconds, **time_units),
        )

    @classmethod
    def _make(cls, years: int, months: int, days: int, time: timedelta) -> Self:
        too_long = years * _MONTHS_PER_YEAR + months > _MOST_MONTHS or days > _MOST_TIME.days or time > _MOST_TIME
        if too_long:
            raise MalformedDuration("longer than a hundred years")
        return cls(years, months, days, time)

    @property
    def has_time_part(self) -> bool:
        """Return whether the duration is exact to the second instead of ending with a day."""
        return bool(self.time)

    def after(self, instant: datetime) -> datetime:
        """Return the UTC instant this duration after `instant`, which must have a time zone.

        A day that the target month does not have becomes the first of the next: two years after 29 February is 1 March.
        """
        if instant.tzinfo is None:
            raise ValueError("an instant without a time zone")
        if not (self.years or self.months or self.days):
            return instant.astimezone(UTC) + self.time
        local = instant.astimezone(SHANGHAI).replace(tzinfo=None)
        shifted = _add_months(local, self.years * _MONTHS_PER_YEAR + self.months) + timedelta(days=self.days)
        return shifted.replace(tzinfo=SHANGHAI).astimezone(UTC) + self.time

    def before(self, instant: datetime) -> datetime:
        """Return the UTC instant this duration before `instant`, by the same calendar."""
        return Duration(-self.years, -self.months, -self.days, -self.time).after(instant)

    def timedelta(self) -> timedelta:
        """Return the duration as a `timedelta`. Raises `ValueError` if it has years or months."""
        if self.years or self.months:
            raise ValueError("years and months have no fixed length")
        return timedelta(days=self.days) + self.time

    def __str__(self) -> str:
        date_part = "".join(
            f"{amount}{unit}" for amount, unit in ((self.years, "Y"), (self.months, "M"), (self.days, "D")) if amount
        )
        if date_part and not self.time:
            return f"P{date_part}"
        return f"P{date_part}T{_time_text(self.time)}"


def parse_duration(text: str) -> Duration:
    """Return the duration of a text like P2Y, P1DT2H or PT90S. Raises `MalformedDuration`."""
    return Duration.parse(text)


def _add_months(local: datetime, months: int) -> datetime:
    if not months:
        return local
    year, month = divmod(local.year * _MONTHS_PER_YEAR + local.month - 1 + months, _MONTHS_PER_YEAR)
    try:
        return local.replace(year=year, month=month + 1)
    except ValueError:
        year, month = divmod(year * _MONTHS_PER_YEAR + month + 1, _MONTHS_PER_YEAR)
        return local.replace(year=year, month=month + 1, day=1)


def _time_text(time: timedelta) -> str:
    """Write the time in the largest unit without a fraction: 90 seconds as 90S, 15 minutes as 15M."""
    for size, unit in _UNITS:
        if time and time % size == timedelta():
            return f"{time // size}{unit}"
    seconds, rest = divmod(time, timedelta(seconds=1))
    fraction = f".{rest // timedelta(milliseconds=1):03}".rstrip("0") if rest else ""
    return f"{seconds}{fraction}S"
