"""How long an activity is tried, and how often: one named choice for each kind of collaborator."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class Patience(TypedDict):
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class NormalPatience(Patience):
    schedule_to_close_timeout: timedelta


# A decision takes a few milliseconds, and the database counts as down after three seconds. Two attempts stay below the
# eight seconds after which the worker would have to prolong its workflow task; the workflow itself goes on trying after
# that, with a fresh moment.
DECIDING = Patience(
    start_to_close_timeout=timedelta(milliseconds=3500),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=2),
)

# The person waits for the code: a gateway that does not answer in three seconds counts as down, and they are told.
WAITED_FOR = NormalPatience(
    start_to_close_timeout=timedelta(seconds=7),
    schedule_to_close_timeout=timedelta(seconds=9),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=2),
)

# Nobody waits for a notice, so it is tried for a day while the gateway is down.
NOTICE = NormalPatience(
    start_to_close_timeout=timedelta(seconds=7),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=5)),
)

# Hundreds of messages at a time, each of which may be sent again; nobody waits, and nothing may be left out.
MANY = NormalPatience(
    start_to_close_timeout=timedelta(minutes=1),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)
