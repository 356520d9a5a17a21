"""Operators' acts that came through Temporal itself: what the API would have refused is refused here.

The workflow checks only the form, so that what it once accepted can always be replayed.
"""

from datetime import date, timedelta

from domain.calendar import shanghai_day
from domain.errors import ValidationFailed
from domain.instants import parse_instant
from domain.pii_detection import names_somebody
from domain.preselection.deadlines import FURTHEST_ALONE
from domain.visible_text import visible_text
from storage.preselections.rows import PreselectionRow
from workflows.messages import Command

LONGEST_HOLIDAY = timedelta(days=16)
"""More days than any validity of some working days gains by weekends and holidays."""

_WORDS = ("operator", "reason")


def refuse_unfit_words(command: Command) -> None:
    """Raises `ValidationFailed` for an operator or a reason in which nobody can see anything, or that names somebody.

    Both would be stored in the audit in plain text.
    """
    errors = []
    for name in _WORDS:
        text = getattr(command, name, None)
        if text is not None and not visible_text(text):
            errors.append({"field": name, "message": "must not be blank"})
        elif text is not None and names_somebody(text):
            errors.append({"field": name, "message": "must not name a person or a car"})
    if errors:
        raise ValidationFailed(errors)


def refuse_far_day(command: Command, row: PreselectionRow) -> None:
    """Raises `ValidationFailed` for a last day further away than one operator may move it, also in several steps.

    Temporal does not know a second one. The calendar is not read here: the days off count as their longest run.
    """
    wanted = getattr(command, "visit_by", None)
    if not wanted or not row.visit_by:
        return
    made = shanghai_day(row.rules.validity.after(parse_instant(row.state["last_action_at"])))
    furthest = min(row.visit_by, made + LONGEST_HOLIDAY) + FURTHEST_ALONE
    if date.fromisoformat(wanted) > furthest:
        raise ValidationFailed([{"field": "visit_by", "message": "must not be more than 30 days later"}])
