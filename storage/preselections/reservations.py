"""Finds reservations: the desk's list, those that end on a day, and a preselection by plate or vehicle."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Integer, and_, literal_column, or_, select, tuple_

from domain.instants import parse_instant
from domain.policy import Policy
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.tables import IS_RESERVED, claim, preselection
from storage.preselections.rows import COLUMNS, PreselectionRow, row_of

MOST = 500
MOST_DECRYPTED = 5_000
"""Rows whose VIN is decrypted for one page: a tenth of a second."""
# As a literal, because a plan without the stages would expect hardly any row.
_VISIBLE = literal_column("stage NOT IN ('submitted', 'refused')", Boolean)
Place = tuple[datetime, UUID]


@dataclass(frozen=True)
class DeskFilter:
    """What a clerk looks for: None is everything; `vin_tail` are the last characters of the VIN, in capitals."""

    plates: Collection[str] | None = None
    stage: str | None = None
    due: date | None = None
    vin_tail: str | None = None


EVERYTHING = DeskFilter()


@dataclass(frozen=True)
class DeskPage:
    """The rows of a page, and the place from which the next one goes on; None at the end."""

    rows: list[PreselectionRow]
    next: Place | None


@dataclass(frozen=True)
class DueReservation:
    """A live reservation and its last day."""

    id: UUID
    office_code: str
    plate: str
    visit_by: date
    deadline: datetime


@dataclass(frozen=True)
class MissedDeadline:
    """The deadline of a reservation that nobody came for, and the policy that says how long its ban lasts."""

    deadline: datetime
    policy: Policy


class Reservations:
    """Only reads. Every list has an index with its order, so its length costs nothing."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._hashes = PersonalHashes(keys.hashes)

    async def of_office(
        self, code: str, wanted: DeskFilter = EVERYTHING, *, limit: int = 100, before: Place | None = None
    ) -> DeskPage:
        """The desk's list: all that have, or had, a plate, newest first; `limit` is at most `MOST`.

        VINs are encrypted, so those that end in `vin_tail` are found by decrypting: after `MOST_DECRYPTED` rows the
        page ends, also with fewer rows than `limit`, and the next one goes on from there.
        """
        if wanted.vin_tail is None:
            rows = await self._newest(*_of_desk(code, wanted, before), limit=limit)
            # A full page may be the last: then the next one is empty.
            return DeskPage(rows, _place(rows) if len(rows) == limit else None)
        found: list[PreselectionRow] = []
        for _ in range(MOST_DECRYPTED // MOST):
            rows = await self._newest(*_of_desk(code, wanted, before), limit=MOST)
            for row in rows:
                before = row.created_at, row.id
                if row.vin.endswith(wanted.vin_tail):
                    found.append(row)
                if len(found) == limit:
                    return DeskPage(found, before)
            if len(rows) < MOST:
                return DeskPage(found, None)
        return DeskPage(found, before)

    async def of_plate(self, plate: str, *, limit: int = 100) -> list[PreselectionRow]:
        """All that reserved this plate, newest first: a plate may have been reserved several times."""
        columns = preselection.c
        return await self._newest(columns.plate == plate, columns.plate.is_not(None), limit=limit)

    async def of_vehicle(self, vin: str, *, limit: int = 100) -> list[PreselectionRow]:
        """All of this vehicle, newest first; at most one is running."""
        known = preselection.c.vehicle_hash.in_(candidate_hashes(self._hashes.vehicle(vin)))
        return await self._newest(known, _VISIBLE, limit=limit)

    async def holder_of(self, plate: str, at: datetime) -> UUID | None:
        """The preselection that has the number at this instant: reserved, offered or as a candidate."""
        columns = claim.c
        found = await self._database.row(
            select(columns.preselection_id).where(columns.plate == plate, columns.until > at)
        )
        return found[0] if found else None

    async def of_last_days(
        self, days: Collection[date], *, office_code: str | None = None, after: UUID | None = None, limit: int = MOST
    ) -> list[DueReservation]:
        """Live reservations whose last day is one of these, of one office or of all, by id.

        `after` is the id of the last one on the previous page.
        """
        columns = preselection.c
        conditions = [columns.visit_by.in_(days), IS_RESERVED]
        if office_code:
            conditions.append(columns.office_code == office_code)
        if after:
            conditions.append(columns.id > after)
        names = (columns.id, columns.office_code, columns.plate, columns.visit_by, columns.deadline)
        found = await self._database.rows(select(*names).where(*conditions).order_by(columns.id).limit(limit))
        return [DueReservation(*row) for row in found]

    async def missed_deadlines(self, party_hash: bytes, at: datetime) -> list[MissedDeadline]:
        """All deadlines that a party has missed by `at`."""
        columns = preselection.c
        party = columns.party_hash.in_(candidate_hashes(party_hash))
        found = await self._database.rows(select(columns.deadline, columns.policy).where(party, is_missed(at)))
        return [MissedDeadline(deadline, Policy.from_dict(policy)) for deadline, policy in found]

    async def live(self, ids: Collection[UUID]) -> list[UUID]:
        """Those of these preselections that are live reservations."""
        columns = preselection.c
        wanted = select(columns.id).where(columns.id.in_(ids), IS_RESERVED)
        return [row[0] for row in await self._database.rows(wanted)]

    async def creations(self, ids: Collection[UUID]) -> dict[UUID, tuple[datetime, Policy]]:
        """When these live reservations were made, which was their last act, and by which policy."""
        columns = preselection.c
        wanted = select(columns.id, columns.state["last_action_at"].astext, columns.policy).where(columns.id.in_(ids))
        found = await self._database.rows(wanted)
        return {row[0]: (parse_instant(row[1]), Policy.from_dict(row[2])) for row in found}

    async def _newest(self, *conditions: ColumnElement[bool], limit: int) -> list[PreselectionRow]:
        columns = preselection.c
        # The limit is a literal: a plan for any limit would expect a large part of the table.
        most = literal_column(str(min(limit, MOST)), Integer)
        statement = (
            select(*COLUMNS).where(*conditions).order_by(columns.created_at.desc(), columns.id.desc()).limit(most)
        )
        return [row_of(row, self._vault) for row in await self._database.rows(statement)]


def is_missed(at: datetime) -> ColumnElement[bool]:
    """Whether nobody came: a deadline that has passed counts as missed before a timer has written it."""
    columns = preselection.c
    return or_(columns.stage == "overdue", and_(columns.stage == "completed", columns.deadline <= at))


def _of_desk(code: str, wanted: DeskFilter, before: Place | None) -> list[ColumnElement[bool]]:
    columns = preselection.c
    conditions = [columns.office_code == code, columns.plate.is_not(None)]
    if wanted.plates is not None:
        conditions.append(columns.plate.in_(wanted.plates))
    if wanted.stage:
        conditions.append(columns.stage == wanted.stage)
    if wanted.due:
        conditions.append(columns.visit_by == wanted.due)
    if before:
        conditions.append(tuple_(columns.created_at, columns.id) < before)
    return conditions


def _place(rows: list[PreselectionRow]) -> Place:
    return rows[-1].created_at, rows[-1].id
