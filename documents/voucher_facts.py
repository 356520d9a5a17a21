"""The data of one reservation on a voucher and in a calendar file, and what proves it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.coordinates import Coordinates

USUAL_HOURS = "工作日 9:00–12:00、13:30–17:00（以公告为准）"


@dataclass(frozen=True)
class VoucherFacts:
    """One reservation. Raises `ValueError` unless holder, VIN and certificate are masked (`domain.masking`).

    `plate` is canonical (粤BA1234); `visit_by` is the last day, in Asia/Shanghai, and counts to its end.
    """

    preselection_id: UUID
    plate: str
    holder: str
    vin: str
    certificate_number: str
    visit_by: date
    office_name: str
    office_address: str
    office_hours: str = USUAL_HOURS
    coordinates: Coordinates | None = None

    def __post_init__(self) -> None:
        # A voucher is printed, photographed and lost: this is the last place that can stop an unmasked value.
        for name in ("holder", "vin", "certificate_number"):
            if "*" not in getattr(self, name):
                raise ValueError(f"{name} must be masked")


@dataclass(frozen=True)
class VoucherProof:
    """What the desk checks: the signed token in the QR code, and the short code below it."""

    token: str
    short_code: str
