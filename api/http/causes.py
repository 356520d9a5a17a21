"""The cause of an `unavailable`, for the log: types and codes only, never a value."""

import structlog
from temporalio.service import RPCError

from domain.dependencies import DependencyUnavailable
from domain.errors import Refusal, Unavailable

log = structlog.get_logger("api")


def log_cause(failure: BaseException, refusal: Refusal) -> None:
    """Log why a part counts as down; nothing for another refusal."""
    if isinstance(refusal, Unavailable):
        log.warning("unavailable", parts=sorted(refusal.parts), cause=cause_of(failure))


def cause_of(failure: BaseException) -> str:
    """The innermost error's type with its code, such as `RPCError NOT_FOUND` or `ConnectionRefusedError`."""
    if isinstance(failure, DependencyUnavailable) and failure.reason:
        return failure.reason
    inner: BaseException = failure
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
        if isinstance(inner, RPCError):
            return f"RPCError {inner.status.name}"
    return f"RPCError {inner.status.name}" if isinstance(inner, RPCError) else type(inner).__name__
