"""Limits: exact under parallel calls to several processes, with the instant to retry."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from api.app import create_app
from api.context import AppContext
from api.limits import ip_throttle
from api.limits.ip_throttle import IpThrottle, named_address
from api.limits.streams import ASK_AGAIN, OpenStreams
from domain.errors import RateLimited
from domain.instants import parse_instant
from process.clock import system_clock
from storage.redis.client import make_redis
from storage.redis.rate_windows import RateWindows
from storage.repositories import Repositories
from tests.support.api_stack import keys_of
from tests.support.country import Country
from tests.support.event_streams import open_events
from tests.support.http import Answer
from tests.support.waiting import eventually

PROXIES = {"trusted_proxies": "127.0.0.0/8 10.0.0.0/8 fd00::/8"}


def expect_retry_instant(answer: Answer) -> None:
    """A refusal with the instant to retry, in body and header, at most a minute from now."""
    assert (answer.status, answer.code) == (429, "rate_limited")
    seconds = (parse_instant(answer.body["retry_at"]) - system_clock()).total_seconds()
    assert 0 < seconds <= 60
    assert abs(int(answer.headers["retry-after"]) - seconds) <= 2


async def test_of_50_writes_at_once_to_two_processes_exactly_20_pass(country: Country) -> None:
    buyer, policy = country.applicant(), country.stack.context.settings.policy | {"writes_per_minute": "20"}
    async with another_process(country, policy=policy) as one, another_process(country, policy=policy) as other:

        async def enter(client: httpx.AsyncClient) -> httpx.Response:
            while True:
                answer = await client.post("/entries", json={"new_vehicle": True}, headers=buyer.headers)
                # A loaded machine does not serve so many calls of one account in time, and says so.
                if answer.status_code != 503:
                    return answer
                await asyncio.sleep(0.1)

        answers = await asyncio.gather(*(enter(client) for _ in range(25) for client in (one, other)))
    assert Counter(answer.status_code for answer in answers) == {200: 20, 429: 30}
    for answer in answers:
        if answer.status_code == 429:
            expect_retry_instant(Answer(answer.status_code, answer.headers, answer.json()))


async def test_of_50_keyboard_calls_at_once_exactly_20_pass(country: Country) -> None:
    office, buyer = await country.office(keyboard_per_minute="20"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    params = {"prefix": office.prefixes[0], "typed": ""}
    answers = await asyncio.gather(*(buyer.get(f"{selection.path}/keyboard", params=params) for _ in range(50)))
    assert Counter(answer.status for answer in answers) == {200: 20, 429: 30}
    for answer in answers:
        if answer.status == 429:
            expect_retry_instant(answer)


async def test_two_processes_share_a_window(country: Country) -> None:
    office, buyer = await country.office(keyboard_per_minute="20"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    params = {"prefix": office.prefixes[0], "typed": ""}
    async with another_process(country) as other:
        url, headers = f"{selection.path}/keyboard", buyer.headers
        answers = [
            await client.get(url, params=params, headers=headers)
            for _ in range(15)
            for client in (country.stack.client, other)
        ]
    assert Counter(answer.status_code for answer in answers) == {200: 20, 429: 10}
    assert [answer.status_code for answer in answers[:20]] == [200] * 20


async def test_codes_of_the_whole_service_are_limited(country: Country) -> None:
    buyers = [country.applicant() for _ in range(3)]
    async with another_process(
        country, policy=country.stack.context.settings.policy | {"codes_per_minute": "2"}
    ) as other:
        answers = [
            await other.post("/verification-codes", json={"purpose": "confirm_information"}, headers=buyer.headers)
            for buyer in buyers
        ]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        expect_retry_instant(Answer(answers[2].status_code, answers[2].headers, answers[2].json()))
    # Nothing was sent, so nothing counts for the phone: another process without the limit sends at once.
    assert not country.stack.phone.of(buyers[2].phone)
    assert (await buyers[2].post("/verification-codes", {"purpose": "confirm_information"})).status == 202


class TestStreams:
    async def test_an_account_has_so_many_open_at_once_and_others_theirs(
        self, country: Country, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        office, buyer, other = await country.office(), country.applicant(), country.applicant()
        selection = await buyer.create_selection(country.car(buyer, office))
        theirs = await other.create_selection(country.car(other, office))
        monkeypatch.setattr(country.stack.context.streams, "_limit", 2)
        async with open_events(address, buyer, selection) as first, open_events(address, buyer, selection) as second:
            await first.next()
            await second.next()
            refused = await buyer.get(f"{selection.path}/events")
            expect_retry_instant(refused)
            async with open_events(address, other, theirs) as events:
                assert await events.next()
        await eventually(lambda: has_no_listener(country), within=10)
        async with open_events(address, buyer, selection) as events:
            assert await events.next()

    def test_places_are_given_back_and_forgotten(self) -> None:
        streams, at = OpenStreams(1), system_clock()
        streams.open("a", at)
        with pytest.raises(RateLimited) as limited:
            streams.open("a", at)
        assert limited.value.retry_at == at + ASK_AGAIN
        streams.close("a")
        streams.open("a", at)
        streams.close("a")
        assert not streams._open


class TestAddresses:
    @pytest.mark.parametrize(
        "peer, forwarded, address",
        [
            ("203.0.113.9", ["198.51.100.1"], None),
            ("127.0.0.1", [], None),
            ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", ["6.6.6.6", "198.51.100.1, 10.1.1.1"], "198.51.100.1"),
            ("127.0.0.1", ["6.6.6.6, nonsense, 10.1.1.1"], None),
            ("127.0.0.1", ["10.1.1.1"], None),
            ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
            ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("fd00::1", ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
            ("", ["198.51.100.1"], None),
            ("127.0.0.1", ["198.51.100.1:4711"], None),
            ("127.0.0.1", ["," * 5000], None),
        ],
        ids=str,
    )
    def test_it_counts_only_as_the_nearest_trusted_proxy_names_it(
        self, country: Country, peer: str, forwarded: list[str], address: str | None
    ) -> None:
        networks = country.stack.context.settings.model_copy(update=PROXIES).proxy_networks
        headers = [(b"x-forwarded-for", text.encode()) for text in forwarded]
        request = Request({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})
        assert named_address(request, networks) == address

    @pytest.mark.parametrize(
        "peer, source",
        [
            ("203.0.113.9", "address 203.0.113.9"),
            ("2001:db8:1:2::1", "address 2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::9", "address 2001:db8:1:2::/64"),
            ("::ffff:203.0.113.9", "address 203.0.113.9"),
            ("", "address "),
        ],
    )
    def test_attack_one_household_takes_a_turn_for_each_of_its_addresses(
        self, country: Country, peer: str, source: str
    ) -> None:
        request = Request({"type": "http", "headers": [], "client": (peer, 1) if peer else None})
        assert country.stack.context.ip_throttle.source_of(request) == source

    async def test_beyond_the_limit_calls_are_answered_later_and_not_differently(
        self, country: Country, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ip_throttle, "DELAY_SECONDS", 2.0)
        policy = country.stack.context.settings.policy | {"address_per_minute": "3"}
        async with another_process(country, policy=policy, **PROXIES) as client:
            here, there = ({"X-Forwarded-For": place} for place in ("198.51.100.7", "198.51.100.8"))
            quick = [await seconds_of(client, country, here) for _ in range(3)]
            slow, elsewhere = await seconds_of(client, country, here), await seconds_of(client, country, there)
            unnamed = await seconds_of(client, country, {})
        assert max(*quick, elsewhere, unnamed) < 2.0 <= slow

    async def test_calls_without_a_token_count_too_but_not_what_a_gateway_or_a_balancer_sends(
        self, country: Country, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[str] = []

        async def note(_: IpThrottle, request: Request, __: datetime) -> None:
            seen.append(request.scope["route"].name)

        monkeypatch.setattr(IpThrottle, "delay", note)
        client = country.stack.client
        for path in ("/fairness/days", "/fairness/days/x", "/fairness/days/x/files/y", "/fairness/figures", "/offices"):
            await client.get(path)
        await client.post("/practice", json={})
        await client.post("/sms-receipts", json={})
        await client.get("http://xuanhao.test/healthz")
        await client.get("http://xuanhao.test/readyz")
        assert seen == [
            "list_fairness_days", "read_fairness_day", "read_fairness_file", "read_fairness_figures", "list_offices",
            "begin_practice",
        ]  # fmt: skip

    async def test_only_so_many_wait_at_once_and_the_rest_get_an_instant_for_the_retry(
        self, country: Country, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ip_throttle, "MOST_DELAYED", 2)
        monkeypatch.setattr(ip_throttle, "DELAY_SECONDS", 0.5)
        policy = country.stack.context.settings.policy | {"address_per_minute": "1"}
        headers = country.applicant().headers | {"X-Forwarded-For": "198.51.100.9"}
        async with another_process(country, policy=policy, **PROXIES) as client:
            answers = await asyncio.gather(*(client.get("/offices", headers=headers) for _ in range(6)))
        assert Counter(answer.status_code for answer in answers) == {200: 3, 429: 3}
        for answer in answers:
            if answer.status_code == 429:
                expect_retry_instant(Answer(answer.status_code, answer.headers, answer.json()))

    async def test_a_throttle_that_does_not_work_lets_everybody_pass_without_error(self, country: Country) -> None:
        context = country.stack.context
        windows = RateWindows(make_redis("redis://127.0.0.1:1"))
        networks = context.settings.model_copy(update=PROXIES).proxy_networks
        throttle = IpThrottle(windows, context.repositories.hashes, proxies=networks, limit=1)
        headers = [(b"x-forwarded-for", b"198.51.100.1")]
        request = Request({"type": "http", "headers": headers, "client": ("127.0.0.1", 1)})
        for _ in range(3):
            await throttle.delay(request, system_clock())


async def has_no_listener(country: Country) -> bool:
    return not country.stack.context.streams._open


async def seconds_of(client: httpx.AsyncClient, country: Country, headers: dict[str, str]) -> float:
    began = asyncio.get_running_loop().time()
    answer = await client.get("/offices", headers=country.applicant().headers | headers)
    assert answer.status_code == 200
    return asyncio.get_running_loop().time() - began


async def forget_windows(country: Country) -> None:
    redis = country.stack.repositories.redis
    if keys := await redis.keys("rate:*"):
        await redis.delete(*keys)


@asynccontextmanager
async def another_process(country: Country, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """The same service in another process with other settings."""
    ours = country.stack.context
    repositories = Repositories.build(ours.repositories.database, ours.repositories.redis, keys_of(ours.settings))
    context = AppContext.build(
        ours.settings.model_copy(update=settings), ours.gateways, repositories, ours.temporal, ours.clock
    )
    await forget_windows(country)
    transport = httpx.ASGITransport(create_app(context))
    async with httpx.AsyncClient(transport=transport, base_url="http://xuanhao.test/api/v1", timeout=20) as client:
        yield client
