"""The pool index: the free numbers of a prefix as bitmaps in Redis, from which a draw picks in one round trip.

The index is derived: claims in the database decide who has a number, and a stale bit costs a retry, never a second
owner. Every script gets the instant as an argument and first applies all due changes (holds that ended, segments that
opened), so the index is never outdated. See `lua/common.lua`.
"""

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from domain.dependencies import DependencyUnavailable
from domain.instants import to_milliseconds
from domain.plates import position_of, prefix_of, serial_at, serial_of
from storage.failures import IndexLost
from storage.pool.keys import index_keys
from storage.redis.client import script, translate_redis_errors

# Further rounds are needed only when other draws emptied a prefix between the count and the pick.
_ROUNDS = 3
_WORD_BYTES = 4
_SPARE_WORDS = 32


@dataclass(frozen=True)
class DrawFilter:
    """The numbers that may be drawn: none with a 4 (R-36), and none of the hidden plates, which were offered before."""

    without_four: bool = False
    hidden: Sequence[str] = field(default=())

    def hidden_positions(self, prefix: str) -> str:
        return json.dumps([position_of(serial_of(plate)) for plate in self.hidden if prefix_of(plate) == prefix])


ANYTHING = DrawFilter()


class PoolIndex:
    """The index of all prefixes.

    All methods raise `DependencyUnavailable("redis")`; those that read it also `IndexLost`.
    """

    def __init__(self, redis: Redis, *, chance: Random | None = None) -> None:
        """`chance` splits a draw among an office's prefixes; a public draw must be unpredictable."""
        self._chance = chance or SystemRandom()
        self._draw = script(redis, "pool", "common", "tree", "draw")
        self._count = script(redis, "pool", "common", "tree", "count")
        self._settle = script(redis, "pool", "common", "settle")

    async def draw(
        self, prefix: str, count: int, *, at: datetime, until: datetime, draw_filter: DrawFilter = ANYTHING
    ) -> list[str]:
        """Pick `count` plates that are free at `at`, or all there are, and hold them in the index until `until`.

        Every set of plates is equally likely, and so is every order. A plate that is not claimed in the database is
        free again at `until`; `take_back` frees it at once.
        """
        hidden = draw_filter.hidden_positions(prefix)
        # Four attempts per number, one for each hidden number, and some to replace random words that would cause bias.
        words = secrets.token_bytes(_WORD_BYTES * (5 * count + hidden.count(",") + _SPARE_WORDS))
        arguments: list[str | int | bytes] = [
            to_milliseconds(at),
            to_milliseconds(until),
            count,
            int(draw_filter.without_four),
            words,
            hidden,
        ]
        with translate_index_errors(prefix):
            positions: list[int] = await self._draw(keys=index_keys(prefix), args=arguments)
        return [prefix + serial_at(position) for position in positions]

    async def draw_from_office(
        self, prefixes: Sequence[str], count: int, *, at: datetime, until: datetime, draw_filter: DrawFilter = ANYTHING
    ) -> list[str]:
        """Pick from several prefixes so that every number of the office is equally likely."""
        if len(prefixes) == 1:
            return await self.draw(prefixes[0], count, at=at, until=until, draw_filter=draw_filter)
        drawn: list[str] = []
        for _ in range(_ROUNDS):
            shares = await self._shares(prefixes, count - len(drawn), at=at, draw_filter=draw_filter)
            if not shares:
                break
            try:
                for prefix, share in shares.items():
                    drawn += await self.draw(prefix, share, at=at, until=until, draw_filter=draw_filter)
            except DependencyUnavailable:
                await self.take_back(drawn, at=at, until=until)
                raise
            if len(drawn) == count:
                break
        self._chance.shuffle(drawn)
        return drawn

    async def count(self, prefix: str, *, at: datetime, draw_filter: DrawFilter = ANYTHING) -> int:
        """How many plates a draw at `at` could pick."""
        arguments: list[str | int] = [
            to_milliseconds(at),
            int(draw_filter.without_four),
            draw_filter.hidden_positions(prefix),
        ]
        with translate_index_errors(prefix):
            return int(await self._count(keys=index_keys(prefix), args=arguments))

    async def settle(
        self,
        *,
        at: datetime,
        taken: Iterable[str] = (),
        held: Mapping[str, datetime] | None = None,
        freed: Mapping[str, datetime] | None = None,
    ) -> None:
        """Update the index with the changes of a decision, after its commit. A lost index is skipped.

        `taken`: plates that are permanently claimed; `held`: plates with their end; `freed`: plates with the end of
        their former hold, because the index frees a number only if that hold is still there.
        """
        changes = _by_prefix(taken, held or {}, freed or {})
        await asyncio.gather(*(self._settle_prefix(prefix, change, at) for prefix, change in changes.items()))

    async def take_back(self, plates: Iterable[str], *, at: datetime, until: datetime) -> None:
        """Undo a draw that was not committed: its plates, held until `until`, are free again."""
        await self.settle(at=at, freed=dict.fromkeys(plates, until))

    async def _settle_prefix(self, prefix: str, change: dict[str, list[Any]], at: datetime) -> None:
        with translate_redis_errors():
            await self._settle(keys=index_keys(prefix), args=[to_milliseconds(at), json.dumps(change)])

    async def _shares(
        self, prefixes: Sequence[str], count: int, *, at: datetime, draw_filter: DrawFilter
    ) -> dict[str, int]:
        """Split `count` as if one number after the other was drawn from all prefixes together."""
        free = dict(
            zip(
                prefixes,
                await asyncio.gather(*(self.count(p, at=at, draw_filter=draw_filter) for p in prefixes)),
                strict=True,
            )
        )
        shares: dict[str, int] = {}
        for _ in range(min(count, sum(free.values()))):
            prefix = self._one_of(free)
            free[prefix] -= 1
            shares[prefix] = shares.get(prefix, 0) + 1
        return shares

    def _one_of(self, free: Mapping[str, int]) -> str:
        """The prefix of a number that is selected from all free ones."""
        rank = self._chance.randrange(sum(free.values()))
        for prefix, numbers in free.items():
            if rank < numbers:
                return prefix
            rank -= numbers
        raise AssertionError("a rank lies within the sum")


@contextmanager
def translate_index_errors(prefix: str) -> Iterator[None]:
    """Translate a script's error into `IndexLost`, and other errors like `translate_redis_errors`."""
    with translate_redis_errors():
        try:
            yield
        except ResponseError as error:
            if str(error).startswith("INDEXLOST"):
                raise IndexLost(prefix) from None
            raise


def _by_prefix(
    taken: Iterable[str], held: Mapping[str, datetime], freed: Mapping[str, datetime]
) -> dict[str, dict[str, list[Any]]]:
    changes: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {"taken": [], "held": [], "freed": []})
    for plate in taken:
        changes[prefix_of(plate)]["taken"].append(position_of(serial_of(plate)))
    for name, holds in (("held", held), ("freed", freed)):
        for plate, until in holds.items():
            changes[prefix_of(plate)][name].append((position_of(serial_of(plate)), to_milliseconds(until)))
    return changes
