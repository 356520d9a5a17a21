"""The error for a server or an external service that does not answer."""

from typing import Literal

Dependency = Literal["database", "redis", "sms", "registry", "identity"]


class DependencyUnavailable(Exception):
    """It is down, frozen, too slow or failing, or its response is malformed; the call may have had its effect.

    Repeat a write with the same key to learn what has happened. `reason` is for the log. Neither it nor the text ever
    contains anything that was sent or received.
    """

    _WORDS = "does not answer"

    def __init__(self, part: Dependency, reason: str = "") -> None:
        self.part = part
        self.reason = reason
        super().__init__(f"{part} {self._WORDS}" + (f": {reason}" if reason else ""))


class DependencyBusy(DependencyUnavailable):
    """It is up, and has more work than it can do in time, so it must not be called down."""


class CallDeclined(DependencyUnavailable):
    """It is up and has not taken this call; it may take others, so it must not be called down.

    `is_final` where it will never take this one: a repeat would be of no use.
    """

    _WORDS = "declined the call"

    def __init__(self, part: Dependency, reason: str = "", *, is_final: bool = False) -> None:
        super().__init__(part, reason)
        self.is_final = is_final
