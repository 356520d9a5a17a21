"""Adds an act and its outcome to the log line of its request."""

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars

from api.http.problems import FAILURES, refusal_of
from process.metrics import ACTIONS


@contextmanager
def log_action(action: str, stage: str = "none") -> Iterator[None]:
    """Log and count the outcome of the act at this stage: `done`, the code of its refusal, or `failed`."""
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
        ACTIONS.labels(action, stage, outcome).inc()
