"""The refusal where an office has no waiting room."""

from dataclasses import dataclass

from domain.errors import Refusal


@dataclass(eq=False)
class QueueClosed(Refusal):
    """The office has no waiting room that is open or will open."""

    code = "queue_closed"
