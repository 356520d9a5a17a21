"""No personal value leaves the encrypted columns: not into Temporal, Redis, logs (requirements: invariant 6)."""

import json
import re
from collections.abc import Iterable

import httpx
import pytest
import redis.asyncio
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowHistory

from tests.support.running_stack import Client, RunningStack

pytestmark = pytest.mark.slow

CODE = re.compile("[0-9]{6}")
USERS = ("applicant-101", "applicant-102", "agent-001")


async def personal_values(client: Client) -> set[str]:
    """All values of a person and their cars that must not be found anywhere."""
    users = (await client.http.get("/api/v1/demo/users")).json()["items"]
    me = next(user for user in users if user["user"] == client.user)
    values = {me["name"], me["phone"]}
    for car in await client.cars():
        seller = car["seller"]
        values |= {car["vin"], car["certificate_number"], seller["name"], seller["id_number"]}
    values |= {message["code"] for message in await client.messages() if message.get("code")}
    return {str(value) for value in values}


async def histories(stack: RunningStack) -> str:
    """Every workflow's id, search attributes, memo and raw history, as text."""
    temporal = await Temporal.connect(stack.temporal)
    texts = []
    async for found in temporal.list_workflows():
        history = await temporal.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
        texts += [found.id, str(found.raw_info), history.to_json(), decode(history)]
    return "\n".join(texts)


def decode(history: WorkflowHistory) -> str:
    """Payloads are base64 in the JSON: decode them, so that no value is hidden."""
    return "\n".join(event.SerializeToString().decode("utf-8", "replace") for event in history.events)


async def redis_content(stack: RunningStack) -> str:
    """Keys and values; bitmaps too, as bytes."""
    address = stack.server("valkey-server").cmdline()
    socket = next(word for word in " ".join(address).split() if word.endswith(".sock"))
    async with redis.asyncio.from_url(f"unix://{socket}") as client:
        texts = [key.decode("utf-8", "replace") async for key in client.scan_iter(count=1000)]
        values = [(await client.dump(key) or b"").decode("latin-1") for key in texts]
    return "\n".join(texts + values)


def logs(stack: RunningStack) -> str:
    return "\n".join(file.read_text("utf-8", "replace") for file in (stack.folder / "logs").iterdir())


def values_in(text: str, values: Iterable[str]) -> set[str]:
    """The values that occur in the text, also JSON-escaped.

    Six digits count only as a whole word: thousands of timestamps in nanoseconds and hashes contain a code by chance.
    """
    return {value for value in values if _stands_in(text, value) or _stands_in(text, json.dumps(value)[1:-1])}


def _stands_in(text: str, value: str) -> bool:
    if not CODE.fullmatch(value):
        return value in text
    return re.search(f"(?<![0-9A-Za-z]){value}(?![0-9A-Za-z])", text) is not None


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
    stack: RunningStack, http: httpx.AsyncClient
) -> None:
    values: set[str] = set()
    for user in USERS:
        client = await Client.sign_in(http, user)
        await client.reach_reservation((await client.cars())[0])
        values |= await personal_values(client) | {client.token}
    places = {"temporal": await histories(stack), "redis": await redis_content(stack), "logs": logs(stack)}
    assert "plate_selection" in places["temporal"], "the search must be able to find something"
    assert "decided" in places["logs"], "the search must be able to find something"
    assert {name: values_in(text, values) for name, text in places.items()} == {name: set() for name in places}
