"""Deliveries, attachments and hourly figures stay as long as docs/retention.md says, and no longer."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Table, func, insert, select

from storage.appeals.tables import appeal, appeal_attachment
from storage.postgres.database import Database
from storage.retention.expired_rows import ExpiredRows
from storage.rollups.tables import figure_hour
from storage.rollups.writer import RollupWriter
from storage.sms.deliveries import Attempt, SmsDeliveries
from storage.sms.tables import sms_delivery
from tests.support.stored_preselections import AT, KEYS, Stored

DAY, HOUR, MILLISECOND = timedelta(days=1), timedelta(hours=1), timedelta(milliseconds=1)


async def count(database: Database, table: Table) -> int:
    row = await database.row(select(func.count()).select_from(table))
    assert row is not None
    return int(row[0])


async def test_a_delivery_stays_for_thirty_days(own_database: Database) -> None:
    me = await (await Stored.create(own_database)).insert()
    await SmsDeliveries(own_database).begin(Attempt("key", me, "reserved", AT, AT + DAY, 1, AT))
    await ExpiredRows(own_database).remove(AT + 30 * DAY)
    assert await count(own_database, sms_delivery) == 1
    await ExpiredRows(own_database).remove(AT + 30 * DAY + MILLISECOND)
    assert await count(own_database, sms_delivery) == 0


async def test_an_attachment_stays_for_ninety_days_after_the_confirmation_and_before_it_for_good(
    own_database: Database,
) -> None:
    for state, confirmed_at in (("refused", AT), ("open", None)):
        filed = {"id": uuid4(), "ban_id": uuid4(), "preselection_id": uuid4(), "filed_at": AT - DAY}
        stands = {"state": state, "decide_by": AT, "reason": KEYS.vault.encrypt(appeal.c.reason, "words")}
        file = {column: KEYS.vault.encrypt(appeal_attachment.c[column], "x") for column in ("name", "content")}
        async with own_database.transaction() as connection:
            await connection.execute(insert(appeal).values(filed | stands | {"confirmed_at": confirmed_at}))
            await connection.execute(
                insert(appeal_attachment).values(file | {"appeal_id": filed["id"], "kind": "png", "size": 1})
            )
    await ExpiredRows(own_database).remove(AT + 90 * DAY)
    assert await count(own_database, appeal_attachment) == 2
    await ExpiredRows(own_database).remove(AT + 90 * DAY + MILLISECOND)
    assert await count(own_database, appeal_attachment) == 1
    await ExpiredRows(own_database).remove(AT + 9000 * DAY)
    assert (await count(own_database, appeal_attachment), await count(own_database, appeal)) == (1, 2)


async def test_an_hours_figure_stays_for_four_hundred_days(own_database: Database) -> None:
    writer, hour = RollupWriter(own_database), AT.replace(minute=0)
    await writer.sample("440300", "粤B", {"DDDDD": 7}, AT)
    for later, left in ((hour + 400 * DAY, 1), (hour + 400 * DAY + MILLISECOND, 0)):
        await writer.count((later, later + HOUR), later)
        assert await count(own_database, figure_hour) == left
