"""Demo mode: users, their cars and phones; all data is valid by the production rules."""

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.scenarios.acceptance.people import DemoService, instant, ok, problem_of
from tests.support.running_stack import Json

VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REASONS_AT_LEAST = 8


def is_vin(text: str) -> bool:
    if not re.fullmatch("[A-HJ-NPR-Z0-9]{17}", text):
        return False
    total = sum(
        weight * (int(c) if c.isdigit() else VIN_VALUES[c]) for c, weight in zip(text, VIN_WEIGHTS, strict=True)
    )
    return not text.startswith("L") or text[8] == "0123456789X"[total % 11]


def is_id_number(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return False
    born = datetime.strptime(text[6:14], "%Y%m%d").replace(tzinfo=UTC)
    total = sum(int(digit) * weight for digit, weight in zip(text, ID_WEIGHTS, strict=False))
    return born < datetime.now(UTC) and text[17] == "10X98765432"[total % 11]


def is_credit_code(text: str) -> bool:
    if not re.fullmatch(f"[{CREDIT_ALPHABET}]{{18}}", text):
        return False
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(text[:17]))
    return CREDIT_ALPHABET.index(text[17]) == (31 - total % 31) % 31


@pytest.fixture(scope="module")
async def users(service: DemoService) -> list[Json]:
    return await service.users()


@pytest.fixture(scope="module")
async def cars(service: DemoService, users: list[Json]) -> dict[str, list[Json]]:
    """The cars of each applicant."""
    names = [user["user"] for user in users if user["roles"] == ["applicant"]]
    bought: dict[str, list[Json]] = {}
    for name in names:
        bought[name] = await service.cars_of(name)
    return bought


async def test_there_are_the_people_that_the_contract_promises(service: DemoService, users: list[Json]) -> None:
    roles = Counter(role for user in users for role in user["roles"])
    assert roles["applicant"] >= 200
    assert roles["operator"] == 2
    assert len({user["user"] for user in users}) == len(users)
    assert all(re.fullmatch(r"1[3-9]\d{9}", user["phone"]) for user in users)
    assert all(user["name"] for user in users)
    applicant = await service.applicant()
    offices = {office["code"] for office in ok(await applicant.get("/offices"))["items"]}
    assert {user["office_code"] for user in users if "clerk" in user["roles"]} == offices
    assert not any("office_code" in user and user["office_code"] for user in users if "clerk" not in user["roles"])


async def test_at_least_seventy_have_a_vehicle_at_one_office(cars: dict[str, list[Json]]) -> None:
    offices = Counter(code for bought in cars.values() for code in {car["office_code"] for car in bought})
    assert offices.most_common(1)[0][1] >= 70


async def test_everybody_has_three_cars_that_are_valid_by_every_rule(cars: dict[str, list[Json]]) -> None:
    kinds: Counter[str] = Counter()
    for name, bought in cars.items():
        assert len(bought) >= 3, name
        assert len({car["certificate_number"][-4:] for car in bought}) == len(bought), name
        assert any(car["seller"]["kind"] == "person" for car in bought), name
        for car in bought:
            seller: dict[str, Any] = car["seller"]
            kinds[seller["kind"]] += 1
            assert is_vin(car["vin"]), car
            assert re.fullmatch("[0-9]{12}", car["certificate_number"]), car
            valid = is_id_number if seller["kind"] == "person" else is_credit_code
            assert valid(seller["id_number"]), car
            assert set(car) >= {"certificate_number", "vin", "office_code", "seller"}
    assert kinds["organisation"] >= 5
    vins = [car["vin"] for bought in cars.values() for car in bought]
    assert len(vins) == len(set(vins))


async def test_the_checkers_of_this_test_know_right_from_wrong() -> None:
    assert all(map(is_vin, ("LSVAA49J132047371", "LGXCE6CB5K0000001", "LFV2A21K8A3000001")))
    assert not is_vin("LFV2A21K5A3000001")
    assert is_id_number("11010519491231002X")
    assert all(map(is_credit_code, ("91110000600037341L", "N2110101MF1234567N")))
    assert not is_credit_code("91110000600037341M")


async def test_a_few_cars_match_but_are_not_eligible_for_every_reason(service: DemoService, users: list[Json]) -> None:
    reasons: Counter[str] = Counter()
    for user in users:
        if user["roles"] == ["applicant"]:
            for car in await service.cars_of(user["user"], eligible="false"):
                assert car["reasons"]
                reasons.update(car["reasons"])
    assert len(reasons) >= REASONS_AT_LEAST, reasons
    assert min(reasons.values()) >= 2, reasons


async def test_a_token_lasts_at_least_an_hour_and_needs_a_known_user(service: DemoService, users: list[Json]) -> None:
    answer = ok(await service.http.post("/api/v1/demo/tokens", json={"user": users[0]["user"]}))
    assert answer["expires_in"] >= 3600
    assert answer["access_token"].count(".") == 2
    for user in ("nobody", "", None, 1):
        refusal = await service.http.post("/api/v1/demo/tokens", json={"user": user})
        assert refusal.status_code in {404, 422}


async def test_a_clerk_s_token_names_its_office(service: DemoService, users: list[Json]) -> None:
    clerk = next(user for user in users if "clerk" in user["roles"])
    caller = await service.signed_in(clerk["user"], [])
    problem_of(await caller.post("/entries", {}), "forbidden")


async def test_agents_act_for_organisations(cars: dict[str, list[Json]], users: list[Json]) -> None:
    agents = [user for user in users if user["user"].startswith("agent")]
    assert len(agents) >= 5
    assert all(cars[agent["user"]] for agent in agents)


async def test_a_phone_shows_the_newest_message_first_and_knows_only_its_own(service: DemoService) -> None:
    applicant, other = await service.applicant(), await service.applicant()
    await applicant.ask_code()
    await asyncio.sleep(0.01)
    await applicant.ask_code()
    first, second = await applicant.messages()
    assert instant(first["sent_at"]) > instant(second["sent_at"])
    assert first["purpose"] == "confirm_information"
    assert await other.messages() == []
    for path in ("messages", "vehicles"):
        answer = await service.http.get(f"/api/v1/demo/{path}", params={"user": "nobody"})
        assert answer.status_code in {404, 422}
