"""Request schemas of the operators."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from api.http.schemas import YEARS, Body, Cursor, Day, EmptyIsNone, Id, Identifier, PageQuery, PlainText, Query, Reason
from domain.instants import parse_instant, whole_milliseconds
from domain.withholding import WithholdingKind
from storage.sms.deliveries import DeliveryState

MOST_NUMBERS = 1000
MOST_DAYS = 366
MOST_EXCLUSIONS = 100


def instant_in(value: object) -> datetime:
    """Raises `PydanticCustomError` for anything but an RFC 3339 instant of `YEARS`."""
    try:
        if isinstance(value, str) and (instant := parse_instant(value)).astimezone(UTC).year in YEARS:
            return whole_milliseconds(instant)
    except (ValueError, OverflowError):
        pass
    raise PydanticCustomError("instant", "not an RFC 3339 instant")


GivenInstant = Annotated[
    datetime, BeforeValidator(instant_in), WithJsonSchema({"type": "string", "format": "date-time"})
]
Template = Annotated[str, Field(max_length=64)]
Year = Annotated[int, Field(ge=YEARS.start, lt=YEARS.stop)]
OfficeCode = Annotated[PlainText | None, EmptyIsNone]


class BanQuery(PageQuery):
    """`unconfirmed`: only early releases that no second operator has confirmed yet, on one page."""

    preselection_id: Annotated[Id | None, EmptyIsNone] = None
    unconfirmed: bool = False


class SegmentBody(Body):
    """`!` is a digit, `@` a letter; in `excluded` a `*` is any character. Released at once by default."""

    prefix: PlainText
    template: Template
    excluded: Annotated[list[Template], Field(max_length=MOST_EXCLUSIONS, default_factory=list)]
    released_at: GivenInstant | None = None
    compose_from: GivenInstant | None = None
    reason: Reason | None = None


class ExclusionBody(Body):
    """The segment by its template, and the excluded numbers."""

    prefix: PlainText
    template: Template
    excluded: Annotated[list[Template], Field(min_length=1, max_length=MOST_EXCLUSIONS)]
    reason: Reason


class WithholdingBody(Body):
    """Numbers of one prefix."""

    numbers: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_NUMBERS)]
    kind: Annotated[WithholdingKind, Field(description="What the public figures say of the reason.")] = "other"
    reason: Reason


class WithholdingQuery(Query):
    """The newest of a prefix; without a prefix, those that wait for a second operator."""

    prefix: Annotated[PlainText | None, EmptyIsNone] = None


class CalendarQuery(Query):
    """A year of the country, or with `office` of one office."""

    year: Year
    office: OfficeCode = None


class DayBody(Body):
    """`ordinary`: the weekday decides."""

    day: Day
    kind: Literal["holiday", "working", "ordinary"]


def _each_once(days: list[DayBody]) -> list[DayBody]:
    if len({each.day for each in days}) < len(days):
        raise PydanticCustomError("day", "duplicate day")
    return days


class CalendarBody(Body):
    """Days that are not named stay unchanged. `official`: the year's holiday notice has been entered."""

    days: Annotated[list[DayBody], Field(max_length=MOST_DAYS, default_factory=list), AfterValidator(_each_once)]
    official: bool | None = None
    reason: Reason


class SeedBody(Body):
    """The year whose holidays are entered from the library."""

    year: Year
    reason: Reason


class OutageTimes(Body):
    """Reservations whose last day overlaps the outage are extended to `visit_by`, or to the next working day."""

    since: GivenInstant
    until: GivenInstant
    office_code: PlainText | None = None
    visit_by: Day | None = None


class OutageBody(OutageTimes):
    """Reservations whose last day overlaps the outage are extended to `visit_by`, or to the next working day."""

    reason: Reason


class WorkflowQuery(Query):
    """One of the two. A VIN must not be in a URL: send it in a body."""

    plate: Annotated[Annotated[str, Field(max_length=64)] | None, EmptyIsNone] = None
    preselection_id: Annotated[Id | None, EmptyIsNone] = None


class WorkflowBody(Body):
    """One of the three."""

    vin: Identifier | None = None
    plate: Identifier | None = None
    preselection_id: Id | None = None


class PeriodQuery(Query):
    """From `since` to before `until`; by default the last 30 days."""

    since: Annotated[GivenInstant | None, EmptyIsNone] = None
    until: Annotated[GivenInstant | None, EmptyIsNone] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class PeriodPageQuery(PeriodQuery):
    """A page of the period; `cursor` is `next` of the page before."""

    cursor: Cursor = None


class DayQuery(Query):
    """A day in Shanghai; by default today."""

    day: Annotated[Day | None, EmptyIsNone] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class DeskActsQuery(PeriodQuery):
    """`clerk` as the counts name the clerk."""

    clerk: Annotated[PlainText | None, EmptyIsNone] = None


class TextQuery(PageQuery):
    """The newest in a state; without a state, those that were not handed over or failed; of a preselection, all."""

    preselection_id: Annotated[Id | None, EmptyIsNone] = None
    state: Annotated[DeliveryState | None, EmptyIsNone] = None


class AuditQuery(Query):
    """Acts from `since` to before `until`, oldest first; by default of the last day."""

    since: Annotated[GivenInstant | None, EmptyIsNone] = None
    until: Annotated[GivenInstant | None, EmptyIsNone] = None
    actor: Annotated[PlainText | None, EmptyIsNone] = None
    action: Annotated[PlainText | None, EmptyIsNone] = None
    preselection_id: Annotated[Id | None, EmptyIsNone] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
