"""`python -m demo.seed`: the demo's offices, notices, segments and working days as rows.

It may run at every start: existing rows, which may have been edited, stay unchanged.
"""

import asyncio
import sys
from contextlib import suppress
from datetime import datetime
from itertools import groupby

from config.settings import Settings, SettingsError
from demo.notices import notice_of
from demo.offices import OFFICES, DemoOffice
from demo.releases import segments_of
from demo.staff_affairs import seed_staff_affairs
from demo.world import demo_world
from domain.dependencies import DependencyUnavailable
from domain.policy import MalformedPolicy, Policy
from operations.holiday_calendar import days_to_enter, is_official
from process.clock import system_clock
from storage.audit.trail import Act
from storage.crypto.sources import key_source
from storage.crypto.vault import Keys
from storage.offices.calendars import Calendars
from storage.offices.offices import Office, Offices
from storage.pool.segments import SegmentOverlaps, SegmentRepository
from storage.postgres.database import Database

# This year, the next and one more, for preselections in December with a long validity.
_YEARS = 3


async def seed(database: Database, policy: Policy, at: datetime) -> None:
    """Write missing rows. `policy` is the deployment's; the notices state it."""
    await seed_calendar(Calendars(database), at)
    offices = Offices(database)
    known = {office.code: office for office in await offices.all()}
    for office in OFFICES:
        if office.code not in known:
            await offices.save(_row(office))
        overrides = known[office.code].overrides_at(at) if office.code in known else {}
        await _publish(offices, office, policy.with_overrides(overrides), at)
        await _release(SegmentRepository(database), office, at)


def _row(office: DemoOffice) -> Office:
    return Office(
        office.code,
        office.name,
        office.address,
        office.province,
        office.prefixes,
        names=office.names,
        coordinates=office.coordinates,
    )


async def _publish(offices: Offices, office: DemoOffice, policy: Policy, at: datetime) -> None:
    """A first notice, or the next version when the deployment's numbers or the texts have changed."""
    first = notice_of(office, policy, "1", at)
    current = await offices.notice_in_force(office.code, at)
    if current is None:
        await offices.publish(first)
    elif not first.has_words_of(current) and current.version.isdecimal():
        await offices.publish(notice_of(office, policy, str(int(current.version) + 1), at))


async def _release(repository: SegmentRepository, office: DemoOffice, at: datetime) -> None:
    known = {(segment.prefix, segment.template) for segment in await repository.of_office(office.code)}
    missing = [segment for segment in segments_of(office) if (segment.prefix, segment.template) not in known]
    act = Act(at, "system")
    for _, of_prefix in groupby(missing, key=lambda segment: segment.prefix):
        segments = list(of_prefix)
        try:
            await repository.release_all(segments, act)
        except SegmentOverlaps:
            # An operator has released some of these numbers since.
            for segment in segments:
                with suppress(SegmentOverlaps):
                    await repository.release(segment, act)


async def seed_calendar(calendars: Calendars, at: datetime) -> None:
    """The coming years, as the library knows or predicts them."""
    country = await calendars.of_country()
    for year in range(at.year, at.year + _YEARS):
        days = days_to_enter(year, country)
        if days is not None:
            await calendars.enter(days, Act(at, "system"))
            await calendars.declare_year(year, Act(at, "system"), official=is_official(year))


async def main() -> None:
    settings = Settings.from_environment()
    if not settings.demo:
        raise SettingsError("demo.seed needs XUANHAO_DEMO=1, because its offices and numbers are made up")
    database = Database(settings.database_url, pool_size=1, application_name="xuanhao-seed")
    try:
        await seed(database, Policy().with_overrides(settings.policy), system_clock())
        keys = Keys.from_source(key_source(settings.key_file, settings.keys))
        await seed_staff_affairs(database, keys, demo_world(), system_clock())
    finally:
        await database.close()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (SettingsError, MalformedPolicy, DependencyUnavailable) as problem:
        sys.exit(f"xuanhao: {problem}")
