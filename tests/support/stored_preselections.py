"""Rows for tests, written the way the service writes them: a submission, then decisions."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from storage.crypto.keyed_hash import KeyedHash
from storage.crypto.vault import Keys, Vault
from storage.offices.offices import Office, Offices
from storage.postgres.database import Database
from storage.preselections.decisions import Decision, Decisions
from storage.preselections.history import VehicleHistories, VehicleHistory
from storage.preselections.rows import PreselectionRow, Preselections, Seller, Submission
from tests.support.rows import any_row

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
SOON = AT + timedelta(seconds=90)
LATER = AT + timedelta(minutes=3)

KEYS = Keys(Vault({"first": b"1" * 32}, "first"), KeyedHash(b"h" * 32))


@dataclass
class Stored:
    """A database with one new office; every person, vehicle and plate is new unless given."""

    database: Database
    office_code: str

    @classmethod
    async def create(cls, database: Database) -> "Stored":
        code = uuid4().hex
        await Offices(database).save(Office(code, "深圳市车管所", "龙井路", "广东", ()))
        return cls(database, code)

    @property
    def decisions(self) -> Decisions:
        return Decisions(self.database, KEYS)

    @property
    def preselections(self) -> Preselections:
        return Preselections(self.database, KEYS)

    def submission(self, **given: Any) -> Submission:
        unique = uuid4().hex
        defaults = Submission(
            id=uuid4(),
            at=AT,
            office_code=self.office_code,
            notice_version="2026-01",
            policy={"draws": 5},
            owner=f"owner {unique}",
            party_kind="person",
            party_name="张三",
            party_id=f"party {unique}",
            phone="13800138000",
            vin=f"vin {unique}",
            certificate_number="123412345678",
            seller=Seller("person", "李四", "11010519491231002X"),
            seller_name_masked="李*",
        )
        return replace(defaults, **given)

    async def insert_submission(self, **given: Any) -> PreselectionRow:
        submission = self.submission(**given)
        await self.preselections.insert_submission(submission)
        return await self.row(submission.id)

    async def insert(
        self, stage: str = "plate_selection", *, state: dict[str, Any] | None = None, **given: Any
    ) -> UUID:
        """A preselection at a stage and at revision 1."""
        row = await self.insert_submission(**given)
        await self.decisions.commit(decision(row.id, expected_revision=0, stage=stage, state=state or {}))
        return row.id

    async def history(self, row: PreselectionRow) -> VehicleHistory:
        return await VehicleHistories(self.database).before(row)

    async def row(self, preselection_id: UUID) -> PreselectionRow:
        row = await any_row(self.database, KEYS, preselection_id)
        assert row is not None
        return row


def decision(preselection_id: UUID, **given: Any) -> Decision:
    """A decision of a preselection at revision 1 that by default changes nothing else."""
    defaults: dict[str, Any] = {
        "request_id": uuid4(),
        "action": "draw",
        "at": AT,
        "expected_revision": 1,
        "stage": "plate_selection",
        "state": {"draws_remaining": 4},
        "answer": {"drawn": True},
    }
    return Decision(preselection_id=preselection_id, **(defaults | given))


def new_plates(count: int = 1) -> list[str]:
    """Plates that no other test has; only their being text matters here."""
    unique = uuid4().hex
    return [f"粤B{unique}{number:03}" for number in range(count)]
