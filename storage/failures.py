"""What storage raises instead of a result.

    StorageFailure
    ├── PartDown          a server did not answer, or not in time; what was asked may or may not have happened
    │   └── IndexLost     Redis answers, but without a usable pool index; nothing has happened
    ├── NotTheSecond      who did something can't be the one who confirms it
    └── DecisionAborted   the one statement of a decision changed nothing at all
        ├── AlreadyDecided · StaleRevision · ClaimLost · Barred · CodeGone · VehicleTaken

Refusals that the caller passes on as they are (a wrong code, a limit) are those of `domain.errors`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Part = Literal["database", "redis"]


class StorageFailure(Exception):
    """Storage has no result to return; the subclass says why and carries the facts."""


class PartDown(StorageFailure):
    """A server is down, frozen or too slow. A write may have happened: repeat it with the same key to learn."""

    def __init__(self, part: Part) -> None:
        self.part = part
        super().__init__(f"{part} does not answer")


class IndexLost(PartDown):
    """Redis has no usable index of this prefix: it was emptied or is out of date. The keeper builds it anew."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__("redis")


class NotTheSecond(StorageFailure):
    """A second operator confirms, and this is the first one again."""


class DecisionAborted(StorageFailure):
    """The decision's statement was undone as a whole: no claim, no chance, no answer was written by it."""


class AlreadyDecided(DecisionAborted):
    """The request has been decided before; the answer of then holds."""

    def __init__(self, request_id: UUID, at: datetime, answer: Mapping[str, Any]) -> None:
        self.request_id = request_id
        self.at = at
        self.answer = answer
        super().__init__(f"request {request_id} has been decided before")


class StaleRevision(DecisionAborted):
    """The preselection is at another revision than the one that the decision was made from, or does not exist."""


class ClaimLost(DecisionAborted):
    """Somebody else holds some of the plates; the others could be had."""

    def __init__(self, plates: Sequence[str]) -> None:
        self.plates = tuple(plates)
        super().__init__(f"{len(self.plates)} of the plates are held by others")


class Barred(DecisionAborted):
    """The acting party is on the blacklist."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("the acting party is on the blacklist")


class CodeGone(DecisionAborted):
    """The code that the decision would have used up was used or replaced meanwhile."""


class VehicleTaken(DecisionAborted):
    """Another running preselection has this vehicle (one at a time for a VIN)."""
