"""The pool index: the free numbers of a prefix as bitmaps in Redis, from which a draw picks in one round trip.

The index is derived: claims in the database decide who has a number, and a stale bit costs a retry, never a second
owner. Every script gets the instant as an argument and first applies all due changes (holds that ended, segments that
opened), so the index is never outdated. See `lua/common.lua`.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from redis.exceptions import ResponseError

from domain.dependencies import DependencyUnavailable
from domain.fair_draws import WORDS_IN_BLOCK
from domain.instants import to_milliseconds
from domain.plates import position_of, prefix_of, serial_at, serial_of
from storage.failures import IndexLost
from storage.pool.draw_tickets import DrawTicket, Level, Pick, Round
from storage.pool.keys import index_keys
from storage.pool.log_lines import read_lines
from storage.redis.client import RedisClient, script, translate_redis_errors

# Further rounds are needed only when other draws emptied a prefix between the count and the pick.
_ROUNDS = 3
_OFFICE = "office"
_CLAIMED = "claimed"
"""The kind of a claim that the caller does not know."""
_USUAL_BLOCKS, _MOST_BLOCKS = 1, 4
_USUAL_SPARE_ROWS = 4
_OUT_OF_WORDS = "out of random words"


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

    def __init__(self, redis: RedisClient) -> None:
        self._draw = script(redis, "pool", "common", "tree", "draw")
        self._count = script(redis, "pool", "common", "tree", "count")
        self._settle = script(redis, "pool", "common", "settle")
        self._forget = script(redis, "pool", "common", "forget")
        self._persisted: dict[str, str] = {}

    async def draw(
        self,
        prefix: str,
        count: int,
        *,
        at: datetime,
        until: datetime,
        draw_filter: DrawFilter = ANYTHING,
        ticket: DrawTicket | None = None,
    ) -> list[str]:
        """Pick `count` plates that are free at `at`, or all there are, and hold them in the index until `until`.

        Every set of plates is equally likely, and so is every order. A plate that is not claimed in the database is
        free again at `until`; `take_back` frees it at once. The ticket gets the pick.
        """
        ticket = ticket or DrawTicket()
        return await self._pick(ticket, ticket.begin_round(count), prefix, count, (at, until), draw_filter)

    async def draw_from_office(
        self,
        prefixes: Sequence[str],
        count: int,
        *,
        at: datetime,
        until: datetime,
        draw_filter: DrawFilter = ANYTHING,
        ticket: DrawTicket | None = None,
    ) -> list[str]:
        """Pick from several prefixes so that every number of the office is equally likely."""
        ticket = ticket or DrawTicket()
        if len(prefixes) == 1:
            return await self.draw(prefixes[0], count, at=at, until=until, draw_filter=draw_filter, ticket=ticket)
        drawn: list[str] = []
        for _ in range(_ROUNDS):
            this_round = ticket.begin_round(count - len(drawn))
            this_round.levels += await self._levels(prefixes, at=at, draw_filter=draw_filter)
            shares = _shares(ticket, this_round)
            if not shares:
                break
            numbers: dict[str, list[str]] = {}
            try:
                for prefix in dict.fromkeys(shares):
                    share = shares.count(prefix)
                    numbers[prefix] = await self._pick(ticket, this_round, prefix, share, (at, until), draw_filter)
            except DependencyUnavailable:
                await self.take_back([*drawn, *(n for some in numbers.values() for n in some)], at=at, until=until)
                raise
            drawn += _in_order(shares, numbers)
            if len(drawn) == count:
                break
        return drawn

    async def count(self, prefix: str, *, at: datetime, draw_filter: DrawFilter = ANYTHING) -> int:
        """How many plates a draw at `at` could pick."""
        return (await self._level(prefix, at=at, draw_filter=draw_filter)).usable

    async def forget(self, prefix: str, epoch: int) -> None:
        """Give up a prefix's index, because its log has a gap: reconciliation builds it again, with a new log.

        Nothing happens if the log has begun again since this epoch.
        """
        with translate_redis_errors():
            await self._forget(keys=index_keys(prefix), args=[epoch])

    def note_persisted(self, prefix: str, epoch: int, seq: int) -> None:
        """The database has all lines of the log up to this one; the next call removes them from Redis."""
        self._persisted[prefix] = f"{epoch}-{seq + 1}"

    async def _pick(
        self,
        ticket: DrawTicket,
        this_round: Round,
        prefix: str,
        count: int,
        period: tuple[datetime, datetime],
        draw_filter: DrawFilter,
    ) -> list[str]:
        hidden, rows = draw_filter.hidden_positions(prefix), ticket.rows(prefix)
        # Usually enough, as few hidden numbers are met; a call that runs out of words has changed nothing, and is
        # repeated with all it can need.
        spare = min(_USUAL_SPARE_ROWS, len(draw_filter.hidden))
        usual = count * (2 if draw_filter.without_four else 1) + spare
        most = 5 * count + 2 * (hidden.count(",") + 1)
        for row_count, blocks in ((usual, _USUAL_BLOCKS), (most, _MOST_BLOCKS)):
            arguments: list[str | int | bytes] = [
                *map(to_milliseconds, period),
                count,
                int(draw_filter.without_four),
                rows.take(row_count, blocks),
                WORDS_IN_BLOCK * blocks,
                hidden,
                ticket.draw_id,
                ticket.number,
                self._persisted.get(prefix, ""),
            ]
            try:
                with translate_index_errors(prefix):
                    found = await self._draw(keys=index_keys(prefix), args=arguments)
            except ResponseError as error:
                if _OUT_OF_WORDS not in str(error) or blocks == _MOST_BLOCKS:
                    raise
                continue
            this_round.picks.append(_pick_of(prefix, found))
            return list(this_round.picks[-1].plates)
        raise AssertionError("the last attempt returns or raises")

    async def _level(self, prefix: str, *, at: datetime, draw_filter: DrawFilter) -> Level:
        arguments: list[str | int] = [
            to_milliseconds(at),
            int(draw_filter.without_four),
            draw_filter.hidden_positions(prefix),
        ]
        with translate_index_errors(prefix):
            return Level(prefix, *await self._count(keys=index_keys(prefix), args=arguments))

    async def _levels(self, prefixes: Sequence[str], *, at: datetime, draw_filter: DrawFilter) -> list[Level]:
        return await asyncio.gather(*(self._level(prefix, at=at, draw_filter=draw_filter) for prefix in prefixes))

    async def settle(
        self,
        *,
        at: datetime,
        taken: Iterable[str] = (),
        held: Mapping[str, datetime] | None = None,
        freed: Mapping[str, datetime] | None = None,
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        """Update the index with the changes of a decision, after its commit. A lost index is skipped.

        `taken`: plates that are permanently claimed; `held`: plates with their end; `freed`: plates with the end of
        their former hold, because the index frees a number only if that hold is still there. `kinds` are the kinds of
        the claims, for the log.
        """
        changes = _by_prefix(taken, held or {}, freed or {}, kinds or {})
        await asyncio.gather(*(self._settle_prefix(prefix, change, at) for prefix, change in changes.items()))

    async def take_back(self, plates: Iterable[str], *, at: datetime, until: datetime) -> None:
        """Undo a draw that was not committed: its plates, held until `until`, are free again."""
        await self.settle(at=at, freed=dict.fromkeys(plates, until))

    async def _settle_prefix(self, prefix: str, change: dict[str, list[Any]], at: datetime) -> None:
        arguments: list[str | int] = [to_milliseconds(at), json.dumps(change), self._persisted.get(prefix, "")]
        with translate_redis_errors():
            await self._settle(keys=index_keys(prefix), args=arguments)


def _pick_of(prefix: str, found: Sequence[Any]) -> Pick:
    chosen, skipped, epoch, seq, lines = found
    return Pick(
        prefix,
        tuple(prefix + serial_at(position) for position in chosen),
        tuple(prefix + serial_at(position) for position in skipped),
        epoch,
        seq,
        read_lines(prefix, lines),
    )


def _shares(ticket: DrawTicket, this_round: Round) -> list[str]:
    """The prefix of each number, as if one after the other was drawn from all prefixes together."""
    usable = {level.prefix: level.usable for level in this_round.levels}
    rows, shares = ticket.rows(_OFFICE), list[str]()
    for row in range(min(this_round.wanted, sum(usable.values()))):
        rank = rows.below(row, sum(usable.values()))
        for prefix, numbers in usable.items():
            if rank < numbers:
                shares.append(prefix)
                usable[prefix] -= 1
                break
            rank -= numbers
    return shares


def _in_order(shares: Sequence[str], numbers: Mapping[str, Sequence[str]]) -> list[str]:
    """The numbers in the order in which their prefixes were chosen; a prefix may have fewer than its share."""
    left = {prefix: iter(some) for prefix, some in numbers.items()}
    found = (next(left[prefix], None) for prefix in shares)
    return [number for number in found if number is not None]


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
    taken: Iterable[str], held: Mapping[str, datetime], freed: Mapping[str, datetime], kinds: Mapping[str, str]
) -> dict[str, dict[str, list[Any]]]:
    changes: dict[str, dict[str, list[Any]]] = defaultdict(lambda: {"taken": [], "held": [], "freed": []})
    for plate in taken:
        changes[prefix_of(plate)]["taken"].append((position_of(serial_of(plate)), kinds.get(plate, _CLAIMED)))
    for plate, until in held.items():
        entry = (position_of(serial_of(plate)), to_milliseconds(until), kinds.get(plate, _CLAIMED))
        changes[prefix_of(plate)]["held"].append(entry)
    for plate, until in freed.items():
        changes[prefix_of(plate)]["freed"].append((position_of(serial_of(plate)), to_milliseconds(until)))
    return changes
