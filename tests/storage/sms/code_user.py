"""A person with a phone, who requests codes and types them in."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from domain.errors import RateLimited
from domain.policy import Policy
from storage.crypto.personal_hashes import PersonalHashes
from storage.postgres.database import Database
from storage.sms.codes import CodeOwner, Codes, NewCode
from tests.support.stored_preselections import AT, KEYS

HASHES = PersonalHashes(KEYS.hashes)
POLICY = Policy()
RIGHT, WRONG = "012345", "543210"


class CodeUser:
    def __init__(self, database: Database, *, preselection_id: UUID | None = None) -> None:
        self.codes = Codes(database)
        self.subject_hash = HASHES.owner(uuid4().hex)
        self.phone_hash = HASHES.phone(uuid4().hex)
        self.preselection_id = preselection_id

    def owner(self, purpose: str = "confirm_identity") -> CodeOwner:
        return CodeOwner(purpose, self.subject_hash, self.preselection_id)

    def hash(self, digits: str, purpose: str = "confirm_identity") -> bytes:
        return HASHES.code(purpose, self.subject_hash, self.preselection_id, digits)

    def new(self, at: datetime, purpose: str = "confirm_identity", *, while_holding: bool = False) -> NewCode:
        return NewCode(
            uuid4(), self.owner(purpose), self.phone_hash, self.hash(RIGHT, purpose), at, while_holding=while_holding
        )

    async def ask(
        self,
        at: datetime = AT,
        purpose: str = "confirm_identity",
        *,
        while_holding: bool = False,
        policy: Policy = POLICY,
    ) -> UUID:
        new = self.new(at, purpose, while_holding=while_holding)
        await self.codes.issue(new, policy)
        await self.codes.mark_sent(new.id, at)
        return new.id

    async def type_in(
        self, digits: str, at: datetime = AT, purpose: str = "confirm_identity", *, request_id: UUID | None = None
    ) -> UUID:
        name = request_id or uuid4()
        return await self.codes.verify(
            self.owner(purpose), self.hash(digits, purpose), at=at, attempts=5, request_id=name
        )

    async def is_refused_until(
        self, at: datetime, purpose: str = "confirm_identity", *, while_holding: bool = False
    ) -> datetime:
        with pytest.raises(RateLimited) as limited:
            await self.ask(at, purpose, while_holding=while_holding)
        return limited.value.retry_at
