"""What one draw takes from the pool indexes: its random words, and the lines of the log that prove the picks."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.fair_draws import DrawSeed, RandomRows
from storage.pool.log_lines import LogLine


@dataclass(frozen=True)
class Pick:
    """One pick from a prefix, whose line in the log is `epoch`, `seq`. `lines`: all that the database may not have."""

    prefix: str
    plates: tuple[str, ...]
    skipped: tuple[str, ...]
    epoch: int
    seq: int
    lines: Sequence[LogLine]

    def as_record(self) -> list[Any]:
        return [self.prefix, self.epoch, self.seq]


@dataclass(frozen=True)
class Level:
    """How many numbers of a prefix a draw could pick at a line of the log, `hidden` ones among them."""

    prefix: str
    free: int
    hidden: int
    epoch: int
    seq: int

    @property
    def usable(self) -> int:
        return self.free - self.hidden

    def as_record(self) -> list[Any]:
        return [self.prefix, self.epoch, self.seq, self.free, self.hidden]


@dataclass
class Round:
    """One request to the indexes: the levels from which prefixes were chosen, if there are several, and the picks."""

    levels: list[Level] = field(default_factory=list)
    picks: list[Pick] = field(default_factory=list)
    wanted: int = 0

    def as_record(self) -> dict[str, Any]:
        record: dict[str, Any] = {"want": self.wanted, "picks": [pick.as_record() for pick in self.picks]}
        return record | ({"levels": [level.as_record() for level in self.levels]} if self.levels else {})


@dataclass
class DrawTicket:
    """The rounds of one draw. Without a seed its words are the operating system's, and nobody can verify it."""

    seed: DrawSeed | None = None
    rounds: list[Round] = field(default_factory=list)

    @property
    def draw_id(self) -> str:
        return self.seed.draw_id if self.seed else ""

    @property
    def number(self) -> int:
        """The number of the current round, from 0."""
        return len(self.rounds) - 1

    @property
    def picks(self) -> list[Pick]:
        return [pick for each in self.rounds for pick in each.picks]

    def begin_round(self, wanted: int) -> Round:
        self.rounds.append(Round(wanted=wanted))
        return self.rounds[-1]

    def rows(self, part: str) -> RandomRows:
        """The words of the current round for a prefix, or for `office`: the choice among prefixes."""
        return self.seed.rows(part, self.number) if self.seed else RandomRows(secrets.token_bytes(32))
