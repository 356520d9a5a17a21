"""The register of vehicle offices: operators add and change them, one or many at once, all or nothing.

Changes of the register wait for each other, so that no two offices get one prefix.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.offices import OfficeDetails
from storage.audit.actions import AuditAction
from storage.audit.tables import audit
from storage.audit.trail import Act, act_values
from storage.failures import StorageFailure
from storage.offices.offices import Office, office_of, offices_statement, row_of_office, set_prefixes
from storage.postgres.database import Database
from storage.postgres.json_text import json_text

# Readers and the references of other rows do not wait for it.
_LOCK = text("LOCK TABLE office IN SHARE ROW EXCLUSIVE MODE")
# After the two characters of a prefix come digits and letters, all of which are before `~`.
_LIVE = text("""
    SELECT entry.prefix FROM unnest(CAST(:prefixes AS text[])) AS entry (prefix)
    WHERE EXISTS (
        SELECT FROM claim WHERE until > :at
            AND plate >= entry.prefix COLLATE "C" AND plate < (entry.prefix || '~') COLLATE "C"
    ) ORDER BY 1
""")
# One parameter for all: writing thousands of parameters into a statement takes longer than executing it.
_ENTER = text("""
    INSERT INTO office (code, name, address, province, hours, telephone, names, coordinates)
    SELECT code, name, address, province, hours, telephone, names, coordinates
    FROM jsonb_to_recordset(CAST(:offices AS jsonb)) AS entry (
        code text, name text, address text, province text, hours text, telephone text, names jsonb, coordinates jsonb
    )
    ON CONFLICT (code) DO UPDATE SET
        name = excluded.name, address = excluded.address, province = excluded.province, hours = excluded.hours,
        telephone = excluded.telephone, names = excluded.names, coordinates = excluded.coordinates
""")
_FIELDS = ("name", "names", "address", "hours", "telephone", "coordinates", "province", "prefixes")
_SECONDS = 15.0
"""For a whole country's offices; one office takes milliseconds."""


class PrefixesTaken(StorageFailure):
    """Other offices have some of the prefixes: `owners` has their codes, by prefix."""

    def __init__(self, owners: Mapping[str, str]) -> None:
        self.owners = owners
        super().__init__(f"{len(owners)} prefixes belong to other offices")


class PrefixesInUse(StorageFailure):
    """Prefixes can't be taken from their office, for numbers of them have live claims: `owners` as above."""

    def __init__(self, owners: Mapping[str, str]) -> None:
        self.owners = owners
        super().__init__(f"{len(owners)} prefixes have live claims")


@dataclass(frozen=True)
class OfficeChange:
    """An office as it is after a change. `fields` are the changed ones; a new office has all of them."""

    office: Office
    is_new: bool
    fields: tuple[str, ...]


class OfficeRegister:
    """Writes offices with their prefixes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enter(self, wanted: Sequence[OfficeDetails], act: Act, *, dry_run: bool = False) -> list[OfficeChange]:
        """Add or change these offices; others stay as they are. With `dry_run` only return what would change.

        Raises `PrefixesTaken` and `PrefixesInUse`; nothing has changed then.
        """
        async with self._database.transaction(timeout_s=_SECONDS) as connection:
            await connection.execute(_LOCK)
            known = {each.code: each for each in await _all(connection)}
            _refuse_taken(wanted, known.values())
            await _refuse_in_use(connection, wanted, known, act.at)
            changes = [_change(details, known.get(details.code)) for details in wanted]
            if not dry_run:
                await _write([change for change in changes if change.fields], act, connection)
        return changes


async def _all(connection: AsyncConnection) -> list[Office]:
    return [office_of(tuple(row)) for row in await connection.execute(offices_statement(), {"code": None})]


def _refuse_taken(wanted: Sequence[OfficeDetails], known: Iterable[Office]) -> None:
    entered = {details.code for details in wanted}
    owners = {prefix: each.code for each in known if each.code not in entered for prefix in each.prefixes}
    taken = {prefix: owners[prefix] for details in wanted for prefix in details.prefixes if prefix in owners}
    if taken:
        raise PrefixesTaken(taken)


async def _refuse_in_use(
    connection: AsyncConnection, wanted: Sequence[OfficeDetails], known: Mapping[str, Office], at: datetime
) -> None:
    leaving = {
        prefix: each.code
        for each in wanted
        if each.code in known
        for prefix in known[each.code].prefixes
        if prefix not in each.prefixes
    }
    if leaving:
        found = (await connection.execute(_LIVE, {"prefixes": list(leaving), "at": at})).scalars().all()
        if found:
            raise PrefixesInUse({prefix: leaving[prefix] for prefix in found})


def _change(details: OfficeDetails, before: Office | None) -> OfficeChange:
    prefixes = tuple(sorted(details.prefixes))
    after = Office(
        details.code,
        details.name,
        details.address,
        details.province,
        prefixes,
        before.policy if before else {},
        before.policy_changes if before else (),
        details.names,
        details.hours,
        details.telephone,
        details.coordinates,
    )
    changed = (name for name in _FIELDS if before is None or getattr(before, name) != getattr(after, name))
    return OfficeChange(after, before is None, tuple(changed))


async def _write(changes: Sequence[OfficeChange], act: Act, connection: AsyncConnection) -> None:
    if not changes:
        return
    rows = json_text([row_of_office(change.office) for change in changes])
    await connection.execute(_ENTER, {"offices": rows})
    await set_prefixes(connection, {change.office.code: change.office.prefixes for change in changes})
    await connection.execute(insert(audit), [_audit_values(change, act) for change in changes])


def _audit_values(change: OfficeChange, act: Act) -> dict[str, Any]:
    facts = {name: getattr(change.office, name) for name in change.fields}
    # A fact without a value is left out.
    removed = [] if change.is_new else [name for name, value in facts.items() if value is None]
    if removed:
        facts["removed"] = removed
    if position := facts.get("coordinates"):
        facts["coordinates"] = vars(position)
    action: AuditAction = "add_office" if change.is_new else "change_office"
    return act_values(act, action, office_code=change.office.code, **facts)
