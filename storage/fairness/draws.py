"""Draws as rows: what the applicant gets to verify, and the lines of the pool's log that belong to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from domain.preselection.values import DrawProof
from storage.fairness.tables import draw_record
from storage.pool.draw_tickets import DrawTicket
from storage.pool.log_lines import LogLine
from storage.postgres.database import Database
from storage.postgres.json_text import array_text, json_text


@dataclass(frozen=True)
class DrawRecord:
    """A draw to be written with its decision."""

    draws_left: int
    proof: DrawProof
    without_four: bool
    numbers: Sequence[str]
    ticket: DrawTicket

    def to_write(self) -> dict[str, Any]:
        """The parameters of the statement: the day, the draw, and the lines that the database may not have.

        As JSON they would cost PostgreSQL several times as much.
        """
        lines = {(line.prefix, line.epoch, line.seq): line for pick in self.ticket.picks for line in pick.lines}
        return {"day": self.proof.day, "draw": array_text(self._values()), **_columns(lines.values())}

    def _values(self) -> list[str]:
        """What the row has besides the decision's values, in the order of `COMMIT_DRAW`."""
        return [
            self.proof.draw_id,
            str(self.draws_left),
            self.proof.nonce,
            self.proof.nonce_by,
            str(self.without_four),
            array_text(self.numbers),
            json_text([each.as_record() for each in self.ticket.rounds]),
            array_text([plate for pick in self.ticket.picks for plate in pick.skipped]),
        ]


def _columns(lines: Iterable[LogLine]) -> dict[str, str]:
    """Each column of the lines as an array."""
    prefixes, epochs, seqs, ats, texts, free, states = zip(*lines, strict=True)
    return {
        "prefixes": array_text(prefixes),
        "epochs": array_text(epochs),
        "seqs": array_text(seqs),
        "ats": array_text([at.isoformat() for at in ats]),
        "lines": array_text(texts),
        "free": array_text(free),
        "states": array_text(states),
    }


@dataclass(frozen=True)
class Draw:
    """A draw as its applicant reads it."""

    proof: DrawProof
    at: datetime
    numbers: Sequence[str]


class Draws:
    """Reads draws."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_preselection(self, preselection_id: UUID) -> list[Draw]:
        """The draws of a preselection, oldest first."""
        columns = draw_record.c
        found = await self._database.rows(
            select(columns.draw_id, columns.day, columns.nonce, columns.nonce_by, columns.at, columns.numbers)
            .where(columns.preselection_id == preselection_id)
            .order_by(columns.at, columns.draws_left.desc())
        )
        return [Draw(DrawProof(*row[:4]), row.at, row.numbers) for row in found]
