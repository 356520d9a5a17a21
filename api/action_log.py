"""One line for each action: the request's own, which then says what was done and how it ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bind_contextvars

from api.problems import FAILURES, refusal_of

ACTION_FIELDS = ("action", "outcome")


@contextmanager
def action_logged(action: str) -> Iterator[None]:
    """Note what became of the action: `done`, the code of its refusal, or `failed`."""
    bind_contextvars(action=action, outcome="failed")
    try:
        yield
    except FAILURES as failure:
        if refusal := refusal_of(failure):
            bind_contextvars(outcome=refusal.code)
        raise
    bind_contextvars(outcome="done")
