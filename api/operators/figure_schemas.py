"""Schemas of the operators' figures."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.http.schemas import Answer, EmptyIsNone, Instant, PlainText, Query
from storage.rollups.reader import By, FigureName


class FigureQuery(Query):
    """`from` and `to`, both included: days for `day`, instants for `hour`. By default the last 30 days, or 24 hours."""

    name: FigureName
    first: Annotated[PlainText | None, EmptyIsNone, Field(alias="from")] = None
    last: Annotated[PlainText | None, EmptyIsNone, Field(alias="to")] = None
    by: By = "day"
    office: Annotated[PlainText | None, EmptyIsNone] = None
    prefix: Annotated[PlainText | None, EmptyIsNone] = None


class FigureSeries(Answer):
    """`key` is an office, a prefix, a pattern or a state of SMS; each point is a day or an instant, and a number.

    `runs_out`: only of `pool_free` by day, the day on which none will be left if numbers go on leaving as they did.
    """

    key: str
    points: list[tuple[str, int]]
    runs_out: date | None = None


class FigureAnswer(Answer):
    """`as_of`: all before it is counted; null before the first count."""

    series: list[FigureSeries]
    as_of: Instant | None
