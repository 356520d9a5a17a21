"""自编: R-21, R-22, R-24 to R-30."""

from dataclasses import replace

import pytest

from domain.errors import NoComposedLeft, TooEarly, TooManyNumbers, WrongStage
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import Outcome, Stage, Tried
from tests.domain.preselection.states import (
    COMPOSABLE,
    FIRST,
    MS,
    OPENED,
    PROVED,
    RESERVATION,
    SECOND,
    at_code,
    at_notes,
    at_selection,
    back_at_selection,
    refuses,
    with_candidate,
    with_reservation,
)

TAKEN = ["粤B00000", "粤B00001", "粤B00002"]


@pytest.mark.requirement("R-24", "R-25")
def test_a_submission_is_too_early_until_the_interval_after_entering_the_page_is_over() -> None:
    with refuses(TooEarly, retry_at=COMPOSABLE):
        at_selection().check_compose(1, COMPOSABLE - MS)
    with refuses(TooEarly, retry_at=COMPOSABLE):
        at_selection().charge_composition(TAKEN, COMPOSABLE - MS)
    with refuses(TooEarly, retry_at=COMPOSABLE):
        at_selection().compose([RESERVATION.plate], RESERVATION, COMPOSABLE - MS)
    at_selection().check_compose(1, COMPOSABLE)


@pytest.mark.requirement("R-27")
def test_the_count_falls_by_n_when_all_n_are_taken() -> None:
    state = at_selection().charge_composition(TAKEN, COMPOSABLE)
    assert (state.composed_remaining, state.draws_remaining) == (17, 5)
    assert state.stage is Stage.PLATE_SELECTION


@pytest.mark.requirement("R-27")
def test_each_taken_number_is_reported_in_the_order_it_was_given() -> None:
    state = at_selection().charge_composition(TAKEN, COMPOSABLE)
    assert state.last_submission == tuple(Tried(number, Outcome.TAKEN) for number in TAKEN)


@pytest.mark.requirement("R-24")
def test_after_a_submission_the_interval_runs_again() -> None:
    state = at_selection().charge_composition(TAKEN, COMPOSABLE + SECOND)
    again = COMPOSABLE + 11 * SECOND
    assert state.compose_from == again
    with refuses(TooEarly, retry_at=again):
        state.check_compose(1, again - MS)
    assert state.charge_composition(TAKEN, again).composed_remaining == 14


def test_a_new_entry_does_not_shorten_the_interval() -> None:
    again = back_at_selection(at_selection().charge_composition(TAKEN, COMPOSABLE), COMPOSABLE)
    with refuses(TooEarly, retry_at=COMPOSABLE + 15 * SECOND):
        again.check_compose(1, COMPOSABLE + 10 * SECOND)


@pytest.mark.requirement("R-28")
def test_the_first_free_number_is_confirmed_at_once_and_the_rest_are_left_alone() -> None:
    numbers = ["粤B00000", RESERVATION.plate, "粤B00002", "粤B00003"]
    state = at_selection().compose(numbers, RESERVATION, COMPOSABLE)
    assert (state.stage, state.reservation, state.last_action_at) == (Stage.COMPLETED, RESERVATION, COMPOSABLE)
    outcomes = [Outcome.TAKEN, Outcome.ACCEPTED, Outcome.NOT_TRIED, Outcome.NOT_TRIED]
    assert state.last_submission == tuple(map(Tried, numbers, outcomes))


@pytest.mark.requirement("R-28")
def test_a_submission_that_won_costs_nothing() -> None:
    state = at_selection().compose(["粤B00000", RESERVATION.plate], RESERVATION, COMPOSABLE)
    assert (state.composed_remaining, state.draws_remaining) == (20, 5)


def test_a_submission_that_won_ends_batch_candidates_and_session() -> None:
    state = with_candidate().compose([RESERVATION.plate], RESERVATION, COMPOSABLE)
    assert state.holds(COMPOSABLE) == {}
    assert (state.batch, state.candidates, state.session_until, state.compose_from) == (None, None, None, None)


@pytest.mark.requirement("R-22")
@pytest.mark.parametrize("remaining, most", [(20, 5), (6, 5), (5, 5), (4, 4), (1, 1)])
def test_as_many_as_can_be_entered_at_once_or_remain_whichever_is_less(remaining: int, most: int) -> None:
    state = at_selection(composed_remaining=remaining)
    state.check_compose(most, COMPOSABLE)
    with refuses(TooManyNumbers, max=most):
        state.check_compose(most + 1, COMPOSABLE)


def test_too_many_numbers_are_not_charged() -> None:
    state = at_selection(composed_remaining=2)
    with refuses(TooManyNumbers, max=2):
        state.charge_composition(TAKEN, COMPOSABLE)
    with refuses(TooManyNumbers, max=2):
        state.compose([*TAKEN, RESERVATION.plate], RESERVATION, COMPOSABLE)
    assert state.composed_remaining == 2


def test_none_left_goes_before_too_early_and_before_too_many() -> None:
    state = at_selection(composed_remaining=0)
    for at in (PROVED, COMPOSABLE):
        with refuses(NoComposedLeft):
            state.check_compose(9, at)


def test_none_left_is_said_at_zero_only() -> None:
    state = at_selection(composed_remaining=1)
    with refuses(TooEarly, retry_at=COMPOSABLE):
        state.check_compose(1, PROVED)


@pytest.mark.requirement("R-29")
def test_composed_used_up_with_draws_left_stays_at_selection_for_random() -> None:
    state = at_selection(composed_remaining=3).charge_composition(TAKEN, COMPOSABLE)
    assert (state.stage, state.composed_remaining) == (Stage.PLATE_SELECTION, 0)
    state.check_draw(COMPOSABLE)
    with refuses(NoComposedLeft):
        state.check_compose(1, COMPOSABLE + 10 * SECOND)


def test_batch_and_candidates_outlast_a_submission_in_vain() -> None:
    before = with_candidate()
    state = before.charge_composition(TAKEN, COMPOSABLE)
    assert (state.batch, state.candidates) == (before.batch, before.candidates)


def test_the_last_submission_stays_in_view_until_the_session_ends() -> None:
    state = at_selection().charge_composition(TAKEN, COMPOSABLE).draw("first", FIRST, COMPOSABLE)
    assert state.last_submission is not None
    assert state.enter(COMPOSABLE).last_submission is None


def test_the_limits_are_the_policys() -> None:
    policy = Policy(composed_per_submission=2).with_overrides({"compose_interval": "PT1M"})
    state = at_selection(policy)
    with refuses(TooManyNumbers, max=2):
        state.check_compose(3, COMPOSABLE)
    with refuses(TooEarly, retry_at=PROVED + 60 * SECOND):
        state.check_compose(2, COMPOSABLE)


@pytest.mark.parametrize("state", [at_notes(), at_code(), with_reservation(), at_selection().enter(PROVED)])
def test_composing_is_known_at_plate_selection_only(state: Preselection) -> None:
    for numbers in (1, 9):
        with refuses(WrongStage, stage=state.stage):
            state.check_compose(numbers, OPENED + 60 * SECOND)


def test_the_stage_is_checked_before_the_numbers_left() -> None:
    state = at_notes(composed_remaining=0)
    with refuses(WrongStage, stage=Stage.SERVICE_NOTES):
        state.check_compose(1, COMPOSABLE)


def test_a_plate_that_was_not_submitted_cannot_win() -> None:
    with pytest.raises(ValueError, match="not in list"):
        at_selection().compose(TAKEN, replace(RESERVATION, plate="粤B99999"), COMPOSABLE)
