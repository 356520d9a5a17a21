"""Messages to workflows and activities carry ids and what somebody asked for, nothing that a row knows.

State, policy, revision, deadlines, office and holder are read from the row by the activity that decides.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from worker.run import WORKFLOWS
from workflows.maintenance.types import MaintenanceSteps
from workflows.ports import Appeals, Bans, Deadlines, Identity, Notifications, Plates, Records

PORTS = (Records, Plates, Identity, Bans, Appeals, Notifications, Deadlines, MaintenanceSteps)
IDS = {"preselection_id", "entry_id", "appeal_id", "operation_id", "request_id"}
TIMES = {"at", "first_at", "since"}
"""Instants of the workflow's clock: the activity compares them with its own."""
ASKED: Mapping[str, set[str]] = {
    "BanInput": set(),
    "BlacklistInput": set(),
    "AppealInput": set(),
    "SettleAppealInput": set(),
    "Action": set(),
    "ConfirmIdentity": {"code_hash"},
    "Compose": {"numbers"},
    "Draw": {"exclude_four", "prefix", "nonce"},
    "OneNumber": {"number"},
    "DeskAct": {"clerk"},
    "OperatorAct": {"operator", "reason"},
    "ExtendValidity": {"operator", "reason", "visit_by"},
    "Step": {"clerk", "operator", "reason", "visit_by"},
    "DecisionInput": {"act"},
    "ReleaseBan": {"operator", "reason"},
    "ReleaseInput": {"command"},
    "SmsInput": {"purpose"},
    "PostponementInput": {"operator", "reason", "days", "closed", "office", "visit_by"},
    # `after` is the id of the last reservation of the page before.
    "PostponePageInput": {"given", "after"},
    "MaintenanceInput": {"steps"},
    # `mark` is a number that shows whether Temporal or the database was restored, not a fact about anybody.
    "StepInput": {"mark"},
    # Only continue-as-new sets these, and no decision depends on them.
    "VehicleInput": {"outcomes", "undelivered"},
}
"""What a message asks for, beside ids, times and the seal."""


def handlers() -> Iterator[Any]:
    """Every method that Temporal calls with a message."""
    for owner in (*WORKFLOWS, *PORTS):
        for _, method in inspect.getmembers(owner, inspect.isfunction):
            if any(name.startswith("__temporal") for name in vars(method)):
                yield method


def parts_of(hint: Any) -> Iterator[Any]:
    """The classes in a type."""
    if arguments := get_args(hint):
        for argument in arguments:
            yield from parts_of(argument)
    else:
        yield hint


def inputs_of(methods: Iterable[Any]) -> set[Any]:
    """The classes of all parameters, and of their fields."""
    found: set[Any] = set()
    waiting = [hint for method in methods for name, hint in get_type_hints(method).items() if name != "return"]
    while waiting:
        for part in parts_of(waiting.pop()):
            if part not in found:
                found.add(part)
                # The outcomes that a run passes on are results.
                hints = get_type_hints(part) if is_dataclass(part) else {}
                waiting += [hint for name, hint in hints.items() if name != "outcomes"]
    return found


INPUTS = inputs_of(handlers())
MESSAGES: list[Any] = sorted(filter(is_dataclass, INPUTS), key=str)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_a_message_carries_ids_and_what_was_asked_for(message: Any) -> None:
    known = ASKED[message.__name__]
    assert {field.name for field in fields(message)} - IDS - TIMES - {"seal"} == known


def test_every_kind_of_message_is_known_by_name() -> None:
    assert {message.__name__ for message in MESSAGES} == set(ASKED)


def test_no_message_has_room_for_anything_else() -> None:
    assert INPUTS - set(MESSAGES) == {str, bool, int, datetime, NoneType}
