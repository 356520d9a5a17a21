"""One line for each action: which preselection, which office, what, and how it ended."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from api.problems import FAILURES, refusal_of

log = structlog.get_logger("actions")


@contextmanager
def action_logged(action: str) -> Iterator[None]:
    """Log what became of the action; the ids are those bound to the request."""
    try:
        yield
    except FAILURES as failure:
        refusal = refusal_of(failure)
        log.info("action", action=action, outcome=refusal.code if refusal else "failed")
        raise
    log.info("action", action=action, outcome="done")
