"""The errors of storage.

    StorageFailure
    ├── NotTheSecond      an operator can't confirm their own command
    └── DecisionAborted   the one statement of a decision changed nothing at all
        ├── RequestIdTaken · StaleRevision · ClaimLost · PartyBanned · CodeGone · VehicleTaken · LogGap · DayClosed

`IndexLost` is a `DependencyUnavailable`: Redis responds, but without a usable pool index; nothing has happened.
Refusals that the caller passes on unchanged (a wrong code, a limit) are those of `domain.errors`.
"""

from collections.abc import Sequence
from datetime import datetime

from domain.dependencies import DependencyUnavailable


class StorageFailure(Exception):
    """Storage has no result to return; the subclass names the reason and has the facts."""


class IndexLost(DependencyUnavailable):
    """Redis has no usable index of this prefix: it was emptied or is outdated. Reconciliation rebuilds it."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__("redis")


class NotTheSecond(StorageFailure):
    """A second operator must confirm, but this is the first one."""


class DecisionAborted(StorageFailure):
    """The decision's statement was rolled back: it has written no claim, no chance and no result."""


class RequestIdTaken(DecisionAborted):
    """A decision with this request id exists already."""


class StaleRevision(DecisionAborted):
    """The preselection has another revision than the one that the decision is based on, or does not exist."""


class ClaimLost(DecisionAborted):
    """Another vehicle has some of the plates; the others are free."""

    def __init__(self, plates: Sequence[str]) -> None:
        self.plates = tuple(plates)
        super().__init__(f"{len(self.plates)} of the plates are held by others")


class PartyBanned(DecisionAborted):
    """The acting party is on the blacklist."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("the acting party is on the blacklist")


class CodeGone(DecisionAborted):
    """The code that the decision would use up was used or replaced meanwhile."""


class LogGap(DecisionAborted):
    """The log of a prefix has lost the lines before the picks of a draw: nobody could verify it."""


class DayClosed(DecisionAborted):
    """The day of a draw is closed for its publication: a worker stalled between the pick and the commit."""


class VehicleTaken(DecisionAborted):
    """Another running preselection has this vehicle (one at a time per VIN)."""
