"""The public figures of fairness."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import Answer, Instant, PlainText, Query
from domain.withholding import WithholdingKind

FEW = 5
"""A smaller count, other than 0, is not shown."""

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
    numbers: Count


class PublicFiguresAnswer(Answer):
    as_of: Instant | None = Field(description="Until when all acts are counted.")
    series: list[PublicSeries]
    draws: list[DayOfDraws] = Field(description="Published days only.")
    withheld: list[WithheldNumbers] = Field(description="Now.")
