"""Headers that every response has, and information that none has."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry import trace

from api.app import create_app, with_routes
from api.http import strict_json
from api.http.headers import SECURITY_HEADERS
from api.http.request_log import RequestLog
from tests.support.api_stack import ApiStack
from tests.support.country import Country

OURS, THEIRS = "https://partner.example.org", "https://evil.example.org"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def make_client(whole_stack: ApiStack) -> Callable[..., httpx.AsyncClient]:
    """A client of an application like the stack's, but with other settings."""

    def client(**settings: Any) -> httpx.AsyncClient:
        ours = whole_stack.context
        context = replace(ours, settings=ours.settings.model_copy(update=settings))
        return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(context)), base_url="http://xuanhao.test")

    return client


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/openapi.json", "/config.json", "/nowhere.js", "/api/v1/offices", "/api/v1/nowhere"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_every_answer_has_the_security_headers_and_no_banner(country: Country, method: str, path: str) -> None:
    answer = await country.stack.client.request(method, f"http://xuanhao.test{path}")
    assert SECURITY_HEADERS.keys() | {"x-request-id"} <= answer.headers.keys()
    for name in ("x-content-type-options", "x-frame-options", "cross-origin-opener-policy"):
        assert answer.headers[name] == SECURITY_HEADERS[name]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not {"server", "x-powered-by", "access-control-allow-origin"} & answer.headers.keys()


async def test_a_defect_of_ours_has_them_too_and_says_nothing_of_itself() -> None:
    app = FastAPI()
    app.add_middleware(RequestLog, strict_transport="max-age=1")

    @app.get("/defect")
    async def defect() -> None:
        raise RuntimeError("13800138000")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://xuanhao.test") as client:
        answer = await client.get("/defect")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert SECURITY_HEADERS.keys() <= answer.headers.keys()
    assert "13800138000" not in answer.text


@pytest.mark.parametrize(
    "http_settings, header",
    [
        ({"demo": True, "hsts_include_subdomains": True}, None),
        ({"demo": False}, "max-age=31536000"),
        ({"demo": False, "hsts_include_subdomains": True}, "max-age=31536000; includeSubDomains"),
        (
            {"demo": False, "hsts_include_subdomains": True, "hsts_preload": True},
            "max-age=31536000; includeSubDomains; preload",
        ),
    ],
)
async def test_outside_the_demo_browsers_are_limited_to_tls(
    make_client: Callable[..., httpx.AsyncClient], http_settings: dict[str, bool], header: str | None
) -> None:
    async with make_client(**http_settings) as client:
        answer = await client.get("/healthz")
    assert answer.headers.get("strict-transport-security") == header


async def test_no_other_origin_is_allowed_by_default(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async with make_client() as client:
        preflight = await client.options("/api/v1/entries", headers=PREFLIGHT | {"Origin": OURS})
        answer = await client.get("/healthz", headers={"Origin": OURS})
    assert (preflight.status_code, preflight.json()["code"]) == (405, "method_not_allowed")
    assert not [name for name in {**preflight.headers, **answer.headers} if name.startswith("access-control")]


async def test_a_named_origin_may_call_and_no_other_one(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async with make_client(cors_origins=OURS) as client:
        for origin in (THEIRS, f"{OURS}.evil.example.org", OURS.upper(), "null", f"{OURS}:444"):
            refused = await client.options("/api/v1/entries", headers=PREFLIGHT | {"Origin": origin})
            answer = await client.get("/healthz", headers={"Origin": origin})
            assert not [name for name in {**refused.headers, **answer.headers} if name.startswith("access-control")]
        allowed = await client.options("/api/v1/entries", headers=PREFLIGHT | {"Origin": OURS})
        answer = await client.get("/api/v1/preselections", headers={"Origin": OURS})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, OURS)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, OURS)
    assert "retry-after" in answer.headers["access-control-expose-headers"].lower()
    assert "access-control-allow-credentials" not in {**allowed.headers, **answer.headers}
    assert SECURITY_HEADERS.keys() <= allowed.headers.keys()


@pytest.mark.parametrize(
    "asked", [{"Access-Control-Request-Method": "DELETE"}, {"Access-Control-Request-Headers": "cookie"}], ids=str
)
async def test_a_named_origin_may_not_do_more_than_the_contract_knows(
    make_client: Callable[..., httpx.AsyncClient], asked: dict[str, str]
) -> None:
    async with make_client(cors_origins=OURS) as client:
        refused = await client.options("/api/v1/entries", headers=PREFLIGHT | {"Origin": OURS} | asked)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")


async def test_a_body_that_does_not_come_is_refused_in_words(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "ARRIVES_WITHIN", 0.2)

    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    headers = country.applicant().headers | {"Content-Type": "application/json"}
    answer = await country.stack.client.post("/entries", content=body(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (408, "request_timeout")


async def test_the_pages_know_the_names_of_claims(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async with make_client(oidc_roles_claim="realm_access.roles") as client:
        answer = (await client.get("/config.json")).json()
    assert answer["claims"] == {
        "roles": "realm_access.roles", "office": "office", "name": "name", "organisation": "organisation.name",
    }  # fmt: skip


def test_no_telemetry_that_an_environment_sets_up_hears_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    class Exporting(trace.NoOpTracerProvider):
        """One that FastAPI considers configured."""

    monkeypatch.setattr(trace, "get_tracer_provider", Exporting)
    assert FastAPI()._native_telemetry.enabled()
    assert not with_routes()._native_telemetry.enabled()
