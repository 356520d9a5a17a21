"""The error that a gateway raises when its external system fails."""

from typing import Literal

Part = Literal["sms", "registry", "identity"]


class GatewayDown(Exception):
    """The system is unavailable, too slow or failing, or its response is malformed; the call may have had its effect.

    `reason` is for the log. Neither it nor the text ever contains anything that was sent or received.
    """

    def __init__(self, part: Part, reason: str = "") -> None:
        self.part = part
        self.reason = reason
        super().__init__(f"{part} does not answer" + (f": {reason}" if reason else ""))
