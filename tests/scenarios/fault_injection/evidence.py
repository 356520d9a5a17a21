"""What the checks look at, read when all faults are over."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from domain.policy import Policy
from domain.preselection.record import from_record
from domain.preselection.state import Preselection
from storage.repositories import Repositories
from tests.scenarios.fault_injection.calls import CallLog
from tests.scenarios.fault_injection.faults import Fault
from tests.scenarios.fault_injection.system import System

Rows = list[dict[str, Any]]
_LASTING = {
    "preselections": "SELECT * FROM preselection",
    "bans": "SELECT * FROM blacklist",
    "with_ban": "SELECT DISTINCT preselection_id FROM audit WHERE action IN ('bar', 'extend_ban')",
}
# What maintenance removes some time after its use.
_EXPIRING = {
    "decisions": ("SELECT * FROM decision", ("request_id",)),
    "operations": ("SELECT path, key, operation_id FROM idempotency", ("path", "key")),
    "deliveries": ("SELECT key, preselection_id, purpose, handed_at FROM text_delivery", ("key",)),
}


@dataclass
class Ledger:
    """The rows that expire, each in its last version: a run that is longer than their retention collects them often."""

    rows: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in _EXPIRING}
    )

    async def collect(self, dsn: str) -> None:
        async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
            for name, (statement, key) in _EXPIRING.items():
                found = await (await connection.execute(statement.encode())).fetchall()
                self.rows[name] |= {tuple(row[column] for column in key): row for row in found}

    def of(self, name: str) -> Rows:
        return list(self.rows[name].values())


@dataclass(frozen=True)
class Evidence:
    """What every check looks at, read after all faults are over, at the instant `now` of the system."""

    system: System
    repositories: Repositories
    log: CallLog
    faults: Sequence[Fault]
    now: datetime
    preselections: Mapping[UUID, dict[str, Any]]
    decisions: Mapping[UUID, list[dict[str, Any]]]
    bans: Rows
    operations: Mapping[tuple[str, str], UUID]
    deliveries: Rows
    with_ban: frozenset[UUID]
    """The preselections whose missed deadlines have begun or extended a ban, by the audit."""

    def state(self, decision: Mapping[str, Any]) -> Preselection:
        policy = Policy.from_dict(self.preselections[decision["preselection_id"]]["policy"])
        return from_record(decision["answer"]["state"], policy)


async def gather_evidence(
    system: System,
    repositories: Repositories,
    log: CallLog,
    faults: Sequence[Fault],
    *,
    now: datetime,
    ledger: Ledger | None = None,
) -> Evidence:
    """Read everything, with what the ledger has collected before."""
    ledger = ledger or Ledger()
    await ledger.collect(system.owner_dsn)
    decisions: dict[UUID, Rows] = defaultdict(list)
    for decision in ledger.of("decisions"):
        decisions[decision["preselection_id"]].append(decision)
    for made in decisions.values():
        made.sort(key=lambda decision: decision["answer"]["revision"])
    lasting = await _lasting_rows(system.owner_dsn)
    return Evidence(
        system,
        repositories,
        log,
        faults,
        now,
        preselections={row["id"]: row for row in lasting["preselections"]},
        decisions=decisions,
        bans=lasting["bans"],
        operations={(row["path"], str(row["key"])): row["operation_id"] for row in ledger.of("operations")},
        deliveries=ledger.of("deliveries"),
        with_ban=frozenset(row["preselection_id"] for row in lasting["with_ban"]),
    )


async def _lasting_rows(dsn: str) -> dict[str, Rows]:
    async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as connection:
        return {
            name: await (await connection.execute(statement.encode())).fetchall()
            for name, statement in _LASTING.items()
        }
