"""Verifiable draws: the day's commitment, a draw's id and nonce, and the random words that follow from them.

`docs/fairness.md` is the specification; `fairness/verify_draws.py` computes the same independently.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256, sha512
from hmac import new as hmac
from typing import Self

from domain.calendar import end_of_day, shanghai_day
from domain.durations import Duration

WORDS_IN_BLOCK = 16
"""Random words of 32 bits in one block of a row."""

SHORTEST_NONCE, LONGEST_NONCE = 16, 64
"""Bytes of a nonce."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class FairnessDay:
    """The time for which one secret is valid, from `begins` to before `ends`. `name` is an ISO date for whole days."""

    name: str
    begins: datetime
    ends: datetime

    @classmethod
    def at(cls, instant: datetime, length: Duration) -> Self:
        """The day of this instant: a calendar day in Shanghai, or a shorter one for tests, named by its start."""
        if not length.has_time_part:
            day = shanghai_day(instant)
            return cls(day.isoformat(), end_of_day(date.fromordinal(day.toordinal() - 1)), end_of_day(day))
        span = max(length.timedelta(), timedelta(seconds=1))
        begins = _EPOCH + (instant - _EPOCH) // span * span
        return cls(f"{begins:%Y-%m-%dT%H:%M:%SZ}", begins, begins + span)

    def following(self, length: Duration) -> "FairnessDay":
        return FairnessDay.at(self.ends, length)


def commitment_to(day: str, secret: bytes) -> bytes:
    """The digest that is published before the day begins."""
    return sha256(f"xuanhao day\n{day}\n{secret.hex()}\n".encode()).digest()


def link_of(preselection_id: str) -> str:
    """What the draws of a preselection share, in hexadecimal digits; published only where a number was skipped."""
    return sha256(f"xuanhao preselection\n{preselection_id}\n".encode()).hexdigest()


def draw_id_of(link: str, draws_left: int) -> str:
    """32 hexadecimal digits that nobody chooses: each chance of a preselection has its own."""
    return sha256(f"xuanhao draw\n{link}\n{draws_left}\n".encode()).hexdigest()[:32]


def server_nonce(draw_id: str) -> str:
    """The nonce where the client sends none: it follows from the draw, so the service can't choose it either."""
    return urlsafe_b64encode(sha256(f"xuanhao nonce\n{draw_id}\n".encode()).digest()).decode().rstrip("=")


def is_nonce(text: str) -> bool:
    """Whether the text is 16 to 64 bytes in base64url, with or without padding."""
    bare = text.rstrip("=")
    if not _BASE64URL.fullmatch(bare) or len(bare) % 4 == 1:
        return False
    return SHORTEST_NONCE <= len(urlsafe_b64decode(bare + "=" * (-len(bare) % 4))) <= LONGEST_NONCE


@dataclass(frozen=True)
class RandomRows:
    """Rows of random words, one row for each number that is picked; row and block are counted from 0."""

    seed: bytes

    def take(self, rows: int, blocks: int = 1) -> bytes:
        """The first `rows` rows, each with `blocks` blocks of `WORDS_IN_BLOCK` words."""
        seed = self.seed
        return b"".join([sha512(seed + _place(row, block)).digest() for row in range(rows) for block in range(blocks)])

    def below(self, row: int, sides: int) -> int:
        """An integer below `sides`, exactly uniform and monotonic in the row's first word that causes no bias."""
        block = 0
        while True:
            digest = sha512(self.seed + _place(row, block)).digest()
            product = int.from_bytes(digest[:8], "big") * sides
            if product % 2**64 >= 2**64 % sides:
                return product >> 64
            block += 1


def _place(row: int, block: int) -> bytes:
    """Row and block, four bytes each."""
    return (row << 32 | block).to_bytes(8, "big")


@dataclass(frozen=True)
class DrawSeed:
    """A draw's randomness: everything follows from the day's secret, the draw's id and the client's nonce."""

    secret: bytes
    draw_id: str
    nonce: str

    def rows(self, part: str, draw_round: int) -> RandomRows:
        """`part` is the prefix that is picked from, or `office` for the choice among prefixes."""
        text = f"{self.draw_id}\n{self.nonce}\n{part}\n{draw_round}\n"
        return RandomRows(hmac(self.secret, text.encode(), "sha256").digest())
