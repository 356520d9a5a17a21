"""随机: R-23, R-31 to R-35, R-46."""

import pytest

from domain.errors import BatchExpired, NoDrawsLeft, NotInBatch, NumbersUnavailable, TooEarly, WrongStage
from domain.policy import Policy
from domain.preselection.state import Preselection
from domain.preselection.values import Batch, Hold, HoldKind, Stage
from tests.domain.preselection.states import (
    COMPOSABLE,
    FIRST,
    MINUTE,
    MS,
    PROVED,
    SECOND,
    SECOND_BATCH,
    at_code,
    at_notes,
    at_selection,
    back_at_selection,
    refuses,
    with_batch,
    with_candidate,
    with_reservation,
)

EXPIRES = PROVED + 90 * SECOND


@pytest.mark.requirement("R-32", "R-33")
def test_a_draw_shows_its_numbers_with_one_countdown() -> None:
    assert with_batch().batch == Batch("first", FIRST, EXPIRES)


@pytest.mark.requirement("R-34")
def test_a_draw_that_returned_numbers_costs_one_draw() -> None:
    state = with_batch()
    assert (state.draws_remaining, state.composed_remaining) == (4, 20)


@pytest.mark.parametrize("numbers", [FIRST, FIRST[:3], FIRST[:1]])
def test_fewer_than_ten_free_are_all_there_are_and_cost_one_draw_too(numbers: tuple[str, ...]) -> None:
    state = at_selection().draw("first", numbers, PROVED)
    assert (set(state.holds(PROVED)), state.draws_remaining) == (set(numbers), 4)


def test_a_draw_that_returned_nothing_is_refused_and_not_charged() -> None:
    state = at_selection()
    with refuses(NumbersUnavailable):
        state.draw("first", (), PROVED)
    assert state.draws_remaining == 5


@pytest.mark.requirement("R-33", "R-35")
def test_drawn_numbers_are_held_until_their_countdown_ends() -> None:
    state = with_batch()
    assert state.holds(EXPIRES - MS) == dict.fromkeys(FIRST, Hold(HoldKind.OFFERED, EXPIRES))
    assert state.holds(EXPIRES) == {}


@pytest.mark.requirement("R-35")
def test_numbers_of_an_expired_batch_are_void() -> None:
    state = with_batch()
    assert state.put_aside(FIRST[0], EXPIRES - MS).candidates is not None
    with refuses(BatchExpired):
        state.put_aside(FIRST[0], EXPIRES)


def test_a_new_draw_replaces_the_live_batch_and_frees_its_numbers() -> None:
    state = with_batch().draw("second", SECOND_BATCH, PROVED + MINUTE)
    assert set(state.holds(PROVED + MINUTE)) == set(SECOND_BATCH)
    assert state.batch == Batch("second", SECOND_BATCH, PROVED + MINUTE + 90 * SECOND)
    with refuses(NotInBatch):
        state.put_aside(FIRST[0], PROVED + MINUTE)


def test_a_new_draw_keeps_the_candidates_and_their_countdown() -> None:
    before = with_candidate()
    state = before.draw("second", SECOND_BATCH, PROVED + MINUTE)
    assert state.candidates == before.candidates
    held = state.holds(PROVED + MINUTE)
    assert held.pop(FIRST[0]) == Hold(HoldKind.CANDIDATE, PROVED + 3 * MINUTE)
    assert set(held) == set(SECOND_BATCH)


@pytest.mark.requirement("R-31", "R-46")
def test_every_draw_counts_down_until_none_is_left() -> None:
    state = at_selection()
    for draw in range(5):
        numbers = [f"粤B{draw}000{digit}" for digit in range(10)]
        state = state.draw(f"batch {draw}", numbers, PROVED + draw * SECOND)
        assert state.draws_remaining == 4 - draw
    with refuses(NoDrawsLeft):
        state.check_draw(PROVED + 5 * SECOND)
    with refuses(NoDrawsLeft):
        state.draw("another", FIRST, PROVED + 5 * SECOND)


def test_draws_used_up_leave_the_composed_numbers_usable() -> None:
    state = at_selection(draws_remaining=0)
    with refuses(NoDrawsLeft):
        state.check_draw(COMPOSABLE)
    state.check_compose(5, COMPOSABLE)


def test_where_the_office_wants_a_pause_the_next_draw_waits_while_the_batch_lasts() -> None:
    state = at_selection(Policy().with_overrides({"draw_interval": "PT10S", "batch_ttl": "PT30S"}))
    state.check_draw(PROVED)
    drawn = state.draw("first", FIRST, PROVED)
    with refuses(TooEarly, retry_at=PROVED + 10 * SECOND):
        drawn.check_draw(PROVED + 10 * SECOND - MS)
    drawn.check_draw(PROVED + 10 * SECOND)


@pytest.mark.requirement("R-23")
def test_a_draw_waits_for_no_countdown() -> None:
    state = at_selection()
    assert state.compose_from == COMPOSABLE
    state.check_draw(PROVED)


def test_a_draw_restarts_no_composition_interval() -> None:
    assert with_batch().compose_from == COMPOSABLE


def test_every_number_that_was_ever_shown_is_remembered() -> None:
    state = with_batch().draw("second", SECOND_BATCH, PROVED + MINUTE)
    assert state.shown == (*FIRST, *SECOND_BATCH)
    again = back_at_selection(state, PROVED + 2 * MINUTE)
    assert again.shown == (*FIRST, *SECOND_BATCH)
    later = Preselection.begin(Policy(), PROVED, earlier=again, shown=again.shown)
    assert later.shown == (*FIRST, *SECOND_BATCH)


def test_the_batchs_countdown_survives_a_new_entry_and_is_not_restarted_by_it() -> None:
    again = back_at_selection(with_batch(), PROVED + MINUTE)
    assert again.batch == Batch("first", FIRST, EXPIRES)
    assert again.put_aside(FIRST[9], EXPIRES - MS).stage is Stage.PLATE_SELECTION
    with refuses(BatchExpired):
        again.put_aside(FIRST[9], EXPIRES)


def test_the_countdown_is_the_policys() -> None:
    policy = Policy().with_overrides({"batch_ttl": "PT8S"})
    assert with_batch(policy).batch == Batch("first", FIRST, PROVED + 8 * SECOND)


@pytest.mark.parametrize("state", [at_notes(), at_code(), with_reservation()])
def test_a_draw_is_known_at_plate_selection_only(state: Preselection) -> None:
    with refuses(WrongStage, stage=state.stage):
        state.check_draw(COMPOSABLE)
    with refuses(WrongStage, stage=state.stage):
        state.draw("first", FIRST, COMPOSABLE)


def test_the_stage_is_checked_before_the_draws_left() -> None:
    state = at_notes(draws_remaining=0)
    with refuses(WrongStage, stage=Stage.SERVICE_NOTES):
        state.check_draw(COMPOSABLE)
