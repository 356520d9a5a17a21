"""Whose selection session it is: of several agents of one organisation only one selects at a time."""

from dataclasses import dataclass
from datetime import datetime

from domain.errors import Refusal
from domain.preselection.state import Preselection
from domain.preselection.values import Stage

_LIVE = frozenset({Stage.IDENTITY_VERIFICATION, Stage.PLATE_SELECTION})


@dataclass(eq=False)
class SessionHeld(Refusal):
    """Another agent of the same organisation is selecting; the session is theirs until they leave it or are idle."""

    until: datetime
    code = "session_held"
    is_retryable = True


def held_until(state: Preselection, at: datetime) -> datetime | None:
    """The instant at which the settled state's session is idle, or None if there is no live session.

    The stage of 身份验证 has no session in the view; there too an agent who has gone away holds it no longer than
    `session_idle`.
    """
    if state.stage not in _LIVE:
        return None
    until = state.session_until or state.policy.session_idle.after(state.last_action_at)
    return until if until > at else None
