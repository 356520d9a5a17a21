"""Figures of fairness for everybody. No sign-in, nothing about persons, and small counts are hidden."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.fairness.figure_schemas import (
    FEW,
    MANY_EARLY,
    DayOfDraws,
    PublicFiguresAnswer,
    PublicFiguresQuery,
    PublicSeries,
    RoomFairness,
    WithheldNumbers,
)
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_public
from api.http.schemas import day_in
from api.http.secured_route import area
from api.http.tables import AS_TABLE, table, wants_table
from api.http.validation import invalid_field
from domain.calendar import shanghai_day
from domain.instants import format_instant
from domain.waiting_room import RoomFigures, WaitingRoom
from storage.fairness.public_figures import Period, PublicFigures
from storage.rollups.reader import RollupReader

router = area("/fairness", tags=["fairness"])

SHORTLY = "public, max-age=300"
_USUAL, _MOST = timedelta(days=29), timedelta(days=400)


@router.get(
    "/figures",
    responses=AS_TABLE | responses_of_public("validation_failed"),
    response_model=PublicFiguresAnswer,
)
async def read_fairness_figures(
    context: CurrentContext, request: Request, response: Response, query: Annotated[PublicFiguresQuery, Query()]
) -> PublicFiguresAnswer | Response:
    """Segments released, numbers issued, draws and their verified share, missed deadlines, withheld numbers, rooms."""
    period = _period(query, shanghai_day(context.now()))
    database = context.repositories.database
    figures = PublicFigures(database, context.repositories.fairness_days)
    answer = PublicFiguresAnswer(
        as_of=await RollupReader(database).counted_until(),
        series=[
            PublicSeries(name=name, points=[(day.isoformat(), hide_few(points[day])) for day in sorted(points)])
            for name, points in (await figures.by_day(period)).items()
        ],
        draws=[
            DayOfDraws(day=day, draws=draws, verified_share=verified / draws if draws else None)
            for day, (draws, verified) in (await figures.draws(period)).items()
        ],
        withheld=[
            WithheldNumbers(kind=kind, numbers=in_steps(many)) for kind, many in (await figures.withheld()).items()
        ],
        waiting_rooms=[_room(*each) for each in await figures.waiting_rooms(period)],
    )
    if wants_table(request):
        made = table(["name", "at", "value"], _rows(answer))
        made.headers["Cache-Control"] = SHORTLY
        return made
    response.headers["Cache-Control"] = SHORTLY
    return answer


def hide_few(count: int) -> int | None:
    """A count that may be shown: few cases could be known to somebody."""
    return None if 0 < count < FEW else count


def in_steps(count: int) -> int | None:
    """A count of now, rounded down, so that two readings seldom show a single case between them."""
    return None if 0 < count < FEW else count // FEW * FEW


def _room(room: WaitingRoom, figures: RoomFigures) -> RoomFairness:
    half, late = figures.early // 2, figures.people - figures.early
    return RoomFairness(
        office_code=room.office_code,
        opens_at=room.opens_at,
        closes_at=room.closes_at,
        people=hide_few(figures.people),
        early=None if hide_few(late) is None else hide_few(figures.early),
        early_share=round(figures.ahead_of_time / half, 2) if figures.early >= MANY_EARLY else None,
        overtaken=figures.overtaken,
    )


def _rows(answer: PublicFiguresAnswer) -> Iterator[dict[str, Any]]:
    for each in answer.series:
        yield from ({"name": each.name, "at": at, "value": value} for at, value in each.points)
    for day in answer.draws:
        yield {"name": "draws", "at": day.day, "value": day.draws}
        yield {"name": "verified_share", "at": day.day, "value": day.verified_share}
    for room in answer.waiting_rooms:
        counts = {
            "people": room.people,
            "early": room.early,
            "early_share": room.early_share,
            "overtaken": room.overtaken,
        }
        at, prefix = format_instant(room.opens_at), f"waiting_room_{room.office_code}"
        yield from ({"name": f"{prefix}_{name}", "at": at, "value": value} for name, value in counts.items())
    for kind in answer.withheld:
        yield {"name": f"withheld_{kind.kind}", "at": None, "value": kind.numbers}


def _period(query: PublicFiguresQuery, today: date) -> Period:
    """Raises `ValidationFailed`."""
    last = _day("to", query.last, today)
    first = _day("from", query.first, last - _USUAL)
    if not timedelta(0) <= last - first <= _MOST:
        raise invalid_field("to", "period")
    return Period(first, last)


def _day(field: str, text: str | None, usual: date) -> date:
    if text is None:
        return usual
    try:
        return day_in(text)
    except PydanticCustomError:
        raise invalid_field(field, "value") from None
