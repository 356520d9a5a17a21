"""A worker whose clock is wrong ends nothing early: it refuses the work, which another worker does later."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.clock import WorkerClock
from activities.failures import ClockSkew

NOON = datetime(2026, 11, 29, 4, tzinfo=UTC)
SKEW, SECOND, HOUR = timedelta(seconds=30), timedelta(seconds=1), timedelta(hours=1)


def reading(ahead: timedelta) -> WorkerClock:
    return WorkerClock(lambda: NOON + ahead, SKEW)


@pytest.mark.parametrize("ahead", [timedelta(0), SECOND, SKEW])
def test_a_worker_that_is_little_ahead_has_its_own_time(ahead: timedelta) -> None:
    assert reading(ahead).now(NOON) == NOON + ahead


@pytest.mark.parametrize("ahead", [SKEW + SECOND, 3 * HOUR])
def test_a_worker_that_is_far_ahead_ends_nothing(ahead: timedelta) -> None:
    with pytest.raises(ClockSkew):
        reading(ahead).now(NOON)


@pytest.mark.parametrize("behind", [SECOND, SKEW])
def test_a_worker_that_is_little_behind_takes_temporals_time(behind: timedelta) -> None:
    assert reading(-behind).now(NOON) == NOON


@pytest.mark.parametrize("behind", [SKEW + SECOND, 3 * HOUR])
def test_a_worker_that_is_far_behind_calls_no_deadline_one_to_come(behind: timedelta) -> None:
    with pytest.raises(ClockSkew):
        reading(-behind).now(NOON)


def test_a_time_that_somebody_has_invented_refuses_nothing() -> None:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=NOON, is_local=False)
    assert environment.run(reading(timedelta(0)).now, NOON + HOUR) == NOON + SKEW


@pytest.mark.parametrize("is_local, fits", [(False, True), (True, False)])
def test_what_temporal_scheduled_may_be_old_because_temporal_says_when_it_began(is_local: bool, fits: bool) -> None:  # noqa: FBT001 -- columns of the table above
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=NOON - SECOND, is_local=is_local)
    old = NOON - HOUR
    if fits:
        assert environment.run(reading(timedelta(0)).now, old) == NOON
    else:
        with pytest.raises(ClockSkew):
            environment.run(reading(timedelta(0)).now, old)


def test_a_scheduled_step_of_a_worker_that_is_far_ahead_is_refused_whatever_its_message_says() -> None:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=NOON, is_local=False)
    with pytest.raises(ClockSkew):
        environment.run(reading(HOUR).now, NOON)


def test_a_long_step_goes_on_by_the_clock_that_was_compared() -> None:
    assert reading(HOUR).later(NOON) == NOON + HOUR
