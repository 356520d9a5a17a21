"""Time limits and retries of activities and workflow tasks: one named choice for each kind."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class LocalRetry(TypedDict):
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class Retry(LocalRetry):
    schedule_to_close_timeout: timedelta


# A worker that dies with a workflow task costs this long, for only then does Temporal give the task to another one. A
# local activity that takes longer prolongs its task by itself.
WORKFLOW_TASK_TIMEOUT = timedelta(seconds=2)

# A worker that died idle costs this long: so long do tasks wait for the worker that has the workflow in its cache.
STICKY_TIMEOUT = timedelta(seconds=1)

# A decision takes a few milliseconds, and the database counts as down after three seconds. After two attempts the
# workflow itself goes on trying, with a later time.
DECIDING = LocalRetry(
    start_to_close_timeout=timedelta(milliseconds=3500),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=2),
)

# The person waits for the code: a gateway that does not answer in three seconds counts as down, and they are told.
SENDING_CODE = LocalRetry(
    start_to_close_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=1),
)

# Nobody waits for a notification, so it is tried for a day while the gateway is down.
NOTIFICATION = Retry(
    start_to_close_timeout=timedelta(seconds=7),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
)

# Hundreds of messages at a time, each of which may be sent again; nobody waits, and nothing may be left out.
MANY = Retry(
    start_to_close_timeout=timedelta(minutes=1),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)

LOST_TASKS = 2
"""A caller's request is still answered when so many of its workflow tasks are lost one after the other."""


def longest_loss() -> timedelta:
    """How long lost tasks delay an answer: one that waited for a dead worker's cache, and those that died with one."""
    return STICKY_TIMEOUT + LOST_TASKS * WORKFLOW_TASK_TIMEOUT
