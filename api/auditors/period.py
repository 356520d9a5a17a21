"""The period of an auditor's list."""

from datetime import timedelta

from api.http.request_context import RequestContext
from api.operators.request_schemas import PeriodQuery
from storage.audit.staff_activity import Period

_LAST_MONTH = timedelta(days=30)
_NOW_TOO = timedelta(milliseconds=1)


def period_of(context: RequestContext, query: PeriodQuery) -> Period:
    """By default the last 30 days."""
    until = query.until or context.now() + _NOW_TOO
    return Period(query.since or until - _LAST_MONTH, until)
