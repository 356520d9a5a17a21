"""Every route, without a token, with each role, and with another person's token: deny by default."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route

from api.app import create_app
from api.auth.callers import LONGEST_HEADER, Role
from api.auth.policy import APPLICANT, RULES, SEPARATE, Record
from api.http.secured_route import SecuredRoute
from tests.support.country import Country

# Public paths besides the API: the published document, the pages, and where the identity provider ends sessions.
NOT_THE_API = {"read_document", "read_docs", "pages", "site_config", "end_session_of_provider"}


def routes_of(app: FastAPI) -> Iterator[tuple[BaseRoute, str, str]]:
    """Each route with its full path and one of its methods."""
    for context in iter_route_contexts(app.routes):
        methods = sorted(context.methods or {"GET"})
        yield context.original_route, context.path or "", methods[0]


@pytest.fixture
def secured(country: Country) -> list[tuple[APIRoute, str, str]]:
    return [
        (route, path.removeprefix("/api/v1"), method)
        for route, path, method in routes_of(country.stack.app)
        if isinstance(route, SecuredRoute) and path.startswith("/api/")
    ]


@pytest.fixture
def needing_token(secured: list[tuple[APIRoute, str, str]]) -> list[tuple[APIRoute, str, str]]:
    """Those that need a token."""
    return [(route, path, method) for route, path, method in secured if not RULES[route.name].is_public]


def at(path: str, *, office: str = "440300") -> str:
    ids = ("preselection_id", "entry_id", "withholding_id", "appeal_id", "policy_id", "segment_id", "request_id")
    return path.format(code=office, prefix="粤B", **{name: uuid4() for name in ids})


async def test_every_route_is_guarded_and_named_by_a_rule(country: Country) -> None:
    names = set()
    for route, _, _ in routes_of(country.stack.app):
        assert isinstance(route, Route | Mount)
        if route.name not in NOT_THE_API:
            assert isinstance(route, SecuredRoute), route
            names.add(route.name)
    assert names == set(RULES)


async def test_a_route_that_no_rule_names_is_refused_to_everybody(country: Country) -> None:
    router = APIRouter(route_class=SecuredRoute)

    @router.get("/forgotten")
    async def forgotten() -> str:
        return "reached"

    for rules, status in (({}, 403), ({"forgotten": APPLICANT}, 200)):
        transport = httpx.ASGITransport(create_app(country.stack.context, further=[router], further_rules=rules))
        async with httpx.AsyncClient(transport=transport, base_url="http://xuanhao.test") as client:
            answer = await client.get("/api/v1/forgotten", headers=country.applicant().headers)
            assert answer.status_code == status


async def test_nobody_gets_anywhere_without_a_token(
    country: Country, needing_token: list[tuple[APIRoute, str, str]]
) -> None:
    for _, path, method in needing_token:
        answer = await country.caller().call(method, at(path), headers={"Authorization": ""})
        assert (answer.status, answer.code) == (401, "unauthenticated"), path
        assert answer.headers["www-authenticate"] == "Bearer"


ROLES = [
    (), ("applicant",), ("clerk",), ("operator",), ("auditor",), ("clerk", "operator"), ("applicant", "operator"),
    ("applicant", "auditor"), ("auditor", "operator"),
]  # fmt: skip


@pytest.mark.parametrize("roles", ROLES, ids=str)
async def test_every_role_is_forbidden_what_belongs_to_others(
    country: Country, needing_token: list[tuple[APIRoute, str, str]], roles: tuple[str, ...]
) -> None:
    caller = country.caller(*roles)
    for route, path, method in needing_token:
        answer = await caller.call(method, at(path))
        forbidden = answer.status == 403 and answer.code == "forbidden"
        mixed = len(roles) > 1 and not SEPARATE.isdisjoint(roles)
        assert forbidden is (mixed or RULES[route.name].roles.isdisjoint(roles)), path


async def test_offices_are_read_without_a_token_and_a_bad_one_is_refused_all_the_same(
    country: Country, secured: list[tuple[APIRoute, str, str]]
) -> None:
    office = await country.own_office()
    public = [each for each in secured if RULES[each[0].name].takes_token and each[2] == "GET"]
    names = ("notice", "segments", "queue")
    assert {path for _, path, _ in public} == {"/offices", *(f"/offices/{{code}}/{name}" for name in names)}
    for _, path, method in public:
        nobody = await country.stack.client.request(method, at(path, office=office.code))
        assert nobody.status_code == 200, path
        bad = await country.caller().call(method, at(path), headers={"Authorization": "Bearer x"})
        assert (bad.status, bad.code) == (401, "unauthenticated"), path
        clerk = await country.caller("clerk").call(method, at(path, office=office.code))
        assert clerk.status == 200, path


def test_each_area_of_the_contract_belongs_to_one_role(needing_token: list[tuple[APIRoute, str, str]]) -> None:
    areas = {"desk": Role.CLERK, "operations": Role.OPERATOR, "audit": Role.AUDITOR}
    for route, path, _ in needing_token:
        assert RULES[route.name].roles == {areas.get(path.split("/")[1], Role.APPLICANT)}, path


async def test_a_stranger_learns_of_no_record_by_any_route(
    country: Country, secured: list[tuple[APIRoute, str, str]]
) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    stranger = country.applicant()
    for route, path, method in secured:
        if RULES[route.name].record is Record.OWN_PRESELECTION:
            theirs = await stranger.call(method, path.format(preselection_id=selection.id))
            nobodys = await stranger.call(method, at(path))
            assert (theirs.status, theirs.code) == (404, "not_found"), path
            assert theirs.body == nobodys.body
    assert (await selection.view())["stage"] == "service_notes"


async def test_an_agent_s_own_records_are_not_the_organisation_s(country: Country) -> None:
    office, agent = await country.office(), country.applicant()
    agent.claims["organisation"] = {"name": "深圳市贸易有限公司", "credit_code": "91110000600037341L"}
    selection = await agent.create_selection(country.car(agent, office))
    assert (await selection.view())["id"] == selection.id
    del agent.claims["organisation"]
    assert (await agent.get(selection.path)).code == "not_found"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Bearer", "é", "x" * 9000])
async def test_what_is_no_token_is_unauthenticated(country: Country, token: str) -> None:
    headers = {b"Authorization": f"Bearer {token}".encode()}
    answer = await country.stack.client.get("/preselections", headers=headers)
    assert answer.status_code == 401


async def test_an_expired_token_is_unauthenticated(country: Country) -> None:
    applicant = country.applicant()
    applicant.claims["exp"] = applicant.claims["iat"] - 60
    assert (await applicant.get("/preselections")).code == "unauthenticated"


async def test_attack_one_token_is_remembered_in_many_long_headers(country: Country) -> None:
    """The header is remembered by its digest, and blanks in it have an end."""
    buyer = country.applicant()
    scheme, token = buyer.headers["Authorization"].split(" ")
    for blanks, status in ((1, 200), (100, 200), (LONGEST_HEADER, 401)):
        answer = await buyer.get("/preselections", headers={"Authorization": f"{scheme}{' ' * blanks}{token}"})
        assert answer.status == status
    remembered = country.stack.context.admission._verified
    assert {len(name) for name in remembered} == {32}


async def test_no_call_has_a_second_address(country: Country, needing_token: list[tuple[APIRoute, str, str]]) -> None:
    """Another spelling of a path is no path: a proxy's rule for the one can't be passed by the other."""
    caller = country.caller("operator")
    for _, path, method in needing_token:
        known = f"http://xuanhao.test/api/v1{at(path)}"
        doubled, shouted = (known.replace("/api/v1/", other) for other in ("/api/v1//", "/API/v1/"))
        for variant in (f"{known}/", f"{known}%2f", doubled, shouted):
            answer = await country.stack.client.request(method, variant, headers=caller.headers)
            assert answer.status_code in (404, 405), variant
