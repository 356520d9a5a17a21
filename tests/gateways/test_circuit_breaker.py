"""A slow gateway takes no more than its places, and a failing one is left alone until a trial succeeds."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace

import httpx
import pytest

from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.sms import SmsGateway
from gateways import circuit_breaker, http
from gateways.circuit_breaker import FAILURES, REST_S, Circuit, Guard, Outcome
from gateways.sms.choice import GuardedSms
from gateways.sms.http import HttpSms
from tests.support.clocks import Monotonic
from tests.support.http_server import LocalServer
from tests.support.sms import MESSAGE
from tests.support.waiting import eventually


@dataclass
class Metrics:
    """What the guard reports."""

    calls: Counter[str] = field(default_factory=Counter)
    circuits: list[str] = field(default_factory=list)

    def count_call(self, part: str, outcome: Outcome) -> None:
        self.calls[f"{part} {outcome}"] += 1

    def show_circuit(self, part: str, circuit: Circuit) -> None:
        self.circuits.append(f"{part} {circuit}")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def monotonic() -> Monotonic:
    return Monotonic()


@pytest.fixture
def sms(http_server: LocalServer, client: httpx.AsyncClient, metrics: Metrics, monotonic: Monotonic) -> SmsGateway:
    return GuardedSms(HttpSms(http_server.url, client), Guard("sms", 3, metrics, monotonic))


async def test_a_slow_gateway_holds_no_more_than_its_places(
    sms: SmsGateway, http_server: LocalServer, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit_breaker, "WAIT_S", 0.05)
    calls = [asyncio.create_task(sms.send(replace(MESSAGE, idempotency_key=f"k-{n}"))) for n in range(30)]

    async def are_refused() -> bool:
        return metrics.calls["sms busy"] == 27

    await eventually(are_refused)
    assert len(http_server.received) == 3
    for call in calls:
        call.cancel()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert Counter(type(result) for result in results) == {CallDeclined: 27, asyncio.CancelledError: 3}
    http_server.answers(202)
    await sms.send(MESSAGE)


async def fail_often(sms: SmsGateway, times: int = FAILURES) -> None:
    for _ in range(times):
        with pytest.raises(DependencyUnavailable, match="status 503"):
            await sms.send(MESSAGE)


async def test_a_circuit_opens_after_failures_and_closes_after_one_trial(
    sms: SmsGateway, http_server: LocalServer, metrics: Metrics, monotonic: Monotonic
) -> None:
    http_server.answers(503)
    await fail_often(sms)
    for _ in range(3):
        with pytest.raises(DependencyUnavailable, match="circuit open"):
            await sms.send(MESSAGE)
    assert len(http_server.received) == FAILURES
    monotonic.now += REST_S
    await fail_often(sms, times=1)
    monotonic.now += REST_S - 1
    with pytest.raises(DependencyUnavailable, match="circuit open"):
        await sms.send(MESSAGE)
    monotonic.now += 1
    http_server.answers(202)
    # Of calls at the same time, one is the trial.
    results = await asyncio.gather(*(sms.send(MESSAGE) for _ in range(3)), return_exceptions=True)
    assert sorted(str(result) for result in results) == ["None", *["sms does not answer: circuit open"] * 2]
    await sms.send(MESSAGE)
    states = ["closed", "open", "half_open", "open", "half_open", "closed"]
    assert metrics.circuits == [f"sms {state}" for state in states]
    assert metrics.calls == {"sms failed": FAILURES + 1, "sms open_circuit": 6, "sms done": 2}


async def test_a_trial_that_is_cancelled_leaves_the_next_call_to_try(
    sms: SmsGateway, http_server: LocalServer, monotonic: Monotonic
) -> None:
    http_server.answers(503)
    await fail_often(sms)
    monotonic.now += REST_S
    http_server.reset()
    trial = asyncio.create_task(sms.send(MESSAGE))

    async def has_arrived() -> bool:
        return bool(http_server.received)

    await eventually(has_arrived)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    http_server.answers(202)
    await sms.send(MESSAGE)
    await sms.send(MESSAGE)
    assert len(http_server.received) == 3


async def test_success_in_between_and_refusals_of_one_sms_open_nothing(
    sms: SmsGateway, http_server: LocalServer, metrics: Metrics
) -> None:
    for status in (503, 503, 503, 503, 202, 503, 503, 503, 503, 400, 503, 503, 503, 503, *[429] * 9):
        http_server.answers(status)
        if status == 202:
            await sms.send(MESSAGE)
        else:
            with pytest.raises(DependencyUnavailable, match=f"status {status}"):
                await sms.send(MESSAGE)
    assert metrics.circuits == ["sms closed"]


async def test_a_gateway_that_does_not_answer_in_time_opens_it_too(
    sms: SmsGateway, http_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LIMIT_SECONDS", 0.05)
    for _ in range(FAILURES):
        with pytest.raises(DependencyUnavailable, match="timeout"):
            await sms.send(MESSAGE)
    with pytest.raises(DependencyUnavailable, match="circuit open"):
        await sms.send(MESSAGE)
