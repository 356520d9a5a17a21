"""The base class of every refusal."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar

from domain.instants import format_instant


@dataclass(eq=False)
class Refusal(Exception):
    """The service refuses a request. Nothing has changed and no chance was spent."""

    code: ClassVar[str] = ""
    is_retryable: ClassVar[bool] = False
    """Whether the same request may succeed when it is repeated, so that this response is not stored."""
    is_costly: ClassVar[bool] = False
    """Whether an attempt or a code was spent, so that this response is stored for a day like a success."""

    def __post_init__(self) -> None:
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.code

    def facts(self) -> dict[str, Any]:
        """The refusal's facts as JSON values; instants have the format of the contract."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: format_instant(v) if isinstance(v, datetime) else v for name, v in values.items()}
