"""The timers after the choice: the reminder, the morning of the last day, the end of the validity (R-40, R-41)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.policy import Policy
from domain.preselection.deadlines import Countdown, deadlines, timers
from domain.preselection.state import Preselection
from tests.domain.preselection.states import (
    COMPOSABLE,
    RESERVATION,
    SECOND,
    at_code,
    at_notes,
    with_candidate,
    with_reservation,
)

LAST_MORNING = datetime(2026, 11, 26, 1, tzinfo=UTC)
"""Nine o'clock in Shanghai, on the last day to visit the office."""
DAY_BEFORE = datetime(2026, 11, 25, 1, tzinfo=UTC)


def test_after_the_choice_there_is_a_timer_for_the_reminder_the_last_day_and_the_end() -> None:
    assert timers(with_reservation()) == {
        Countdown.VALIDITY: RESERVATION.deadline,
        Countdown.REMINDER: DAY_BEFORE,
        Countdown.LAST_DAY: LAST_MORNING,
    }


@pytest.mark.parametrize(
    "reminder, instant",
    [
        ("P1D", DAY_BEFORE),
        ("P2D", datetime(2026, 11, 24, 1, tzinfo=UTC)),
        ("PT3H", datetime(2026, 11, 25, 22, tzinfo=UTC)),
    ],
)
def test_the_reminder_comes_the_policys_time_before_the_last_morning(reminder: str, instant: datetime) -> None:
    policy = Policy().with_overrides({"reminder": reminder})
    assert timers(with_reservation(policy))[Countdown.REMINDER] == instant


def test_a_reminder_that_is_off_has_no_timer() -> None:
    policy = Policy().with_overrides({"reminder": "PT0S"})
    assert Countdown.REMINDER not in timers(with_reservation(policy))


@pytest.mark.parametrize("reminder", ["P10D", "P1M", "P1Y"])
def test_a_reminder_that_would_have_been_before_the_choice_is_over(reminder: str) -> None:
    policy = Policy().with_overrides({"reminder": reminder})
    assert timers(with_reservation(policy))[Countdown.REMINDER] < COMPOSABLE


def test_a_validity_with_a_time_part_has_no_reminders() -> None:
    policy = Policy().with_overrides({"validity": "PT8S"})
    state = with_reservation(policy)
    state = replace(state, reservation=replace(RESERVATION, deadline=COMPOSABLE + 8 * SECOND))
    assert timers(state) == {Countdown.VALIDITY: COMPOSABLE + 8 * SECOND}


@pytest.mark.parametrize(
    "state",
    [
        at_notes(),
        at_code(),
        with_candidate(),
        with_reservation().register(COMPOSABLE),
        with_reservation().reject(COMPOSABLE),
    ],
)
def test_before_the_choice_and_after_the_end_the_timers_are_the_countdowns(state: Preselection) -> None:
    assert timers(state) == deadlines(state, datetime.min.replace(tzinfo=UTC))
