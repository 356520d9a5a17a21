"""The request for a voucher's page, as JSON for the process that draws it."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from documents.voucher_facts import VoucherFacts, VoucherProof
from domain.coordinates import Coordinates


@dataclass(frozen=True)
class PageRequest:
    """All that a page depends on."""

    facts: VoucherFacts
    proof: VoucherProof
    created_at: datetime

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), default=str).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """The request that `to_json` wrote."""
        values = json.loads(text)
        facts = values["facts"]
        known = {
            "preselection_id": UUID(facts["preselection_id"]),
            "visit_by": date.fromisoformat(facts["visit_by"]),
            "coordinates": Coordinates(**facts["coordinates"]) if facts["coordinates"] else None,
        }
        return cls(
            VoucherFacts(**facts | known),
            VoucherProof(**values["proof"]),
            datetime.fromisoformat(values["created_at"]),
        )
