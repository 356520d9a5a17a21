"""Hypothesis calls the API with a few vehicles, and compares every answer and view with the model."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.scenarios.model.contract_model import Answer, Vehicle
from tests.scenarios.model.service import POLICY, Car, Json, Service

VEHICLES = 3
WHICH = st.integers(0, VEHICLES - 1)
PLACE = st.integers(0, 9)


def policy_count(name: str) -> int:
    return int(POLICY[f"XUANHAO_POLICY__{name}"])


class RestMachine(RuleBasedStateMachine):
    """Three vehicles of one system, which all examples share: numbers that one has taken are taken for all."""

    service: Service

    def __init__(self) -> None:
        super().__init__()
        self.cars: list[Car] = []
        self.vehicles: list[Vehicle] = []
        self.codes: dict[int, str] = {}
        self.last: tuple[str, str, Json | None, str, Json] | None = None

    @initialize()
    def create(self) -> None:
        for _ in range(VEHICLES):
            car = self.service.next_car()
            view = self.service.create(car)
            self.cars.append(car)
            most = view["composed"]["max_per_submission"]
            chances = policy_count("DRAWS"), policy_count("COMPOSED"), most, policy_count("CODE_ATTEMPTS")
            self.vehicles.append(Vehicle(view["id"], self.service.pool, *chances))
            self.compare(self.vehicles[-1], view)

    @rule(which=WHICH)
    def enter(self, which: int) -> None:
        vehicle, car = self.vehicles[which], self.cars[which]
        body = {"preselection_id": vehicle.id}
        answer, entry = self.service.post(car.user, "/entries", body)
        assert answer == vehicle.enter()
        if entry["preselection"]:
            self.compare(vehicle, entry["preselection"])

    @rule(which=WHICH)
    def start(self, which: int) -> None:
        self.act(which, "start", None, self.vehicles[which].start)

    @rule(which=WHICH)
    def verify(self, which: int) -> None:
        """The whole way to 预选号牌, so that most examples get there."""
        self.act(which, "start", None, self.vehicles[which].start)
        self.send_code(which)
        self.confirm_identity(which, is_right=True)

    @rule(which=WHICH)
    def send_code(self, which: int) -> None:
        vehicle, user = self.vehicles[which], self.cars[which].user
        with self.service.phone_of(user):
            self.act(which, "identity-code", None, vehicle.send_code)
            if vehicle.attempts_left == vehicle.code_attempts:
                self.codes[which] = self.service.code(user, "confirm_identity")

    @rule(which=WHICH, is_right=st.booleans())
    def confirm_identity(self, which: int, *, is_right: bool) -> None:
        vehicle, code = self.vehicles[which], self.codes.get(which, "000000")
        typed = code if is_right else f"{(int(code) + 1) % 1_000_000:06d}"
        self.act(which, "identity", {"code": typed}, lambda: vehicle.confirm_identity(is_right=is_right))

    @rule(which=WHICH, exclude_four=st.booleans())
    def draw(self, which: int, *, exclude_four: bool) -> None:
        vehicle = self.vehicles[which]
        expected = vehicle.draw()
        view = self.send(which, "draws", {"exclude_four": exclude_four}, expected)
        if expected == "ok":
            numbers = view["batch"]["numbers"]
            assert len(numbers) == len(set(numbers)) == view["draws"]["batch_size"]
            assert not vehicle.take_batch(numbers), "a number was held, or shown before"
            assert not (exclude_four and "4" in "".join(numbers))
            self.compare(vehicle, view)

    @rule(which=WHICH, of=WHICH, place=PLACE)
    def put_aside(self, which: int, of: int, place: int) -> None:
        """A number of the own batch, or of another's."""
        batch = self.vehicles[of].batch
        number = batch[place % len(batch)] if batch else "粤B00000"
        self.act(which, "candidates", {"number": number}, lambda: self.vehicles[which].put_aside(number))

    @rule(which=WHICH, of=WHICH)
    def confirm(self, which: int, of: int) -> None:
        candidates = sorted(self.vehicles[of].candidates) or ["粤B00000"]
        self.act(which, "confirmation", {"number": candidates[0]}, lambda: self.vehicles[which].confirm(candidates[0]))

    @rule(which=WHICH, places=st.lists(PLACE, min_size=5, max_size=5), count=st.integers(1, 7), is_taken=st.booleans())
    def compose(self, which: int, places: list[int], count: int, *, is_taken: bool) -> None:
        """Numbers from the keyboard, or numbers of others; sometimes more than allowed."""
        vehicle = self.vehicles[which]
        if vehicle.stage != "plate_selection":
            return
        prefix = self.service.view(self.cars[which].user, vehicle.id)["office"]["prefixes"][0]
        own = {*vehicle.batch, *vehicle.candidates}
        numbers = self.held_by_others(which, prefix) if is_taken else self.typed(which, prefix, places)
        numbers = [number for number in numbers if number not in own][:count]
        if numbers:
            self.act(which, "compositions", {"numbers": numbers}, lambda: vehicle.compose(numbers))

    def held_by_others(self, which: int, prefix: str) -> list[str]:
        holders = self.service.pool.holders
        return [
            number
            for number, holder in holders.items()
            if number.startswith(prefix) and holder != self.vehicles[which].id
        ]

    def typed(self, which: int, prefix: str, places: list[int]) -> list[str]:
        """The keyboard's last keys after four chosen ones."""
        user, typed = self.cars[which].user, ""
        for place in places[:4]:
            keys = self.service.keys(user, self.vehicles[which].id, prefix, typed)
            if not keys:
                return []
            typed += keys[place % len(keys)]
        return [f"{prefix}{typed}{last}" for last in self.service.keys(user, self.vehicles[which].id, prefix, typed)]

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        self.act(which, "cancellation", None, lambda: self.vehicles[which].end_reservation("cancelled"))

    @rule(which=WHICH, is_confirmed=st.booleans())
    def come_to_the_desk(self, which: int, *, is_confirmed: bool) -> None:
        vehicle = self.vehicles[which]
        act, stage = ("confirmation", "registered") if is_confirmed else ("rejection", "cancelled")
        body = None if is_confirmed else {"reason": "材料不全"}
        answer, _ = self.service.post_as_clerk(self.cars[which].office, f"/desk/preselections/{vehicle.id}/{act}", body)
        expected = vehicle.end_reservation(stage)
        # A preselection without a reservation does not exist for the desk.
        assert answer == expected or (answer == "not_found" and vehicle.plate is None), (answer, expected)

    @rule()
    def repeat(self) -> None:
        """The last act again, with its key: the first answer, and nothing happens."""
        if self.last:
            user, path, body, key, first = self.last
            _, again = self.service.post(user, path, body, key=key)
            assert {**again, "now": None} == {**first, "now": None}

    def teardown(self) -> None:
        """At the end every view is the model's: no act has changed another vehicle."""
        for vehicle, car in zip(self.vehicles, self.cars, strict=True):
            self.compare(vehicle, self.service.view(car.user, vehicle.id))

    def act(self, which: int, action: str, body: Json | None, expect: Any) -> None:
        expected: Answer = expect()
        view = self.send(which, action, body, expected)
        if expected == "ok":
            self.compare(self.vehicles[which], view)

    def send(self, which: int, action: str, body: Json | None, expected: Answer) -> Json:
        user, path = self.cars[which].user, f"/preselections/{self.vehicles[which].id}/{action}"
        key = self.service.new_key()
        answer, result = self.service.post(user, path, body, key=key)
        assert answer == expected, (action, answer, expected)
        if answer == "ok":
            self.last = (user, path, body, key, result)
        return result

    def compare(self, vehicle: Vehicle, view: Json) -> None:
        seen = {
            "stage": view["stage"],
            "draws": view["draws"]["remaining"],
            "composed": view["composed"]["remaining"],
            "batch": set((view["batch"] or {"numbers": []})["numbers"]),
            "candidates": set((view["candidates"] or {"numbers": []})["numbers"]),
            "plate": view["plate"],
        }
        known = {
            "stage": vehicle.stage,
            "draws": vehicle.draws,
            "composed": vehicle.composed,
            "batch": set(vehicle.batch),
            "candidates": vehicle.candidates,
            "plate": None if vehicle.stage == "cancelled" else vehicle.plate,
        }
        assert seen == known, (seen, known)
        if vehicle.last_submission is not None:
            tried = view["last_submission"] or []
            found = [(each["number"], each["outcome"]) for each in tried]
            assert found == vehicle.last_submission, (found, vehicle.last_submission)
