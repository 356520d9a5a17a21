"""The countdowns that run in a preselection: one name and one deadline each."""

from datetime import datetime
from enum import StrEnum

from domain.preselection import Preselection
from domain.preselection_parts import UNFINISHED, Stage


class Countdown(StrEnum):
    """Every countdown that a durable timer stands for."""

    CONFIRM_DELAY = "confirm_delay"
    COMPOSE_INTERVAL = "compose_interval"
    BATCH = "batch"
    CANDIDATES = "candidates"
    SESSION = "session"
    IDLE = "unfinished_idle"
    VALIDITY = "validity"


def deadlines(state: Preselection, at: datetime) -> dict[Countdown, datetime]:
    """What is still running at this moment, by name, in a fixed order; a countdown that is over is not in it."""
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


def next_change(state: Preselection, at: datetime) -> datetime | None:
    """When the view changes next by time alone."""
    return min(deadlines(state, at).values(), default=None)


def _idle_end(state: Preselection) -> datetime | None:
    if state.stage not in UNFINISHED or state.dormant:
        return None
    return state.policy.unfinished_idle.after(state.last_action_at)
