"""The demo's data: offices, people and their cars, always the same.

Applicants live in the main office's city or in another city. Each has bought three cars at home and one elsewhere;
those of the other cities at the main office. So every applicant has a car there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from demo.offices import MAIN_OFFICE, OFFICES, DemoOffice
from demo.people import Population
from demo.vehicles import DemoVehicle, Garage
from domain.parties import Party, PartyKind
from domain.vehicle_eligibility import Obstacle
from gateways.vehicle_registry import LocalVehicleRegistry

SEED = 20260101
APPLICANTS = 220
APPLICANTS_AT_HOME = 90
ORGANISATIONS = 6
OPERATORS = 2
CARS_AT_HOME = 3
CARS_FOR_EACH_OBSTACLE = 3

RESERVING = f"private-clerk-{MAIN_OFFICE}"
"""The account under which the main office's clerk has a reservation there."""
BANNED = "private-operator-1"
"""The account under which an operator missed a deadline."""

# Names that are not typed in the same way everywhere.
_UNUSUAL_NAMES = {4: "买买提·吐尔逊", 8: "张䶮"}
_EVERY = 20

_SEVERAL_OBSTACLES = (
    {Obstacle.MORTGAGED, Obstacle.VIOLATIONS_OPEN},
    {Obstacle.SEIZED, Obstacle.ACCIDENTS_OPEN},
    {Obstacle.VIOLATIONS_OPEN, Obstacle.ACCIDENTS_OPEN, Obstacle.QUOTA_MISSING},
)


@dataclass(frozen=True)
class DemoUser:
    """A user who can sign in. `party` is the person; an agent acts for the `organisation`."""

    user: str
    party: Party
    phone: str
    roles: tuple[str, ...]
    office_code: str | None = None
    organisation: Party | None = None

    @property
    def buyer(self) -> Party:
        return self.organisation or self.party


@dataclass(frozen=True)
class DemoWorld:
    offices: tuple[DemoOffice, ...]
    users: dict[str, DemoUser]
    vehicles: tuple[DemoVehicle, ...]
    past_vehicles: tuple[DemoVehicle, ...] = ()
    """Those of the preselections that exist when the demo begins."""

    def past_vehicle_of(self, user: str) -> DemoVehicle:
        return next(car for car in self.past_vehicles if car.user == user)

    def vehicles_of(self, user: str, *, eligible: bool = True) -> list[DemoVehicle]:
        return [car for car in self.vehicles if car.user == user and car.is_eligible == eligible]

    def registry(self) -> LocalVehicleRegistry:
        return LocalVehicleRegistry(car.facts for car in self.vehicles)


@cache
def demo_world() -> DemoWorld:
    """The demo's data; made once per process, in a fraction of a second."""
    return _Creation().world()


class _Creation:
    def __init__(self) -> None:
        self._chance = Random(SEED)  # noqa: S311 - the data must be the same every time; nothing here is secret.
        self._people = Population(self._chance)
        self._garage = Garage(self._chance)
        self._others = [office for office in OFFICES if office.code != MAIN_OFFICE]
        self._main = next(office for office in OFFICES if office.code == MAIN_OFFICE)

    def world(self) -> DemoWorld:
        homes = self._homes()
        applicants = [self._applicant(number, home) for number, home in enumerate(homes, start=1)]
        agents = list(self._agents())
        staff = [*self._clerks(), *self._operators()]
        private = [self._private_account(user) for user in staff if user.office_code in (None, MAIN_OFFICE)]
        cars = [
            *(car for user, home in zip(applicants, homes, strict=True) for car in self._cars(user, home)),
            *(car for user in agents for car in self._cars(user, self._main)),
            *self._ineligible(applicants[:APPLICANTS_AT_HOME]),
            *(car for user in private for car in self._cars(user, self._main)),
        ]
        past = tuple(self._car_at_home(user) for user in private if user.user in (RESERVING, BANNED))
        # It is made last, so that all users and cars before it stay as in earlier versions.
        users = {user.user: user for user in (*applicants, *agents, *staff, self._auditor(), *private)}
        return DemoWorld(OFFICES, users, tuple(_with_unusual_names(cars)), past)

    def _homes(self) -> list[DemoOffice]:
        elsewhere = APPLICANTS - APPLICANTS_AT_HOME
        return [self._main] * APPLICANTS_AT_HOME + [self._others[n % len(self._others)] for n in range(elsewhere)]

    def _applicant(self, number: int, home: DemoOffice) -> DemoUser:
        if number % 30 == 0:
            party = self._people.permit_holder(number // 30)
        elif number % 50 == 0:
            party = self._people.minority_member(number // 50, home.code)
        else:
            party = self._people.person(home.code)
        return DemoUser(f"applicant-{number:03}", party, self._people.phone(), ("applicant",))

    def _agents(self) -> Iterator[DemoUser]:
        """One for each organisation and a second one for the first, so that two people can act for the same party."""
        organisations = [self._people.organisation(MAIN_OFFICE, "深圳市") for _ in range(ORGANISATIONS)]
        for number, organisation in enumerate([*organisations, organisations[0]], start=1):
            party = self._people.person(MAIN_OFFICE)
            user = f"agent-{number:03}"
            yield DemoUser(user, party, self._people.phone(), ("applicant",), organisation=organisation)

    def _clerks(self) -> Iterator[DemoUser]:
        for office in OFFICES:
            party = self._people.person(office.code)
            yield DemoUser(f"clerk-{office.code}", party, self._people.phone(), ("clerk",), office.code)

    def _operators(self) -> Iterator[DemoUser]:
        for number in range(1, OPERATORS + 1):
            party = self._people.person(MAIN_OFFICE)
            yield DemoUser(f"operator-{number}", party, self._people.phone(), ("operator",))

    def _private_account(self, staff: DemoUser) -> DemoUser:
        """The account under which a clerk or an operator buys cars: the same person with another phone."""
        return DemoUser(f"private-{staff.user}", staff.party, self._people.phone(), ("applicant",))

    def _car_at_home(self, user: DemoUser) -> DemoVehicle:
        owner = self._people.person(MAIN_OFFICE)
        return self._garage.sell(user.user, owner=owner, buyer=user.buyer, office=MAIN_OFFICE)

    def _auditor(self) -> DemoUser:
        return DemoUser("auditor-1", self._people.person(MAIN_OFFICE), self._people.phone(), ("auditor",))

    def _cars(self, user: DemoUser, home: DemoOffice) -> Iterator[DemoVehicle]:
        elsewhere = self._chance.choice(self._others) if home is self._main else self._main
        for place, office in enumerate([home] * CARS_AT_HOME + [elsewhere]):
            owner = self._seller(office, is_organisation=place == 1 and self._chance.random() < 1 / 3)
            yield self._garage.sell(user.user, owner=owner, buyer=user.buyer, office=office.code)

    def _seller(self, office: DemoOffice, *, is_organisation: bool) -> Party:
        if is_organisation:
            return self._people.organisation(office.code, office.province)
        return self._people.person(office.code)

    def _ineligible(self, applicants: Sequence[DemoUser]) -> Iterator[DemoVehicle]:
        alone = [{obstacle} for obstacle in Obstacle for _ in range(CARS_FOR_EACH_OBSTACLE)]
        for user, obstacles in zip(applicants, [*alone, *_SEVERAL_OBSTACLES], strict=False):
            owner = self._people.person(MAIN_OFFICE)
            yield self._garage.sell(user.user, owner=owner, buyer=user.buyer, office=MAIN_OFFICE, obstacles=obstacles)


def _with_unusual_names(cars: Sequence[DemoVehicle]) -> Iterator[DemoVehicle]:
    """Give some sellers names with a middle dot, and with a character that old systems keep in the private-use area."""
    for place, car in enumerate(cars):
        name = _UNUSUAL_NAMES.get(place % _EVERY)
        if name and car.facts.owner.kind is PartyKind.PERSON:
            yield replace(car, facts=replace(car.facts, owner=replace(car.facts.owner, name=name)))
        else:
            yield car
