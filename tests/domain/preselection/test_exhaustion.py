"""Both counts used up: R-07, R-30, R-45 to R-47, and the automatic stage `exhausted`."""

from dataclasses import replace

import pytest

from domain.errors import NoComposedLeft, NoDrawsLeft, WrongStage
from domain.policy import Policy
from domain.preselection.deadlines import next_change
from domain.preselection.state import Preselection
from domain.preselection.values import Outcome, Stage, Tried
from tests.domain.preselection.states import (
    COMPOSABLE,
    DAY,
    FIRST,
    MINUTE,
    MS,
    PROVED,
    RESERVATION,
    SECOND,
    Chances,
    at_notes,
    at_selection,
    refuses,
    with_batch,
    with_candidate,
)

BATCH_END = PROVED + 90 * SECOND
COLUMN_END = PROVED + 3 * MINUTE


def test_one_chance_of_either_kind_keeps_the_preselection_open() -> None:
    for chances in (
        Chances(draws_remaining=1, composed_remaining=0),
        Chances(draws_remaining=0, composed_remaining=1),
    ):
        state = at_selection(**chances)
        assert not state.has_no_chance()
        assert state.settle(COMPOSABLE).stage is Stage.PLATE_SELECTION


def test_after_the_last_draw_the_batch_is_still_a_chance() -> None:
    state = with_batch(draws_remaining=1, composed_remaining=0)
    assert state.has_no_chance()
    assert state.settle(BATCH_END - MS).stage is Stage.PLATE_SELECTION
    state.put_aside(FIRST[0], BATCH_END - MS)


def test_exhausted_comes_by_itself_when_the_last_batch_ends() -> None:
    state = with_batch(draws_remaining=1, composed_remaining=0)
    assert next_change(state.settle(COMPOSABLE), COMPOSABLE) == BATCH_END
    over = state.settle(BATCH_END)
    assert (over.stage, over.holds(BATCH_END)) == (Stage.EXHAUSTED, {})
    with refuses(WrongStage, stage=Stage.EXHAUSTED):
        state.put_aside(FIRST[0], BATCH_END)


def test_exhausted_comes_by_itself_when_the_last_candidate_ends() -> None:
    state = with_candidate(draws_remaining=1, composed_remaining=0)
    assert state.settle(BATCH_END).stage is Stage.PLATE_SELECTION
    assert state.settle(COLUMN_END - MS).stage is Stage.PLATE_SELECTION
    assert state.settle(COLUMN_END).stage is Stage.EXHAUSTED
    with refuses(WrongStage, stage=Stage.EXHAUSTED):
        state.confirm(replace(RESERVATION, plate=FIRST[0]), COLUMN_END)


def test_the_last_candidate_can_still_be_confirmed_one_millisecond_before() -> None:
    state = with_candidate(draws_remaining=1, composed_remaining=0)
    assert state.confirm(replace(RESERVATION, plate=FIRST[0]), COLUMN_END - MS).stage is Stage.COMPLETED


def test_exhausted_comes_during_identity_verification_too() -> None:
    state = with_batch(draws_remaining=1, composed_remaining=0).enter(PROVED).start(PROVED)
    assert state.settle(BATCH_END - MS).stage is Stage.IDENTITY_VERIFICATION
    assert state.settle(BATCH_END).stage is Stage.EXHAUSTED


@pytest.mark.requirement("R-30")
def test_exhausted_comes_at_once_when_the_last_composed_numbers_are_taken() -> None:
    state = at_selection(draws_remaining=0, composed_remaining=2).charge_composition(
        ["粤B00000", "粤B00001"], COMPOSABLE
    )
    assert state.stage is Stage.EXHAUSTED
    assert (state.draws_remaining, state.composed_remaining) == (0, 0)


@pytest.mark.requirement("R-27", "R-30")
def test_the_reason_of_the_last_submission_is_still_shown_at_exhausted() -> None:
    state = at_selection(draws_remaining=0, composed_remaining=1).charge_composition(["粤B00000"], COMPOSABLE)
    assert state.last_submission == (Tried("粤B00000", Outcome.TAKEN),)
    assert state.settle(COMPOSABLE + DAY) == state
    assert (state.session_until, state.compose_from) == (None, None)


def test_the_last_composed_numbers_taken_with_a_live_batch_stay_at_selection() -> None:
    state = with_batch(draws_remaining=1, composed_remaining=1).charge_composition(["粤B00000"], COMPOSABLE)
    assert (state.stage, state.last_submission) == (Stage.PLATE_SELECTION, (Tried("粤B00000", Outcome.TAKEN),))
    assert state.settle(BATCH_END).stage is Stage.EXHAUSTED


def test_with_both_counts_at_zero_and_a_live_batch_each_way_says_that_none_is_left() -> None:
    state = with_batch(draws_remaining=1, composed_remaining=0)
    with refuses(NoDrawsLeft):
        state.check_draw(COMPOSABLE)
    with refuses(NoComposedLeft):
        state.check_compose(1, COMPOSABLE)


@pytest.mark.requirement("R-41")
def test_holds_taken_away_after_the_last_chance_exhaust_it_at_once() -> None:
    state = with_candidate(draws_remaining=1, composed_remaining=0)
    assert state.release_holds(PROVED).stage is Stage.EXHAUSTED


def test_idleness_that_ends_the_last_hold_exhausts_it_instead_of_putting_it_to_sleep() -> None:
    policy = Policy().with_overrides({"unfinished_idle": "PT10S"})
    state = with_candidate(policy, draws_remaining=1, composed_remaining=0)
    over = state.settle(PROVED + 10 * SECOND)
    assert (over.stage, over.dormant, over.holds(PROVED + 10 * SECOND)) == (Stage.EXHAUSTED, False, {})
    assert over == over.settle(PROVED + 10 * SECOND) == state.settle(COLUMN_END)


@pytest.mark.requirement("R-45")
@pytest.mark.parametrize("minutes", [2, 40, 10 * 24 * 60])
def test_exhausted_is_for_good(minutes: int) -> None:
    over = with_batch(draws_remaining=1, composed_remaining=0).settle(BATCH_END)
    assert over.settle(PROVED + minutes * MINUTE) == over
    assert over.enter(PROVED + minutes * MINUTE) == over


@pytest.mark.parametrize(
    "action", ["start", "check_draw", "check_send_identity_code", "check_confirm_identity", "register"]
)
def test_no_action_is_known_at_exhausted(action: str) -> None:
    over = at_notes(draws_remaining=0, composed_remaining=0).settle(PROVED)
    with refuses(WrongStage, stage=Stage.EXHAUSTED):
        getattr(over, action)(PROVED)


def test_chances_are_never_given_back() -> None:
    state = at_selection(Policy(cancellation=True)).charge_composition(["粤B00000"], COMPOSABLE)
    state = state.draw("first", FIRST, COMPOSABLE).put_aside(FIRST[0], COMPOSABLE)
    won = state.confirm(replace(RESERVATION, plate=FIRST[0]), COMPOSABLE)
    for later in (state.release_holds(COMPOSABLE), state.enter(COMPOSABLE), won.withdraw(COMPOSABLE)):
        assert (later.draws_remaining, later.composed_remaining) == (4, 19)


def counts(state: Preselection) -> tuple[int, int]:
    return state.draws_remaining, state.composed_remaining


def test_time_alone_costs_no_chance() -> None:
    state = with_candidate()
    for passed in (90 * SECOND, 3 * MINUTE, 30 * MINUTE, 30 * DAY):
        assert counts(state.settle(PROVED + passed)) == counts(state)
