"""Operators' acts that came through Temporal itself: what the API would have refused is refused here.

The workflow checks only the form, so that what it once accepted can always be replayed.
"""

from datetime import date

from domain.errors import ValidationFailed
from domain.pii_detection import names_somebody
from domain.preselection.deadlines import FURTHEST_ALONE
from domain.visible_text import visible_text
from workflows.messages import Command

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


def refuse_far_day(command: Command, visit_by: date | None) -> None:
    """Raises `ValidationFailed` for a last day that lies further after this one than one operator may move it.

    Temporal does not know a second one.
    """
    wanted = getattr(command, "visit_by", None)
    if wanted and visit_by and date.fromisoformat(wanted) > visit_by + FURTHEST_ALONE:
        raise ValidationFailed([{"field": "visit_by", "message": "must not be more than 30 days later"}])
