"""All data about one person or organisation, found by identity number or credit code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, TextClause, func, select, text, union
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.appeals.tables import appeal
from storage.audit.tables import audit
from storage.audit.trail import Act, note
from storage.crypto.keyed_hash import candidate_hashes
from storage.crypto.personal_hashes import PersonalHashes
from storage.crypto.rehashing import NOBODY
from storage.crypto.vault import Keys
from storage.postgres.database import Database
from storage.postgres.sealed import sealed_columns
from storage.postgres.tables import blacklist, claim, preselection, preselection_agent, sms_outbox
from storage.preselections.rows import COLUMNS, PreselectionRow, row_of
from storage.preselections.tables import desk_reason, failed_check
from storage.retention.purge import SET_NOBODY, blank_values, set_blank

_MOST = 1_000
_TIMEOUT = 30.0

_OVERWRITE = text(f"""
    UPDATE preselection SET {SET_NOBODY},
        dormant = dormant OR stage IN ('service_notes', 'identity_verification', 'plate_selection')
    WHERE id = ANY(:ids)
""")  # noqa: S608 -- constants
_HAS_ENDED = "(dormant OR stage IN ('refused', 'registered', 'exhausted', 'overdue', 'cancelled'))"
# Staff still decide about a ban, or about a reservation: who acted for its party must not.
_IS_OPEN_BAN = """(
    ban.released_at IS NULL OR ban.released_by IS NOT NULL AND ban.confirmed_at IS NULL
    OR EXISTS (SELECT FROM appeal WHERE appeal.ban_id = ban.id AND appeal.state = 'open')
)"""
# A missed deadline's ban may not be written yet.
_IS_OPEN = f"""(NOT {_HAS_ENDED} OR EXISTS (
    SELECT FROM blacklist AS ban WHERE ban.party_hash = preselection.party_hash AND {_IS_OPEN_BAN}
) OR stage = 'overdue' AND NOT EXISTS (
    SELECT FROM blacklist AS ban WHERE ban.party_hash = preselection.party_hash
        AND (ban.released_at IS NULL OR ban.released_at >= preselection.changed_at)
))"""  # noqa: S608 -- constants
# Nothing else names the agents of a banned organisation after its deletion.
_KEEP_AGENTS_OF_BANS = text(f"""
    INSERT INTO preselection_agent (preselection_id, person_hash)
    SELECT ban.preselection_id, agent.person_hash FROM blacklist AS ban, (
        SELECT person_hash FROM preselection
        WHERE id = ANY(:ids) AND party_kind = 'organisation' AND person_hash IS NOT NULL
        UNION SELECT person_hash FROM preselection_agent WHERE preselection_id = ANY(:ids)
    ) AS agent
    WHERE ban.party_hash = ANY(:party) AND {_IS_OPEN_BAN}
    ON CONFLICT DO NOTHING
""")  # noqa: S608 -- constants
_DROP_UNCHECKED = text("DELETE FROM preselection WHERE id = ANY(:ids) AND stage IN ('submitted', 'refused')")
# A buyer with a running preselection still sees the seller's masked name, until that preselection has ended.
_AS_SELLER = text(f"""
    UPDATE preselection SET seller_hash = :nobody, seller_name_masked = '', seller = NULL
    WHERE seller_hash = ANY(:hashes) AND {_HAS_ENDED}
""")  # noqa: S608 -- constants
# As an agent of an organisation, whose preselections stay.
_AS_AGENT = text(f"""
    UPDATE preselection SET person_hash = NULL WHERE person_hash = :person AND NOT id = ANY(:ids) AND NOT {_IS_OPEN}
""")  # noqa: S608 -- constants
_LATER_AGENTS = text(f"""
    DELETE FROM preselection_agent AS agent
    WHERE NOT EXISTS (SELECT FROM blacklist AS ban WHERE ban.preselection_id = agent.preselection_id AND {_IS_OPEN_BAN})
        AND (preselection_id = ANY(:ids) OR person_hash = :person
            AND NOT EXISTS (SELECT FROM preselection WHERE id = agent.preselection_id AND {_IS_OPEN}))
""")  # noqa: S608 -- constants
_APPEALS = text(f"UPDATE appeal SET {set_blank(appeal)}, purged_at = :at WHERE preselection_id = ANY(:ids)")  # noqa: S608 -- constants
_ATTACHMENTS = text("""
    DELETE FROM appeal_attachment WHERE appeal_id IN (SELECT id FROM appeal WHERE preselection_id = ANY(:ids))
""")
_CODES = text("DELETE FROM code WHERE phone_hash = ANY(:phones)")
_CHECKS = text("DELETE FROM failed_check WHERE applicant_hash = ANY(:party)")
_MESSAGES = text("DELETE FROM text_message WHERE phone_hash = ANY(:phones)")
_ANSWERS = text("DELETE FROM idempotency WHERE caller_hash = ANY(:owners)")


@dataclass(frozen=True)
class PersonFile:
    """The stored data. Where the person sold the car, or acted as an agent, only a hash is kept."""

    preselections: Sequence[PreselectionRow] = field(repr=False)
    as_seller: Sequence[UUID]
    as_agent: Sequence[UUID]
    bans: Sequence[dict[str, Any]] = field(repr=False)
    messages: Sequence[dict[str, Any]] = field(repr=False)
    reasons: Sequence[dict[str, Any]] = field(repr=False)
    appeals: Sequence[dict[str, Any]] = field(repr=False)
    acts: Sequence[dict[str, Any]] = field(repr=False)
    failed_checks: int


class PersonRecords:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault
        self._hashes = PersonalHashes(keys.hashes)

    async def of(self, id_number: str, act: Act) -> PersonFile:
        """Read everything, and audit that it was read."""
        party, seller = (
            candidate_hashes(self._hashes.party(id_number)),
            candidate_hashes(self._hashes.seller(id_number)),
        )
        async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
            rows = await self._rows(connection, party)
            ids, phones = [row.id for row in rows], self._phones(rows)
            sold = await connection.execute(
                select(preselection.c.id).where(preselection.c.seller_hash.in_(seller)).limit(_MOST)
            )
            checks = select(func.count()).where(failed_check.c.applicant_hash.in_(party))
            file = PersonFile(
                preselections=rows,
                as_seller=list(sold.scalars()),
                as_agent=await _preselections_as_agent(connection, self._hashes.person(id_number), ids),
                bans=await self._bans(connection, party),
                messages=await self._messages(connection, phones),
                reasons=await self._reasons(connection, ids),
                appeals=await self._appeals(connection, ids),
                acts=await _acts(connection, ids),
                failed_checks=int((await connection.execute(checks)).scalar_one()),
            )
            await note(connection, act, "export_person", preselections=[str(each) for each in ids])
        return file

    async def lock_preselections(self, connection: AsyncConnection, id_number: str) -> list[PreselectionRow]:
        """The preselections as buyer, locked until the transaction ends."""
        return await self._rows(connection, candidate_hashes(self._hashes.party(id_number)), locked=True)

    async def holds(self, connection: AsyncConnection, ids: Sequence[UUID], at: datetime) -> set[UUID]:
        """Those of the preselections that hold a number at this instant, offered or as a candidate."""
        columns = claim.c
        held = (columns.preselection_id.in_(ids), columns.until > at, columns.kind.in_(("offered", "candidate")))
        return set((await connection.execute(select(columns.preselection_id).where(*held))).scalars())

    async def erase(
        self, connection: AsyncConnection, id_number: str, rows: Sequence[PreselectionRow], at: datetime
    ) -> dict[str, int]:
        """Overwrite or delete all personal data except the bans and the hashes of their organisation's agents.

        Returns how many rows of each kind.
        """
        ids, phones, blank = [row.id for row in rows], self._phones(rows), blank_values(self._vault, preselection)
        party = candidate_hashes(self._hashes.party(id_number))
        # Before the rows that name them: it removes nothing, and is no part of what is returned.
        await connection.execute(_KEEP_AGENTS_OF_BANS, {"ids": ids, "party": party})
        steps: dict[str, tuple[TextClause, dict[str, Any]]] = {
            "unchecked": (_DROP_UNCHECKED, {"ids": ids}),
            "preselections": (
                _OVERWRITE,
                blank | {"ids": ids, "nobody": NOBODY, "at": at},
            ),
            "as_seller": (_AS_SELLER, {"hashes": candidate_hashes(self._hashes.seller(id_number)), "nobody": NOBODY}),
            "as_agent": (_AS_AGENT, {"person": self._hashes.person(id_number), "ids": ids}),
            "later_agents": (_LATER_AGENTS, {"person": self._hashes.person(id_number), "ids": ids}),
            "attachments": (_ATTACHMENTS, {"ids": ids}),
            "appeals": (_APPEALS, blank_values(self._vault, appeal) | {"ids": ids, "at": at}),
            "codes": (_CODES, {"phones": phones}),
            "failed_checks": (_CHECKS, {"party": party}),
            "messages": (_MESSAGES, {"phones": phones}),
            "answers": (_ANSWERS, {"owners": [row.owner_hash for row in rows]}),
        }
        return {name: (await connection.execute(*step)).rowcount for name, step in steps.items()}

    async def bans(self, connection: AsyncConnection, id_number: str) -> list[dict[str, Any]]:
        return await self._bans(connection, candidate_hashes(self._hashes.party(id_number)))

    async def _rows(
        self, connection: AsyncConnection, party: list[bytes], *, locked: bool = False
    ) -> list[PreselectionRow]:
        columns = preselection.c
        known = select(*COLUMNS).where(columns.party_hash.in_(party)).order_by(columns.id).limit(_MOST)
        found = await connection.execute(known.with_for_update() if locked else known)
        return [row_of(row, self._vault) for row in found]

    def _phones(self, rows: Sequence[PreselectionRow]) -> list[bytes]:
        return [known for phone in {row.phone for row in rows} for known in candidate_hashes(self._hashes.phone(phone))]

    async def _bans(self, connection: AsyncConnection, party: list[bytes]) -> list[dict[str, Any]]:
        columns = blacklist.c
        shown = (columns.id, columns.since, columns.until, columns.released_at, columns.preselection_id)
        return await self._export(connection, shown, columns.party_hash.in_(party), order_by=columns.since)

    async def _messages(self, connection: AsyncConnection, phones: list[bytes]) -> list[dict[str, Any]]:
        columns = sms_outbox.c
        shown = (columns.sent_at, columns.purpose)
        return await self._export(connection, shown, columns.phone_hash.in_(phones), order_by=columns.sent_at)

    async def _reasons(self, connection: AsyncConnection, ids: list[UUID]) -> list[dict[str, Any]]:
        columns = desk_reason.c
        return await self._export(connection, (columns.at,), _among(columns.preselection_id, ids), order_by=columns.at)

    async def _appeals(self, connection: AsyncConnection, ids: list[UUID]) -> list[dict[str, Any]]:
        columns = appeal.c
        shown = (columns.id, columns.filed_at, columns.state, columns.decision_reason, columns.confirmed_at)
        return await self._export(connection, shown, _among(columns.preselection_id, ids), order_by=columns.filed_at)

    async def _export(
        self,
        connection: AsyncConnection,
        shown: Sequence[Column[Any]],
        condition: ColumnElement[bool],
        *,
        order_by: Column[Any],
    ) -> list[dict[str, Any]]:
        """Rows of one table: these columns, and every encrypted one."""
        columns = [*shown, *sealed_columns(order_by.table)]
        found = await connection.execute(select(*columns).where(condition).order_by(order_by).limit(_MOST))
        return [self._vault.decrypt_row(columns, row) for row in found]


async def _preselections_as_agent(connection: AsyncConnection, person: bytes, own: list[UUID]) -> list[UUID]:
    columns, later = preselection.c, preselection_agent.c
    known = union(
        select(columns.id).where(columns.person_hash == person),
        select(later.preselection_id).where(later.person_hash == person),
    ).subquery()
    found = await connection.execute(select(known.c.id).where(known.c.id.not_in(own)).order_by(known.c.id).limit(_MOST))
    return list(found.scalars())


async def _acts(connection: AsyncConnection, ids: list[UUID]) -> list[dict[str, Any]]:
    columns = audit.c
    names = (columns.at, columns.actor_kind, columns.action, columns.plates, columns.preselection_id)
    found = await connection.execute(
        select(*names).where(_among(columns.preselection_id, ids)).order_by(columns.at, columns.id).limit(_MOST)
    )
    return [dict(row._mapping) for row in found]  # noqa: SLF001 -- the same


def _among(column: Any, ids: list[UUID]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.in_(ids)
    return found
