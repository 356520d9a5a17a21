"""The cause of an `unavailable`, for the log: types and codes only, never a value."""

import structlog

from config.readiness import cause_of
from domain.errors import Refusal, Unavailable

log = structlog.get_logger("api")


def log_cause(failure: BaseException, refusal: Refusal) -> None:
    """Log why a part counts as down; nothing for another refusal."""
    if isinstance(refusal, Unavailable):
        log.warning("unavailable", parts=sorted(refusal.parts), cause=cause_of(failure))
