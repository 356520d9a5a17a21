"""The places of people in a waiting room, and how many of them are let in, in Redis.

Who is there before the opening has a place by a keyed hash of room and person: random, the same again on every device,
and known to nobody before. Later ones follow in the order of their arrival. So the places can be built again after
Redis was lost: each person's signed pass has the instant of the arrival.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.instants import from_milliseconds, to_milliseconds
from domain.waiting_room import PASS_VALID_FOR, Arrival, Standing, WaitingRoom
from storage.crypto.personal_hashes import PersonalHashes
from storage.redis.client import RedisClient, script, translate_redis_errors

_MILLISECOND = timedelta(milliseconds=1)
_NAME_BYTES = 16
_AT_ONCE = 5_000
_SCORE_BITS = 53
"""A score is a double: so many bits of the hash fit."""


@dataclass(frozen=True)
class Progress:
    """`length` people have a place; the first `admitted` of them are let in, at `pace` per second."""

    length: int
    admitted: int
    pace: float

    @property
    def waiting(self) -> int:
        return self.length - self.admitted


class WaitingPlaces:
    """Every call lets in whom the pace allows. Raises `DependencyUnavailable("redis")`."""

    def __init__(self, redis: RedisClient, hashes: PersonalHashes) -> None:
        self._hashes = hashes
        self._redis = redis
        self._place = script(redis, "waiting_room", "place")

    async def look(self, room: WaitingRoom, at: datetime, *, is_busy: bool) -> Progress:
        """How far the room is; `is_busy` if this process can't serve more, which slows the pace down."""
        length, admitted, pace, *_ = await self._call(room, at, is_busy=is_busy)
        return Progress(length, admitted, pace / 1000)

    async def join(
        self, room: WaitingRoom, person: str, at: datetime, *, arrived_at: datetime, is_busy: bool
    ) -> Standing:
        """The person's place, which is new or the same as before; `arrived_at` counts for a new one."""
        digest = self._hashes.keyed.hash("waiting room", str(room.id), person).stable
        early = int.from_bytes(digest, "big") >> (8 * len(digest) - _SCORE_BITS)
        name, score = digest[:_NAME_BYTES].hex(), early / 2**_SCORE_BITS
        person_arguments: list[str | int] = [name, repr(score), to_milliseconds(arrived_at)]
        length, admitted, pace, rank, ends, arrived = await self._call(room, at, *person_arguments, is_busy=is_busy)
        return Standing(
            arrived_at=from_milliseconds(arrived),
            place=rank + 1,
            ahead=max(0, rank - admitted),
            waiting=length - admitted,
            pace=pace / 1000,
            pass_ends=from_milliseconds(ends) if ends else None,
        )

    async def by_place(self, room: WaitingRoom) -> list[Arrival]:
        """All who have a place, in the order of the places; empty once Redis has forgotten the room."""
        places, _, _, arrivals = _keys(room)
        with translate_redis_errors():
            names: list[Any] = await self._redis.zrange(places, 0, -1)
            came = list[Any]()
            for first in range(0, len(names), _AT_ONCE):
                came += await self._redis.hmget(arrivals, names[first : first + _AT_ONCE])
        instants = [from_milliseconds(int(at)) for at in came if at is not None]
        return [Arrival(at, is_early=at < room.opens_at) for at in instants]

    async def _call(self, room: WaitingRoom, at: datetime, *person: str | int, is_busy: bool) -> list[int]:
        instants = [to_milliseconds(each) for each in (at, room.opens_at, room.closes_at)]
        arguments = [*instants, PASS_VALID_FOR // _MILLISECOND, int(is_busy), *(person or [""])]
        with translate_redis_errors():
            return list(map(int, await self._place(_keys(room), arguments)))


def _keys(room: WaitingRoom) -> list[str]:
    return [f"room:{{{room.id}}}:{part}" for part in ("places", "pace", "passes", "arrivals")]
