"""Adds an act and its outcome to the log line of its request."""

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars

from api.http.problems import FAILURES, refusal_of


@contextmanager
def log_action(action: str) -> Iterator[None]:
    """Log the outcome of the act: `done`, the code of its refusal, or `failed`."""
    outcome = "failed"
    bind_contextvars(action=action)
    try:
        yield
        outcome = "done"
    except FAILURES as failure:
        if refusal := refusal_of(failure):
            outcome = refusal.code
        raise
    finally:
        bind_contextvars(outcome=outcome)
