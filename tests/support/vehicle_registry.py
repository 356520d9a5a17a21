"""The vehicle registry of the tests."""

from dataclasses import dataclass, field

from domain.dependencies import DependencyUnavailable
from domain.vehicle_eligibility import VehicleFacts, VehicleQuestion


@dataclass
class Registry:
    """Has the cars of the tests, and may be switched off."""

    cars: dict[str, VehicleFacts] = field(default_factory=dict)
    is_down: bool = False

    async def look_up(self, question: VehicleQuestion) -> VehicleFacts | None:
        if self.is_down:
            raise DependencyUnavailable("registry", "switched off")
        facts = self.cars.get(question.vin)
        return facts if facts and facts.certificate_number == question.certificate_number else None
