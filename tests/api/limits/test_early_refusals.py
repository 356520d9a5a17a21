"""What a busy process refuses by its head is refused as everything else is, costs nothing, and fills no log."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import structlog
from prometheus_client import REGISTRY
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from api.app import create_app
from api.limits import call_rate, early_refusals
from api.serving import connection_class
from domain.instants import parse_instant
from gateways.identity.logout_tokens import LogoutToken
from locales.languages import Language
from process.clock import system_clock
from tests.support.country import Country
from tests.support.serving import serve
from tests.support.waiting import eventually

OURS, THEIRS = "https://partner.example.org", "https://evil.example.org"
EACH_TIME = {"date", "x-request-id", "retry-after"}
"""Headers that differ between two refusals."""

NOBODY = "somebody else"
MANY = 20


@dataclass
class BusyService:
    """Real connections to an application that has no place for a write, and one that does not pass them."""

    client: httpx.AsyncClient
    usual: httpx.AsyncClient
    reached: list[str]
    """The paths of the requests that reached the application through a connection."""


@pytest.fixture
async def busy(country: Country, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BusyService]:
    # Shorter than a server takes to stop, so that no test counts another's refusals.
    monkeypatch.setattr(early_refusals, "_TOGETHER_SECONDS", 0.05)
    context = country.stack.context
    settings = context.settings.model_copy(update={"cors_origins": OURS})
    app, reached = create_app(replace(context, settings=settings)), []

    async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(scope["path"])
        await app(scope, receive, send)

    monkeypatch.setattr(context.admission.writes, "_at_once", 1)
    monkeypatch.setattr(context.admission.writes, "_timeout", 0.0)
    usual = httpx.ASGITransport(app)
    async with (
        serve(recorded, http=connection_class(app), server_header=False) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=20) as client,
        httpx.AsyncClient(base_url="http://xuanhao.test/api/v1", transport=usual) as usual_client,
        context.admission.writes.place(NOBODY, context.clock()),
    ):
        yield BusyService(client, usual_client, reached)


@pytest.fixture
async def known(country: Country, busy: BusyService) -> dict[str, str]:
    """The headers of a caller whose token was verified before."""
    return await known_headers(country, busy)


async def known_headers(country: Country, busy: BusyService, **claims: object) -> dict[str, str]:
    headers = country.applicant(**claims).headers
    assert (await busy.client.get("/preselections", headers=headers)).status_code == 200
    busy.reached.clear()
    return headers


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("origin", [None, OURS, THEIRS], ids=["no origin", "an allowed origin", "another origin"])
async def test_the_response_is_that_of_every_refusal(
    busy: BusyService, known: dict[str, str], language: Language, origin: str | None
) -> None:
    headers = known | {"Accept-Language": language.value} | ({"Origin": origin} if origin else {})
    now = system_clock()
    early, usual = [await client.post("/entries", json={}, headers=headers) for client in (busy.client, busy.usual)]
    assert not busy.reached
    assert early.status_code == usual.status_code == 503
    assert early.json() | {"retry_at": ""} == usual.json() | {"retry_at": ""}
    assert early.json()["code"] == "busy"
    assert headers_of(early) == headers_of(usual)
    assert headers_of(early, EACH_TIME - {"date"}).keys() <= early.headers.keys()
    retry_at = parse_instant(early.json()["retry_at"])
    assert timedelta(seconds=1) <= retry_at - now <= timedelta(seconds=4)
    assert 1 <= int(early.headers["retry-after"]) <= 3


def headers_of(response: httpx.Response, but: set[str] = EACH_TIME) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in but}


async def test_it_has_the_callers_id_or_one_of_its_own(busy: BusyService, known: dict[str, str]) -> None:
    mine = str(uuid4())
    for given in (mine, "13800138000", None):
        headers = known | ({"X-Request-Id": given} if given else {})
        answer = await busy.client.post("/entries", json={}, headers=headers)
        assert (answer.headers["x-request-id"] == mine) == (given == mine)
        assert len(answer.headers["x-request-id"]) == len(mine)
    assert not busy.reached


async def test_whoever_is_refused_is_served_on_the_same_connection_when_there_is_a_place(
    country: Country, busy: BusyService, known: dict[str, str]
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    assert (await busy.client.post("/entries", json={}, headers=known | key)).json()["code"] == "busy"
    country.stack.context.admission.writes._at_once = 2
    assert (await busy.client.post("/entries", json={}, headers=known | key)).status_code == 200
    assert busy.reached == ["/api/v1/entries"]


@pytest.mark.parametrize(
    "method, path, more",
    [
        ("GET", "/preselections", {}),
        ("POST", "/entries", {"Authorization": "Bearer invented"}),
        ("POST", "/entries", {"Host": "a b"}),
        ("POST", "/../healthz", {}),
    ],
    ids=["a read", "an unknown token", "an ambiguous head", "not of the API"],
)
async def test_all_others_are_refused_no_sooner_than_by_the_application(
    busy: BusyService, known: dict[str, str], method: str, path: str, more: dict[str, str]
) -> None:
    answer = await busy.client.request(method, path, headers=known | more)
    assert len(busy.reached) == 1
    assert answer.status_code != 503


@pytest.mark.slow
@pytest.mark.parametrize("how", ["session", "time"])
async def test_a_token_that_has_ended_is_unauthenticated_however_busy_the_process_is(
    country: Country, busy: BusyService, how: str
) -> None:
    """The token is checked first, also where it was good before."""
    session, now = str(uuid4()), int(system_clock().timestamp())
    # A token is accepted for five seconds after its end, because clocks differ.
    headers = await known_headers(country, busy, sid=session, **({"exp": now} if how == "time" else {}))
    assert (await busy.client.post("/entries", json={}, headers=headers)).json()["code"] == "busy"
    if how == "session":
        context = country.stack.context
        await context.live_sessions.end(LogoutToken(str(uuid4()), context.clock(), session, None))

    async def is_refused() -> bool:
        return (await busy.client.get("/preselections", headers=headers)).status_code == 401

    await eventually(is_refused)
    refused = await busy.client.post("/entries", json={}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


async def test_an_account_can_t_be_refused_more_often_than_it_may_call(
    country: Country, busy: BusyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_rate, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(country.stack.context.call_rate, "_most", 3)
    headers = await known_headers(country, busy)
    codes = [(await busy.client.post("/entries", json={}, headers=headers)).json()["code"] for _ in range(3)]
    assert codes == ["busy", "busy", "rate_limited"]


async def test_refusals_of_a_second_have_one_line_and_are_counted_together(
    busy: BusyService, known: dict[str, str]
) -> None:
    before = counted()
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await asyncio.gather(*(busy.client.post("/entries", json={}, headers=known) for _ in range(MANY)))

        async def are_counted() -> bool:
            return counted() == before + MANY

        await eventually(are_counted)
    assert sum(line["requests"] for line in lines) == MANY
    assert len(lines) < MANY / 2
    assert lines[0].items() >= {"event": "requests refused", "log_level": "info", "code": "busy"}.items()
    assert "request_id" not in lines[0]


def counted() -> float:
    labels = {"method": "POST", "route": "-", "status": "503"}
    return REGISTRY.get_sample_value("xuanhao_requests_total", labels) or 0.0
