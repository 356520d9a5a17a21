"""The check (系统核查, R-12): what is asked about a car, what the registry knows, and the judgement on it."""

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
    """What was submitted, and who acts: the buyer that the car's invoice must name."""

    certificate_number: str
    vin: str
    seller: Party
    buyer: Party
    office_code: str

    def __repr__(self) -> str:
        """Nothing personal, so that no log line and no history can hold it."""
        return f"VehicleQuestion(office_code={self.office_code!r})"


@dataclass(frozen=True)
class VehicleFacts:
    """What the registry knows of a car; `buyer` stands on its 二手车销售统一发票.

    `offices` are the codes of those at which it can be transferred, `obstacles` what keeps it from that there.
    """

    certificate_number: str
    vin: str
    owner: Party
    buyer: Party
    offices: frozenset[str]
    obstacles: frozenset[Obstacle] = frozenset()

    @property
    def reasons(self) -> list[str]:
        """The obstacles' codes, in the order of `Obstacle`."""
        return [obstacle.value for obstacle in Obstacle if obstacle in self.obstacles]

    def __repr__(self) -> str:
        return f"VehicleFacts(obstacles={sorted(self.obstacles)!r})"


def judge(question: VehicleQuestion, facts: VehicleFacts | None) -> None:
    """Return if the car passes; `None` means that the registry knows no such car.

    Raises `InformationMismatch` as long as not all facts match, without a word which, and only for a car that matches
    in all of them `VehicleNotEligible` with every reason, in the order of `Obstacle`.
    """
    if facts is None or not _matches(question, facts):
        raise InformationMismatch
    if facts.obstacles:
        raise VehicleNotEligible(facts.reasons)


def _matches(question: VehicleQuestion, facts: VehicleFacts) -> bool:
    # A tuple, not a chain of `and`s: which of them was wrong must not show in the time taken.
    return all(
        (
            question.certificate_number == facts.certificate_number,
            fold_capitals(question.vin) == fold_capitals(facts.vin),
            question.seller.is_same_as(facts.owner),
            question.buyer.is_same_as(facts.buyer),
            question.office_code in facts.offices,
        )
    )
