"""Runs that began long ago go on with the workflows of today: every kept history replays."""

import json
import re

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.workflow import NondeterminismError

from config.spans import ContextOfMessages
from tests.histories.record import FOLDER, IDENTITY, load
from tests.histories.reordered import ReorderedVehicle
from tests.support.replaying import replayer_of
from worker.run import WORKFLOWS

NAMES = {
    "draw", "compose", "candidates", "exhausted", "dormant", "revived", "turned_away", "overdue", "overdue_again",
    "holds_lapsed", "blacklist", "blacklist_released", "signals", "continued_as_new", "continued_from",
    "dependency_unavailable",
    "postponement", "brought_back", "appeal", "maintenance", "maintenance_failed",
}  # fmt: skip
LARGEST = 150_000


def test_one_history_of_each_way_is_kept_and_each_is_small() -> None:
    kept = {file.stem: file.stat().st_size for file in FOLDER.glob("*.json")}
    assert kept.keys() == NAMES
    assert max(kept.values()) < LARGEST


@pytest.mark.parametrize("name", sorted(NAMES))
async def test_a_kept_history_replays(name: str) -> None:
    replayed = await replayer_of(WORKFLOWS).replay_workflow(load(name))
    assert replayed.replay_failure is None


@pytest.mark.parametrize("name", ["draw", "signals", "continued_as_new", "maintenance", "appeal"])
async def test_a_kept_history_replays_where_traces_are_on(name: str) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    interceptor = ContextOfMessages(provider.get_tracer("test"))
    await replayer_of(WORKFLOWS, [interceptor]).replay_workflow(load(name))
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize("name", ["draw", "compose", "signals"])
async def test_commands_in_another_order_are_noticed(name: str) -> None:
    with pytest.raises(NondeterminismError):
        await replayer_of([ReorderedVehicle]).replay_workflow(load(name))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_kept_history_contains_nothing_about_the_machine_that_recorded_it(name: str) -> None:
    text = (FOLDER / f"{name}.json").read_text("utf-8")
    identities = set(re.findall(r'"identity":"([^"]*)"', text))
    # The server's own services sign some events.
    assert identities - {"history-service"} == {IDENTITY}
    assert "stackTrace" not in text
    assert "@" not in text
    assert str(FOLDER.parents[1]) not in text
    assert json.loads(text)["events"]
