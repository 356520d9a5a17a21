"""A preselection's JSON round trip: stored or sent values are read back unchanged."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import Policy
from domain.preselection.record import from_record, to_record
from domain.preselection.state import Preselection
from domain.preselection.values import (
    Batch,
    Candidate,
    Candidates,
    IdentityCode,
    Outcome,
    Reservation,
    Stage,
    Tried,
)
from tests.domain.preselection.states import (
    COMPOSABLE,
    DAY,
    FIRST,
    OPENED,
    PROVED,
    at_code,
    at_notes,
    at_selection,
    with_candidate,
    with_reservation,
)

POLICY = Policy(draws=9)
INSTANTS = st.integers(0, 10**12).map(lambda ms: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
PLATES = st.text("粤BA1234567890", min_size=7, max_size=7)
NUMBERS = st.lists(PLATES, min_size=1, max_size=10).map(tuple)
COLUMN = st.builds(
    Candidates,
    st.lists(st.builds(Candidate, PLATES, st.uuids().map(str)), min_size=1, max_size=5).map(tuple),
    INSTANTS,
    INSTANTS,
)
STATES = st.builds(
    Preselection,
    policy=st.just(POLICY),
    stage=st.sampled_from(Stage),
    draws_remaining=st.integers(0, 9),
    composed_remaining=st.integers(0, 20),
    last_action_at=INSTANTS,
    dormant=st.booleans(),
    identity=st.none() | st.builds(IdentityCode, INSTANTS, INSTANTS, INSTANTS),
    session_until=st.none() | INSTANTS,
    compose_from=st.none() | INSTANTS,
    batch=st.none() | st.builds(Batch, st.uuids().map(str), NUMBERS, INSTANTS),
    candidates=st.none() | COLUMN,
    last_submission=st.none()
    | st.lists(st.builds(Tried, PLATES, st.sampled_from(Outcome)), min_size=1, max_size=5).map(tuple),
    reservation=st.none() | st.builds(Reservation, PLATES, st.dates(), INSTANTS),
    shown=st.just(()) | NUMBERS,
)
REACHED = [
    at_notes(),
    at_code(),
    at_selection(),
    with_candidate(),
    with_candidate().charge_composition(["粤B00000"], COMPOSABLE),
    with_candidate().settle(PROVED + 31 * DAY),
    with_reservation(),
]


@given(STATES)
def test_every_state_survives_its_record(state: Preselection) -> None:
    assert from_record(json.loads(json.dumps(to_record(state))), POLICY) == state


@pytest.mark.parametrize("state", REACHED)
def test_every_state_that_actions_reach_survives_its_record(state: Preselection) -> None:
    assert from_record(json.loads(json.dumps(to_record(state))), state.policy) == state


def test_a_record_is_written_as_the_contract_writes_instants_and_days() -> None:
    record = to_record(with_reservation())
    assert record["reservation"] == {
        "plate": "粤BA1234",
        "visit_by": "2026-11-26",
        "deadline": "2026-11-26T16:00:00.000Z",
    }
    assert record["last_action_at"] == "2026-11-23T02:00:15.000Z"
    assert record["last_submission"] == [["粤BA1234", "accepted"]]


def test_absent_parts_are_left_out_of_a_record() -> None:
    assert to_record(at_notes()) == {
        "stage": "service_notes",
        "draws_remaining": 5,
        "composed_remaining": 20,
        "last_action_at": "2026-11-23T02:00:00.000Z",
    }


def test_an_older_record_without_the_optional_fields_takes_their_defaults() -> None:
    record = {name: to_record(with_candidate())[name] for name in to_record(at_notes())}
    assert from_record(record, Policy()) == Preselection(Policy(), Stage.PLATE_SELECTION, 4, 20, PROVED)


def test_the_policy_stands_beside_the_record_and_decides_from_then_on() -> None:
    hasty = Policy().with_overrides({"unfinished_idle": "PT1S"})
    state = from_record(to_record(at_notes()), hasty)
    assert state == replace(at_notes(), policy=hasty)
    assert state.settle(OPENED + timedelta(seconds=1)).dormant


def test_a_record_keeps_the_order_of_numbers_and_candidates() -> None:
    state = with_candidate().draw("second", FIRST[::-1], COMPOSABLE).put_aside(FIRST[9], COMPOSABLE)
    record = to_record(state)
    assert record["batch"]["numbers"] == list(FIRST[::-1])
    assert record["candidates"]["items"] == [[FIRST[0], "first"], [FIRST[9], "second"]]
    assert record["shown"] == [*FIRST, *FIRST[::-1]]


def test_an_instant_without_a_time_zone_is_not_read() -> None:
    record = to_record(at_notes()) | {"last_action_at": "2026-11-23T02:00:00.000"}
    with pytest.raises(ValueError, match="time zone"):
        from_record(record, Policy())


def test_the_record_of_a_date_is_a_date() -> None:
    again = from_record(to_record(with_reservation()), Policy())
    assert again.reservation is not None
    assert again.reservation.visit_by == date(2026, 11, 26)
