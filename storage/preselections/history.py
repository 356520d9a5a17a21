"""The history of a vehicle and of a transfer: all that a new preselection needs, in one query."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.preselection.state import Preselection
from storage.postgres.database import Database
from storage.preselections.rows import PreselectionRow

# By the current hashes of the row: a key rotation converts all rows of a vehicle and of a transfer together. A transfer
# is one of its vehicle's, so the vehicle's index finds its rows too.
_READ = b"""
    WITH own AS (SELECT vehicle_hash, transfer_hash FROM preselection WHERE id = %(id)s)
    SELECT
        EXISTS (
            SELECT FROM preselection
            WHERE vehicle_hash = (SELECT vehicle_hash FROM own) AND NOT dormant
              AND stage IN ('service_notes', 'identity_verification', 'plate_selection', 'completed')
        ),
        (
            SELECT state FROM preselection
            WHERE vehicle_hash = (SELECT vehicle_hash FROM own) AND transfer_hash = (SELECT transfer_hash FROM own)
              AND stage NOT IN ('submitted', 'refused') AND id <> %(id)s
            ORDER BY created_at DESC, id DESC LIMIT 1
        ),
        least.draws, least.composed,
        ARRAY(
            SELECT DISTINCT jsonb_array_elements_text(state -> 'shown') AS plate
            FROM preselection
            WHERE vehicle_hash = (SELECT vehicle_hash FROM own) AND jsonb_typeof(state -> 'shown') = 'array'
            ORDER BY plate
        )
    FROM (
        SELECT
            min(CAST(state ->> 'draws_remaining' AS int)) AS draws,
            min(CAST(state ->> 'composed_remaining' AS int)) AS composed
        FROM preselection
        WHERE vehicle_hash = (SELECT vehicle_hash FROM own) AND transfer_hash = (SELECT transfer_hash FROM own)
          AND stage NOT IN ('submitted', 'refused')
    ) AS least
"""


@dataclass(frozen=True)
class VehicleHistory:
    """`is_running`: a preselection of the vehicle runs, so no other can start.

    `earlier` is the record of the newest other preselection of the same transfer. The least chances are the lowest
    counts of all preselections of the transfer (R-45): counts only fall, but a dormant one does not include chances
    that were used up meanwhile. `shown` is every number that the vehicle was ever offered, to any applicant.
    """

    is_running: bool
    earlier: Mapping[str, Any] | None
    least_draws: int | None
    least_composed: int | None
    shown: tuple[str, ...]

    def apply_to(self, state: Preselection) -> Preselection:
        """The state with the remaining chances of its transfer, whichever account used the others."""
        if self.least_draws is None or self.least_composed is None:
            return state
        return replace(
            state,
            draws_remaining=min(self.least_draws, state.draws_remaining),
            composed_remaining=min(self.least_composed, state.composed_remaining),
        )


class VehicleHistories:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def before(self, row: PreselectionRow) -> VehicleHistory:
        """The history of the row's vehicle and transfer."""
        [(is_running, earlier, draws, composed, shown)] = await self._database.fetch_raw(_READ, {"id": row.id})
        return VehicleHistory(is_running, earlier, draws, composed, tuple(shown))
