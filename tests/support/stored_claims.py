"""Claims as rows, each with the act of the audit that made it: maintenance finds them by their acts."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert

from storage.audit.tables import audit
from storage.postgres.database import Database
from storage.postgres.tables import claim


async def insert_claims(database: Database, kind: str, ends: Mapping[str, datetime], *, changed_at: datetime) -> None:
    """One act that claims these plates, each until its end."""
    rows = [{"plate": plate, "kind": kind, "until": until, "changed_at": changed_at} for plate, until in ends.items()]
    act = {"at": changed_at, "actor_kind": "applicant", "action": "draw", "plates": list(ends), "facts": {}}
    async with database.transaction() as connection:
        await connection.execute(insert(claim), rows)
        await connection.execute(insert(audit).values(act))
