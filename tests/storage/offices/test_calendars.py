from datetime import UTC, date, datetime

import pytest

from domain.calendar import DayKind
from storage.audit.trail import Act
from storage.offices.calendars import Calendars
from storage.offices.offices import Office, Offices
from storage.postgres.database import Database

ACT = Act(datetime(2026, 9, 1, tzinfo=UTC), "operator", "op-1", "国务院办公厅通知")
NATIONAL_DAY, MAKE_UP_SATURDAY, ORDINARY = date(2026, 10, 1), date(2026, 10, 10), date(2026, 11, 23)


@pytest.fixture
async def calendars(own_database: Database) -> Calendars:
    for code in ("440300", "110000"):
        await Offices(own_database).save(Office(code, "车管所", "路", "省", ()))
    return Calendars(own_database)


async def test_the_countrys_days_hold_for_every_office(calendars: Calendars) -> None:
    await calendars.enter({NATIONAL_DAY: DayKind.HOLIDAY, MAKE_UP_SATURDAY: DayKind.WORKING}, ACT)
    for code in ("440300", "110000"):
        calendar = await calendars.of_office(code)
        assert not calendar.is_working_day(NATIONAL_DAY)
        assert calendar.is_working_day(MAKE_UP_SATURDAY)
        assert calendar.is_working_day(ORDINARY)


async def test_an_offices_own_day_goes_before_the_countrys_and_holds_for_it_alone(calendars: Calendars) -> None:
    await calendars.enter({NATIONAL_DAY: DayKind.WORKING, ORDINARY: DayKind.HOLIDAY}, ACT, office_code="440300")
    await calendars.enter({NATIONAL_DAY: DayKind.HOLIDAY}, ACT)
    own, other = await calendars.of_office("440300"), await calendars.of_office("110000")
    assert (own.is_working_day(NATIONAL_DAY), own.is_working_day(ORDINARY)) == (True, False)
    assert (other.is_working_day(NATIONAL_DAY), other.is_working_day(ORDINARY)) == (False, True)


async def test_a_day_can_be_changed_and_made_ordinary_again(calendars: Calendars) -> None:
    await calendars.enter({ORDINARY: DayKind.HOLIDAY}, ACT)
    await calendars.enter({ORDINARY: DayKind.WORKING}, ACT)
    assert dict((await calendars.of_office("440300")).days) == {ORDINARY: DayKind.WORKING}
    await calendars.enter({ORDINARY: None}, ACT)
    assert dict((await calendars.of_office("440300")).days) == {}


async def test_a_year_is_provisional_until_its_notice_has_been_entered(calendars: Calendars) -> None:
    await calendars.declare_year(2026, ACT, official=True)
    await calendars.declare_year(2027, ACT, official=False)
    calendar = await calendars.of_office("440300")
    assert [calendar.is_provisional(year) for year in (2026, 2027, 2028)] == [False, True, True]
    await calendars.declare_year(2027, ACT, official=True)
    assert not (await calendars.of_office("440300")).is_provisional(2027)
