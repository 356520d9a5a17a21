"""The vehicle check (系统核查, R-12): the submitted data, the registry's data, and their comparison."""

from dataclasses import dataclass
from enum import StrEnum

from domain.ascii_folding import fold_capitals
from domain.errors import InformationMismatch, VehicleNotEligible
from domain.parties import Party


class Obstacle(StrEnum):
    """Why a car can't be transferred with a preselected number; the stable codes of `reasons`."""

    NOT_SMALL_CAR = "not_small_car"
    NEW_ENERGY = "new_energy"
    MORTGAGED = "mortgaged"
    SEIZED = "seized"
    SCRAPPED = "scrapped"
    STOLEN = "stolen"
    CUSTOMS_SUPERVISION = "customs_supervision"
    VIOLATIONS_OPEN = "violations_open"
    ACCIDENTS_OPEN = "accidents_open"
    QUOTA_MISSING = "quota_missing"


@dataclass(frozen=True)
class VehicleQuestion:
    """The submitted data, and the acting party: the buyer that the car's invoice must name."""

    certificate_number: str
    vin: str
    seller: Party
    buyer: Party
    office_code: str

    def __repr__(self) -> str:
        """Without personal data, so that no log line and no history can hold any."""
        return f"VehicleQuestion(office_code={self.office_code!r})"


@dataclass(frozen=True)
class VehicleFacts:
    """The registry's data of a car; `buyer` is the buyer on its 二手车销售统一发票.

    `offices` are the codes of the offices at which it can be transferred, `obstacles` the reasons against a transfer.
    """

    certificate_number: str
    vin: str
    owner: Party
    buyer: Party
    offices: frozenset[str]
    obstacles: frozenset[Obstacle]

    @property
    def reasons(self) -> list[str]:
        """The obstacles' codes, in the order of `Obstacle`."""
        return [obstacle.value for obstacle in Obstacle if obstacle in self.obstacles]

    def __repr__(self) -> str:
        return f"VehicleFacts(obstacles={sorted(self.obstacles)!r})"


def check_vehicle(question: VehicleQuestion, facts: VehicleFacts | None) -> None:
    """Return if the car passes; `None` means that the registry does not have the car.

    Raises `InformationMismatch` if not all facts match, without naming them. Raises `VehicleNotEligible` with every
    reason, in the order of `Obstacle`, only if all facts match.
    """
    if facts is None or not _matches(question, facts):
        raise InformationMismatch
    if facts.obstacles:
        raise VehicleNotEligible(facts.reasons)


def _matches(question: VehicleQuestion, facts: VehicleFacts) -> bool:
    # A tuple, not a chain of `and`s: the time taken must not show which fact is wrong.
    return all(
        (
            question.certificate_number == facts.certificate_number,
            fold_capitals(question.vin) == fold_capitals(facts.vin),
            question.seller.is_same_as(facts.owner),
            question.buyer.is_same_as(facts.buyer),
            question.office_code in facts.offices,
        )
    )
