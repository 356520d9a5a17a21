"""The contexts that a command gets by the type of a parameter."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cyclopts import Parameter

from config.settings import Settings
from locales.languages import Language
from operations.commands import OperatorCommand
from operations.context import OperationsContext


@Parameter(parse=False)
@dataclass(frozen=True)
class SetupContext:
    """For a command that works on an installation which may lack anything, also its keys and servers."""

    settings: Settings
    now: datetime


@Parameter(parse=False)
@dataclass(frozen=True)
class Context:
    """For a command that changes nothing."""

    operations: OperationsContext
    now: datetime
    language: Language


@Parameter(parse=False)
@dataclass(frozen=True)
class OperatorContext(Context):
    """For a command that changes something: it needs the name of an operator."""

    operator: str
    request_id: UUID

    def command(self, reason: str | None = None) -> OperatorCommand:
        return OperatorCommand(self.request_id, self.operator, self.now, reason)
