"""No encrypted column is forgotten: each repository encrypts it, and retention overwrites or removes it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Column, LargeBinary, Table, Text, insert, select, text
from sqlalchemy.exc import StatementError

from domain.sms import Sms
from storage.all_tables import metadata
from storage.appeals.repository import REFUSED, Attachment, NewAppeal
from storage.audit.trail import Act
from storage.bans.repository import NewBan
from storage.crypto.vault import Unreadable
from storage.postgres.database import Database
from storage.postgres.sealed import is_sealed, sealed_columns
from storage.postgres.tables import preselection
from storage.preselections.desk_reasons import DeskReason
from storage.preselections.idempotency import RequestKey
from storage.preselections.tables import desk_reason
from storage.redis.client import make_redis
from storage.repositories import Repositories
from tests.support.stored_preselections import AT, KEYS, LATER, Stored

SEALED_TABLES = [table for table in metadata.sorted_tables if sealed_columns(table)]
ALL_SEALED = {f"{column}" for table in SEALED_TABLES for column in sealed_columns(table)}
DIGESTS = {
    "idempotency.body_digest",
    "audit_seal.previous",
    "audit_seal.digest",
    # Keyed hashes of the names of sessions and messages.
    "ended_session.name",
    "logout_token.name",
}
PUBLIC = {"fairness_day.commitment", "fairness_file.content", "pool_bitmap.content"}
"""Numbers of the pool without persons, which everybody may read after their day."""
MUCH_LATER = AT + timedelta(days=4000)


async def store_everything(database: Database) -> Repositories:
    """One of everything that has an encrypted value, written by its repository."""
    repositories = Repositories.build(database, make_redis("redis://127.0.0.1:1/0"), KEYS)
    stored = await Stored.create(database)
    submitted = await stored.insert_submission()
    ended = await stored.insert("cancelled", at=AT)
    ban = await repositories.bans.ban(NewBan(uuid4(), submitted.party_hash, "张*", AT, LATER, ended))
    file = Attachment("证明.pdf", "JVBERi0=", "pdf", 5)
    appeal = NewAppeal(uuid4(), ban.id, ended, AT, LATER, "我叫张三", file)
    await repositories.appeals.file(appeal)
    await repositories.appeals.decide(appeal.id, REFUSED, Act(AT, "operator", "周一", "不足"))
    await repositories.appeals.confirm(appeal.id, Act(AT, "operator", "周二"))
    await repositories.desk_reasons.add(DeskReason(uuid4(), ended, "clerk", "卖方反悔", AT))
    await repositories.sms_outbox.add(Sms("13800138000", "验证码 012345", "confirm_identity", "key", AT, "012345"))
    request = RequestKey(uuid4().bytes, "/api/v1/preselections", uuid4())
    await repositories.idempotency.begin(
        request, body_digest=b"digest", operation_id=uuid4(), at=AT, lease=timedelta(seconds=20)
    )
    await repositories.idempotency.answer(request, 201, {}, "{}")
    return repositories


async def decrypted(database: Database, tables: Sequence[Table]) -> Mapping[str, set[str]]:
    """What each encrypted column holds in all rows. Raises `Unreadable` for a value that was not encrypted for it."""
    return {
        f"{column}": {
            KEYS.vault.decrypt(column, row[0]) for row in await database.rows(select(column).where(column.is_not(None)))
        }
        for table in tables
        for column in sealed_columns(table)
    }


def test_a_column_of_bytes_is_encrypted_or_a_hash() -> None:
    binary = {
        f"{column}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) and not column.name.endswith("_hash")
    }
    assert binary == DIGESTS | PUBLIC
    assert len(ALL_SEALED) == 15


async def test_every_repository_encrypts_its_columns_and_forgets_none(own_database: Database) -> None:
    await store_everything(own_database)
    assert {column for column, values in (await decrypted(own_database, SEALED_TABLES)).items() if values} == ALL_SEALED


async def test_a_column_that_a_repository_forgets_is_found(own_database: Database) -> None:
    await store_everything(own_database)
    await own_database.rows(text("UPDATE text_message SET code = NULL"))
    assert {column for column, values in (await decrypted(own_database, SEALED_TABLES)).items() if not values} == {
        "text_message.code"
    }
    await own_database.rows(text("UPDATE text_message SET phone = '13800138000'"))
    with pytest.raises(Unreadable):
        await decrypted(own_database, SEALED_TABLES)


async def test_after_its_retention_no_encrypted_value_says_anything(own_database: Database) -> None:
    repositories = await store_everything(own_database)
    for entry in await repositories.bans.page():
        assert await repositories.bans.release(entry.id, LATER)
    await repositories.retention.purge(MUCH_LATER, MUCH_LATER)
    await repositories.expired_rows.remove(MUCH_LATER)
    assert set().union(*(await decrypted(own_database, SEALED_TABLES)).values()) == {""}


async def test_what_is_not_encrypted_is_refused(own_database: Database) -> None:
    reason = {"request_id": uuid4(), "preselection_id": uuid4(), "clerk": "c", "reason": "卖方反悔".encode(), "at": AT}
    with pytest.raises(StatementError, match="is not encrypted") as refused:
        await own_database.rows(insert(desk_reason).values(reason))
    assert "卖方" not in str(refused.value)


def test_a_column_that_is_not_declared_as_encrypted_is_refused() -> None:
    assert not is_sealed(preselection.c.stage)
    with pytest.raises(TypeError, match="not declared"):
        KEYS.vault.encrypt(preselection.c.stage, "text")
    with pytest.raises(TypeError, match="not declared"):
        KEYS.vault.encrypt(Column("loose", Text), "text")
