"""Option types that several commands share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from cyclopts import Parameter, Token

from domain.durations import SHANGHAI
from domain.instants import whole_milliseconds
from storage.audit.staff_activity import Period


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant; without a zone it is Shanghai's. Raises `ValueError`."""
    read = datetime.fromisoformat(text)
    return whole_milliseconds(read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read).astimezone(UTC)


def _instant(_: type, tokens: Sequence[Token]) -> datetime:
    return parse_instant(tokens[0].value)


Instant = Annotated[datetime, Parameter(converter=_instant)]
Reason = Annotated[str, Parameter(help="Stored in the audit, in plain text.")]
Limit = Annotated[int, Parameter(show_default=True, help="How many entries at most.")]
Office = Annotated[str | None, Parameter(help="Code of one office; without it, all of them.")]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Window:
    """The period of a list, and its maximum number of entries."""

    since: Instant | None = None
    until: Instant | None = None
    limit: Limit = 1000

    def period(self, now: datetime, length: timedelta) -> Period:
        """By default until now, with this length."""
        return Period.of_list(self.since, self.until, now=now, length=length)


DEFAULT_WINDOW = Window()
