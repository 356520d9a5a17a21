"""The checks find what they are for: each is shown a broken promise."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from domain.instants import format_instant
from domain.policy import Policy
from domain.sms import Purpose
from process.clock import system_clock
from storage.repositories import Repositories
from tests.histories.record import load
from tests.scenarios.fault_injection.calls import Attempt, CallLog
from tests.scenarios.fault_injection.checker import (
    check_answers,
    check_calls,
    check_chances,
    check_deadlines,
    check_owners,
    check_repeats,
    check_revisions,
)
from tests.scenarios.fault_injection.evidence import Evidence
from tests.scenarios.fault_injection.faults import Fault
from tests.scenarios.fault_injection.sms_histories import looks_at
from tests.scenarios.fault_injection.system import System

NOON = datetime(2026, 11, 28, 4, tzinfo=UTC)
ONE, OTHER = UUID(int=1), UUID(int=2)
LOOKED_AT = 68
"""The event with which the activity of the recorded SMS about the ban has completed."""
DRAWN = Attempt("k", "u", f"/preselections/{ONE}/draws", {}, 0, 1, 200, {"now": "1", "plate": None})


def state(*, draws: int, numbers: Sequence[str] = (), until: datetime = NOON) -> dict[str, Any]:
    batch = {"id": "b", "numbers": list(numbers), "expires_at": format_instant(until)} if numbers else None
    chances = {"draws_remaining": draws, "composed_remaining": 20}
    return {"stage": "plate_selection", "last_action_at": format_instant(NOON), **chances, "batch": batch}


def decision(of: UUID, revision: int, action: str, at: datetime, record: Mapping[str, Any]) -> dict[str, Any]:
    answer = {"state": dict(record), "revision": revision}
    return {"request_id": UUID(int=revision), "preselection_id": of, "action": action, "at": at, "answer": answer}


def evidence(*decisions: Mapping[str, Any], log: Sequence[Attempt] = (), faults: Sequence[Fault] = ()) -> Evidence:
    made: dict[UUID, list[dict[str, Any]]] = {}
    for each in decisions:
        made.setdefault(each["preselection_id"], []).append(dict(each))
    rows = {id_: row_of(of_one[-1]) for id_, of_one in made.items()}
    nothing = cast("System", None), cast("Repositories", None)
    return Evidence(*nothing, CallLog(list(log)), faults, system_clock(), rows, made, [], {}, [], frozenset())


def row_of(last: Mapping[str, Any]) -> dict[str, Any]:
    answer, policy = last["answer"], Policy().to_dict()
    return {"state": answer["state"], "revision": answer["revision"], "policy": policy, "stage": "plate_selection"}


async def test_two_holders_of_one_plate_at_one_instant_are_found() -> None:
    until = NOON + timedelta(seconds=90)
    one = decision(ONE, 1, "draw", NOON, state(draws=4, numbers=["粤BA1234"], until=until))
    late = decision(OTHER, 1, "draw", until, state(draws=4, numbers=["粤BA1234"], until=until + timedelta(seconds=90)))
    assert await check_owners(evidence(one, late)) == []
    early = late | {"at": until - timedelta(milliseconds=1)}
    assert len(await check_owners(evidence(one, early))) == 1


async def test_a_chance_that_is_spent_twice_or_by_nothing_is_found() -> None:
    before, after = decision(ONE, 1, "start", NOON, state(draws=5)), decision(ONE, 2, "draw", NOON, state(draws=4))
    assert await check_chances(evidence(before, after)) == []
    assert await check_chances(evidence(before, after | {"action": "put_aside"}))
    assert await check_chances(evidence(before, decision(ONE, 2, "draw", NOON, state(draws=3))))


async def test_a_lost_decision_and_a_changed_row_are_found() -> None:
    first, third = decision(ONE, 1, "start", NOON, state(draws=5)), decision(ONE, 3, "draw", NOON, state(draws=4))
    assert len(await check_revisions(evidence(first, third))) == 1
    sound = evidence(first)
    assert await check_revisions(sound) == []
    assert await check_revisions(replace(sound, preselections={ONE: row_of(third)}))


async def test_a_good_answer_that_nothing_decided_is_found() -> None:
    made = decision(ONE, 7, "draw", NOON, state(draws=4))
    known = {(f"/api/v1{DRAWN.path}", "k"): UUID(int=7)}
    assert await check_answers(replace(evidence(made, log=[DRAWN]), operations=known)) == []
    assert await check_answers(replace(evidence(log=[DRAWN]), operations=known))


async def test_a_repeat_with_another_answer_is_found() -> None:
    later = replace(DRAWN, answer={"now": "2", "plate": None})
    assert await check_repeats(evidence(log=[DRAWN, later])) == []
    assert await check_repeats(evidence(log=[DRAWN, replace(DRAWN, answer={"now": "2", "plate": "粤BA1234"})]))


async def test_what_an_api_with_a_wrong_clock_shows_is_no_other_answer() -> None:
    first, later = replace(DRAWN, api="api-1"), replace(DRAWN, api="api-2", answer={"now": "2", "plate": "粤BA1234"})
    for part, found in (("api-1", 0), ("api-2", 0), ("worker-1", 1)):
        jumped = evidence(log=[first, later], faults=[Fault(f"jump the clock of {part}", 0, 1)])
        assert len(await check_repeats(jumped)) == found


async def test_a_server_error_and_a_late_answer_are_found_unless_the_api_was_frozen() -> None:
    assert await check_calls(evidence(log=[replace(DRAWN, status=500, answer="oops")]))
    late = replace(DRAWN, ended=17.0)
    assert await check_calls(evidence(log=[late]))
    assert await check_calls(evidence(log=[late], faults=[Fault("freeze api-1", 2, 5)])) == []


async def test_a_missed_deadline_without_a_ban_and_a_ban_without_an_end_are_found() -> None:
    long_ago = system_clock() - timedelta(hours=1)
    missed = evidence(decision(ONE, 1, "confirm", NOON, state(draws=4)))
    for stage in ("completed", "overdue"):
        row = row_of(missed.decisions[ONE][-1]) | {"stage": stage, "deadline": long_ago}
        assert await check_deadlines(replace(missed, preselections={ONE: row}))
    ban = {"id": OTHER, "preselection_id": ONE, "released_at": None, "until": long_ago}
    assert await check_deadlines(replace(evidence(), bans=[ban]))


def test_a_look_at_an_sms_is_found_in_a_recorded_history() -> None:
    events = load("overdue").events
    [looked] = looks_at(events, Purpose.OVERDUE)
    [done] = [event for event in events if event.event_id == LOOKED_AT]
    assert looked == done.event_time.ToDatetime(tzinfo=UTC)
    assert not looks_at(events, Purpose.LAST_DAY)
