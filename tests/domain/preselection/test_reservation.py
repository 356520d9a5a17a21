"""完成号牌预选 and after: R-08, R-40, R-41, R-48, the desk and the operators."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import CancellationNotAllowed, ValidationFailed, WrongStage
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import Reservation, Stage
from tests.domain.preselection.states import (
    COMPOSABLE,
    DAY,
    FIRST,
    MINUTE,
    MS,
    PROVED,
    RESERVATION,
    SECOND,
    at_code,
    at_notes,
    at_selection,
    refuses,
    with_candidate,
    with_reservation,
)

DEADLINE = RESERVATION.deadline
GENEROUS = Policy(cancellation=True)
UNFINISHED = [at_notes(), at_code(), at_selection(), with_candidate()]
OVER = [
    with_reservation().settle(DEADLINE),
    with_reservation().register(COMPOSABLE),
    with_reservation().reject(COMPOSABLE),
    at_notes(draws_remaining=0, composed_remaining=0).settle(PROVED),
]


@pytest.mark.requirement("R-40", "R-41")
def test_the_reservation_stands_until_its_deadline() -> None:
    assert with_reservation().settle(DEADLINE - MS) == with_reservation()
    over = with_reservation().settle(DEADLINE)
    assert (over.stage, over.reservation) == (Stage.OVERDUE, RESERVATION)


@pytest.mark.requirement("R-40")
def test_the_last_day_counts_to_its_end_in_shanghai() -> None:
    assert datetime(2026, 11, 26, 16, tzinfo=UTC) == DEADLINE


@pytest.mark.parametrize("state", [*UNFINISHED, *OVER], ids=lambda state: state.stage)
def test_desk_and_operators_know_a_completed_preselection_only(state: Preselection) -> None:
    for attempt in (state.register, state.reject):
        with refuses(WrongStage, stage=state.stage):
            attempt(COMPOSABLE)
    with refuses(WrongStage, stage=state.stage):
        state.extend_validity(date(2026, 12, 1), COMPOSABLE)


@pytest.mark.requirement("R-41")
def test_the_desks_confirmation_within_the_validity_prevents_the_ban() -> None:
    state = with_reservation().register(DEADLINE - MS)
    assert (state.stage, state.reservation, state.last_action_at) == (Stage.REGISTERED, RESERVATION, DEADLINE - MS)
    assert state.settle(DEADLINE + 400 * DAY) == state


def test_the_desks_confirmation_at_the_deadline_comes_too_late() -> None:
    for attempt in (with_reservation().register, with_reservation().reject):
        with refuses(WrongStage, stage=Stage.OVERDUE):
            attempt(DEADLINE)


def test_a_second_confirmation_is_wrong_stage() -> None:
    with refuses(WrongStage, stage=Stage.REGISTERED):
        with_reservation().register(COMPOSABLE).register(COMPOSABLE)


def test_the_desks_rejection_ends_the_reservation_without_a_ban() -> None:
    state = with_reservation().reject(DEADLINE - MS)
    assert (state.stage, state.last_action_at) == (Stage.CANCELLED, DEADLINE - MS)
    assert state.settle(DEADLINE).stage is Stage.CANCELLED


def test_cancellation_is_refused_unless_the_policy_allows_it() -> None:
    with refuses(CancellationNotAllowed):
        with_reservation().check_withdraw(COMPOSABLE)
    with refuses(CancellationNotAllowed):
        with_reservation().withdraw(COMPOSABLE)


def test_cancellation_not_allowed_goes_before_the_stage() -> None:
    for state in (*UNFINISHED, *OVER):
        with refuses(CancellationNotAllowed):
            state.check_withdraw(COMPOSABLE)


@pytest.mark.parametrize("state", [at_notes(GENEROUS), at_code(GENEROUS), with_candidate(GENEROUS)])
def test_where_it_is_allowed_cancellation_is_known_at_completed_only(state: Preselection) -> None:
    with refuses(WrongStage, stage=state.stage):
        state.withdraw(COMPOSABLE)


def test_where_it_is_allowed_cancellation_ends_the_reservation_within_the_validity() -> None:
    state = with_reservation(GENEROUS).withdraw(DEADLINE - MS)
    assert (state.stage, state.last_action_at) == (Stage.CANCELLED, DEADLINE - MS)
    with refuses(WrongStage, stage=Stage.CANCELLED):
        state.withdraw(DEADLINE - MS)
    with refuses(WrongStage, stage=Stage.OVERDUE):
        with_reservation(GENEROUS).withdraw(DEADLINE)


def test_actions_after_the_deadline_are_wrong_stage() -> None:
    state = with_reservation()
    for attempt in (state.start, state.check_draw, state.check_send_identity_code, state.check_confirm_identity):
        with refuses(WrongStage, stage=Stage.OVERDUE):
            attempt(DEADLINE)


def test_an_extension_moves_the_last_day_and_the_deadline_to_its_end() -> None:
    state = with_reservation().extend_validity(date(2026, 11, 30), COMPOSABLE)
    moved = Reservation(RESERVATION.plate, date(2026, 11, 30), datetime(2026, 11, 30, 16, tzinfo=UTC), is_moved=True)
    assert (state.stage, state.reservation) == (Stage.COMPLETED, moved)
    assert state.settle(DEADLINE).stage is Stage.COMPLETED
    assert state.settle(moved.deadline - MS).stage is Stage.COMPLETED
    assert state.settle(moved.deadline).stage is Stage.OVERDUE


def test_an_extension_to_the_day_that_is_the_last_one_already_changes_nothing() -> None:
    state = with_reservation()
    assert state.extend_validity(RESERVATION.visit_by, COMPOSABLE) == state


def test_the_last_day_never_moves_into_the_past() -> None:
    today_ends = datetime(2026, 11, 24, 16, tzinfo=UTC)
    with_reservation().extend_validity(date(2026, 11, 24), today_ends - MS)
    with refuses(ValidationFailed, errors=[{"field": "visit_by", "message": "must not be over"}]):
        with_reservation().extend_validity(date(2026, 11, 24), today_ends)


def test_an_overdue_reservation_cannot_be_extended() -> None:
    with refuses(WrongStage, stage=Stage.OVERDUE):
        with_reservation().settle(DEADLINE).extend_validity(date(2026, 12, 1), DEADLINE)


def test_a_deadline_that_passed_while_the_service_was_out_still_moves_if_nothing_has_followed_from_it() -> None:
    hours_later = DEADLINE + timedelta(hours=9)
    state = with_reservation().extend_validity(date(2026, 12, 1), hours_later)
    assert (state.settle(hours_later).stage, state.reservation) == (
        Stage.COMPLETED,
        Reservation(RESERVATION.plate, date(2026, 12, 1), datetime(2026, 12, 1, 16, tzinfo=UTC), is_moved=True),
    )


@pytest.mark.requirement("R-41")
def test_a_banned_partys_holds_lapse_and_its_counts_stay() -> None:
    state = with_candidate().release_holds(PROVED + SECOND)
    assert state.holds(PROVED + SECOND) == {}
    assert (state.stage, state.draws_remaining, state.composed_remaining) == (Stage.PLATE_SELECTION, 4, 20)
    assert state.shown == FIRST


def test_a_reservation_for_another_car_stays_when_the_partys_holds_lapse() -> None:
    assert with_reservation().release_holds(COMPOSABLE) == with_reservation()


def test_taking_the_holds_away_is_no_action_of_the_applicant() -> None:
    state = with_candidate().release_holds(PROVED + MINUTE)
    assert (state.last_action_at, state.session_until) == (PROVED, PROVED + 30 * MINUTE)
