import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from demo.offices import MAIN_OFFICE, OFFICES
from demo.releases import segments_of
from demo.seed import seed, seed_calendar
from demo.staff_affairs import seed_staff_affairs
from demo.world import BANNED, RESERVING, demo_world
from domain.calendar import DayKind
from domain.policy import Policy
from domain.preselection.values import Stage
from operations.holiday_calendar import days_of, is_official
from storage.audit.trail import Act
from storage.bans.repository import BanRepository
from storage.crypto.personal_hashes import PersonalHashes
from storage.offices.calendars import Calendars
from storage.offices.offices import Notice, Offices
from storage.pool.claims import Claims
from storage.pool.segments import SegmentRepository
from storage.postgres.database import Database
from storage.preselections.reservations import DeskFilter, Reservations
from tests.support.stored_preselections import KEYS

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[Database]:
    database = Database(fresh_database, pool_size=2)
    yield database
    await database.close()


async def test_seeding_writes_every_office_with_notice_and_segments(database: Database) -> None:
    await seed(database, Policy(), AT)
    offices = Offices(database)
    assert {office.code: office.prefixes for office in await offices.all()} == {
        office.code: tuple(sorted(office.prefixes)) for office in OFFICES
    }
    assert [office.coordinates for office in await offices.all()] == [office.coordinates for office in OFFICES]
    for office in OFFICES:
        assert not list(office.coordinates.problems())
        notice = await offices.notice_in_force(office.code, AT)
        assert notice is not None
        assert "3个工作日" in notice.body
        assert set(await SegmentRepository(database).of_office(office.code)) == set(segments_of(office))


async def test_seeding_again_changes_nothing_and_takes_no_time(database: Database) -> None:
    await seed(database, Policy(), AT)
    revisions = await SegmentRepository(database).revisions()
    started = time.thread_time()
    await seed(database, Policy(), LATER)
    assert time.thread_time() - started < 2
    assert await SegmentRepository(database).revisions() == revisions
    notice = await Offices(database).notice_in_force(MAIN_OFFICE, LATER)
    assert notice is not None
    assert (notice.version, notice.published_at) == ("1", AT)


async def test_every_notice_is_complete_in_three_languages(database: Database) -> None:
    await seed(database, Policy(), AT)
    offices = Offices(database)
    for office in OFFICES:
        notice = await offices.notice_in_force(office.code, AT)
        assert notice is not None
        for language, days, name in (
            ("zh-TW", "3個工作日", office.names["zh-TW"]),
            ("en", "3 working day(s)", office.names["en"]),
        ):
            written_in, title, body = notice.words_in(language)
            assert written_in == language
            assert title != notice.title
            assert all(part in body for part in (days, name, "20", "10"))
            assert not re.search(r"[{}]", body)
        assert not re.search(r"[\u4e00-\u9fff]", notice.translations["en"]["body"])


async def test_a_notice_without_translations_is_published_again_with_them(database: Database) -> None:
    offices = Offices(database)
    await seed(database, Policy(), AT)
    await offices.publish(Notice(MAIN_OFFICE, "2", "题目", "正文", AT + timedelta(seconds=1)))
    await seed(database, Policy(), LATER)
    notice = await offices.notice_in_force(MAIN_OFFICE, LATER)
    assert notice is not None
    assert (notice.version, set(notice.translations)) == ("3", {"zh-TW", "en"})


async def test_another_validity_brings_a_new_version_of_the_notice(database: Database) -> None:
    await seed(database, Policy(), AT)
    await seed(database, Policy().with_overrides({"validity": "PT8S"}), LATER)
    notice = await Offices(database).notice_in_force(MAIN_OFFICE, LATER)
    assert notice is not None
    assert notice.version == "2"
    assert "8秒内有效" in notice.body


async def test_a_clerk_has_a_reservation_at_their_own_office_and_an_operator_is_banned(database: Database) -> None:
    await seed(database, Policy(), AT)
    for _ in range(2):
        await seed_staff_affairs(database, KEYS, demo_world(), AT)
    clerk, operator = (demo_world().users[name] for name in (RESERVING, BANNED))
    [row] = (await Reservations(database, KEYS).of_office(MAIN_OFFICE, DeskFilter(stage=Stage.COMPLETED))).rows
    assert row.party_id == clerk.party.id_number
    assert row.is_visible
    assert row.deadline == datetime(2026, 12, 23, 16, tzinfo=UTC)
    hashes = PersonalHashes(KEYS.hashes)
    ban_until = await BanRepository(database, KEYS).find_ban_end(hashes.party(operator.party.id_number), AT)
    assert ban_until == datetime(2028, 11, 18, 16, tzinfo=UTC)
    [claim] = await Claims(database).live([row.plate or ""], AT)
    assert claim.kind == "reserved"


async def test_days_that_an_operator_entered_stay(database: Database) -> None:
    await seed_calendar(Calendars(database), AT)
    calendars = Calendars(database)
    predicted, edited = date(2027, 2, 10), date(2027, 2, 14)
    assert not (await calendars.of_office(MAIN_OFFICE)).is_working_day(predicted)
    await calendars.enter({predicted: None, edited: DayKind.WORKING}, Act(AT, "system"))
    await seed_calendar(Calendars(database), LATER)
    calendar = await calendars.of_office(MAIN_OFFICE)
    assert calendar.is_working_day(predicted)
    assert calendar.is_working_day(edited)


async def test_a_year_without_an_official_notice_is_provisional(database: Database) -> None:
    await seed_calendar(Calendars(database), AT)
    calendar = await Calendars(database).of_office(MAIN_OFFICE)
    assert [calendar.is_provisional(year) for year in (2026, 2027, 2028)] == [False, True, True]


def test_the_days_of_2026_are_those_of_the_official_notice() -> None:
    days = days_of([2026])
    worked = {day for day, kind in days.items() if kind is DayKind.WORKING}
    assert worked == {date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}
    golden_week = [days.get(date(2026, 10, day)) for day in range(1, 8)]
    assert golden_week == [DayKind.HOLIDAY] * 2 + [None] * 2 + [DayKind.HOLIDAY] * 3
    assert is_official(2026)


def test_make_up_days_of_the_year_before_are_found_in_their_own_year() -> None:
    assert days_of([2006])[date(2006, 12, 30)] is DayKind.WORKING


def test_days_that_only_repeat_the_plain_week_are_left_out() -> None:
    for day, kind in days_of(range(2024, 2029)).items():
        assert (kind is DayKind.WORKING) == (day.weekday() >= 5)


def test_the_demos_data_is_refused_outside_the_demo(fresh_database: str) -> None:
    """Its offices are made up, and real applicants would see them."""
    outside = os.environ | {
        "XUANHAO_DATABASE_URL": fresh_database, "XUANHAO_REDIS_URL": "redis://cache", "XUANHAO_KEYS": "{}",
        "XUANHAO_DEMO": "0",
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-m", "demo.seed"], env=outside, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "xuanhao: demo.seed needs XUANHAO_DEMO=1, because its offices and numbers are made up\n"
