"""Waiting vehicles and old rows, made by statements: journeys for them would take days. They have no workflows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bench.desk import FILL, fill_values
from bench.maintenance import as_owner
from bench.stack import PREFIXES, Stack
from process.clock import system_clock
from storage.offices.offices import Office, Offices
from storage.repositories import Repositories

ARCHIVE = Office("desk", "测试车管所", "人民路1号", "西藏", ("藏Z",))
"""The office of the old rows and of the waiting vehicles; `FILL` names it."""
MONTHS = 13

# A vehicle with ten numbers on offer.
WAITING = b"""
    WITH vehicle AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, n, sha256(int8send(-n)) AS hash
        FROM generate_series(%(from)s::bigint + 1, %(many)s) AS n
    ), made AS (
        INSERT INTO preselection (
            id, created_at, changed_at, office_code, stage, revision, state, policy, notice_version, notice_agreed_at,
            owner_hash, party_hash, vehicle_hash, transfer_hash, seller_hash, seller_name_masked, party_kind,
            party_name, party_id, phone, vin, certificate_number
        )
        SELECT id, %(at)s, %(at)s, %(office)s, 'plate_selection', 4, %(state)s, %(policy)s, '1', %(at)s,
            hash, hash, hash, hash, hash, '\xe6\x9d\x8e*', 'person',
            %(name)s, %(id_number)s, %(phone)s, %(vin)s, %(certificate_number)s
        FROM vehicle
    )
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    SELECT '\xe8\x97\x8f' || chr((65 + place / 100000)::int) || lpad((place %% 100000)::text, 5, '0'), 'offered', id,
        %(at)s::timestamptz + interval '1 day', %(at)s
    FROM (SELECT id, 10 * (n - 1) + i AS place FROM vehicle, generate_series(0, 9) AS i) AS offer
"""
# Numbers that the acts draw are not among them: their index was built before.
ISSUED = b"""
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    SELECT plate, 'issued', id, '9999-12-31 00:00:00+00', created_at FROM preselection
    WHERE stage = 'registered' AND length(plate) = 7 AND substr(plate, 1, 2) <> ALL(%(drawn)s) ON CONFLICT DO NOTHING
"""
# Ten acts of each, thirty days apart.
AUDITED = b"""
    INSERT INTO audit (at, actor_kind, action, preselection_id, plates, facts)
    SELECT created_at - month * interval '30 days', 'applicant', 'draw', id, ARRAY[plate], '{"draws_remaining": 4}'
    FROM generate_series(1, 12) AS month, preselection
    WHERE plate IS NOT NULL OFFSET %(from)s LIMIT %(many)s
"""
# Of the last month, as long as decisions are kept.
DECIDED = b"""
    INSERT INTO decision (request_id, preselection_id, action, at, answer, claimed, wanted, saved)
    SELECT gen_random_uuid(), id, 'draw', %(at)s::timestamptz - random() * interval '29 days', state, 0, 0, 1
    FROM preselection LIMIT %(many)s
"""
DRAWN = b"""
    INSERT INTO draw_record (
        draw_id, preselection_id, draws_left, day, at, nonce, nonce_by, without_four, numbers, rounds, skipped
    )
    SELECT id::text, id, 4, 'long ago', created_at - interval '60 days', 'nonce', 'client', false,
        ARRAY(SELECT plate FROM generate_series(1, 10)), '[]', '{}'
    FROM preselection WHERE plate IS NOT NULL LIMIT %(many)s ON CONFLICT DO NOTHING
"""
# One transaction wrote them, and a seal that it has alone would take longer than maintenance waits.
SEALED = b"""
    INSERT INTO audit_seal (number, sealed_at, from_xact, to_xact, count, previous, digest)
    SELECT coalesce(max(number), 0) + 1, %(at)s, 0,
        audit_xact_base() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
        0, '', '' FROM audit_seal
"""
# Old rows are written as if no month had been closed yet.
REOPEN = b"""
    DO $$ BEGIN
        DROP TRIGGER IF EXISTS late ON audit;
        UPDATE audit_month.head SET open_since = '1000-01-01 00:00:00+00';
    END $$
"""
CLOSE = b"SELECT close_audit_months(%(at)s::timestamptz - interval '3 days')"
COUNTED = b"INSERT INTO figure_mark (id, counted_until) VALUES (1, %(at)s) ON CONFLICT DO NOTHING"
# No old act has left a number on offer.
REMOVED = b"INSERT INTO claim_mark (id, changed_from) VALUES (1, %(at)s) ON CONFLICT DO NOTHING"
# Vacuuming would be counted with the acts.
SETTLE = b"""
    DO $$ DECLARE each regclass; BEGIN
        FOR each IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %%s SET (autovacuum_enabled = false)', each);
        END LOOP;
    END $$
"""
ANALYSE = b"VACUUM ANALYZE"


async def prepare(repositories: Repositories) -> None:
    """The office of old rows, and a table for each month of their acts."""
    await Offices(repositories.database).save(ARCHIVE)
    await repositories.audit_months.move()
    for months in range(-MONTHS, 1):
        await repositories.audit_months.make(system_clock() + months * timedelta(days=30))


async def add_preselections(stack: Stack, owned: str, before: int, ended: int) -> None:
    """Add ended ones until there are so many; each registered plate has its claim."""
    await _execute(owned, FILL, fill_values(stack, ended) | {"from": before})
    await _execute(owned, ISSUED, {"drawn": list(PREFIXES)})
    for statement in (COUNTED, REMOVED):
        await _execute(owned, statement, {"at": system_clock()})


async def add_waiting(stack: Stack, owned: str, before: int, waiting: int) -> None:
    """Add vehicles until so many wait."""
    await _execute(owned, WAITING, fill_values(stack, waiting) | {"from": before})


async def add_decisions_and_draws(owned: str, many: int) -> None:
    for statement in (DECIDED, DRAWN):
        await _execute(owned, statement, {"at": system_clock(), "many": many})


async def add_acts(owned: str, before: int, many: int) -> None:
    """Add acts until there are so many."""
    await _execute(owned, REOPEN)
    await _execute(owned, AUDITED, {"from": before, "many": many - before})
    await _execute(owned, CLOSE, {"at": system_clock()})
    await _execute(owned, SEALED, {"at": system_clock()})


async def settle(owned: str) -> None:
    """Let nothing of the filling be left to do."""
    for statement in (SETTLE, ANALYSE):
        await _execute(owned, statement)


async def _execute(owned: str, statement: bytes, values: Mapping[str, Any] | None = None) -> None:
    await as_owner(owned, statement, dict(values or {}))
