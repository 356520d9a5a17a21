"""What the checks look at, read when all faults are over."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Evidence:
    """What every check looks at, read after all faults are over."""

    system: System
    repositories: Repositories
    log: CallLog
    faults: Sequence[Fault]
    preselections: Mapping[UUID, dict[str, Any]]
    decisions: Mapping[UUID, list[dict[str, Any]]]
    bans: Rows
    operations: Mapping[tuple[str, str], UUID]

    def state(self, decision: Mapping[str, Any]) -> Preselection:
        policy = Policy.from_dict(self.preselections[decision["preselection_id"]]["policy"])
        return from_record(decision["answer"]["state"], policy)


async def gather_evidence(
    system: System, repositories: Repositories, log: CallLog, faults: Sequence[Fault]
) -> Evidence:
    async with await psycopg.AsyncConnection.connect(system.owner_dsn, row_factory=dict_row) as connection:

        async def rows(statement: str) -> Rows:
            return await (await connection.execute(statement.encode())).fetchall()

        decisions: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for decision in await rows("SELECT * FROM decision"):
            decisions[decision["preselection_id"]].append(decision)
        for made in decisions.values():
            made.sort(key=lambda decision: decision["answer"]["revision"])
        operations = {
            (row["path"], str(row["key"])): row["operation_id"] for row in await rows("SELECT * FROM idempotency")
        }
        preselections = {row["id"]: row for row in await rows("SELECT * FROM preselection")}
        return Evidence(
            system,
            repositories,
            log,
            faults,
            preselections,
            decisions,
            await rows("SELECT * FROM blacklist"),
            operations,
        )
