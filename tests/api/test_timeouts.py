"""Timeouts that only make sense together."""

from api.http.idempotency import LEASE, LONGEST_WAIT
from api.http.secured_route import ANSWERED_WITHIN
from workflows.client import UPDATE_TIMEOUT_SECONDS
from workflows.retries import STICKY_TIMEOUT, WORKFLOW_TASK_TIMEOUT, longest_loss


def test_the_api_waits_longer_than_lost_workflow_tasks_delay_an_answer_and_shorter_than_it_may_take_itself() -> None:
    assert longest_loss().total_seconds() < UPDATE_TIMEOUT_SECONDS < ANSWERED_WITHIN


def test_a_worker_that_dies_costs_a_caller_two_seconds_at_most() -> None:
    assert max(STICKY_TIMEOUT, WORKFLOW_TASK_TIMEOUT).total_seconds() <= 2


def test_a_request_in_flight_is_waited_for_within_the_answer_and_its_lease_outlives_both() -> None:
    assert LONGEST_WAIT.total_seconds() < ANSWERED_WITHIN < LEASE.total_seconds()
