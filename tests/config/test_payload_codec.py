"""Workflow messages that are encrypted for Temporal, where a setting asks for it."""

import json
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from config.payload_codec import ENCODING, READ_AGAIN_S, EncryptedPayloads, UnreadablePayload, codec_of
from config.settings import Settings
from config.temporal import connect
from embedded.temporal import Temporal
from tests.support.clocks import Monotonic
from workflows.messages import Draw

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"exclude_four":true}')


@workflow.defn
class Echo:
    @workflow.run
    async def run(self, said: Draw) -> Draw:
        return said


def keys(*ids: str) -> dict[str, object]:
    """Keys with these ids, the last of them current."""
    return {"current": ids[-1], "keys": {key_id: b64encode(key_id.encode() * 32).decode() for key_id in ids}}


def settings_of(temporal: Temporal, file: Path, **values: object) -> Settings:
    required = {"database_url": "postgresql://db", "redis_url": "redis://cache", "key_file": file}
    return Settings.model_validate({**required, "temporal_address": temporal.address, **values})


async def test_a_message_is_hidden_and_comes_back() -> None:
    codec = EncryptedPayloads(lambda: keys("a"))
    [first], [second] = await codec.encode([PLAIN]), await codec.encode([PLAIN])
    assert first.metadata["encoding"] == ENCODING
    assert first.data != second.data
    assert b"exclude_four" not in first.SerializeToString()
    assert await codec.decode([first, PLAIN, second]) == [PLAIN] * 3


async def test_after_a_rotation_old_messages_are_read_and_new_ones_have_the_new_key() -> None:
    monotonic, ring = Monotonic(), [keys("a")]
    codec = EncryptedPayloads(lambda: ring[-1], monotonic)
    [old] = await codec.encode([PLAIN])
    ring.append(keys("a", "b"))
    monotonic.now += READ_AGAIN_S
    [new] = await codec.encode([PLAIN])
    assert [each.metadata["encryption-key-id"] for each in (old, new)] == [b"a", b"b"]
    assert await codec.decode([old, new]) == [PLAIN] * 2
    # A process that has not looked at the keys since does so for a message with a newer key.
    behind = EncryptedPayloads(iter([keys("a"), keys("a", "b")]).__next__, monotonic)
    assert await behind.decode([new]) == [PLAIN]


async def test_an_altered_message_and_one_of_another_key_are_not_read() -> None:
    codec = EncryptedPayloads(lambda: keys("a"))
    [sealed] = await codec.encode([PLAIN])
    altered = Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))
    other = Payload(metadata={**sealed.metadata, "encryption-key-id": b"c"}, data=sealed.data)
    for payload in (altered, other, Payload(metadata=sealed.metadata)):
        with pytest.raises(UnreadablePayload):
            await codec.decode([payload])


async def test_a_workflow_runs_on_messages_that_temporal_can_not_read(
    temporal: Temporal, temporal_client: Client, tmp_path: Path
) -> None:
    file, queue = tmp_path / "keys.json", f"codec-{uuid4()}"
    file.write_text(json.dumps({"encryption": keys("a")}))
    assert codec_of(settings_of(temporal, file)) is None
    client = await connect(settings_of(temporal, file, temporal_codec=True))
    async with Worker(client, task_queue=queue, workflows=[Echo], workflow_runner=UnsandboxedWorkflowRunner()):
        said = Draw(exclude_four=True)
        handle = await client.start_workflow(
            Echo.run, said, id=queue, task_queue=queue, execution_timeout=timedelta(minutes=1)
        )
        assert await handle.result() == said
    history = await temporal_client.get_workflow_handle(queue).fetch_history()
    first, last = history.events[0], history.events[-1]
    given = first.workflow_execution_started_event_attributes.input.payloads
    result = last.workflow_execution_completed_event_attributes.result.payloads
    assert [payload.metadata["encoding"] for payload in (*given, *result)] == [ENCODING] * 2
