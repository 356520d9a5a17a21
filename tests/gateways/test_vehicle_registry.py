from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from domain.dependencies import DependencyUnavailable
from domain.errors import InformationMismatch, Refusal, VehicleNotEligible
from domain.parties import Party, PartyKind
from domain.vehicle_eligibility import Obstacle, VehicleFacts, VehicleQuestion, check_vehicle
from gateways import http
from gateways.vehicle_registry import HttpVehicleRegistry, LocalVehicleRegistry, VehicleRegistry
from tests.support.http_server import LocalServer, Received

SELLER = Party(PartyKind.PERSON, "阿依古丽·买买提", "11010519491231002X")
BUYER = Party(PartyKind.ORGANISATION, "深圳市(南山)贸易有限公司", "91110000600037341L")
FACTS = VehicleFacts(
    certificate_number="440012345678",
    vin="LSVAA49J132047371",
    owner=SELLER,
    buyer=BUYER,
    offices=frozenset({"440300"}),
    obstacles=frozenset(),
)
QUESTION = VehicleQuestion(
    certificate_number=FACTS.certificate_number, vin=FACTS.vin, seller=SELLER, buyer=BUYER, office_code="440300"
)
SOMEBODY = Party(PartyKind.PERSON, "李四", "110101199001011237")


def as_json(facts: VehicleFacts) -> dict[str, Any]:
    def party(one: Party) -> dict[str, str]:
        return {"kind": one.kind.value, "name": one.name, "id_number": one.id_number}

    return {
        "certificate_number": facts.certificate_number,
        "vin": facts.vin,
        "owner": party(facts.owner),
        "buyer": party(facts.buyer),
        "offices": sorted(facts.offices),
        "obstacles": sorted(facts.obstacles),
    }


@pytest.fixture(params=["http", "local"])
def adapter(request: pytest.FixtureRequest, http_server: LocalServer, client: httpx.AsyncClient) -> VehicleRegistry:
    """Both adapters, which know one car with a mortgage."""
    mortgaged = replace(FACTS, obstacles=frozenset({Obstacle.MORTGAGED}))
    if request.param == "local":
        return LocalVehicleRegistry([mortgaged])

    async def look_up(received: Received) -> Response:
        asked = received.json
        is_known = (asked["certificate_number"], asked["vin"]) == (FACTS.certificate_number, FACTS.vin)
        return JSONResponse(as_json(mortgaged)) if is_known else Response(status_code=404)

    http_server.answer = look_up
    return HttpVehicleRegistry(http_server.url, client)


async def test_a_registered_car_is_found_with_everything_known_of_it(adapter: VehicleRegistry) -> None:
    assert await adapter.look_up(QUESTION) == replace(FACTS, obstacles=frozenset({Obstacle.MORTGAGED}))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(replace(QUESTION, vin="LGXCE6CB5K0000001"), id="another VIN"),
        pytest.param(replace(QUESTION, certificate_number="440012345679"), id="another certificate"),
    ],
)
async def test_an_unknown_pair_of_certificate_and_vin_is_none(
    adapter: VehicleRegistry, question: VehicleQuestion
) -> None:
    assert await adapter.look_up(question) is None


async def test_neither_the_seller_nor_the_buyer_is_sent(http_server: LocalServer, client: httpx.AsyncClient) -> None:
    http_server.answers(404)
    await HttpVehicleRegistry(http_server.url, client).look_up(QUESTION)
    (received,) = http_server.received
    assert set(received.json) == {"certificate_number", "vin", "office_code"}


@pytest.mark.parametrize(
    "status, body",
    [
        pytest.param(500, b"", id="its own trouble"),
        pytest.param(401, b"", id="not admitted"),
        pytest.param(200, b"<html>", id="no JSON"),
        pytest.param(200, b"[]", id="no object"),
        pytest.param(200, b"\xff\xfe", id="no text"),
        pytest.param(200, as_json(FACTS) | {"obstacles": ["possessed"]}, id="unknown obstacle"),
        pytest.param(200, as_json(FACTS) | {"obstacles": None}, id="null for the obstacles"),
        pytest.param(200, {n: v for n, v in as_json(FACTS).items() if n != "obstacles"}, id="nothing of obstacles"),
        pytest.param(200, as_json(FACTS) | {"owner": None}, id="no owner"),
        pytest.param(200, b" " * (http.LONGEST_ANSWER + 1), id="endless"),
    ],
)
async def test_garbage_counts_as_down(
    http_server: LocalServer, client: httpx.AsyncClient, status: int, body: object
) -> None:
    http_server.answers(status, body)
    with pytest.raises(DependencyUnavailable) as down:
        await HttpVehicleRegistry(http_server.url, client).look_up(QUESTION)
    assert down.value.part == "registry"


async def test_a_registry_that_never_answers_counts_as_down(
    http_server: LocalServer, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LIMIT_SECONDS", 0.05)
    with pytest.raises(DependencyUnavailable):
        await HttpVehicleRegistry(http_server.url, client).look_up(QUESTION)


def is_accepted(question: VehicleQuestion, facts: VehicleFacts) -> bool:
    try:
        check_vehicle(question, facts)
    except Refusal:
        return False
    return True


def test_a_car_that_matches_and_has_no_obstacle_passes() -> None:
    assert is_accepted(QUESTION, FACTS)


@pytest.mark.parametrize(
    "seller",
    [
        pytest.param(replace(SELLER, name="阿依古丽•买买提"), id="another dot"),
        pytest.param(replace(SELLER, name=" 阿依古丽·买买提 "), id="blanks"),
        pytest.param(replace(SELLER, id_number="11010519491231002x"), id="small x"),
    ],
)
def test_how_the_seller_was_typed_does_not_matter(seller: Party) -> None:
    assert is_accepted(replace(QUESTION, seller=seller), FACTS)


def test_full_width_brackets_in_an_organisations_name_do_not_matter() -> None:
    assert is_accepted(QUESTION, replace(FACTS, buyer=replace(BUYER, name="深圳市（南山）贸易有限公司")))


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(replace(QUESTION, vin="LGXCE6CB5K0000001"), id="VIN"),
        pytest.param(replace(QUESTION, certificate_number="440012345679"), id="certificate"),
        pytest.param(replace(QUESTION, seller=replace(SELLER, name="张三")), id="seller's name"),
        pytest.param(replace(QUESTION, seller=replace(SELLER, id_number=SOMEBODY.id_number)), id="seller's number"),
        pytest.param(replace(QUESTION, seller=replace(SELLER, kind=PartyKind.ORGANISATION)), id="seller's kind"),
        pytest.param(replace(QUESTION, buyer=SOMEBODY), id="buyer"),
        pytest.param(replace(QUESTION, office_code="440100"), id="office"),
    ],
)
def test_any_fact_that_does_not_match_gives_the_same_answer(question: VehicleQuestion) -> None:
    with pytest.raises(InformationMismatch) as unknown:
        check_vehicle(question, None)
    with pytest.raises(InformationMismatch) as wrong:
        check_vehicle(question, FACTS)
    assert (wrong.value.code, wrong.value.facts()) == (unknown.value.code, unknown.value.facts())


def test_a_car_that_does_not_match_never_shows_its_obstacles() -> None:
    stolen = replace(FACTS, obstacles=frozenset({Obstacle.STOLEN}))
    with pytest.raises(InformationMismatch):
        check_vehicle(replace(QUESTION, buyer=SOMEBODY), stolen)


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_each_obstacle_alone_makes_a_car_ineligible(obstacle: Obstacle) -> None:
    with pytest.raises(VehicleNotEligible) as refused:
        check_vehicle(QUESTION, replace(FACTS, obstacles=frozenset({obstacle})))
    assert refused.value.reasons == [obstacle.value]


def test_all_reasons_are_listed_in_a_fixed_order() -> None:
    with pytest.raises(VehicleNotEligible) as refused:
        check_vehicle(QUESTION, replace(FACTS, obstacles=frozenset({Obstacle.QUOTA_MISSING, Obstacle.MORTGAGED})))
    assert refused.value.reasons == ["mortgaged", "quota_missing"]


def test_nothing_personal_stands_in_question_or_facts() -> None:
    said = f"{QUESTION!r} {FACTS!r}"
    assert not [value for value in (SELLER.name, SELLER.id_number, BUYER.name, FACTS.vin) if value in said]
