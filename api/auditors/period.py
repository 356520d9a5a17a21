"""The period of an auditor's list."""

from datetime import timedelta

from api.http.request_context import RequestContext
from api.operators.request_schemas import PeriodQuery
from storage.audit.staff_activity import Period

_LAST_MONTH = timedelta(days=30)


def period_of(context: RequestContext, query: PeriodQuery) -> Period:
    """By default the last 30 days."""
    return Period.of_list(query.since, query.until, now=context.now(), length=_LAST_MONTH)
