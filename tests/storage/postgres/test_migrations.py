"""The schema matches the tables, after any number of migrations, also in parallel."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from embedded.postgres import Postgres
from storage.all_tables import metadata
from storage.postgres import roles
from storage.postgres.migrate import alembic_config, main, migrate
from tests.support.waiting import eventually


@pytest.fixture
def owned_database(fresh_database: str, as_owner: Callable[[str], str]) -> str:
    return as_owner(fresh_database)


@pytest.fixture
def connection(owned_database: str) -> Iterator[Connection]:
    with create_engine(owned_database, poolclass=NullPool).begin() as connection:
        yield connection


# SQLAlchemy reads a check that was added without reading all rows, and warns about its own word for that.
@pytest.mark.filterwarnings("ignore:Can't validate argument 'dialect_options'")
def test_the_migrations_make_the_tables_that_the_code_declares(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    assert compare_metadata(context, metadata) == []


def test_constraints_have_the_names_that_the_code_declares(connection: Connection) -> None:
    """Autogeneration does not compare checks, and the decision's are distinguished by their names."""
    inspector = inspect(connection)
    for table in metadata.tables.values():
        names = {constraint.name for constraint in table.constraints if constraint.name}
        declared = {str(name) for name in names if str(name).startswith("ck_")}
        made = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        assert made == declared, table.name


def schema_of(address: str) -> dict[str, list[str]]:
    """Every table's columns with their types, and the version of the migrations."""
    with create_engine(address, poolclass=NullPool).begin() as connection:
        found = inspect(connection)
        columns = {
            table: [f"{column['name']} {column['type']}" for column in found.get_columns(table)]
            for table in found.get_table_names()
        }
        return columns | {"version": [connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()]}


def test_migrating_again_changes_nothing(owned_database: str) -> None:
    before = schema_of(owned_database)
    migrate(owned_database)
    assert schema_of(owned_database) == before


def test_every_migration_can_be_undone_and_done_again(connection: Connection) -> None:
    config = alembic_config(connection)
    command.downgrade(config, "base")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    command.upgrade(config, "head")


CONCURRENT = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "concurrent", "{head}", None, None


def upgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_claim_changed", "claim", postgresql_concurrently=True, if_exists=True)
        op.create_index("ix_claim_changed", "claim", ["changed_at"], postgresql_concurrently=True)
"""


WRITE = text("""
    INSERT INTO claim (plate, kind, until, changed_at) VALUES ('粤B00000', 'offered', '2026-11-23Z', '2026-11-23Z')
""")


async def test_a_migration_builds_an_index_while_somebody_writes(
    owned_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def with_one_more(connection: Connection) -> Config:
        config = alembic_config(connection)
        own = Path(config.get_main_option("script_location") or "") / "versions"
        head = ScriptDirectory.from_config(config).get_current_head()
        (tmp_path / "concurrent.py").write_text(CONCURRENT.format(head=head), "utf-8")
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{own}\n{tmp_path}")
        return config

    monkeypatch.setattr("storage.postgres.migrate.alembic_config", with_one_more)
    engine = create_engine(owned_database, poolclass=NullPool)
    with engine.connect() as writing, engine.connect() as looking:
        looking.execution_options(isolation_level="AUTOCOMMIT")
        writing.execute(text("LOCK TABLE claim IN ROW EXCLUSIVE MODE"))
        migrating = asyncio.create_task(asyncio.to_thread(migrate, owned_database))
        begun = text("SELECT count(*) FROM pg_stat_progress_create_index")

        async def is_building() -> bool:
            return bool(looking.execute(begun).scalar())

        await eventually(is_building)
        writing.execute(WRITE)
        writing.commit()
        await migrating
        assert looking.execute(text("SELECT to_regclass('ix_claim_changed') IS NOT NULL")).scalar()


def test_a_migration_leaves_nothing_in_its_sessions(owned_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a pooler of transactions the next client gets them."""
    kept = create_engine(owned_database, pool_size=2, max_overflow=0)
    monkeypatch.setattr("storage.postgres.migrate.create_engine", lambda *_, **__: kept)
    migrate(owned_database)
    with kept.connect() as one, kept.connect() as other:
        for session in (one, other):
            assert session.execute(text("SHOW lock_timeout")).scalar() == "0"
            assert session.execute(text("SHOW idle_in_transaction_session_timeout")).scalar() == "0"
        assert one.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar() == 0
    kept.dispose()


@pytest.mark.slow
async def test_three_that_migrate_an_empty_database_at_once_all_succeed(postgres: Postgres) -> None:
    await postgres.create_database("migrated_by_three")
    url = postgres.owner_url("migrated_by_three")
    try:
        await asyncio.gather(*(asyncio.to_thread(run_program, url) for _ in range(3)))
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    finally:
        await postgres.drop_database("migrated_by_three")


def run_program(url: str) -> None:
    environment = os.environ | {"XUANHAO_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "storage.postgres.migrate"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "url, status, said",
    [
        ("", 2, "XUANHAO_DATABASE_URL names no database to migrate"),
        ("postgresql://geheim@127.0.0.1:1/geheim", 1, "the database could not be migrated: connection failed"),
        ("postgresql://u:geheim@geheim.invalid/x", 1, "the database could not be migrated: "),
        ("postgresql:///x?host=/geheim", 1, "the database could not be migrated: connection "),
        ("postgresql://u:gehe#im@[geheim/x", 1, "the database could not be migrated: "),
        ("postgresql://u:geheim@db:geheim/x", 2, "XUANHAO_DATABASE_URL is malformed"),
        ("geheim", 2, "XUANHAO_DATABASE_URL is malformed"),
        ("postgresql://db/x?geheim=geheim", 1, "the database could not be migrated: "),
    ],
)
def test_a_database_that_can_not_be_migrated_gives_one_line_without_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, status: int, said: str
) -> None:
    monkeypatch.setenv("XUANHAO_DATABASE_URL", url)
    assert main() == status
    line = capsys.readouterr().err
    assert (line.count("\n"), line.startswith(said)) == (1, True), line
    assert not any(part in line for part in ("geheim", "127.0.0.1", " 1 "))


def test_the_owners_address_counts_and_another_role_learns_whose_it_needs(
    fresh_database: str,
    as_owner: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    owner = as_owner(fresh_database)
    whole = schema_of(owner)
    with create_engine(owner, poolclass=NullPool).begin() as connection:
        command.downgrade(alembic_config(connection), "-1")
    monkeypatch.setenv("XUANHAO_DATABASE_URL", fresh_database)
    assert main() == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("name their owner in XUANHAO_OWNER_DATABASE_URL\n")
    monkeypatch.setenv("XUANHAO_OWNER_DATABASE_URL", owner)
    file = tmp_path / "password"
    monkeypatch.setenv("XUANHAO_OWNER_DATABASE_PASSWORD_FILE", str(file))
    assert main() == 2
    assert capsys.readouterr().err == "XUANHAO_OWNER_DATABASE_PASSWORD_FILE: the file can't be read\n"
    file.write_text("p#/@:密\n", "utf-8")
    assert (main(), capsys.readouterr().err) == (0, "")
    assert schema_of(owner) == whole


async def test_a_database_from_before_the_applications_role_can_be_used_by_it_after_migrating(
    postgres: Postgres,
) -> None:
    await postgres.create_database("migrated_from_before")
    owned = postgres.owner_url("migrated_from_before")
    try:
        await asyncio.to_thread(migrate, owned, revision="2026_11_23_records")
        with create_engine(owned, poolclass=NullPool).begin() as connection:
            connection.execute(text("INSERT INTO office VALUES ('440300', '车管所', '路', '广东')"))
        await asyncio.to_thread(migrate, owned)
        with create_engine(postgres.url("migrated_from_before"), poolclass=NullPool).begin() as connection:
            assert connection.execute(text("SELECT code FROM office")).scalars().all() == ["440300"]
            connection.execute(text("INSERT INTO calendar_day (day, kind) VALUES ('2027-01-01', 'holiday')"))
            connection.execute(text("DELETE FROM office"))
    finally:
        await postgres.drop_database("migrated_from_before")


async def test_an_owner_who_may_create_no_role_learns_what_an_administrator_runs(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(roles, "APPLICATION_ROLE", "xuanhao_absent")
    await postgres.create_database("plainly_owned")
    with create_engine(postgres.owner_url("plainly_owned"), poolclass=NullPool).begin() as connection:
        connection.execute(text("CREATE ROLE plain_owner LOGIN"))
        connection.execute(text("ALTER DATABASE plainly_owned OWNER TO plain_owner"))
        connection.execute(text("ALTER SCHEMA public OWNER TO plain_owner"))
    monkeypatch.setenv("XUANHAO_DATABASE_URL", postgres.url("plainly_owned", role="plain_owner"))
    assert await asyncio.to_thread(main) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("an administrator runs: CREATE ROLE xuanhao_absent LOGIN\n")
