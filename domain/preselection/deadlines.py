"""The running countdowns of a preselection, each with a name and a deadline."""

from datetime import UTC, datetime, time
from enum import StrEnum

from domain.durations import SHANGHAI
from domain.preselection.state import Preselection
from domain.preselection.values import UNFINISHED, Stage


class Countdown(StrEnum):
    """Every countdown that has a durable timer."""

    CONFIRM_DELAY = "confirm_delay"
    COMPOSE_INTERVAL = "compose_interval"
    BATCH = "batch"
    CANDIDATES = "candidates"
    SESSION = "session"
    IDLE = "unfinished_idle"
    VALIDITY = "validity"
    REMINDER = "reminder"
    LAST_DAY = "last_day"


REMINDED_AT = time(9)
"""When people are reminded, in Shanghai: early enough to go to the office, late enough not to wake anybody."""


def deadlines(state: Preselection, at: datetime) -> dict[Countdown, datetime]:
    """The countdowns that still run at this instant, by name, in a fixed order."""
    ends = {
        Countdown.CONFIRM_DELAY: state.identity and state.identity.confirm_enabled_at,
        Countdown.COMPOSE_INTERVAL: state.compose_from,
        Countdown.BATCH: state.batch and state.batch.expires_at,
        Countdown.CANDIDATES: state.candidates and state.candidates.expires_at,
        Countdown.SESSION: state.session_until,
        Countdown.IDLE: _idle_end(state),
        Countdown.VALIDITY: state.reservation.deadline
        if state.reservation and state.stage is Stage.COMPLETED
        else None,
    }
    return {name: end for name, end in ends.items() if end and at < end}


def timers(state: Preselection, at: datetime) -> dict[Countdown, datetime]:
    """The durable timers that a workflow needs now.

    After the confirmation they form a chain, one at a time: the reminder, the morning of the last day, the end of the
    validity. Three parallel timers would cost events and show operators nothing more.
    """
    running = deadlines(state, at)
    if Countdown.VALIDITY in running:
        ahead = {
            name: moment for name, moment in _reminders(state).items() if at < moment < running[Countdown.VALIDITY]
        }
        if ahead:
            del running[Countdown.VALIDITY]
            running |= dict([min(ahead.items(), key=lambda item: item[1])])
    return running


def _reminders(state: Preselection) -> dict[Countdown, datetime]:
    """The mornings on which an SMS reminds the holder of the last day; none for a validity counted in seconds."""
    if state.reservation is None or state.policy.validity.has_time_part:
        return {}
    morning = datetime.combine(state.reservation.visit_by, REMINDED_AT, SHANGHAI).astimezone(UTC)
    # Measured on the calendar, because a reminder may be counted in months too.
    before = state.policy.reminder.after(morning) - morning
    return {Countdown.LAST_DAY: morning} | ({Countdown.REMINDER: morning - before} if before else {})


def next_change(state: Preselection, at: datetime) -> datetime | None:
    """The next instant at which the view changes without an act."""
    return min(deadlines(state, at).values(), default=None)


def _idle_end(state: Preselection) -> datetime | None:
    if state.stage not in UNFINISHED or state.dormant:
        return None
    return state.policy.unfinished_idle.after(state.last_action_at)
