"""Figures for the operators' charts."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Query, Request
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.schemas import day_in
from api.http.secured_route import area
from api.http.tables import AS_TABLE, table, wants_table
from api.http.validation import invalid_field
from api.operators.figure_schemas import FigureAnswer, FigureQuery, FigureSeries
from api.operators.request_schemas import instant_in
from domain.ascii_folding import fold_capitals
from domain.calendar import shanghai_day
from domain.instants import format_instant
from operations.figures import figures_of
from storage.rollups.reader import Wanted

router = area("/operations", tags=["operations"])
LAST_DAYS, MOST_DAYS = timedelta(days=29), timedelta(days=1100)
LAST_HOURS, MOST_HOURS = timedelta(hours=24), timedelta(days=31)
_Place = TypeVar("_Place", date, datetime)


@router.get("/figures", responses=AS_TABLE | responses_of_read("validation_failed"), response_model=FigureAnswer)
async def read_figures(
    context: CurrentContext, request: Request, query: Annotated[FigureQuery, Query()]
) -> FigureAnswer | Response:
    """A figure by hour or day, divided by office, prefix or state; counted by maintenance, never by scanning acts."""
    figures = await figures_of(context.app.operations, _wanted_figure(query, context.now()))
    series = [
        FigureSeries(key=each.key, points=[(_text(at), value) for at, value in each.points], runs_out=each.runs_out)
        for each in figures.series
    ]
    if wants_table(request):
        rows = [{"key": each.key, "at": at, "value": value} for each in series for at, value in each.points]
        return table(["key", "at", "value"], rows)
    return FigureAnswer(series=series, as_of=figures.as_of)


def _wanted_figure(query: FigureQuery, now: datetime) -> Wanted:
    first, last = _days(query, shanghai_day(now)) if query.by == "day" else _hours(query, now)
    prefix = fold_capitals(query.prefix) if query.prefix else None
    return Wanted(query.name, query.by, first, last, office=query.office, prefix=prefix)


def _days(query: FigureQuery, today: date) -> tuple[date, date]:
    last = today if query.last is None else _parse(query.last, "to", day_in)
    first = last - LAST_DAYS if query.first is None else _parse(query.first, "from", day_in)
    _refuse_long(last - first, MOST_DAYS)
    return first, last


def _hours(query: FigureQuery, now: datetime) -> tuple[datetime, datetime]:
    last = now if query.last is None else _parse(query.last, "to", instant_in)
    first = last - LAST_HOURS if query.first is None else _parse(query.first, "from", instant_in)
    _refuse_long(last - first, MOST_HOURS)
    return first, last


def _parse(text: str, field: str, parse: Callable[[object], _Place]) -> _Place:
    """Raises `ValidationFailed` for anything else."""
    try:
        return parse(text)
    except PydanticCustomError:
        raise invalid_field(field, "value") from None


def _refuse_long(length: timedelta, most: timedelta) -> None:
    if not timedelta(0) <= length <= most:
        raise invalid_field("to", "period")


def _text(at: datetime | date) -> str:
    return format_instant(at) if isinstance(at, datetime) else at.isoformat()
