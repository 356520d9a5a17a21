"""One line for each action: the request's own, which then says what was done and how it ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars

from api.http.problems import FAILURES, refusal_of


@contextmanager
def action_logged(action: str) -> Iterator[None]:
    """Note what became of the action: `done`, the code of its refusal, or `failed`."""
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
