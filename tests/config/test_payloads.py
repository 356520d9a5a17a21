"""Workflow messages have the same JSON as the SDK's converter, in both directions."""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import pytest
from temporalio.converter import DataConverter

from config.payloads import DATA_CONVERTER
from worker.run import PASSED_THROUGH, WORKFLOWS
from workflows.messages import ActionResult, BlacklistInput, DecisionInput, DecisionResult, Draw, Outcome, VehicleInput

AT = datetime(2026, 11, 26, 2, 48, 0, 123000, UTC)
SAID = [
    VehicleInput("an id", [Outcome("a request", 7)], ["reserved"]),
    DecisionInput("an id", "draw", AT, AT),
    DecisionResult(7, "plate_selection", 4, 20, {"batch": 1795661280123}, 1795661280123, batch=["粤B12345"]),
    BlacklistInput("an entry"),
    ActionResult(8),
    Draw(exclude_four=True),
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: type(said).__name__)
async def test_it_is_heard_as_it_was_said_by_every_mixture_of_writers_and_readers(said: object) -> None:
    for writer in (DATA_CONVERTER, DataConverter.default):
        for reader in (DATA_CONVERTER, DataConverter.default):
            payloads = await writer.encode([said])
            assert payloads[0].metadata["encoding"] == b"json/plain"
            assert await reader.decode(payloads, [type(said)]) == [said]


async def test_fields_of_ours_that_are_absent_cost_no_history() -> None:
    [payload] = await DATA_CONVERTER.encode([Draw(exclude_four=True)])
    assert payload.data == b'{"exclude_four":true,"request_id":""}'
    # A plain value is written as it is.
    [payload] = await DATA_CONVERTER.encode([{"exclude_four": None}])
    assert payload.data == b'{"exclude_four":null}'


async def test_what_the_command_line_leaves_out_has_its_usual_value() -> None:
    [payload] = await DataConverter.default.encode([{"exclude_four": True}])
    assert await DATA_CONVERTER.decode([payload], [Draw]) == [Draw(exclude_four=True)]


@pytest.mark.parametrize(
    "wrong, wanted",
    [
        ({}, ActionResult), ({"revision": "many"}, ActionResult),
        ({"revision": "7"}, ActionResult), ({"revision": None}, ActionResult),
        (["revision"], ActionResult), ("revision", ActionResult),
        ({"exclude_four": "yes"}, Draw), ({"exclude_four": 1}, Draw),
        ({"preselection_id": "an id", "act": "draw", "at": 1830297600}, DecisionInput),
        ({"preselection_id": "an id", "act": "draw", "at": "soon"}, DecisionInput),
    ],
)  # fmt: skip
async def test_what_is_no_such_message_is_refused_and_nothing_is_made_to_fit(wrong: object, wanted: type) -> None:
    payloads = await DataConverter.default.encode([wrong])
    with pytest.raises(ValueError, match=r"validation error"):
        await DATA_CONVERTER.decode(payloads, [wanted])


def messages_of(method: Callable[..., object]) -> set[type]:
    """The classes that a workflow's method takes and gives, optional ones too."""
    hints = [hint for name, hint in get_type_hints(method).items() if name != "self"]
    named = {each for hint in hints for each in (hint, *get_args(hint))}
    return {each for each in named if is_dataclass(each) and isinstance(each, type)}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_messages_are_the_same_classes_for_every_run(workflow: type) -> None:
    """In the sandbox each run has its own classes, except from passed-through modules; a cache would keep them all."""
    methods = [method for _, method in inspect.getmembers(workflow, inspect.isfunction)]
    marked = [method for method in methods if any(name.startswith("__temporal") for name in vars(method))]
    said = {message for method in marked for message in messages_of(method)}
    assert said
    assert {message.__module__ for message in said if not message.__module__.startswith(PASSED_THROUGH)} == set()
