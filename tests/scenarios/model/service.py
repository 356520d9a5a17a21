"""A running system for the model: its cars, and calls that return an answer and a view."""

import fcntl
import itertools
import json
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from demo.offices import MAIN_OFFICE
from demo.world import BANNED
from tests.scenarios.model.contract_model import Answer, Pool

Json = dict[str, Any]
# No countdown ends and no limit is reached: the model has no clock.
POLICY = {
    f"XUANHAO_POLICY__{name}": value
    for name, value in {
        **dict.fromkeys(("CONFIRM_DELAY", "COMPOSE_INTERVAL", "CODE_RESEND"), "PT0S"),
        **dict.fromkeys(("BATCH_TTL", "CANDIDATE_TTL", "CANDIDATE_TTL_CAP", "SESSION_IDLE", "CODE_TTL"), "P1D"),
        **dict.fromkeys(("WRITES_PER_MINUTE", "KEYBOARD_PER_MINUTE", "CODES_PER_HOUR", "CODES_PER_DAY"), "1000000"),
        "KEYBOARD_SNAPSHOT": "PT1S", "CANCELLATION": "true", "DRAWS": "4", "COMPOSED": "8", "CODE_ATTEMPTS": "2",
    }.items()
}  # fmt: skip


@dataclass(frozen=True)
class Car:
    user: str
    facts: Json

    @property
    def office(self) -> str:
        return str(self.facts["office_code"])


USED_CARS = "used.json"


@dataclass(frozen=True)
class Share:
    """The part of one of several processes: the main office, or every n-th of the others. `folder` is common to all."""

    number: int
    of: int
    folder: Path

    def has(self, office: str, others: Sequence[str]) -> bool:
        """Whether this office is in it; `others` are all but the main office."""
        if self.of == 1:
            return True
        return office == MAIN_OFFICE if self.number == 0 else office in others[self.number - 1 :: self.of - 1]

    def used(self) -> frozenset[str]:
        """The VINs of cars with which the histories were played."""
        return frozenset(json.loads((self.folder / USED_CARS).read_text()))

    @contextmanager
    def phone_of(self, user: str) -> Iterator[None]:
        """Nobody else has a code sent to this user's phone inside the block: the newest one is ours."""
        with (self.folder / f"{user}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@dataclass
class Service:
    """`calls` counts the writes of all machines, `answers` their answers, and `pool` is what they all hold."""

    http: httpx.Client
    pool: Pool = field(default_factory=Pool)
    share: Share | None = None
    calls: int = 0
    answers: Counter[Answer] = field(default_factory=Counter)
    _tokens: dict[str, str] = field(default_factory=dict)
    _cars: Iterator[Car] = field(default_factory=lambda: iter(()))
    _next_cars: deque[Car] = field(default_factory=deque)
    _clerks: dict[str, str] = field(default_factory=dict)

    def meet(self) -> None:
        users = self._read("/demo/users")["items"]
        self._clerks = {user["office_code"]: user["user"] for user in users if "clerk" in user["roles"]}
        # The demo has one who is banned, to whom every creation is refused.
        applicants = [user["user"] for user in users if user["roles"] == ["applicant"] and user["user"] != BANNED]
        cars = itertools.chain.from_iterable(map(self._cars_of, applicants))
        self._cars = filter(self._is_mine, cars) if self.share else cars

    def has_cars(self, count: int) -> bool:
        """Whether so many cars are left that nobody has used."""
        self._next_cars.extend(itertools.islice(self._cars, max(0, count - len(self._next_cars))))
        return len(self._next_cars) >= count

    def next_car(self) -> Car:
        """A car that nobody has used. Raises `IndexError` if there is none."""
        self.has_cars(1)
        return self._next_cars.popleft()

    def phone_of(self, user: str) -> AbstractContextManager[None]:
        """Until its end the newest code on the user's phone is the one that was sent inside the block."""
        return self.share.phone_of(user) if self.share else nullcontext()

    def create(self, car: Car) -> Json:
        with self.phone_of(car.user):
            return self._create(car)

    def _create(self, car: Car) -> Json:
        self.post(car.user, "/verification-codes", {"purpose": "confirm_information"})
        notice = self._read(f"/offices/{car.office}/notice", car.user)
        names = ("office_code", "certificate_number", "vin", "seller")
        facts = {name: car.facts[name] for name in names} | {"notice_version": notice["version"]}
        code = self.code(car.user, "confirm_information")
        answer, view = self.post(car.user, "/preselections", facts | {"code": code})
        assert answer == "ok", answer
        return view

    def code(self, user: str, purpose: str) -> str:
        """The newest code of this purpose on the user's phone."""
        messages = self._read("/demo/messages", user, user=user)["items"]
        return next(str(message["code"]) for message in messages if message["purpose"] == purpose)

    def view(self, user: str, id_: str) -> Json:
        return self._read(f"/preselections/{id_}", user)

    def post_as_clerk(self, office: str, path: str, body: Json | None = None) -> tuple[Answer, Json]:
        return self.post(self._clerks[office], path, body)

    def post(self, user: str, path: str, body: Json | None = None, *, key: str | None = None) -> tuple[Answer, Json]:
        """`ok` or the problem's code, and the body."""
        self.calls += 1
        headers = self._headers(user) | {"Idempotency-Key": key or self.new_key()}
        response = self.http.post(f"/api/v1{path}", json=body, headers=headers)
        body_of_answer: Json = response.json()
        answer = "ok" if response.is_success else str(body_of_answer["code"])
        self.answers[answer] += 1
        return answer, body_of_answer

    @staticmethod
    def new_key() -> str:
        return str(uuid4())

    def keys(self, user: str, id_: str, prefix: str, typed: str) -> list[str]:
        found = self._read(f"/preselections/{id_}/keyboard", user, prefix=prefix, typed=typed)
        return list(found["available"])

    def _is_mine(self, car: Car) -> bool:
        assert self.share
        others = sorted(self._clerks.keys() - {MAIN_OFFICE})
        return self.share.has(car.office, others) and car.facts["vin"] not in self.share.used()

    def _cars_of(self, user: str) -> list[Car]:
        return [Car(user, facts) for facts in self._read("/demo/vehicles", user=user)["items"]]

    def _read(self, path: str, as_user: str | None = None, **parameters: str) -> Json:
        headers = self._headers(as_user) if as_user else {}
        response = self.http.get(f"/api/v1{path}", params=parameters, headers=headers)
        assert response.status_code == 200, response.text
        answer: Json = response.json()
        return answer

    def _headers(self, user: str) -> dict[str, str]:
        if user not in self._tokens:
            answer = self.http.post("/api/v1/demo/tokens", json={"user": user})
            self._tokens[user] = answer.json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[user]}"}
