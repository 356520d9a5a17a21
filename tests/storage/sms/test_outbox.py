from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from storage.postgres.database import Database
from storage.sms.outbox import SmsOutbox
from tests.support.stored_preselections import AT, KEYS


@dataclass(frozen=True)
class Sms:
    phone: str
    text: str = "验证码 012345"
    purpose: str = "confirm_identity"
    idempotency_key: str = ""
    at: datetime = AT
    code: str | None = "012345"


@pytest.fixture
def phone() -> str:
    return f"138{uuid4().int % 10**8:08}"


def sms(phone: str, at: datetime = AT) -> Sms:
    return Sms(phone, idempotency_key=uuid4().hex, at=at)


async def test_a_phone_shows_its_own_messages_newest_first(database: Database, phone: str) -> None:
    messages = SmsOutbox(database, KEYS)
    first = sms(phone)
    second = replace(sms(phone, AT + timedelta(minutes=1)), text="您已预选 粤BA1234", purpose="success", code=None)
    for one in (first, second, sms("13700137000")):
        await messages.add(one)
    shown = [(one.sent_at, one.purpose, one.text, one.code) for one in await messages.list_of(phone)]
    assert shown == [(one.at, one.purpose, one.text, one.code) for one in (second, first)]


async def test_a_message_with_the_same_key_is_kept_once(database: Database, phone: str) -> None:
    messages, once = SmsOutbox(database, KEYS), sms(phone)
    await messages.add(once)
    await messages.add(replace(once, text="another text"))
    assert [one.text for one in await messages.list_of(phone)] == [once.text]


async def test_neither_phone_nor_text_nor_code_can_be_read_without_the_key(database: Database, phone: str) -> None:
    once = sms(phone)
    await SmsOutbox(database, KEYS).add(once)
    [row] = await database.rows(
        text("SELECT text_message::text FROM text_message WHERE idempotency_key = :key"), {"key": once.idempotency_key}
    )
    for secret in (phone, "012345", "验证码"):
        assert secret not in row[0]
        assert secret.encode().hex() not in row[0]
