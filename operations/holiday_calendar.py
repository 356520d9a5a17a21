"""Working days of mainland China from the `holidays` library, as rows for the calendar that operators edit.

The library has the notices of the State Council with their make-up working days (`special_public_holidays`) up to the
last published year; its days of later years are a prediction without make-up days.
"""

from collections.abc import Iterable
from datetime import date

import holidays

from domain.calendar import DayKind, OfficeCalendar

_SATURDAY = 5


def days_of(years: Iterable[int]) -> dict[date, DayKind]:
    """Every day of these years that differs from the normal week: weekdays off, and working weekend days.

    A make-up day may be in another year than its holiday; it is listed in its own year.
    """
    wanted = set(years)
    around = {year + step for year in wanted for step in (-1, 0, 1)}
    country = holidays.country_holidays("CN", years=around, categories=("public",))
    off = {day: DayKind.HOLIDAY for day in country if day.weekday() < _SATURDAY}
    worked = dict.fromkeys(country.weekend_workdays, DayKind.WORKING)
    return {day: kind for day, kind in sorted((off | worked).items()) if day.year in wanted}


def days_to_enter(year: int, country: OfficeCalendar) -> dict[date, DayKind | None] | None:
    """The changes from the country's entries of a year to the library's; None if the existing entries take precedence.

    A year that an operator has declared official is never changed; only the library's notice replaces a prediction.
    """
    entered = {day for day in country.days if day.year == year}
    if not country.is_provisional(year) or (entered and not is_official(year)):
        return None
    return dict.fromkeys(entered) | days_of([year])


def is_official(year: int) -> bool:
    """Return whether the library has the year's official notice; a prediction is provisional."""
    return year in holidays.country_holidays("CN").special_public_holidays
