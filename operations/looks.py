"""Looks at people and their vehicles by the command line, which auditors see as those through the API."""

from datetime import datetime
from typing import Any

from operations.context import OperationsContext
from storage.audit.actions import AuditAction
from storage.audit.trail import Act

COMMAND_LINE = "command line"
"""The name of whoever looks: a command that changes nothing asks for no operator's name."""


async def note_look(context: OperationsContext, action: AuditAction, at: datetime, **facts: Any) -> None:
    """Record a look; `action` is one of `storage.audit.looks.LOOKS`, and the facts hold no personal value."""
    await context.repositories.audit_trail.record(Act(at, "operator", COMMAND_LINE), action, **facts)
