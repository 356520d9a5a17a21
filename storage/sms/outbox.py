"""The outbox of the local SMS adapter, which the demo phone shows. Encrypted like all personal data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from sqlalchemy import select

from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.tables import sms_outbox

_ADD = b"""
    INSERT INTO text_message (id, idempotency_key, phone_hash, phone, purpose, text, code, sent_at)
    VALUES (
        %(id)s, %(idempotency_key)s, %(phone_hash)s, %(phone)s, %(purpose)s, %(text)s, CAST(%(code)s AS bytea),
        %(sent_at)s
    )
    ON CONFLICT DO NOTHING
"""


class Message(Protocol):
    """An SMS, with the fields of the gateway's port."""

    @property
    def phone(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def idempotency_key(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def code(self) -> str | None: ...


@dataclass(frozen=True, repr=False)
class ReceivedMessage:
    """An SMS on a phone."""

    sent_at: datetime
    purpose: str
    text: str
    code: str | None


_RECEIVED = [sms_outbox.c[name] for name in ReceivedMessage.__dataclass_fields__]


class SmsOutbox:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._hashes = PersonalHashes(keys.hashes)

    async def add(self, message: Message) -> None:
        """Store an SMS; one with the same key is stored once."""
        columns = sms_outbox.c
        values = {
            "id": uuid4(),
            "idempotency_key": message.idempotency_key,
            "phone_hash": self._hashes.phone(message.phone),
            "phone": self._vault.encrypt(columns.phone, message.phone),
            "purpose": message.purpose,
            "text": self._vault.encrypt(columns.text, message.text),
            "code": self._vault.encrypt(columns.code, message.code) if message.code else None,
            "sent_at": message.at,
        }
        await self._database.fetch_raw(_ADD, values)

    async def list_of(self, phone: str, *, limit: int = 100) -> list[ReceivedMessage]:
        """The SMS to a phone, newest first."""
        columns = sms_outbox.c
        found = await self._database.rows(
            select(*_RECEIVED)
            .where(columns.phone_hash.in_(candidate_hashes(self._hashes.phone(phone))))
            .order_by(columns.sent_at.desc(), columns.id)
            .limit(limit)
        )
        return [ReceivedMessage(**self._vault.decrypt_row(_RECEIVED, row)) for row in found]
