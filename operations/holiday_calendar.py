"""Working days of mainland China out of the `holidays` library, as rows for the calendar that operators edit.

The library knows the notices of the State Council with their make-up working days (`special_public_holidays`) for the
years until the last one published; what it says of later years is a prediction without make-up days.
"""

from collections.abc import Iterable
from datetime import date

import holidays

from domain.calendar import DayKind, OfficeCalendar

_SATURDAY = 5


def days_of(years: Iterable[int]) -> dict[date, DayKind]:
    """Every day of these years that differs from the plain week: days off from Monday to Friday, and weekends worked.

    Make-up days may lie in another year than the holiday they pay for; those of the years asked for are found there.
    """
    wanted = set(years)
    around = {year + step for year in wanted for step in (-1, 0, 1)}
    country = holidays.country_holidays("CN", years=around, categories=("public",))
    off = {day: DayKind.HOLIDAY for day in country if day.weekday() < _SATURDAY}
    worked = dict.fromkeys(country.weekend_workdays, DayKind.WORKING)
    return {day: kind for day, kind in sorted((off | worked).items()) if day.year in wanted}


def days_to_enter(year: int, country: OfficeCalendar) -> dict[date, DayKind | None] | None:
    """What turns the country's entries of a year into the library's; None where those that are there count for more.

    A year that an operator has declared official is theirs; a prediction gives way to the library's notice only.
    """
    entered = {day for day in country.days if day.year == year}
    if not country.is_provisional(year) or (entered and not is_official(year)):
        return None
    return dict.fromkeys(entered) | days_of([year])


def is_official(year: int) -> bool:
    """Tell whether the library has the year's official notice; a prediction is provisional until an operator knows."""
    return year in holidays.country_holidays("CN").special_public_holidays
