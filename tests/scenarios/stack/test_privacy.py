"""No personal value leaves the encrypted columns: not into Temporal, Redis, logs (requirements: invariant 6)."""

import httpx
import pytest

from tests.support.collector import Collector
from tests.support.personal_values import histories, logs, personal_values, redis_content, values_in
from tests.support.running_stack import Client, RunningStack

pytestmark = pytest.mark.slow

USERS = ("applicant-101", "applicant-102", "agent-001")


@pytest.mark.parametrize(
    "text, is_found",
    [
        ('{"code":"313590"}', True), ("验证码313590，", True), ("a\x06313590\n", True), ("313590", True),
        ("2026-11-26T04:58:12.313590123Z", False), ("2026-11-26T04:58:12.313590Z", False), ("9a313590ff", False),
    ],
)  # fmt: skip
def test_a_code_is_found_wherever_it_stands_by_itself(text: str, *, is_found: bool) -> None:
    assert values_in(text, {"313590"}) == ({"313590"} if is_found else set())


async def test_whole_journeys_leave_no_personal_value_in_temporal_redis_or_logs(
    stack: RunningStack, http: httpx.AsyncClient, collector: Collector
) -> None:
    values: set[str] = set()
    for user in USERS:
        client = await Client.sign_in(http, user)
        await client.reach_reservation((await client.cars())[0])
        values |= await personal_values(client) | {client.token}
    places = {"temporal": await histories(stack), "redis": await redis_content(stack), "logs": logs(stack)}
    places["traces"] = collector.content
    assert "plate_selection" in places["temporal"], "the search must be able to find something"
    assert "decided" in places["logs"], "the search must be able to find something"
    assert {name: values_in(text, values) for name, text in places.items()} == {name: set() for name in places}
