"""身份验证 and the selection session: R-16, R-17, R-24."""

import pytest

from domain.errors import CodeNotSent, RateLimited, TooEarly, WrongStage
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import IdentityCode, Stage
from tests.domain.preselection.states import (
    COMPOSABLE,
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
    refuses,
    with_batch,
    with_candidate,
    with_reservation,
)

IDLE = 30 * MINUTE


@pytest.mark.requirement("R-16", "R-17")
def test_a_sent_code_can_be_confirmed_resent_and_expires_at_separate_instants() -> None:
    assert at_code().identity == IdentityCode(OPENED + 5 * SECOND, OPENED + MINUTE, OPENED + 5 * MINUTE)


@pytest.mark.requirement("R-17")
def test_confirm_is_too_early_until_its_countdown_ends() -> None:
    with refuses(TooEarly, retry_at=PROVED):
        at_code().check_confirm_identity(PROVED - MS)
    with refuses(TooEarly, retry_at=PROVED):
        at_code().confirm_identity(PROVED - MS)
    at_code().check_confirm_identity(PROVED)


@pytest.mark.requirement("R-17")
def test_a_right_code_leads_to_plate_selection() -> None:
    state = at_code().confirm_identity(PROVED)
    assert (state.stage, state.identity) == (Stage.PLATE_SELECTION, None)
    assert (state.session_until, state.compose_from) == (PROVED + IDLE, COMPOSABLE)


def test_confirming_before_a_code_was_sent_is_code_not_sent() -> None:
    with refuses(CodeNotSent):
        at_identity().check_confirm_identity(OPENED + MINUTE)
    with refuses(CodeNotSent):
        at_identity().confirm_identity(OPENED + MINUTE)


def test_a_voided_code_counts_as_not_sent() -> None:
    with refuses(CodeNotSent):
        at_code().enter(PROVED).start(PROVED).check_confirm_identity(PROVED)


def test_another_code_is_rate_limited_until_code_resend_is_over() -> None:
    with refuses(RateLimited, retry_at=OPENED + MINUTE):
        at_code().check_send_identity_code(OPENED + MINUTE - MS)
    with refuses(RateLimited, retry_at=OPENED + MINUTE):
        at_code().send_identity_code(OPENED + MINUTE - MS)
    at_code().check_send_identity_code(OPENED + MINUTE)


def test_a_new_code_replaces_the_old_one_and_restarts_confirm_delay() -> None:
    again = OPENED + MINUTE
    state = at_code().send_identity_code(again)
    assert state.identity == IdentityCode(again + 5 * SECOND, again + MINUTE, again + 5 * MINUTE)
    with refuses(TooEarly, retry_at=again + 5 * SECOND):
        state.check_confirm_identity(again + 5 * SECOND - MS)


def test_the_durations_are_the_policys() -> None:
    policy = Policy().with_overrides({"confirm_delay": "PT2S", "code_resend": "PT30S", "code_ttl": "PT90S"})
    assert at_code(policy).identity == IdentityCode(OPENED + 2 * SECOND, OPENED + 30 * SECOND, OPENED + 90 * SECOND)


def test_without_confirm_delay_a_code_can_be_confirmed_at_once() -> None:
    policy = Policy().with_overrides({"confirm_delay": "PT0S", "compose_interval": "PT0S"})
    state = at_code(policy).confirm_identity(OPENED)
    assert state.stage is Stage.PLATE_SELECTION
    assert state.compose([RESERVATION.plate], RESERVATION, OPENED).stage is Stage.COMPLETED


@pytest.mark.parametrize("state", [at_notes(), at_selection(), with_reservation()])
def test_codes_are_known_at_identity_verification_only(state: Preselection) -> None:
    for attempt in (
        state.check_send_identity_code,
        state.send_identity_code,
        state.check_confirm_identity,
        state.confirm_identity,
    ):
        with refuses(WrongStage, stage=state.stage):
            attempt(COMPOSABLE)


def test_the_stage_is_checked_before_the_countdown() -> None:
    state = at_code().enter(OPENED)
    with refuses(WrongStage, stage=Stage.SERVICE_NOTES):
        state.check_confirm_identity(OPENED)


def test_a_session_lasts_until_session_idle_is_over() -> None:
    state = at_selection()
    state.check_draw(PROVED + IDLE - MS)
    with refuses(WrongStage, stage=Stage.SERVICE_NOTES):
        state.check_draw(PROVED + IDLE)


def test_after_an_idle_session_the_way_leads_over_service_notes_and_verification_again() -> None:
    state = with_candidate().settle(PROVED + IDLE)
    assert (state.stage, state.session_until, state.compose_from) == (Stage.SERVICE_NOTES, None, None)
    assert (state.identity, state.last_submission, state.dormant) == (None, None, False)
    assert state.start(PROVED + IDLE).stage is Stage.IDENTITY_VERIFICATION


def test_an_idle_session_leaves_batch_and_candidates_alone() -> None:
    policy = Policy().with_overrides({"session_idle": "PT60S"})
    state = with_candidate(policy)
    idle = state.settle(PROVED + MINUTE)
    assert idle.stage is Stage.SERVICE_NOTES
    assert (idle.batch, idle.candidates) == (state.batch, state.candidates)
    assert idle.holds(PROVED + MINUTE) == state.holds(PROVED + MINUTE)


def test_accepted_actions_prolong_the_session() -> None:
    drawn = at_selection().draw("first", FIRST, PROVED + MINUTE)
    aside = drawn.put_aside(FIRST[0], PROVED + 2 * MINUTE)
    composed = aside.charge_composition(["粤B00000"], PROVED + 3 * MINUTE)
    ends = [state.session_until for state in (drawn, aside, composed)]
    assert ends == [PROVED + minutes * MINUTE + IDLE for minutes in (1, 2, 3)]


def test_choosing_the_same_candidate_again_does_not_prolong_the_session() -> None:
    state = with_candidate()
    assert state.put_aside(FIRST[0], PROVED + MINUTE).session_until == PROVED + IDLE


def test_at_identity_verification_no_session_runs_out() -> None:
    assert at_code().settle(OPENED + 2 * IDLE).stage is Stage.IDENTITY_VERIFICATION


def test_a_draw_with_a_session_over_costs_nothing_even_before_any_timer_has_fired() -> None:
    state = with_batch()
    with refuses(WrongStage, stage=Stage.SERVICE_NOTES):
        state.draw("second", FIRST, PROVED + IDLE)
    assert state.draws_remaining == 4
