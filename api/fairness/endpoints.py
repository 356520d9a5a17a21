"""Verifiable draws: the commitments, and what is published after each day. No sign-in."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from api.fairness.refusals import NotYet
from api.fairness.schemas import DayFile, DayItem, DayList, DaysQuery, PublishedDay
from api.http.request_context import CurrentContext, RequestContext
from api.http.responses import responses_of_public
from api.http.secured_route import BASE, area
from api.http.validation import invalid_field
from api.limits.downloads import CountedDownload
from domain.calendar import end_of_day
from domain.errors import NotFound
from domain.instants import parse_instant
from storage.fairness.days import LATEST_DRAW, CommittedDay

router = area("/fairness", tags=["fairness"])

SHORTLY = "public, max-age=60"
FOR_GOOD = "public, max-age=31536000, immutable"
"""A published file never changes."""

_DAY = timedelta(days=1)
_FILE = "application/octet-stream"
_CONTENT: dict[str, Any] = {"content": {_FILE: {}}}


@router.get("/days", responses=responses_of_public("validation_failed"))
async def list_fairness_days(
    context: CurrentContext, query: Annotated[DaysQuery, Query()], response: Response
) -> DayList:
    """The days with their commitments, newest first, at most 400."""
    begins, ends = _start("from", query.from_), _start("to", query.to, whole=True)
    found = await context.repositories.fairness_days.between(begins, ends)
    response.headers["Cache-Control"] = SHORTLY
    return DayList(
        items=[
            DayItem(
                day=each.day,
                commitment=each.commitment.hex(),
                committed_at=each.committed_at,
                begins=each.begins,
                ends=each.ends,
                revealed_at=each.revealed_at,
                draws=each.draws,
                verified=each.verified,
                report=str((each.report or {}).get("text", "")).splitlines(),
            )
            for each in found
        ]
    )


@router.get("/days/{day}", responses=responses_of_public("not_found", "not_yet"))
async def read_fairness_day(context: CurrentContext, day: str, response: Response) -> PublishedDay:
    """The secret of a day, and the files with which anybody can replay its draws."""
    published = await _get_published_day(context, day)
    days = context.repositories.fairness_days
    digests = await days.file_digests(published.day)
    response.headers["Cache-Control"] = SHORTLY
    path = f"{BASE}/fairness/days/{published.day}/files"
    return PublishedDay(
        secret=days.secret(published).hex(),
        files=[DayFile(name=name, sha256=digest, href=f"{path}/{name}") for name, digest in digests.items()],
    )


@router.get(
    "/days/{day}/files/{name}",
    response_class=Response,
    responses={200: _CONTENT, **responses_of_public("not_found", "not_yet")},
)
async def read_fairness_file(context: CurrentContext, request: Request, day: str, name: str) -> Response:
    """One file of a published day. `busy` while many are being read, or several from one address."""
    published = await _get_published_day(context, day)
    parts = await context.repositories.fairness_days.file(published.day, name)
    if parts is None:
        raise NotFound
    places, source = context.app.downloads, context.app.ip_throttle.source_of(request)
    places.open(source, context.now())
    headers = {"Cache-Control": FOR_GOOD}
    return CountedDownload(parts, scope=request.scope, places=places, source=source, media_type=_FILE, headers=headers)


async def _get_published_day(context: RequestContext, name: str) -> CommittedDay:
    """Raises `NotFound` for an unknown day, and `NotYet` before its publication."""
    day = await context.repositories.fairness_days.get(name)
    if day is None:
        raise NotFound
    if day.revealed_at is None:
        now = context.now()
        raise NotYet(max(day.ends + LATEST_DRAW, now + LATEST_DRAW if now >= day.ends else now))
    return day


def _start(field: str, text: str | None, *, whole: bool = False) -> datetime | None:
    """The start of a day, or with `whole` its end; an instant as it is. Raises `ValidationFailed`."""
    if not text:
        return None
    try:
        if "T" in text:
            return parse_instant(text)
        day = date.fromisoformat(text)
        return end_of_day(day if whole else day - _DAY)
    except (OverflowError, ValueError):
        raise invalid_field(field, "value") from None
