"""The final count: rows, pool levels and applicants' views must be consistent and show no gain."""

import sqlalchemy as sa

from config.instance_file import read_instance
from process.clock import system_clock
from storage.postgres.database import Database
from tests.scenarios.acceptance.people import DemoService, ok
from tests.scenarios.attack.results import AttackResult

# Each must find nothing. Chances are counted from the decisions, which are append-only, not from views.
VIOLATIONS = {
    "a plate with two owners": """
        SELECT plate FROM preselection WHERE stage IN ('completed', 'registered') GROUP BY plate HAVING count(*) > 1""",
    "a vehicle with two running preselections": """
        SELECT vehicle_hash FROM preselection
        WHERE stage NOT IN ('overdue', 'cancelled', 'exhausted', 'registered')
        GROUP BY vehicle_hash HAVING count(*) > 1""",
    "a reservation whose number is somebody else's": """
        SELECT p.id FROM preselection p LEFT JOIN claim c ON c.plate = p.plate
        WHERE p.stage = 'completed' AND (c.plate IS NULL OR c.kind <> 'reserved' OR c.preselection_id <> p.id)""",
    "a number reserved for nobody": """
        SELECT c.plate FROM claim c LEFT JOIN preselection p ON p.id = c.preselection_id
        WHERE c.kind = 'reserved' AND c.until > :now AND p.plate IS DISTINCT FROM c.plate""",
    "more draws than the policy has": """
        SELECT d.preselection_id FROM decision d JOIN preselection p ON p.id = d.preselection_id
        WHERE d.action = 'draw' GROUP BY d.preselection_id, p.policy
        HAVING count(*) > (p.policy ->> 'draws')::int""",
    "more numbers held than a batch and a candidate for each draw": """
        SELECT c.preselection_id FROM claim c JOIN preselection p ON p.id = c.preselection_id
        WHERE c.until > :now AND c.kind IN ('offered', 'candidate') GROUP BY c.preselection_id, p.policy
        HAVING count(*) > (p.policy ->> 'batch_size')::int + (p.policy ->> 'draws')::int""",
}


async def fairness(service: DemoService) -> AttackResult:
    """Nobody has more than their chances, and no number has two owners."""
    result = AttackResult("counted afterwards")
    database = Database(read_instance(service.stack.folder)["XUANHAO_DATABASE_URL"])
    try:
        for violation, statement in VIOLATIONS.items():
            result.tried += 1
            found = await _count_rows(database, statement)
            result.unless(not found, f"{violation}: {found} in the database")
        decided = await _count_rows(database, "SELECT request_id FROM decision")
    finally:
        await database.close()
    result.by_right = decided
    await _levels_add_up(service, result)
    return result


async def _count_rows(database: Database, statement: str) -> int:
    counting = sa.text(f"SELECT count(*) FROM ({statement}) AS found")  # noqa: S608 - our own statements.
    row = await database.row(counting, {"now": system_clock()} if ":now" in statement else {})
    return int(row[0]) if row else 0


async def _levels_add_up(service: DemoService, result: AttackResult) -> None:
    operator = await service.caller("operator")
    offices = ok(await (await service.caller("applicant")).get("/offices"))["items"]
    for prefix in (prefix for office in offices for prefix in office["prefixes"]):
        levels = ok(await operator.get(f"/operations/pool/{prefix}"))
        result.tried += 1
        parts = sum(levels[kind] for kind in ("free", "offered", "reserved", "issued", "withheld", "cooling"))
        result.unless(parts == levels["total"], f"{prefix}: {parts} of {levels['total']} numbers are accounted for")
