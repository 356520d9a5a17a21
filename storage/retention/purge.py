"""Purges personal data after its retention. The rest of a preselection names a plate and no person.

Retention counts from the end of the process, or of the party's ban if that is later: the SMS at the end of a ban needs
the phone number. The keyed hashes of vehicle and transfer stay, without any value that they could be compared with,
because used chances stay used (R-45).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Table, TextClause, text

from storage.appeals.tables import appeal
from storage.crypto.rehashing import NOBODY
from storage.crypto.vault import Keys, Vault
from storage.partial_failures import PartialFailures
from storage.postgres.database import Database
from storage.postgres.sealed import sealed_columns
from storage.postgres.tables import blacklist, preselection

_AT_ONCE = 1_000
_TIMEOUT = 30.0


def set_blank(table: Table) -> str:
    """SQL that sets every encrypted column of a table to the parameter of its name (`blank_values`)."""
    return ", ".join(f"{column.name} = :{column.name}" for column in sealed_columns(table))


SET_NOBODY = f"""
    {set_blank(preselection)}, seller_name_masked = '',
    owner_hash = CAST(:nobody AS bytea) || uuid_send(id), party_hash = :nobody, seller_hash = :nobody,
    person_hash = NULL, purged_at = :at
"""
"""Each row has an own account that nobody has: equal ones would be one long chain of the account's hash index."""

_PRESELECTIONS = text(f"""
    WITH purged AS (
        SELECT id FROM preselection AS ended
        WHERE purged_at IS NULL AND created_at < :before AND changed_at < :before
          AND (dormant OR stage IN ('registered', 'exhausted', 'overdue', 'cancelled'))
          AND NOT EXISTS (
              SELECT FROM blacklist WHERE blacklist.party_hash = ended.party_hash
                AND (blacklist.released_at IS NULL OR blacklist.released_at >= :before)
          )
        LIMIT :most FOR UPDATE SKIP LOCKED
    ), agents AS (
        DELETE FROM preselection_agent WHERE preselection_id = ANY(ARRAY(SELECT id FROM purged))
    )
    UPDATE preselection SET {SET_NOBODY} WHERE id = ANY(ARRAY(SELECT id FROM purged))
""")  # noqa: S608 -- constants

# A preselection that was purged before its ban had its organisation deleted, and its agents kept until now.
_BANS = text(f"""
    WITH purged AS (
        SELECT id, preselection_id FROM blacklist WHERE purged_at IS NULL AND released_at < :before
        LIMIT :most FOR UPDATE SKIP LOCKED
    ), agents AS (
        DELETE FROM preselection_agent USING preselection
        WHERE preselection_id = ANY(ARRAY(SELECT preselection_id FROM purged))
          AND preselection.id = preselection_id AND preselection.purged_at IS NOT NULL
    )
    UPDATE blacklist SET {set_blank(blacklist)}, party_hash = :nobody, purged_at = :at
    WHERE id = ANY(ARRAY(SELECT id FROM purged))
""")  # noqa: S608 -- constants

_APPEALS = text(f"""
    UPDATE appeal SET {set_blank(appeal)}, purged_at = :at
    WHERE id = ANY(ARRAY(
        SELECT id FROM appeal WHERE purged_at IS NULL AND confirmed_at < :before
        LIMIT :most FOR UPDATE SKIP LOCKED
    ))
""")  # noqa: S608 -- constants

_REASONS = text("""
    DELETE FROM desk_reason WHERE request_id = ANY(ARRAY(
        SELECT request_id FROM desk_reason WHERE "at" < :before LIMIT :most FOR UPDATE SKIP LOCKED
    ))
""")


@dataclass(frozen=True)
class Purged:
    """The number of purged rows."""

    preselections: int
    bans: int
    reasons: int
    appeals: int = 0


class Retention:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._vault = keys.vault

    async def purge(self, before: datetime, at: datetime) -> Purged:
        """Overwrite the personal data of rows that ended before an instant. May be repeated at any time."""
        shared = {"before": before, "at": at, "nobody": NOBODY, "most": _AT_ONCE}
        appeal_values = {"before": before, "at": at, "most": _AT_ONCE} | blank_values(self._vault, appeal)
        statements: dict[str, tuple[TextClause, dict[str, object]]] = {
            "preselections": (_PRESELECTIONS, shared | blank_values(self._vault, preselection)),
            "bans": (_BANS, shared | blank_values(self._vault, blacklist)),
            "reasons": (_REASONS, {"before": before, "most": _AT_ONCE}),
            "appeals": (_APPEALS, appeal_values),
        }
        purged, failures = dict[str, int](), PartialFailures("purge")
        for name, (statement, values) in statements.items():
            with failures.part(name):
                purged[name] = await self._all(statement, values)
        failures.finish()
        return Purged(**purged)

    async def _all(self, statement: TextClause, values: dict[str, object]) -> int:
        purged, some = 0, _AT_ONCE
        while some == _AT_ONCE:
            async with self._database.transaction(timeout_s=_TIMEOUT) as connection:
                done: CursorResult[object] = await connection.execute(statement, values)
                some = done.rowcount
            purged += some
        return purged


def blank_values(vault: Vault, table: Table) -> dict[str, bytes | None]:
    """The encrypted columns of a purged row: NULL or an encrypted empty text, so that readers need no exception."""
    return {column.name: None if column.nullable else vault.encrypt(column, "") for column in sealed_columns(table)}
