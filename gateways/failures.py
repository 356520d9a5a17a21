"""What a gateway raises when the system behind it does not do its part."""

from typing import Literal

Part = Literal["sms", "registry", "identity"]


class GatewayDown(Exception):
    """The system is away, too slow, in trouble itself, or answers nonsense; what was asked may have happened.

    `reason` is for the log. Neither it nor the text ever holds anything that was sent or received.
    """

    def __init__(self, part: Part, reason: str = "") -> None:
        self.part = part
        self.reason = reason
        super().__init__(f"{part} does not answer" + (f": {reason}" if reason else ""))
