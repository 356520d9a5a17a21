"""A draw's activity, whole, against a bare insert of ten rows on the same way to the database."""

from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import psycopg

from bench.applicants import orders, spread
from bench.figures import Call, Figure, cost, side_by_side
from bench.sizes import Sizes
from bench.stack import PREFIXES, Stack
from domain.plates import DIGITS, LETTERS, PATTERNS, POOL_SIZE, serial_at
from runtime.clock import system_clock
from storage.pool_index import PoolIndex
from storage.tables import FOREVER
from workflows.ports import DrawOrder

MOST = 4.0
FULL, USED_UP = PREFIXES
FREE_IN_A_THOUSAND = 1
BATCH = 10
PLACES = count()
"""Where the bare insert puts its rows: each plate is used once."""

INSERT = b"""
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    SELECT unnest(CAST(%(plates)s AS text[])), 'offered', %(preselection_id)s, %(until)s, %(at)s
"""
ISSUE = """
    INSERT INTO claim (plate, kind, until, changed_at)
    SELECT %(prefix)s || {serial}, 'issued', %(until)s, %(at)s FROM {sources} LIMIT %(many)s
"""


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    await use_up(stack, sizes.claims)
    table = f"{sizes.claims:,} claims in the table"
    figures = []
    for prefix, taken in ((FULL, "0 %"), (USED_UP, "99.9 %")):
        many = sizes.draws * (sizes.pairs + 1)
        ours, bare = await drawing(stack, prefix, many), inserting(stack)
        await side_by_side(ours, bare, many=sizes.draws, pairs=1)
        pairs = await side_by_side(ours, bare, many=sizes.draws, pairs=sizes.pairs)
        figures.append(cost(f"a draw's activity, {taken} taken, {table}, against a bare insert of ten", pairs, MOST))
    return figures


async def drawing(stack: Stack, prefix: str, many: int) -> Call:
    """Draws of ten, each for a new preselection, of which there are so many."""
    [draw] = (activity for activity in stack.parts.activities() if activity.__name__ == "draw")
    given = iter([DrawOrder(order, [prefix]) for order in await orders(stack, many)])

    async def call() -> None:
        decided = await draw(next(given))
        assert len(decided.state["batch"]["numbers"]) == BATCH

    return call


def inserting(stack: Stack) -> Call:
    """Inserts of ten new rows, one statement each."""

    async def call() -> None:
        values = {
            "plates": spread("藏Z", BATCH, start=BATCH * next(PLACES)),
            "preselection_id": uuid4(),
            "until": FOREVER,
            "at": system_clock(),
        }
        await stack.parts.database.driven(INSERT, values)

    return call


async def use_up(stack: Stack, claims: int) -> None:
    """Fill the table with issued plates of one prefix, and leave one number in a thousand of it free in the index.

    The index has the full size and only so few free bits, whatever the number of claims in the table.
    """
    await issue(stack, USED_UP, claims)
    await stack.parts.index_keeper().release(USED_UP, system_clock())
    taken = [position for position in range(POOL_SIZE) if position % 1000 >= FREE_IN_A_THOUSAND]
    index = PoolIndex(stack.parts.redis)
    for start in range(0, len(taken), 100_000):
        plates = [USED_UP + serial_at(position) for position in taken[start : start + 100_000]]
        await index.settle(at=system_clock(), taken=plates)


async def issue(stack: Stack, prefix: str, many: int) -> None:
    """Issued plates as rows, pattern after pattern, in a table that is analysed then."""
    address = stack.owner_url.replace("+psycopg", "", 1)
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        left = many
        for statement in _issues():
            values = {"prefix": prefix, "until": FOREVER, "at": system_clock(), "many": left}
            left -= (await connection.execute(statement, values)).rowcount
        await connection.execute("VACUUM ANALYZE claim")


def _issues() -> Iterator[bytes]:
    """A statement for each pattern: the product of its characters."""
    for pattern in PATTERNS:
        alphabets = [{"D": DIGITS, "L": LETTERS}[kind] for kind in pattern]
        sources = ", ".join(
            f"unnest(string_to_array('{','.join(alphabet)}', ',')) AS c{n} (c{n})"
            for n, alphabet in enumerate(alphabets)
        )
        yield ISSUE.format(serial=" || ".join(f"c{n}.c{n}" for n in range(len(pattern))), sources=sources).encode()
