"""备选号牌: R-37 to R-39, and what the page left open about candidates."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.errors import BatchExpired, CandidateExpired, NotACandidate, NotInBatch, WrongStage
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import Candidate, Candidates, Hold, HoldKind, Stage
from tests.domain.preselection.states import (
    COMPOSABLE,
    FIRST,
    MINUTE,
    MS,
    PROVED,
    RESERVATION,
    SECOND,
    SECOND_BATCH,
    THIRD,
    at_code,
    at_notes,
    at_selection,
    back_at_selection,
    refuses,
    with_batch,
    with_candidate,
    with_reservation,
)

TTL = 3 * MINUTE
BATCH_TTL = 90 * SECOND


def numbers(state: Preselection) -> tuple[str, ...]:
    assert state.candidates is not None
    return state.candidates.numbers


@pytest.mark.requirement("R-37", "R-38")
def test_a_number_of_the_live_batch_is_put_aside_with_a_countdown_of_its_own() -> None:
    assert with_candidate().candidates == Candidates((Candidate(FIRST[0], "first"),), PROVED, PROVED + TTL)


def test_putting_aside_costs_no_chance_and_leaves_the_batch_alone() -> None:
    before, after = with_batch(), with_candidate()
    assert (after.batch, after.draws_remaining) == (before.batch, before.draws_remaining)
    assert after.composed_remaining == before.composed_remaining


def test_without_a_batch_every_number_is_not_in_batch() -> None:
    with refuses(NotInBatch):
        at_selection().put_aside(FIRST[0], PROVED)


@pytest.mark.parametrize("at", [PROVED, PROVED + BATCH_TTL])
def test_a_number_that_never_stood_in_the_batch_is_not_in_batch_even_when_it_expired(at: datetime) -> None:
    with refuses(NotInBatch):
        with_batch().put_aside(SECOND_BATCH[0], at)


@pytest.mark.requirement("R-37")
def test_a_number_can_be_put_aside_until_the_batchs_countdown_ends() -> None:
    state = with_batch().put_aside(FIRST[0], PROVED + BATCH_TTL - MS)
    assert numbers(state) == (FIRST[0],)
    with refuses(BatchExpired):
        with_batch().put_aside(FIRST[0], PROVED + BATCH_TTL)


def test_another_choice_from_the_same_batch_replaces_its_candidate_and_restarts_the_countdown() -> None:
    at = PROVED + MINUTE
    state = with_candidate().put_aside(FIRST[1], at)
    assert state.candidates == Candidates((Candidate(FIRST[1], "first"),), PROVED, at + TTL)
    with refuses(NotACandidate):
        state.check_confirm(FIRST[0], at)
    assert state.holds(at)[FIRST[0]] == Hold(HoldKind.OFFERED, PROVED + BATCH_TTL)


def test_choosing_the_same_candidate_again_changes_nothing() -> None:
    state = with_candidate()
    assert state.put_aside(FIRST[0], PROVED + MINUTE) == state


def test_candidates_of_earlier_batches_stay_and_each_addition_restarts_the_column() -> None:
    second = with_candidate().draw("second", SECOND_BATCH, PROVED + MINUTE)
    second = second.put_aside(SECOND_BATCH[3], PROVED + MINUTE)
    assert second.candidates == Candidates(
        (Candidate(FIRST[0], "first"), Candidate(SECOND_BATCH[3], "second")), PROVED, PROVED + MINUTE + TTL
    )
    third = second.draw("third", THIRD, PROVED + 2 * MINUTE).put_aside(THIRD[7], PROVED + 2 * MINUTE)
    assert numbers(third) == (FIRST[0], SECOND_BATCH[3], THIRD[7])
    assert third.candidates is not None
    assert third.candidates.expires_at == PROVED + 2 * MINUTE + TTL


def test_replacing_a_batchs_candidate_leaves_those_of_earlier_batches_alone() -> None:
    at = PROVED + MINUTE
    state = with_candidate().draw("second", SECOND_BATCH, at).put_aside(SECOND_BATCH[3], at)
    assert set(numbers(state.put_aside(SECOND_BATCH[4], at))) == {FIRST[0], SECOND_BATCH[4]}


def test_there_are_as_many_slots_as_draws() -> None:
    state = at_selection()
    for draw in range(5):
        at = PROVED + draw * SECOND
        batch = [f"粤B{draw}000{digit}" for digit in range(10)]
        state = state.draw(f"batch {draw}", batch, at)
        for number in batch:
            state = state.put_aside(number, at)
    assert numbers(state) == tuple(f"粤B{draw}0009" for draw in range(5))


def test_the_columns_countdown_never_runs_past_its_cap_from_the_first_addition() -> None:
    policy = Policy().with_overrides({"candidate_ttl_cap": "PT4M"})
    at = PROVED + 2 * MINUTE
    state = with_candidate(policy).draw("second", SECOND_BATCH, at).put_aside(SECOND_BATCH[0], at)
    cap = PROVED + 4 * MINUTE
    assert state.candidates is not None
    assert (state.candidates.first_at, state.candidates.expires_at) == (PROVED, cap)
    state.check_confirm(FIRST[0], cap - MS)
    with refuses(CandidateExpired):
        state.check_confirm(SECOND_BATCH[0], cap)


def test_restarts_reach_the_default_cap_of_fifteen_minutes() -> None:
    state = at_selection(Policy(draws=10))
    for draw in range(8):
        at = PROVED + draw * 2 * MINUTE
        state = state.draw(f"batch {draw}", [f"粤B{draw}0000"], at).put_aside(f"粤B{draw}0000", at)
    assert state.candidates is not None
    assert state.candidates.expires_at == PROVED + 15 * MINUTE
    assert len(state.candidates.items) == 8


def test_after_the_column_has_lapsed_the_next_candidate_begins_a_new_one_with_a_cap_of_its_own() -> None:
    at = PROVED + TTL
    state = with_candidate().draw("second", SECOND_BATCH, at).put_aside(SECOND_BATCH[0], at)
    assert state.candidates == Candidates((Candidate(SECOND_BATCH[0], "second"),), at, at + TTL)


def test_a_candidate_is_held_as_long_as_column_or_batch_still_runs() -> None:
    policy = Policy().with_overrides({"candidate_ttl": "PT10S"})
    state = with_candidate(policy)
    assert state.holds(PROVED)[FIRST[0]] == Hold(HoldKind.CANDIDATE, PROVED + BATCH_TTL)
    assert state.holds(PROVED + 10 * SECOND)[FIRST[0]] == Hold(HoldKind.OFFERED, PROVED + BATCH_TTL)
    longer = with_candidate()
    assert longer.holds(PROVED)[FIRST[0]] == Hold(HoldKind.CANDIDATE, PROVED + TTL)
    assert set(longer.holds(PROVED + BATCH_TTL)) == {FIRST[0]}


@pytest.mark.requirement("R-38")
def test_at_the_columns_zero_its_numbers_are_void() -> None:
    state = with_candidate()
    state.check_confirm(FIRST[0], PROVED + TTL - MS)
    with refuses(CandidateExpired):
        state.check_confirm(FIRST[0], PROVED + TTL)
    assert state.holds(PROVED + TTL) == {}


def test_the_columns_countdown_survives_a_new_entry_and_is_not_restarted_by_it() -> None:
    again = back_at_selection(with_candidate(), PROVED + 2 * MINUTE)
    assert again.candidates == with_candidate().candidates
    again.check_confirm(FIRST[0], PROVED + TTL - MS)
    with refuses(CandidateExpired):
        again.check_confirm(FIRST[0], PROVED + TTL)


def test_only_a_candidate_can_be_confirmed() -> None:
    for state in (at_selection(), with_batch(), with_candidate()):
        with refuses(NotACandidate):
            state.check_confirm(FIRST[1], PROVED)
        with refuses(NotACandidate):
            state.confirm(replace(RESERVATION, plate=FIRST[1]), PROVED)


def test_an_expired_column_does_not_know_other_numbers() -> None:
    with refuses(NotACandidate):
        with_candidate().check_confirm(FIRST[1], PROVED + TTL)


@pytest.mark.requirement("R-39")
def test_confirming_a_candidate_leads_to_completed() -> None:
    reservation = replace(RESERVATION, plate=FIRST[0])
    state = with_candidate().confirm(reservation, PROVED + MINUTE)
    assert (state.stage, state.reservation) == (Stage.COMPLETED, reservation)
    assert state.last_action_at == PROVED + MINUTE


def test_the_chosen_plate_ends_batch_candidates_and_session() -> None:
    state = with_candidate().confirm(replace(RESERVATION, plate=FIRST[0]), PROVED)
    assert state.holds(PROVED) == {}
    assert (state.batch, state.candidates, state.session_until) == (None, None, None)
    assert (state.compose_from, state.identity, state.last_submission) == (None, None, None)


def test_confirming_costs_no_chance() -> None:
    state = with_candidate().confirm(replace(RESERVATION, plate=FIRST[0]), PROVED)
    assert (state.draws_remaining, state.composed_remaining) == (4, 20)


@pytest.mark.parametrize("state", [at_notes(), at_code(), with_reservation(), with_candidate().enter(PROVED)])
def test_candidates_are_known_at_plate_selection_only(state: Preselection) -> None:
    with refuses(WrongStage, stage=state.stage):
        state.put_aside(FIRST[0], COMPOSABLE)
    with refuses(WrongStage, stage=state.stage):
        state.check_confirm(FIRST[0], COMPOSABLE)
