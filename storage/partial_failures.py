"""Work in parts of which one may fail: the others are done all the same, and the failure is raised at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.dependencies import DependencyUnavailable

MOST_FAILED = 3
"""Of parts that are all alike, such as prefixes: one may have bad rows, several mean that a server is down."""

log = structlog.get_logger("upkeep")


class PartialFailures:
    """Call `finish` after the last part.

    With `most` the failure of so many parts ends the work: a server is down then, and each part would wait for it.
    """

    def __init__(self, work: str, *, most: int | None = None) -> None:
        self._work = work
        self._most = most
        self._failed = 0
        self._failure: DependencyUnavailable | SQLAlchemyError | psycopg.Error | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Hold back the failure of the block. A part that fails every time is in the log by its name."""
        try:
            yield
        except (DependencyUnavailable, SQLAlchemyError, psycopg.Error) as failure:
            # A driver's text quotes rows.
            log.warning("part of maintenance failed", work=self._work, part=name, failure=type(failure).__name__)
            self._failure = self._failure or failure
            self._failed += 1
            if self._failed == self._most:
                raise

    def finish(self) -> None:
        """Raise the first failure, if there was any."""
        if self._failure:
            raise self._failure
