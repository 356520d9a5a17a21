"""Reasons of the desk are stored, and can't be read in the table."""

from uuid import uuid4

from sqlalchemy import select

from storage.postgres.database import Database
from storage.preselections.desk_reasons import DeskReason, DeskReasons
from storage.preselections.tables import desk_reason
from tests.support.stored_preselections import AT, KEYS, LATER


async def test_a_reason_is_found_by_its_preselection_and_the_first_one_of_a_request_stays(database: Database) -> None:
    reasons, me = DeskReasons(database, KEYS), uuid4()
    first = DeskReason(uuid4(), me, "c1e4", "卖方李四撤回", AT)
    second = DeskReason(uuid4(), me, "c1e4", "资料不齐", LATER)
    for each in (second, first, DeskReason(first.request_id, me, "c1e4", "另一个", LATER)):
        await reasons.add(each)
    assert await reasons.of_preselection(me) == [first, second]
    assert await reasons.of_preselection(uuid4()) == []


async def test_the_words_are_sealed_and_never_shown(database: Database) -> None:
    given = DeskReason(uuid4(), uuid4(), "c1e4", "卖方李四撤回", AT)
    await DeskReasons(database, KEYS).add(given)
    row = await database.row(select(desk_reason).where(desk_reason.c.request_id == given.request_id))
    assert row is not None
    assert "李四".encode() not in b"".join(value for value in row if isinstance(value, bytes))
    assert "李四" not in repr(row) + repr(given)
