"""The changes of claims between two states."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from storage.pool.cooling import random_instant
from storage.preselections.decisions import Claim


@dataclass(frozen=True)
class ClaimChanges:
    """The claims to make or change, and the holds to free at once, with their former end."""

    hold: Sequence[Claim] = ()
    release: Mapping[str, datetime] = field(default_factory=dict)


NO_CLAIMS = ClaimChanges()


def claim_changes(before: Preselection | None, after: Preselection, at: datetime) -> ClaimChanges:
    """Compare two states: plates that are newly held or reserved, and plates that are no longer held.

    An overdue or cancelled reservation cools for a random time, so that it can't be passed on to a friend. A live one
    is claimed until some time after its deadline, so that it ends automatically even without any worker.
    """
    held_before = before.holds(at) if before else {}
    held_after = after.holds(at)
    changes = [
        Claim(plate, hold.kind.value, hold.until)
        for plate, hold in held_after.items()
        if held_before.get(plate) != hold
    ]
    reserved = _reservation_change(before, after, at)
    kept = held_after.keys() | {claim.plate for claim in reserved}
    released = {plate: hold.until for plate, hold in held_before.items() if plate not in kept}
    return ClaimChanges(changes + reserved, released)


def _reservation_change(before: Preselection | None, after: Preselection, at: datetime) -> list[Claim]:
    if after.reservation is None or (
        before and before.stage is after.stage and before.reservation == after.reservation
    ):
        return []
    plate, deadline = after.reservation.plate, after.reservation.deadline
    match after.stage:
        case Stage.COMPLETED:
            return [Claim(plate, "reserved", _cooling_end(after.policy, deadline))]
        case Stage.REGISTERED:
            return [Claim(plate, "issued")]
        case Stage.CANCELLED | Stage.OVERDUE:
            return [Claim(plate, "cooling", _cooling_end(after.policy, at))]
        case _:
            return []


def _cooling_end(policy: Policy, since: datetime) -> datetime:
    """An unpredictable instant between `cooling_min` and `cooling_max` after `since`."""
    return random_instant(policy.cooling_min.after(since), policy.cooling_max.after(since))
