"""Exports and deletes one person's or organisation's data, at their request."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.calendar import ban_end, shanghai_day
from domain.errors import IdNumberInvalid
from domain.identifiers import MalformedIdNumber, parse_credit_code, parse_resident_id
from domain.policy import Policy
from domain.preselection.record import from_record
from domain.preselection.values import Stage
from operations.commands import OperatorCommand
from operations.context import OperationsContext
from storage.audit.trail import note
from storage.preselections.rows import PreselectionRow
from storage.retention.person_records import PersonFile

AT_REST = timedelta(minutes=2)
"""No act is still running if the last one is this old."""

_TIMEOUT = 30.0
"""Seconds: what has no index, such as a seller's rows, is found by reading all preselections."""

KEPT = (
    "the plates' records: plate, office, stage and days of each preselection, its decisions and the audit by number",
    "the used chances of a vehicle: its keyed hashes",
    "reasons of the desk, encrypted, until their retention ends",
    "of a seller: keyed hash and masked name, until the buyer's preselection has ended",
    "of an organisation's agent: a keyed hash, until the preselection has ended and no ban or appeal is open",
)
KEPT_BAN = (
    "the ban until {until:%Y-%m-%d}: keyed hash and masked name, and a keyed hash of each agent of an organisation;"
    " no SMS is sent at its end"
)


@dataclass(frozen=True)
class Deletion:
    """The number of deleted rows by kind, and what stays. With obstacles nothing was deleted."""

    deleted: dict[str, int]
    kept: Sequence[str] = ()
    obstacles: Sequence[str] = ()


async def export_person(context: OperationsContext, text: str, command: OperatorCommand) -> PersonFile:
    """All data about the party with this identity number or credit code. Needs a reason.

    Raises `IdNumberInvalid`.
    """
    command.require_reason()
    return await context.repositories.person_records.of(_id_number(text, command.at), command.act)


async def delete_person(context: OperationsContext, text: str, command: OperatorCommand) -> Deletion:
    """Delete all data that need not be kept, all or nothing. Needs a reason; raises `IdNumberInvalid`.

    Refused while a reservation waits for the office, or while a missed deadline has not led to its ban: a deletion
    must not bypass it. An unfinished preselection ends with the deletion, if it holds no number.
    """
    command.require_reason()
    people, id_number = context.repositories.person_records, _id_number(text, command.at)
    async with context.repositories.database.transaction(timeout_s=_TIMEOUT) as connection:
        rows = await people.lock_preselections(connection, id_number)
        held = await people.holds(connection, [row.id for row in rows], command.at)
        bans = await people.bans(connection, id_number)
        banned_until = [ban["until"] for ban in bans]
        obstacles = [why for row in rows if (why := _obstacle(row, command.at, banned_until, is_held=row.id in held))]
        if obstacles:
            return Deletion({}, obstacles=obstacles)
        deleted = await people.erase(connection, id_number, rows, command.at)
        await note(
            connection, command.act, "delete_person", preselections=[str(row.id) for row in rows], deleted=deleted
        )
    live = [ban["until"] for ban in bans if ban["released_at"] is None]
    return Deletion(deleted, [*KEPT, *(KEPT_BAN.format(until=until) for until in live)])


def _obstacle(row: PreselectionRow, at: datetime, banned_until: Sequence[datetime], *, is_held: bool) -> str | None:
    """Why the person's data can't be deleted yet, or None."""
    if row.changed_at > at - AT_REST:
        return f"{row.id}: something happened less than two minutes ago"
    if not row.is_visible:
        return None
    policy = Policy.from_dict(row.policy)
    state = from_record(row.state, policy)
    if row.stage == Stage.COMPLETED:
        return f"{row.id}: a reservation waits for the office until {row.visit_by}; end it there or by signal"
    if is_held:
        return f"{row.id}: a number is still held for some minutes"
    if row.stage == Stage.OVERDUE and state.reservation:
        end = ban_end(state.reservation.deadline, policy)
        if end > at and not any(until >= end for until in banned_until):
            return f"{row.id}: its deadline was missed, and its ban is not written yet"
    return None


def _id_number(text: str, at: datetime) -> str:
    with suppress(MalformedIdNumber):
        return parse_resident_id(text.strip(), today=shanghai_day(at))
    with suppress(MalformedIdNumber):
        return parse_credit_code(text.strip())
    raise IdNumberInvalid


def preselection_record(row: PreselectionRow) -> dict[str, Any]:
    """A preselection in its person's export."""
    seller = row.seller
    return {
        "kind": "preselection",
        "id": row.id,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "office_code": row.office_code,
        "stage": row.stage,
        "plate": row.plate,
        "visit_by": row.visit_by,
        "deadline": row.deadline,
        "party": {"kind": row.party_kind, "name": row.party_name, "id_number": row.party_id, "phone": row.phone},
        "vehicle": {"vin": row.vin, "certificate_number": row.certificate_number},
        "seller": vars(seller) if seller else {"name": row.seller_name_masked},
        "notice": {"version": row.notice_version, "agreed_at": row.notice_agreed_at},
        "state": row.state,
    }
