from datetime import timedelta
from uuid import uuid4

from storage.offices.offices import Notice, Office, Offices
from storage.postgres.database import Database
from tests.support.stored_preselections import AT


def office(*prefixes: str, code: str | None = None, **policy: int) -> Office:
    return Office(code or uuid4().hex, "深圳市车管所", "龙井路 1 号", "广东", prefixes, policy)


def unique_prefixes(count: int) -> list[str]:
    return sorted(f"粤{uuid4().hex}" for _ in range(count))


async def test_an_office_is_read_as_it_was_saved(database: Database) -> None:
    offices = Offices(database)
    saved = office(*unique_prefixes(2), draws=3)
    bare = office()
    for one in (saved, bare):
        await offices.save(one)
    assert await offices.get(saved.code) == saved
    assert await offices.get(bare.code) == bare
    every = await offices.all()
    assert saved in every
    assert [one.code for one in every] == sorted(one.code for one in every)


async def test_an_unknown_office_is_not_found(database: Database) -> None:
    assert await Offices(database).get("999999") is None


async def test_saving_an_office_again_changes_its_policy_and_its_prefixes(database: Database) -> None:
    offices, prefixes = Offices(database), unique_prefixes(3)
    first = office(*prefixes[:2], draws=3)
    await offices.save(first)
    again = office(*prefixes[1:], code=first.code, composed=7)
    await offices.save(again)
    assert await offices.get(first.code) == again


async def test_the_notice_in_force_is_the_newest_that_has_been_published(database: Database) -> None:
    offices, one = Offices(database), office()
    await offices.save(one)
    old, new = (
        Notice(one.code, version, "业务须知", f"正文 {version}", AT + timedelta(days=days))
        for version, days in (("1", 0), ("2", 10))
    )
    for notice in (new, old):
        await offices.publish(notice)
    instants = (AT - timedelta(milliseconds=1), AT, AT + timedelta(days=9), AT + timedelta(days=10))
    assert [await offices.notice_in_force(one.code, at) for at in instants] == [None, old, old, new]


async def test_a_published_notice_does_not_change_for_people_have_agreed_to_it(database: Database) -> None:
    offices, one = Offices(database), office()
    await offices.save(one)
    first = Notice(one.code, "1", "业务须知", "正文", AT)
    await offices.publish(first)
    await offices.publish(Notice(one.code, "1", "业务须知", "别的正文", AT))
    assert await offices.notice_in_force(one.code, AT) == first
