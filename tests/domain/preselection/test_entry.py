"""Entry: R-05 to R-08, R-13 to R-15, and the counts that belong to the transfer (R-45, R-46)."""

from dataclasses import replace

import pytest

from domain.errors import VehicleExhausted, WrongStage
from domain.policy import Policy
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
    at_code,
    at_identity,
    at_notes,
    at_selection,
    back_at_selection,
    refuses,
    with_batch,
    with_candidate,
    with_reservation,
)


@pytest.mark.requirement("R-12", "R-45")
def test_a_preselection_opens_at_service_notes_with_the_policys_chances() -> None:
    state = Preselection.begin(Policy(draws=7, composed=30), OPENED)
    assert (state.stage, state.draws_remaining, state.composed_remaining) == (Stage.SERVICE_NOTES, 7, 30)
    assert state.holds(OPENED) == {}
    assert (state.reservation, state.identity, state.session_until, state.last_submission) == (None, None, None, None)


@pytest.mark.requirement("R-45", "R-46")
def test_the_same_transfer_goes_on_with_the_counts_that_it_had() -> None:
    earlier = at_notes(draws_remaining=1, composed_remaining=3)
    state = Preselection.begin(Policy(), OPENED + DAY, earlier=earlier, shown=FIRST)
    assert (state.draws_remaining, state.composed_remaining) == (1, 3)
    assert (state.stage, state.shown, state.last_action_at) == (Stage.SERVICE_NOTES, FIRST, OPENED + DAY)


@pytest.mark.requirement("R-05")
@pytest.mark.parametrize("draws, composed", [(1, 0), (0, 1)])
def test_one_chance_of_either_kind_is_enough_to_go_on(draws: int, composed: int) -> None:
    earlier = at_notes(draws_remaining=draws, composed_remaining=composed)
    state = Preselection.begin(Policy(), OPENED, earlier=earlier)
    assert (state.draws_remaining, state.composed_remaining) == (draws, composed)


@pytest.mark.requirement("R-30", "R-45")
def test_a_used_up_vehicle_gets_no_new_chances_by_a_new_preselection() -> None:
    earlier = at_notes(draws_remaining=0, composed_remaining=0)
    with refuses(VehicleExhausted):
        Preselection.begin(Policy(), OPENED, earlier=earlier)


@pytest.mark.requirement("R-45")
def test_a_preselection_that_used_its_last_chance_for_a_cancelled_plate_is_used_up() -> None:
    policy = Policy(cancellation=True, draws=1, composed=0)
    state = with_candidate(policy).confirm(replace(RESERVATION, plate=FIRST[0]), PROVED).withdraw(PROVED)
    with refuses(VehicleExhausted):
        Preselection.begin(policy, PROVED, earlier=state)


@pytest.mark.requirement("R-14")
def test_start_leads_to_identity_verification() -> None:
    state = at_notes().start(OPENED + SECOND)
    assert (state.stage, state.last_action_at) == (Stage.IDENTITY_VERIFICATION, OPENED + SECOND)
    assert state.identity is None


@pytest.mark.parametrize("state", [at_identity(), at_code(), at_selection(), with_reservation()])
def test_start_is_known_at_service_notes_only(state: Preselection) -> None:
    with refuses(WrongStage, stage=state.stage):
        state.start(COMPOSABLE)


@pytest.mark.requirement("R-05", "R-15")
@pytest.mark.parametrize(
    "state", [at_notes(), at_identity(), at_code(), at_selection(), with_batch(), with_candidate()]
)
def test_an_unfinished_step_lands_at_service_notes_at_the_next_entry(state: Preselection) -> None:
    again = state.enter(COMPOSABLE)
    assert (again.stage, again.last_action_at) == (Stage.SERVICE_NOTES, COMPOSABLE)
    assert (again.draws_remaining, again.composed_remaining) == (state.draws_remaining, state.composed_remaining)


@pytest.mark.requirement("R-15", "R-38")
def test_a_new_entry_keeps_batch_and_candidates_with_the_countdowns_that_were_running() -> None:
    state = with_candidate()
    again = state.enter(PROVED + MINUTE)
    assert (again.batch, again.candidates) == (state.batch, state.candidates)
    assert again.holds(PROVED + MINUTE) == state.holds(PROVED + MINUTE)
    assert again.holds(PROVED + 90 * SECOND) == state.holds(PROVED + 90 * SECOND)


def test_the_holds_are_found_again_after_a_new_verification() -> None:
    again = back_at_selection(with_candidate(), PROVED + MINUTE)
    at = PROVED + MINUTE + 5 * SECOND
    assert again.put_aside(FIRST[1], at).candidates is not None
    assert again.confirm(replace(RESERVATION, plate=FIRST[0]), at).stage is Stage.COMPLETED


def test_a_new_entry_ends_the_selection_session() -> None:
    again = at_selection().enter(COMPOSABLE)
    assert (again.session_until, again.compose_from, again.last_submission) == (None, None, None)
    with refuses(WrongStage, stage=Stage.SERVICE_NOTES):
        again.check_draw(COMPOSABLE)


def test_a_new_entry_voids_an_identity_code() -> None:
    again = at_code().enter(PROVED).start(PROVED)
    assert again.identity is None


def test_an_entry_with_a_live_batch_after_the_last_chance_lands_at_service_notes() -> None:
    state = with_batch(draws_remaining=1, composed_remaining=0)
    assert state.enter(PROVED + 90 * SECOND - MS).stage is Stage.SERVICE_NOTES
    assert state.enter(PROVED + 90 * SECOND).stage is Stage.EXHAUSTED


def test_an_entry_with_a_live_candidate_after_the_last_chance_lands_at_service_notes() -> None:
    state = with_candidate(draws_remaining=1, composed_remaining=0)
    again = back_at_selection(state, PROVED + 2 * MINUTE)
    assert again.confirm(replace(RESERVATION, plate=FIRST[0]), PROVED + 3 * MINUTE - MS).stage is Stage.COMPLETED
    assert state.enter(PROVED + 3 * MINUTE).stage is Stage.EXHAUSTED


@pytest.mark.requirement("R-07", "R-47")
def test_an_entry_with_both_counts_used_up_and_nothing_held_is_exhausted() -> None:
    state = at_notes(draws_remaining=0, composed_remaining=0)
    assert state.enter(OPENED).stage is Stage.EXHAUSTED


@pytest.mark.requirement("R-08")
def test_an_entry_with_a_plate_stays_at_completed_within_its_validity() -> None:
    state = with_reservation()
    assert state.enter(RESERVATION.deadline - MS) == state


@pytest.mark.requirement("R-08", "R-41")
def test_an_entry_after_the_validity_finds_the_preselection_overdue() -> None:
    assert with_reservation().enter(RESERVATION.deadline).stage is Stage.OVERDUE


@pytest.mark.parametrize(
    "state",
    [
        with_reservation().register(COMPOSABLE),
        with_reservation().reject(COMPOSABLE),
        with_reservation().settle(RESERVATION.deadline),
        at_notes(draws_remaining=0, composed_remaining=0).settle(OPENED),
    ],
)
def test_an_entry_changes_nothing_of_what_is_over(state: Preselection) -> None:
    assert state.enter(OPENED + 400 * DAY) == state


def test_without_action_for_unfinished_idle_it_becomes_dormant_and_its_holds_lapse() -> None:
    policy = Policy().with_overrides({"unfinished_idle": "PT60S"})
    state = with_candidate(policy)
    before, after = state.settle(PROVED + MINUTE - MS), state.settle(PROVED + MINUTE)
    assert not before.dormant
    assert before.stage is Stage.PLATE_SELECTION
    assert set(before.holds(PROVED + MINUTE - MS)) == set(FIRST)
    assert after.dormant
    assert after.stage is Stage.SERVICE_NOTES
    assert after.holds(PROVED + MINUTE) == {}


def test_unfinished_idle_is_thirty_days_by_default() -> None:
    state = at_notes()
    assert not state.settle(OPENED + 30 * DAY - MS).dormant
    assert state.settle(OPENED + 30 * DAY).dormant


def test_a_dormant_preselection_keeps_counts_and_record() -> None:
    state = with_batch(draws_remaining=3)
    dormant = state.settle(PROVED + 30 * DAY)
    assert (dormant.draws_remaining, dormant.composed_remaining, dormant.shown) == (2, 20, FIRST)


def test_the_same_buyers_next_entry_goes_on_with_a_dormant_preselection() -> None:
    late = PROVED + 31 * DAY
    again = with_candidate().enter(late)
    assert (again.stage, again.dormant, again.draws_remaining) == (Stage.SERVICE_NOTES, False, 4)
    assert again.holds(late) == {}
    assert not again.settle(late + 30 * DAY - MS).dormant
    assert again.settle(late + 30 * DAY).dormant


def test_a_dormant_preselection_is_not_dormant_again_once_started() -> None:
    state = at_notes().settle(OPENED + 31 * DAY).start(OPENED + 31 * DAY)
    assert (state.stage, state.dormant) == (Stage.IDENTITY_VERIFICATION, False)


def test_each_accepted_action_puts_unfinished_idle_off() -> None:
    day = OPENED + DAY
    started = at_notes().start(day)
    sent = started.send_identity_code(day + SECOND)
    proved = sent.confirm_identity(day + 10 * SECOND)
    drawn = proved.draw("first", FIRST, day + 20 * SECOND)
    aside = drawn.put_aside(FIRST[0], day + 30 * SECOND)
    composed = aside.charge_composition(["粤B00000"], day + 40 * SECOND)
    entered = composed.enter(day + 50 * SECOND)
    instants = [state.last_action_at for state in (started, sent, proved, drawn, aside, composed, entered)]
    assert instants == [day, day + SECOND, *(day + seconds * SECOND for seconds in (10, 20, 30, 40, 50))]
    assert not entered.settle(entered.last_action_at + 30 * DAY - MS).dormant


def test_a_plate_reserved_is_never_dormant() -> None:
    policy = Policy().with_overrides({"unfinished_idle": "PT20S"})
    assert not with_reservation(policy).settle(COMPOSABLE + MINUTE).dormant
