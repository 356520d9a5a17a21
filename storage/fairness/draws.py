"""Draws as rows: what the applicant gets to verify, and the lines of the pool's log that belong to it."""

from collections.abc import Sequence
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
from storage.postgres.json_text import json_text


@dataclass(frozen=True)
class DrawRecord:
    """A draw to be written with its decision."""

    preselection_id: UUID
    draws_left: int
    proof: DrawProof
    at: datetime
    without_four: bool
    numbers: Sequence[str]
    ticket: DrawTicket

    def to_write(self) -> dict[str, Any]:
        """The parameters of the statement: the row, and the lines of the log that the database may not have."""
        lines = {(line.prefix, line.epoch, line.seq): line for pick in self.ticket.picks for line in pick.lines}
        return {"draw": json_text(self._row()), "log": json_text([_as_row(line) for line in lines.values()])}

    def _row(self) -> dict[str, Any]:
        return {
            "draw_id": self.proof.draw_id,
            "preselection_id": str(self.preselection_id),
            "draws_left": self.draws_left,
            "day": self.proof.day,
            "at": self.at.isoformat(),
            "nonce": self.proof.nonce,
            "nonce_by": self.proof.nonce_by,
            "without_four": self.without_four,
            "numbers": list(self.numbers),
            "rounds": [each.as_record() for each in self.ticket.rounds],
            "skipped": [plate for pick in self.ticket.picks for plate in pick.skipped],
        }


def _as_row(line: LogLine) -> dict[str, Any]:
    """The columns of `pool_log`; those that are NULL are left out."""
    row = {"prefix": line.prefix, "epoch": line.epoch, "seq": line.seq, "at": line.at.isoformat(), "line": line.text}
    return row if line.free is None else row | {"free": line.free, "states": line.states}


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
