"""The whole activity of a draw against a bare insert of ten rows with the same database client."""

from collections.abc import Iterator
from itertools import count
from uuid import uuid4

import psycopg

from bench.applicants import selections, spread
from bench.figures import Call, Figure, cost, side_by_side
from bench.sizes import Sizes
from bench.stack import PREFIXES, Stack
from domain.plates import DIGITS, LETTERS, PATTERNS, POOL_SIZE
from domain.segments import to_bitmap
from process.clock import system_clock
from storage.pool.keys import index_keys, key
from storage.pool.masks import mask_of_positions
from storage.postgres.tables import FOREVER
from workflows.messages import Draw

MOST = 4.0
FULL, USED_UP = PREFIXES
ONE_IN = 1000

BATCH = 10
PLACES = count()
"""The table of the bare insert: each plate is used once."""

INSERT = b"""
    INSERT INTO claim (plate, kind, preselection_id, until, changed_at)
    SELECT unnest(CAST(%(plates)s AS text[])), 'offered', %(preselection_id)s, %(until)s, %(at)s
"""
ISSUE = """
    INSERT INTO claim (plate, kind, until, changed_at)
    SELECT %(prefix)s || {serial}, 'issued', %(until)s, %(at)s FROM {sources} LIMIT %(many)s
    ON CONFLICT DO NOTHING
"""


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    await use_up(stack, sizes.claims)
    table = f"{sizes.claims:,} claims in the table"
    figures = []
    for prefix, taken in ((FULL, "0 %"), (USED_UP, "99.9 %")):
        many = sizes.draws * (sizes.pairs + 1)
        ours, bare = await make_draw_call(stack, prefix, many), make_insert_call(stack)
        await side_by_side(ours, bare, many=sizes.draws, pairs=1)
        pairs = await side_by_side(ours, bare, many=sizes.draws, pairs=sizes.pairs)
        figures.append(cost(f"a draw's activity, {taken} taken, {table}, against a bare insert of ten", pairs, MOST))
    return figures


async def make_draw_call(stack: Stack, prefix: str, many: int) -> Call:
    """Draws of ten, each for a new preselection."""
    [draw] = (activity for activity in stack.container.activities() if activity.__name__ == "draw")
    given = iter(await selections(stack, many, "draw"))

    async def call() -> None:
        result = await draw(next(given), Draw(prefix=prefix, request_id=str(uuid4())))
        assert len(result.batch) == BATCH

    return call


def make_insert_call(stack: Stack) -> Call:
    """Inserts of ten new rows, one statement each."""

    async def call() -> None:
        values = {
            "plates": spread("藏Z", BATCH, start=BATCH * next(PLACES)),
            "preselection_id": uuid4(),
            "until": FOREVER,
            "at": system_clock(),
        }
        await stack.repositories.database.fetch_raw(INSERT, values)

    return call


async def use_up(stack: Stack, claims: int) -> None:
    """Fill the table with issued plates of one prefix, and leave one number in a thousand of the others free.

    So the index has its full size and few free bits, and the table has the given number of claims.
    """
    await issue(stack, USED_UP, claims)
    await stack.repositories.pool_reconciler.rebuild(USED_UP, system_clock())
    redis, free, few = stack.repositories.redis, index_keys(USED_UP)[0], key(USED_UP, "few")
    await redis.set(few, to_bitmap(mask_of_positions(range(0, POOL_SIZE, ONE_IN))))
    await redis.bitop("AND", free, free, few)


async def issue(stack: Stack, prefix: str, many: int) -> None:
    """Insert issued plates, pattern after pattern, beside those that earlier rows have drawn, and analyse the table."""
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
