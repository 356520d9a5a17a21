"""The persons behind the accounts of staff, and what concerns them.

A person may have several accounts: as an applicant, as an agent of an organisation, as a clerk, as an operator. Whether
an act is about the person who performs it is decided by keyed hashes of identity numbers, never by accounts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import insert

from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.postgres.database import Database
from storage.postgres.tables import IS_RESERVED, blacklist, preselection, preselection_agent
from storage.staff.tables import staff_person


@dataclass(frozen=True)
class StaffPerson:
    """The person of a staff token as keyed hashes: themselves, the parties that they are, and the seller."""

    hash: bytes = field(repr=False)
    parties: Sequence[bytes] = field(repr=False)
    as_seller: Sequence[bytes] = field(repr=False)

    @classmethod
    def of(cls, hashes: PersonalHashes, id_number: str, credit_code: str | None = None) -> "StaffPerson":
        """By identity number, and by the credit code of the organisation that the token names."""
        numbers = [id_number, *([credit_code] if credit_code else [])]
        return cls(
            hashes.person(id_number),
            [value for number in numbers for value in candidate_hashes(hashes.party(number))],
            [value for number in numbers for value in candidate_hashes(hashes.seller(number))],
        )


class StaffPersons:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, subject: str, person: StaffPerson, at: datetime) -> None:
        """Remember the person behind the account of an operator."""
        values = {"subject": subject, "person_hash": person.hash, "seen_at": at}
        await self._database.rows(insert(staff_person).values(values).on_conflict_do_nothing())

    async def is_one_of(self, subjects: Collection[str], person: StaffPerson) -> bool:
        """Whether one of these accounts was used by this person."""
        columns = staff_person.c
        known = select(literal(1)).where(columns.subject.in_(subjects), columns.person_hash == person.hash).limit(1)
        return bool(await self._database.rows(known))

    async def has_preselection(self, preselection_id: UUID, person: StaffPerson) -> bool:
        """Whether the preselection is one of the person, of their organisation, or of a car that they sold."""
        return await self._finds(preselection.c.id == preselection_id, person)

    async def has_reservation_due(self, days: Collection[date], office_code: str | None, person: StaffPerson) -> bool:
        """Whether one of the reservations with their last day on one of the days concerns the person."""
        columns = preselection.c
        due = and_(IS_RESERVED, columns.visit_by.in_(days))
        return await self._finds(and_(due, columns.office_code == office_code) if office_code else due, person)

    async def has_ban(self, entry_id: UUID, person: StaffPerson) -> bool:
        """Whether the ban is one of the person or of their organisation."""
        ban, caused = blacklist.c, preselection.c
        concerned = or_(
            ban.party_hash.in_(person.parties),
            caused.person_hash == person.hash,
            _acts_for(ban.party_hash, person),
            _was_agent_of(ban.preselection_id, person),
        )
        known = (
            select(literal(1))
            .select_from(blacklist.outerjoin(preselection, caused.id == ban.preselection_id))
            .where(ban.id == entry_id, concerned)
        )
        return bool(await self._database.rows(known))

    async def _finds(self, which: ColumnElement[bool], person: StaffPerson) -> bool:
        columns = preselection.c
        concerned = or_(
            columns.person_hash == person.hash,
            columns.party_hash.in_(person.parties),
            columns.seller_hash.in_(person.as_seller),
            _acts_for(columns.party_hash, person),
        )
        return bool(await self._database.rows(select(literal(1)).where(which, concerned).limit(1)))


def _acts_for(party_hash: Any, person: StaffPerson) -> ColumnElement[bool]:
    """Whether the person has acted for this party: the organisation of one of their preselections is their own.

    A preselection is theirs if they submitted it, or once acted for it as a later agent, whoever acts for it now.
    """
    own, agent = preselection.alias(), preselection_agent.c
    # As EXISTS the planner might look for all of the person's, and read the whole index, which begins with the party.
    found = select(literal(1)).where(own.c.person_hash == person.hash, own.c.party_hash == party_hash)
    submitted = found.limit(1).scalar_subquery().is_not(None)
    joined = exists().where(
        agent.person_hash == person.hash,
        own.c.id == agent.preselection_id,
        own.c.party_hash == party_hash,
        # Purged ones share one party.
        own.c.purged_at.is_(None),
    )
    return or_(submitted, joined)


def _was_agent_of(preselection_id: Any, person: StaffPerson) -> ColumnElement[bool]:
    """Whether the person is noted for this preselection, also where it names no party any more."""
    agent = preselection_agent.c
    return exists().where(agent.preselection_id == preselection_id, agent.person_hash == person.hash)
