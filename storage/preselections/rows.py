"""Preselections as rows: personal data encrypted and found by keyed hashes; the domain's record as JSON.

What changes in one is changed by `decisions.Decisions.commit` alone; here they are written first and read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, literal, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.parties import PartyKind
from domain.policy import Policy
from domain.preselection.values import UNFINISHED
from storage.crypto.hash_moves import SubmittedHashes, convert_to_current
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys, Vault
from storage.postgres.database import Database
from storage.postgres.sealed import sealed_columns
from storage.postgres.tables import preselection, preselection_agent

_SEALED = [column.name for column in sealed_columns(preselection)]
_OPEN = (
    "id", "created_at", "changed_at", "office_code", "stage", "dormant", "revision", "state", "policy", "plate_type",
    "plate", "visit_by", "deadline", "notice_version", "notice_agreed_at", "owner_hash", "party_hash", "vehicle_hash",
    "transfer_hash", "seller_name_masked", "party_kind", "code_id", "person_hash",
)  # fmt: skip
NAMES = (*_OPEN, *_SEALED)
COLUMNS = [preselection.c[name] for name in NAMES]
"""What `row_of` takes, in this order."""

_GET = f"SELECT {', '.join(NAMES)} FROM preselection WHERE id = %(id)s".encode()  # noqa: S608 -- constants
# A deletion of the preselection's data locks its row: it is over first, or finds the agent. A repeat locks nothing.
_NOTE_AGENT = b"""
    INSERT INTO preselection_agent (preselection_id, person_hash)
    SELECT id, %(person)s FROM preselection WHERE id = %(id)s AND purged_at IS NULL AND NOT EXISTS (
        SELECT FROM preselection_agent WHERE preselection_id = %(id)s AND person_hash = %(person)s
    ) FOR KEY SHARE ON CONFLICT DO NOTHING
"""

_BEFORE_THE_CHECK = "submitted"
_INVISIBLE = (_BEFORE_THE_CHECK, "refused")


@dataclass(frozen=True, repr=False)
class Seller:
    """The seller as typed; kept only until the vehicle check is over."""

    kind: str
    name: str
    id_number: str


@dataclass(frozen=True, repr=False)
class Submission:
    """The submission of 确认信息 with its caller, before any check."""

    id: UUID
    at: datetime
    office_code: str
    notice_version: str
    policy: Mapping[str, Any]
    owner: str
    party_kind: str
    party_name: str
    party_id: str
    phone: str
    vin: str
    certificate_number: str
    seller: Seller
    seller_name_masked: str
    person_id: str | None = None
    """The identity number of who submits, also as an agent."""
    notice_agreed_at: datetime | None = None
    code_id: UUID | None = None
    """The code of 确认信息, which the first decision uses up."""


@dataclass(frozen=True)
class PreselectionRow:
    """One row. Encrypted values are decrypted when they are read, and are not part of the representation."""

    id: UUID
    created_at: datetime
    changed_at: datetime
    office_code: str
    stage: str
    dormant: bool
    revision: int
    state: dict[str, Any]
    policy: dict[str, Any]
    plate_type: str
    plate: str | None
    visit_by: date | None
    deadline: datetime | None
    notice_version: str
    notice_agreed_at: datetime
    owner_hash: bytes = field(repr=False)
    party_hash: bytes = field(repr=False)
    person_hash: bytes | None = field(repr=False)
    vehicle_hash: bytes = field(repr=False)
    transfer_hash: bytes = field(repr=False)
    seller_name_masked: str = field(repr=False)
    party_kind: str
    code_id: UUID | None
    sealed: Mapping[str, bytes | None] = field(repr=False)
    vault: Vault = field(repr=False)

    @property
    def is_visible(self) -> bool:
        """Whether it exists for the contract: a submission that failed the check, or was not checked, does not."""
        return self.stage not in _INVISIBLE

    @property
    def rules(self) -> Policy:
        """The policy with which this preselection was created."""
        return Policy.from_dict(self.policy)

    @property
    def party_name(self) -> str:
        return self._decrypt("party_name")

    @property
    def party_id(self) -> str:
        return self._decrypt("party_id")

    @property
    def phone(self) -> str:
        return self._decrypt("phone")

    @property
    def vin(self) -> str:
        return self._decrypt("vin")

    @property
    def certificate_number(self) -> str:
        return self._decrypt("certificate_number")

    @property
    def seller(self) -> Seller | None:
        """The seller as typed, or None after the vehicle check."""
        return Seller(**json.loads(self._decrypt("seller"))) if self.sealed["seller"] else None

    def _decrypt(self, column: str) -> str:
        return self.vault.decrypt(preselection.c[column], cast("bytes", self.sealed[column]))


def row_of(values: Sequence[Any], vault: Vault) -> PreselectionRow:
    """The row of the values of `COLUMNS`."""
    count = len(_OPEN)
    sealed = dict(zip(_SEALED, values[count:], strict=True))
    return PreselectionRow(**dict(zip(_OPEN, values[:count], strict=True)), sealed=sealed, vault=vault)


@dataclass(frozen=True)
class OtherPreselection:
    """An unfinished preselection of a banned party."""

    id: UUID
    office_code: str


class Preselections:
    """Writes submissions and reads rows."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._hashes = PersonalHashes(keys.hashes)

    async def insert_submission(self, submission: Submission) -> None:
        """Write a submission at stage `submitted` and revision 0; repeating the id changes nothing."""
        statement = insert(preselection).values(self._values(submission)).on_conflict_do_nothing(index_elements=["id"])
        if not self._hashes.keyed.is_changing:
            await self._database.rows(statement)
            return
        async with self._database.transaction() as connection:
            await convert_to_current(connection, self._of_submission(submission))
            await connection.execute(statement)

    async def drop_submission(self, preselection_id: UUID) -> None:
        """Delete a submission that failed its check; one that has started stays."""
        columns = preselection.c
        await self._database.rows(
            delete(preselection).where(columns.id == preselection_id, columns.stage == _BEFORE_THE_CHECK)
        )

    async def get(self, preselection_id: UUID) -> PreselectionRow | None:
        """The row, if it exists for the contract."""
        found = await self._database.fetch_raw(_GET, {"id": preselection_id})
        row = row_of(found[0], self._vault) if found else None
        return row if row and row.is_visible else None

    async def list_of(
        self, owner_hash: bytes, organisation_hash: bytes | None = None, *, limit: int = 100
    ) -> list[PreselectionRow]:
        """The preselections of an account, and all those of the organisation that it acts for, newest first."""
        columns = preselection.c
        own: ColumnElement[bool] = columns.owner_hash.in_(candidate_hashes(owner_hash))
        if organisation_hash is not None:
            organisations = and_(
                columns.party_kind == PartyKind.ORGANISATION,
                columns.party_hash.in_(candidate_hashes(organisation_hash)),
            )
            own = or_(own, organisations)
        return await self._newest(own, columns.stage.not_in(_INVISIBLE), limit=limit)

    async def hand_over(self, row: PreselectionRow, *, owner: str, phone: str, person_id: str | None) -> bool:
        """Another agent of the same organisation acts from now on, and gets the SMS; False if the row has changed.

        The agent's person counts as one who has acted for the preselection, also after a further agent.
        """
        columns = preselection.c
        moved = (
            update(preselection)
            .where(columns.id == row.id, columns.revision == row.revision, columns.owner_hash == bytes(row.owner_hash))
            .values(owner_hash=bytes(self._hashes.owner(owner)), phone=self._vault.encrypt(columns.phone, phone))
            .returning(columns.id)
            .cte("moved")
        )
        statement = select(moved.c.id)
        if person_id:
            agents = select(moved.c.id, literal(self._hashes.person(person_id)))
            names = ["preselection_id", "person_hash"]
            noted = insert(preselection_agent).from_select(names, agents).on_conflict_do_nothing()
            statement = statement.add_cte(noted.cte("noted"))
        return bool(await self._database.rows(statement))

    async def note_agent(self, row: PreselectionRow, person_id: str) -> None:
        """Count a person as one who has acted for the preselection. For the one who submitted it there is no call."""
        person = self._hashes.person(person_id)
        if row.person_hash != person:
            await self._database.fetch_raw(_NOTE_AGENT, {"id": row.id, "person": person})

    async def unfinished_others(self, preselection_id: UUID) -> list[OtherPreselection]:
        """The party's other preselections, whose holds end when it is banned because of this one."""
        columns, missed = preselection.c, preselection.alias()
        party = select(missed.c.party_hash).where(missed.c.id == preselection_id).scalar_subquery()
        found = await self._database.rows(
            select(columns.id, columns.office_code)
            .where(
                columns.party_hash == party,
                columns.stage.in_(UNFINISHED),
                not_(columns.dormant),
                columns.id != preselection_id,
            )
            .order_by(columns.created_at)
        )
        return [OtherPreselection(*row) for row in found]

    async def _newest(self, *conditions: ColumnElement[bool], limit: int = 1) -> list[PreselectionRow]:
        columns = preselection.c
        statement = (
            select(*COLUMNS).where(*conditions).order_by(columns.created_at.desc(), columns.id.desc()).limit(limit)
        )
        return [row_of(row, self._vault) for row in await self._database.rows(statement)]

    def _of_submission(self, given: Submission) -> SubmittedHashes:
        hashes = self._hashes
        return SubmittedHashes(
            vehicle=hashes.vehicle(given.vin),
            transfer=hashes.transfer(given.vin, given.certificate_number, given.party_id),
            party=hashes.party(given.party_id),
        )

    def _values(self, submission: Submission) -> dict[str, Any]:
        given, hashes, seller = submission, self._of_submission(submission), submission.seller
        texts = {
            "party_name": given.party_name,
            "party_id": given.party_id,
            "phone": given.phone,
            "vin": given.vin,
            "certificate_number": given.certificate_number,
            "seller": json.dumps({"kind": seller.kind, "name": seller.name, "id_number": seller.id_number}),
        }
        return {
            "id": given.id,
            "created_at": given.at,
            "changed_at": given.at,
            "office_code": given.office_code,
            "stage": _BEFORE_THE_CHECK,
            "state": {},
            "policy": dict(given.policy),
            "notice_version": given.notice_version,
            "notice_agreed_at": given.notice_agreed_at or given.at,
            "owner_hash": self._hashes.owner(given.owner),
            "party_hash": hashes.party,
            "person_hash": self._hashes.person(given.person_id) if given.person_id else None,
            "vehicle_hash": hashes.vehicle,
            "transfer_hash": hashes.transfer,
            "seller_hash": self._hashes.seller(seller.id_number),
            "seller_name_masked": given.seller_name_masked,
            "party_kind": given.party_kind,
            "code_id": given.code_id,
        } | {name: self._vault.encrypt(preselection.c[name], texts[name]) for name in _SEALED}
