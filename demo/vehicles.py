"""Fictitious second-hand cars: the registry's data of each, valid by every rule."""

import string
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from domain.identifiers import vin_check_character
from domain.parties import Party
from domain.vehicle_eligibility import Obstacle, VehicleFacts

# World manufacturer identifiers of makers in China, such as SAIC Volkswagen, FAW-Volkswagen and GAC Honda.
_MAKERS = ("LSV", "LFV", "LHG", "LGB", "LBV", "LE4", "LSG", "LVS", "LGX", "LB3", "LS5", "LVG", "LFM", "LDC")
_VIN_CHARACTERS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
_MODEL_YEARS = "FGHJKLMNPR"


@dataclass(frozen=True)
class DemoVehicle:
    """A car, and the demo user who bought it, or for whose organisation it was bought."""

    user: str
    facts: VehicleFacts

    @property
    def office_code(self) -> str:
        """The one office at which it can be transferred."""
        (code,) = self.facts.offices
        return code

    @property
    def is_eligible(self) -> bool:
        return not self.facts.obstacles


class Garage:
    """Makes cars, each with its own VIN and certificate."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._vins: set[str] = set()
        self._certificates: set[str] = set()
        self._last_four: dict[str, set[str]] = {}

    def sell(
        self, user: str, *, owner: Party, buyer: Party, office: str, obstacles: Iterable[Obstacle] = ()
    ) -> DemoVehicle:
        """Make a car that `owner` has sold to `buyer`; certificates of a user's cars have different last digits."""
        facts = VehicleFacts(
            certificate_number=self._certificate(user, office),
            vin=self._vin(),
            owner=owner,
            buyer=buyer,
            offices=frozenset({office}),
            obstacles=frozenset(obstacles),
        )
        return DemoVehicle(user, facts)

    def _certificate(self, user: str, office: str) -> str:
        endings = self._last_four.setdefault(user, set())
        while True:
            number = office[:2] + self._text(string.digits, 10)
            if number not in self._certificates and number[-4:] not in endings:
                self._certificates.add(number)
                endings.add(number[-4:])
                return number

    def _vin(self) -> str:
        while True:
            head = self._chance.choice(_MAKERS) + self._text(_VIN_CHARACTERS, 5)
            tail = self._chance.choice(_MODEL_YEARS) + self._text(_VIN_CHARACTERS, 1) + self._text(string.digits, 6)
            vin = head + vin_check_character(f"{head}0{tail}") + tail
            if vin not in self._vins:
                self._vins.add(vin)
                return vin

    def _text(self, characters: str, length: int) -> str:
        return "".join(self._chance.choices(characters, k=length))
