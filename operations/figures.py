"""Figures for the operators' charts, from the counts that maintenance keeps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from domain.forecasts import runs_out_on
from operations.context import OperationsContext
from storage.rollups.reader import Point, Wanted

LOOKED_BACK = timedelta(days=30)
"""The days whose falls are the forecast's measure."""


@dataclass(frozen=True)
class Series:
    """`runs_out` is the forecast of a level: the day on which nothing will be left; None for every other figure."""

    key: str
    points: Sequence[tuple[datetime | date, int]]
    runs_out: date | None = None


@dataclass(frozen=True)
class Figures:
    """`as_of` is the instant up to which all is counted; None before the first count."""

    series: Sequence[Series]
    as_of: datetime | None


async def figures_of(context: OperationsContext, wanted: Wanted) -> Figures:
    """The series of a figure, by key."""
    reader = context.repositories.rollups
    series = _series(await reader.points(wanted))
    if wanted.name == "pool_free" and wanted.by == "day":
        series = [replace(each, runs_out=_forecast(each)) for each in series]
    return Figures(series, await reader.counted_until())


def _series(points: Sequence[Point]) -> list[Series]:
    grouped = groupby(points, key=lambda point: point.key)
    return [Series(key, [(point.at, point.value) for point in found]) for key, found in grouped]


def _forecast(series: Series) -> date | None:
    begins = series.points[-1][0] - LOOKED_BACK
    return runs_out_on([(at, value) for at, value in series.points if at >= begins])
