"""The refusal before a day is published."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.errors import Refusal
from domain.instants import format_instant


@dataclass(eq=False)
class NotYet(Refusal):
    """The day is published later, not before `begins`, which the contract calls `from`."""

    begins: datetime
    code = "not_yet"
    is_retryable = True

    def facts(self) -> dict[str, Any]:
        return {"from": format_instant(self.begins)}
