"""The public figures of fairness."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import Answer, Instant, PlainText, Query
from domain.withholding import WithholdingKind

FEW = 5
"""A smaller count, other than 0, is not shown."""

MANY_EARLY = 40
"""With fewer early people a share says nothing about luck, and something about them."""

Count = Annotated[int | None, Field(description=f"Null for a count from 1 to {FEW - 1}.")]


class PublicFiguresQuery(Query):
    """ISO dates in Shanghai, both included; the last 30 days unless given, at most 400."""

    first: Annotated[PlainText | None, Field(alias="from")] = None
    last: Annotated[PlainText | None, Field(alias="to")] = None


class PublicSeries(Answer):
    name: Literal["segments_released", "numbers_issued", "missed_deadlines"]
    points: list[tuple[str, Count]]


class DayOfDraws(Answer):
    day: str
    draws: int
    verified_share: float | None = Field(description="The share that our checker replayed; null without draws.")


class WithheldNumbers(Answer):
    kind: WithholdingKind = Field(description="Of the reason; the reason itself is free text that may name somebody.")
    numbers: Annotated[int | None, Field(description=f"A multiple of {FEW}, rounded down; null for fewer.")]


class RoomFairness(Answer):
    office_code: str
    opens_at: Instant
    closes_at: Instant
    people: Count
    early: Annotated[
        int | None,
        Field(description=f"Who was there before the opening; null if they, or all others, are 1 to {FEW - 1}."),
    ]
    early_share: float | None = Field(
        description="Of those who came first among the early, the share with a place in the first half: about 0.5, "
        f"for coming earlier helps nobody. Null for fewer than {MANY_EARLY} early ones."
    )
    overtaken: int = Field(description="People with a place behind somebody who came later; 0 in a fair room.")


class PublicFiguresAnswer(Answer):
    as_of: Instant | None = Field(description="Until when all acts are counted.")
    series: list[PublicSeries] = Field(description="Numbers and deadlines by whole days only.")
    draws: list[DayOfDraws] = Field(description="Published days only.")
    withheld: list[WithheldNumbers] = Field(description=f"Now, in steps of {FEW}.")
    waiting_rooms: list[RoomFairness] = Field(description="Rooms that have ended.")
