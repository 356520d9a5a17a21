"""The desk: its search and the inspection of a voucher with a million preselections against the same with a thousand.

Each side has its own database, and both alternate. The measurement includes everything that a call does in the database
and with keys; the cost of HTTP is the same on both sides, and would only make the ratio look better.
"""

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from api.preselections.holders import masked_holder
from bench.applicants import selecting_state
from bench.figures import Call, Figure, Target, cost, side_by_side
from bench.maintenance import as_owner, in_database
from bench.sizes import Sizes
from bench.stack import AT_ONCE, Stack
from documents.voucher import render_voucher
from documents.voucher_facts import VoucherFacts, VoucherProof
from documents.voucher_keys import VoucherKeys
from documents.voucher_token import VoucherClaims, voucher_expiry
from domain.calendar import end_of_day
from domain.preselection.record import to_record
from process.clock import system_clock
from storage.audit.trail import Act
from storage.crypto.sources import key_source
from storage.offices.offices import Office, Offices
from storage.postgres.database import Database
from storage.postgres.migrate import migrate
from storage.postgres.tables import preselection
from storage.preselections.desk import DeskRecords
from storage.preselections.reservations import DeskFilter, Reservations
from storage.preselections.rows import PreselectionRow, Preselections

MOST = 1.5
MOST_OF_A_VOUCHER_MS = 300.0
FEW = 1_000
OFFICE = Office("desk", "测试车管所", "人民路1号", "新疆", ("新Y",))
DAY = date(2026, 11, 26)
CLERK = "c1e4c"
KNOWN = 500
"""Measure this many reservations on each side, alternating."""

# One in ten has no plate yet; of the others every fourth waits for its visit. All columns have realistic lengths.
FILL = b"""
    INSERT INTO preselection (
        id, created_at, changed_at, office_code, stage, revision, state, policy, plate, visit_by, deadline,
        notice_version, notice_agreed_at, owner_hash, party_hash, vehicle_hash, transfer_hash, seller_hash,
        seller_name_masked, party_kind, party_name, party_id, phone, vin, certificate_number
    )
    SELECT gen_random_uuid(), at, at, %(office)s, stage, 9, %(state)s, %(policy)s,
        CASE WHEN stage <> 'exhausted' THEN
            substr('\xe6\x96\xb0V\xe6\x96\xb0W\xe6\x96\xb0X\xe6\x96\xb0Y\xe6\x96\xb0Z', 1 + 2 * (n / 240000), 2)
            || substr('ABCDEFGHJKLMNPQRSTUVWXYZ', 1 + n / 10000 %% 24, 1) || lpad((n %% 10000)::text, 4, '0')
        END,
        CASE WHEN stage <> 'exhausted' THEN %(day)s::date END,
        CASE WHEN stage <> 'exhausted' THEN %(deadline)s::timestamptz END,
        '1', at, hash, hash, hash, hash, hash, '\xe6\x9d\x8e*', 'person',
        %(name)s, %(id_number)s, %(phone)s, %(vin)s, %(certificate_number)s
    FROM (
        SELECT n, %(at)s::timestamptz - n * interval '1 second' AS at, sha256(int8send(n)) AS hash,
            CASE WHEN n %% 10 = 0 THEN 'exhausted' WHEN n %% 4 = 0 THEN 'completed' ELSE 'registered' END AS stage
        FROM generate_series(%(from)s + 1, %(many)s) AS n
    ) AS numbered
"""
ANALYSE = b"VACUUM ANALYZE preselection"


@dataclass(frozen=True)
class Side:
    """A database with this many preselections, and the desk's repositories."""

    database: Database
    preselections: Preselections
    reservations: Reservations
    records: DeskRecords
    vouchers: VoucherKeys
    known: list[tuple[UUID, str]]


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    async with AsyncExitStack() as open_sides:
        few = await open_sides.enter_async_context(_side(stack, "desk_few", FEW))
        many = await open_sides.enter_async_context(_side(stack, "desk_many", sizes.claims))
        figures = [await _compare(what, ask, (few, many), sizes) for what, ask in ASKED.items()]
    return [*figures, _voucher(stack, sizes)]


async def _compare(what: str, ask: "Ask", sides: tuple[Side, Side], sizes: Sizes) -> Figure:
    few, many = (_make_call(side, ask) for side in sides)
    await side_by_side(many, few, many=sizes.calls, pairs=1)
    pairs = await side_by_side(many, few, many=sizes.calls, pairs=sizes.pairs)
    return cost(f"{what}, {sizes.claims:,} preselections against {FEW:,}", pairs, MOST)


def _make_call(side: Side, ask: "Ask") -> Call:
    known = itertools.cycle(side.known)
    return lambda: ask(side, *next(known))


async def newest(side: Side, _: UUID, __: str) -> None:
    mask_holders((await side.reservations.of_office(OFFICE.code)).rows)


async def by_stage(side: Side, _: UUID, __: str) -> None:
    mask_holders((await side.reservations.of_office(OFFICE.code, DeskFilter(stage="completed"))).rows)


async def by_plate(side: Side, _: UUID, plate: str) -> None:
    [found] = (await side.reservations.of_office(OFFICE.code, DeskFilter([plate]))).rows
    mask_holders([found])


async def by_token(side: Side, known: UUID, plate: str) -> None:
    at = system_clock()
    token = side.vouchers.signer.sign(VoucherClaims(known, plate, DAY, OFFICE.code, voucher_expiry(at)))
    claims = side.vouchers.verifier.verify(token, now=at)
    await _look_up(side, claims.preselection_id, at)


async def by_code(side: Side, known: UUID, _: str) -> None:
    code = side.vouchers.codes.code_for(known)
    [found] = [
        each
        for each in await side.records.ids_between(*side.vouchers.codes.id_range(code))
        if side.vouchers.codes.matches(code, each)
    ]
    await _look_up(side, found, system_clock())


async def _look_up(side: Side, known: UUID, at: datetime) -> None:
    row = await side.preselections.get(known)
    assert row
    assert row.plate
    mask_holders([row])
    await side.records.note_inspection(row.id, row.plate, Act(at, "clerk", CLERK))


def mask_holders(rows: list[PreselectionRow]) -> None:
    """The holders, decrypted and masked as the desk shows them."""
    assert all(masked_holder(row) for row in rows)


Ask = Callable[[Side, UUID, str], Awaitable[None]]
ASKED: dict[str, Ask] = {
    "the desk's list of a hundred": newest,
    "the same for one stage": by_stage,
    "the desk's search for a plate": by_plate,
    "inspecting a voucher's QR code": by_token,
    "inspecting a typed code": by_code,
}


def _voucher_keys(stack: Stack) -> VoucherKeys:
    return VoucherKeys.from_content(key_source(stack.settings.key_file, stack.settings.keys).read())


def _voucher(stack: Stack, sizes: Sizes) -> Figure:
    keys, number, values = _voucher_keys(stack), UUID(int=random.getrandbits(128)), []
    at = system_clock()
    for place in range(sizes.pairs + 1):
        plate = f"新YA{place:04d}"
        facts = VoucherFacts(
            number, plate, "张*", "L************7371", "********5678", DAY, OFFICE.name, OFFICE.address
        )
        began = time.perf_counter()
        token = keys.signer.sign(VoucherClaims(number, plate, DAY, OFFICE.code, voucher_expiry(at)))
        render_voucher(facts, VoucherProof(token, keys.codes.code_for(number)), created_at=at)
        values.append(1000 * (time.perf_counter() - began))
    # The first one reads the font.
    target = Target("at most", MOST_OF_A_VOUCHER_MS)
    return Figure("a voucher, signed and drawn", values[1:], target, unit=" ms", digits=0)


@asynccontextmanager
async def _side(stack: Stack, name: str, many: int) -> AsyncIterator[Side]:
    owned = in_database(stack.owner_url, name)
    await as_owner(stack.owner_url, f"CREATE DATABASE {name}".encode(), {})
    await asyncio.to_thread(migrate, owned)
    database = Database(in_database(stack.settings.database_url, name), pool_size=2)
    try:
        await Offices(database).save(OFFICE)
        await as_owner(owned, FILL, fill_values(stack, many))
        await as_owner(owned, ANALYSE, {})
        yield Side(
            database,
            Preselections(database, stack.repositories.keys),
            Reservations(database, stack.repositories.keys),
            DeskRecords(database),
            _voucher_keys(stack),
            await _some(database),
        )
    finally:
        await database.close()
        await as_owner(stack.owner_url, f"DROP DATABASE {name} WITH (FORCE)".encode(), {})


def fill_values(stack: Stack, many: int) -> dict[str, object]:
    at, vault = system_clock(), stack.repositories.keys.vault
    sealed = {
        "party_name": "张三",
        "party_id": "11010519491231002X",
        "phone": "13800000000",
        "vin": "LSVAA49J132047371",
        "certificate_number": "110012345678",
    }
    opened = {column: vault.encrypt(preselection.c[column], value) for column, value in sealed.items()}
    return {
        "office": OFFICE.code,
        "state": json.dumps(to_record(selecting_state(at))),
        "policy": json.dumps(AT_ONCE.to_dict()),
        "day": DAY,
        "deadline": end_of_day(DAY),
        "at": at,
        "from": 0,
        "many": many,
        "name": opened.pop("party_name"),
        "id_number": opened.pop("party_id"),
        **opened,
    }


async def _some(database: Database) -> list[tuple[UUID, str]]:
    """Reservations spread over the whole table."""
    columns = preselection.c
    found = await database.rows(
        select(columns.id, columns.plate).where(columns.plate.is_not(None)).order_by(columns.id).limit(KNOWN)
    )
    return [(row[0], row[1]) for row in found]
