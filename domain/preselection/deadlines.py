"""The countdowns that run in a preselection: one name and one deadline each."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from domain.durations import SHANGHAI
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Stage


class Countdown(StrEnum):
    """Every countdown that a durable timer stands for."""

    CONFIRM_DELAY = "confirm_delay"
    COMPOSE_INTERVAL = "compose_interval"
    BATCH = "batch"
    CANDIDATES = "candidates"
    SESSION = "session"
    IDLE = "unfinished_idle"
    VALIDITY = "validity"
    REMINDER = "reminder"
    LAST_DAY = "last_day"


FURTHEST_ALONE = timedelta(days=30)
"""One operator may move a last day so far; further needs a second operator."""

REMINDED_AT = time(9)
"""When people are reminded, in Shanghai: early enough to set out, late enough not to wake anybody."""


def deadlines(state: Preselection, at: datetime) -> dict[Countdown, datetime]:
    """The countdowns that are running now, by name, in a fixed order."""
    return {name: end for name, end in _ends(state).items() if end and at < end}


def timers(state: Preselection) -> dict[Countdown, datetime]:
    """The end of every countdown that a durable timer stands for, whether or not it is over, in a fixed order."""
    return {name: end for name, end in (_ends(state) | _reminders(state)).items() if end}


def changes_at(state: Preselection) -> datetime | None:
    """When time alone changes the state next; a countdown that only enables a button changes nothing."""
    if state.stage is Stage.COMPLETED and state.reservation:
        return state.reservation.deadline
    if state.stage not in UNFINISHED:
        return None
    ends = [state.session_until, _idle_end(state)]
    if state.has_no_chance():
        ends.append(max((part.expires_at for part in (state.batch, state.candidates) if part), default=None))
    return min((end for end in ends if end), default=None)


def _ends(state: Preselection) -> dict[Countdown, datetime | None]:
    return {
        Countdown.CONFIRM_DELAY: state.identity.confirm_enabled_at if state.identity else None,
        Countdown.COMPOSE_INTERVAL: state.compose_from,
        Countdown.BATCH: state.batch.expires_at if state.batch else None,
        Countdown.CANDIDATES: state.candidates.expires_at if state.candidates else None,
        Countdown.SESSION: state.session_until,
        Countdown.IDLE: _idle_end(state),
        Countdown.VALIDITY: state.reservation.deadline
        if state.reservation and state.stage is Stage.COMPLETED
        else None,
    }


def _reminders(state: Preselection) -> dict[Countdown, datetime | None]:
    """The mornings on which an SMS reminds of the last day; none for a validity that is counted in seconds."""
    if state.reservation is None or state.stage is not Stage.COMPLETED or state.policy.validity.has_time_part:
        return {}
    morning = datetime.combine(state.reservation.visit_by, REMINDED_AT, SHANGHAI).astimezone(UTC)
    # Measured on the calendar, since a reminder may be counted in months too.
    before = state.policy.reminder.after(morning) - morning
    return {Countdown.REMINDER: morning - before if before else None, Countdown.LAST_DAY: morning}


def next_change(state: Preselection, at: datetime) -> datetime | None:
    """When the view changes next by time alone."""
    return min(deadlines(state, at).values(), default=None)


def _idle_end(state: Preselection) -> datetime | None:
    if state.stage not in UNFINISHED or state.dormant:
        return None
    return state.policy.unfinished_idle.after(state.last_action_at)
