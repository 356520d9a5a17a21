"""The part of a draw that makes it verifiable: its id, its nonce, the day's secret, and its record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activities.decide.case import Case
from domain.durations import Duration
from domain.fair_draws import DrawSeed, FairnessDay, draw_id_of, link_of, server_nonce
from domain.preselection.values import DrawProof
from storage.fairness.days import FairnessDays
from storage.fairness.draws import DrawRecord
from storage.pool.draw_tickets import DrawTicket
from workflows.messages import Draw


@dataclass(frozen=True)
class FairDraw:
    """One draw. A repeated attempt has the same id and nonce, so it picks the same numbers while they are free."""

    proof: DrawProof
    ticket: DrawTicket
    without_four: bool

    def to_write(self, case: Case, numbers: Sequence[str]) -> dict[str, Any]:
        record = DrawRecord(
            draws_left=case.state.draws_remaining,
            proof=self.proof,
            without_four=self.without_four,
            numbers=numbers,
            ticket=self.ticket,
        )
        return record.to_write()


class FairDraws:
    """`length` is that of a day with one secret."""

    def __init__(self, days: FairnessDays, length: Duration) -> None:
        self._days = days
        self._length = length
        self._today: FairnessDay | None = None

    async def begin(self, case: Case, command: Draw) -> FairDraw:
        """Raises `DependencyUnavailable`."""
        day = self._day_of(case.at)
        secret = await self._days.secret_of(day, case.at)
        draw_id = draw_id_of(link_of(str(case.row.id)), case.state.draws_remaining)
        nonce = command.nonce or server_nonce(draw_id)
        proof = DrawProof(draw_id, day.name, nonce, "client" if command.nonce else "server")
        ticket = DrawTicket(DrawSeed(secret, draw_id, nonce))
        return FairDraw(proof, ticket, bool(command.exclude_four))

    def _day_of(self, at: datetime) -> FairnessDay:
        """The calendar is asked once a day."""
        if self._today is None or not self._today.begins <= at < self._today.ends:
            self._today = FairnessDay.at(at, self._length)
        return self._today
