"""What time alone does, and the countdowns that stand for it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import Policy
from domain.preselection.deadlines import Countdown, deadlines, next_change
from domain.preselection.state import Preselection
from domain.preselection.values import Stage
from tests.domain.preselection.states import (
    COMPOSABLE,
    DAY,
    FIRST,
    MINUTE,
    MS,
    OPENED,
    PROVED,
    RESERVATION,
    SECOND,
    Chances,
    at_code,
    at_identity,
    at_notes,
    at_selection,
    with_batch,
    with_candidate,
    with_reservation,
)

HASTY = Policy().with_overrides({"session_idle": "PT70S", "unfinished_idle": "PT100S"})
SLEEPY = Policy().with_overrides({"session_idle": "PT200S", "unfinished_idle": "PT60S"})
LAST: Chances = {"draws_remaining": 1, "composed_remaining": 0}
STATES = [
    at_notes(),
    at_code(),
    with_candidate(),
    with_candidate(HASTY),
    with_candidate(SLEEPY),
    with_batch(HASTY, **LAST),
    with_batch(SLEEPY, **LAST),
    with_candidate(HASTY, **LAST),
    with_candidate(SLEEPY, **LAST),
    with_candidate(**LAST).enter(PROVED),
    at_selection().charge_composition(["粤B00000"], COMPOSABLE),
    at_selection(draws_remaining=0, composed_remaining=1).charge_composition(["粤B00000"], COMPOSABLE),
    with_reservation(),
    with_reservation().register(COMPOSABLE),
    with_reservation().reject(COMPOSABLE),
]
IDLE_END = PROVED + 30 * DAY
OFFSETS = st.integers(0, 300_000) | st.sampled_from([0, 60_000, 70_000, 90_000, 100_000, 180_000, 10**7, 3 * 10**9])
INSTANTS = OFFSETS.flatmap(lambda ms: st.sampled_from([ms, ms + 1, max(ms - 1, 0)])).map(
    lambda ms: COMPOSABLE + timedelta(milliseconds=ms)
)


@given(st.sampled_from(STATES), INSTANTS)
def test_settling_twice_is_settling_once(state: Preselection, at: datetime) -> None:
    assert state.settle(at).settle(at) == state.settle(at)


@given(st.sampled_from(STATES), INSTANTS, INSTANTS)
def test_it_does_not_matter_in_how_many_steps_time_passes(state: Preselection, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert state.settle(earlier).settle(later) == state.settle(later)


@given(st.sampled_from(STATES), INSTANTS, INSTANTS)
def test_time_never_leads_back(state: Preselection, one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    before, after = state.settle(earlier), state.settle(later)
    assert set(after.holds(later)) <= set(before.holds(earlier))
    if before.stage not in {Stage.PLATE_SELECTION, Stage.SERVICE_NOTES, Stage.IDENTITY_VERIFICATION, Stage.COMPLETED}:
        assert after == before
    if before.dormant:
        assert after == before


@given(st.sampled_from(STATES), INSTANTS, st.integers(0, 10**12))
def test_between_two_countdowns_nothing_changes(state: Preselection, at: datetime, somewhere: int) -> None:
    now = state.settle(at)
    end = next_change(now, at) or at + 1000 * DAY
    between = end - MS - timedelta(milliseconds=somewhere % ((end - at) // MS))
    assert at <= between < end
    assert now.settle(between) == now
    assert now.holds(between) == now.holds(at)


@given(st.sampled_from(STATES), INSTANTS)
def test_every_hold_ends_with_a_countdown_of_its_own(state: Preselection, at: datetime) -> None:
    now = state.settle(at)
    running = deadlines(now, at)
    for hold in now.holds(at).values():
        assert hold.until in {running.get(Countdown.BATCH), running.get(Countdown.CANDIDATES)}
        assert at < hold.until <= at + 15 * MINUTE


def names(state: Preselection, at: datetime) -> dict[Countdown, datetime]:
    return deadlines(state, at)


def test_at_service_notes_only_idleness_runs() -> None:
    assert names(at_notes(), OPENED) == {Countdown.IDLE: OPENED + 30 * DAY}
    assert names(at_identity(), OPENED) == {Countdown.IDLE: OPENED + 30 * DAY}


def test_a_sent_code_has_the_countdown_of_confirm() -> None:
    running = names(at_code(), OPENED)
    assert running == {Countdown.CONFIRM_DELAY: PROVED, Countdown.IDLE: OPENED + 30 * DAY}


def test_the_selection_session_has_a_countdown_and_the_submission_another() -> None:
    assert names(at_selection(), PROVED) == {
        Countdown.COMPOSE_INTERVAL: COMPOSABLE,
        Countdown.SESSION: PROVED + 30 * MINUTE,
        Countdown.IDLE: IDLE_END,
    }


def test_batch_and_column_have_a_countdown_each() -> None:
    assert names(with_candidate(), PROVED) == {
        Countdown.COMPOSE_INTERVAL: COMPOSABLE,
        Countdown.BATCH: PROVED + 90 * SECOND,
        Countdown.CANDIDATES: PROVED + 3 * MINUTE,
        Countdown.SESSION: PROVED + 30 * MINUTE,
        Countdown.IDLE: IDLE_END,
    }


def test_batch_and_column_keep_their_countdowns_outside_the_session() -> None:
    again = with_candidate().enter(PROVED + SECOND)
    assert names(again, PROVED + SECOND) == {
        Countdown.BATCH: PROVED + 90 * SECOND,
        Countdown.CANDIDATES: PROVED + 3 * MINUTE,
        Countdown.IDLE: IDLE_END + SECOND,
    }


def test_a_reserved_plate_has_the_countdown_of_its_validity_alone() -> None:
    assert names(with_reservation(), COMPOSABLE) == {Countdown.VALIDITY: RESERVATION.deadline}


@pytest.mark.parametrize(
    "state",
    [
        with_reservation().register(COMPOSABLE),
        with_reservation().reject(COMPOSABLE),
        with_reservation().settle(RESERVATION.deadline),
        at_notes().settle(OPENED + 30 * DAY),
        at_notes(draws_remaining=0, composed_remaining=0).settle(PROVED),
    ],
)
def test_what_is_over_or_dormant_has_no_countdown(state: Preselection) -> None:
    assert deadlines(state, COMPOSABLE) == {}
    assert next_change(state, COMPOSABLE) is None


@pytest.mark.parametrize("name", [name for name in Countdown if name not in {Countdown.REMINDER, Countdown.LAST_DAY}])
def test_a_countdown_runs_to_one_millisecond_before_its_deadline_and_is_over_at_it(name: Countdown) -> None:
    states = {Countdown.CONFIRM_DELAY: at_code(), Countdown.VALIDITY: with_reservation()}
    state = states.get(name, with_candidate())
    end = deadlines(state, PROVED - MS)[name]
    assert deadlines(state, end - MS)[name] == end
    assert name not in deadlines(state, end)


def test_the_countdowns_stand_in_one_order_whatever_their_ends_so_that_a_replay_meets_the_same() -> None:
    state = with_candidate(SLEEPY)
    assert list(deadlines(state, PROVED)) == [
        Countdown.COMPOSE_INTERVAL,
        Countdown.BATCH,
        Countdown.CANDIDATES,
        Countdown.SESSION,
        Countdown.IDLE,
    ]


def test_the_next_change_is_the_earliest_end() -> None:
    state = with_candidate()
    assert next_change(state, PROVED) == COMPOSABLE
    assert next_change(state, COMPOSABLE) == PROVED + 90 * SECOND
    assert next_change(state, PROVED + 90 * SECOND) == PROVED + 3 * MINUTE
    assert next_change(state, PROVED + 3 * MINUTE) == PROVED + 30 * MINUTE


def test_a_deadline_is_over_exactly_at_it_for_a_draw_too() -> None:
    state = with_batch(HASTY)
    assert state.settle(PROVED + 70 * SECOND - MS).stage is Stage.PLATE_SELECTION
    assert state.settle(PROVED + 70 * SECOND).stage is Stage.SERVICE_NOTES
    assert set(state.settle(PROVED + 70 * SECOND).holds(PROVED + 70 * SECOND)) == set(FIRST)
