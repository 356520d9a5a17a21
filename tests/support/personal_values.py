"""The personal values of an applicant, and the places where none of them may be."""

import json
import re
from collections.abc import Iterable

import redis.asyncio
from temporalio.client import Client as Temporal
from temporalio.client import WorkflowHistory

from tests.support.running_stack import Client, RunningStack

CODE = re.compile("[0-9]{6}")


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
