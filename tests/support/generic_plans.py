"""The plan that the service's sessions use for a statement: the generic one, which knows no parameter."""

from collections.abc import Awaitable, Callable

from sqlalchemy import text

from storage.postgres.database import Database

_READS_OF_THE_TEST = "%pg_prepared_statements%"
_NEWEST = text("""
    SELECT name, cardinality(parameter_types) FROM pg_prepared_statements
    WHERE statement NOT LIKE :own ORDER BY prepare_time DESC LIMIT 1
""")


async def generic_plan(url: str, read: Callable[[Database], Awaitable[object]]) -> str:
    """The plan of the last statement of `read`, where a scan of a whole table is the last resort."""
    database = Database(url, pool_size=1)
    try:
        await database.rows(text("SET enable_seqscan = off"))
        # The driver prepares what it sends for the second time.
        for _ in range(3):
            await read(database)
        [[name, count]] = await database.rows(_NEWEST, {"own": _READS_OF_THE_TEST})
        nulls = f"({', '.join(['NULL'] * count)})" if count else ""
        return "\n".join(row[0] for row in await database.rows(text(f'EXPLAIN EXECUTE "{name}"{nulls}')))
    finally:
        await database.close()
