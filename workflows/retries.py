"""Timeouts and retries of activities and workflow tasks: one named policy for each kind."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class LocalRetry(TypedDict):
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class Retry(LocalRetry):
    schedule_to_close_timeout: timedelta


# A worker that dies with a workflow task costs this long, because Temporal reassigns the task only after that. A local
# activity that takes longer prolongs its task automatically.
WORKFLOW_TASK_TIMEOUT = timedelta(seconds=2)

# A worker that died idle costs this long: tasks wait this long for the worker that has the workflow in its cache.
STICKY_TIMEOUT = timedelta(seconds=1)

# A decision takes a few milliseconds, and the database counts as unavailable after three seconds. After two attempts
# the workflow retries, with a later time.
DECIDING = LocalRetry(
    start_to_close_timeout=timedelta(milliseconds=3500),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=2),
)

# The applicant waits for the code: a gateway without a response in three seconds counts as unavailable.
SENDING_CODE = LocalRetry(
    start_to_close_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=1),
)

# Nobody waits for a notification, so it is retried for a day while the gateway is unavailable.
NOTIFICATION = Retry(
    start_to_close_timeout=timedelta(seconds=7),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
)

# Hundreds of signals at a time, each of which may be repeated; nobody waits, and none may be left out.
MANY = Retry(
    start_to_close_timeout=timedelta(minutes=1),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)

LOST_TASKS = 2
"""A request still gets its response when this many of its workflow tasks are lost one after the other."""


def longest_loss() -> timedelta:
    """The delay by lost tasks: one that waited for a dead worker's cache, and those that died with a worker."""
    return STICKY_TIMEOUT + LOST_TASKS * WORKFLOW_TASK_TIMEOUT
