"""What every command of an operator carries: operator, time, reason, and the id that identifies a repeat."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.errors import ValidationFailed
from domain.pii_detection import names_somebody
from domain.visible_text import visible_text
from storage.audit.trail import Act
from storage.staff.persons import StaffPerson


@dataclass(frozen=True)
class OperatorCommand:
    """One command of an operator. `at` is the instant of the request; the same `id` again acts once."""

    id: UUID
    operator: str
    at: datetime
    reason: str | None = None
    person: StaffPerson | None = field(default=None, repr=False)
    """Who the operator is; None on the command line, whose users are accounts of the machine."""

    @property
    def act(self) -> Act:
        """The act for the audit."""
        return Act(self.at, "operator", self.operator, visible_text(self.reason or "") or None)

    def require_reason(self) -> str:
        """Return the reason without invisible characters.

        Raises `ValidationFailed` for a missing or blank one, or one with personal data.
        """
        reason = visible_text(self.reason or "")
        if not reason:
            raise invalid("reason", "blank")
        if names_somebody(reason):
            raise invalid("reason", "personal")
        return reason


def invalid(field: str, message: str) -> ValidationFailed:
    """One invalid field; `message` is a key of the catalogues' section `fields`."""
    return ValidationFailed([{"field": field, "message": message}])
