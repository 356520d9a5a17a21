"""The statements of each release that may still run work on the schema of today (`docs/upgrading.md`).

A file per release has them, as `make statements` records them. A statement that names what is gone can't be prepared or
planned; one that inserts a row without a new, required column is found by its list of columns.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from config.release import RELEASE
from storage.all_tables import metadata
from storage.postgres.database import Database
from storage.postgres.driver_connections import Driver, driver_of

FOLDER = Path(__file__).with_name("statements")
FILES = sorted(FOLDER.glob("*.sql"))
_PARAMETERS = re.compile(r"PREPARE statement(?: \((.*)\))? AS\n")
_INSERT = re.compile(r"INSERT INTO (\w+)(?: AS \w+)? \(([^)]+)\)")
_REQUIRED = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
      AND attnotnull AND NOT atthasdef AND attidentity = '' AND attgenerated = ''
"""


def statements_of(file: Path) -> list[str]:
    return file.read_text("utf-8").strip().split("\n\n")


async def refused(driver: Driver, statements: Sequence[str]) -> list[str]:
    """What is wrong with each statement that does not work on this schema, as the role of the application."""
    await driver.execute("SET plan_cache_mode = force_generic_plan")
    return [problem for statement in statements for problem in await problems_of(driver, statement)]


async def problems_of(driver: Driver, statement: str) -> list[str]:
    found = _PARAMETERS.match(statement)
    assert found, statement
    nulls = ", ".join("NULL" for _ in found[1].split(", ")) if found[1] else ""
    try:
        async with driver.transaction():
            await driver.execute(statement.encode())
            await driver.execute(f"EXPLAIN EXECUTE statement{f'({nulls})' if nulls else ''}".encode())
            await driver.execute("DEALLOCATE statement")
    except psycopg.Error as error:
        await driver.execute("DEALLOCATE ALL")
        return [f"{str(error).splitlines()[0]}: {statement}"]
    return [
        f"{table} requires {name}: {statement}"
        for table, columns in _INSERT.findall(statement)
        for (name,) in await (await driver.execute(_REQUIRED, (table,))).fetchall()
        if name not in re.split(r",\s*", columns)
    ]


@pytest.fixture
async def driver(own_database: Database) -> AsyncIterator[Driver]:
    async with own_database.engine.connect() as connection:
        yield driver_of(connection)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_the_statements_of_a_release_work_on_this_schema(driver: Driver, file: Path) -> None:
    assert await refused(driver, statements_of(file)) == []


def test_the_record_of_this_release_names_nearly_every_table() -> None:
    recorded = (FOLDER / f"{RELEASE}.sql").read_text("utf-8")
    # Tables that are newer than the record are in the next one.
    missing = {name for name in metadata.tables if not re.search(rf"\b{name}\b", recorded)}
    assert len(missing) <= 5, missing
    assert len(FILES) <= 2, "only the previous release runs beside this one"


@pytest.mark.parametrize(
    "change, problem",
    [
        ("ALTER TABLE preselection DROP COLUMN revision CASCADE", "column .*revision.* does not exist"),
        ("ALTER TABLE claim RENAME COLUMN until TO ends", "column .*until.* does not exist"),
        ("ALTER TABLE office RENAME TO bureau", 'relation "office" does not exist'),
        ("ALTER TABLE claim ADD COLUMN shade text NOT NULL", "claim requires shade"),
        ("REVOKE SELECT ON preselection FROM xuanhao_app", "permission denied"),
    ],
)  # fmt: skip
async def test_a_change_that_the_release_does_not_survive_is_found(
    own_database: Database,
    driver: Driver,
    fresh_database: str,
    as_owner: Callable[[str], str],
    change: str,
    problem: str,
) -> None:
    owner = Database(as_owner(fresh_database))
    await owner.rows(text(change))
    await owner.close()
    assert re.search(problem, "\n".join(await refused(driver, statements_of(FOLDER / f"{RELEASE}.sql"))))
