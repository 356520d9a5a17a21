"""Requests and responses about waiting rooms."""

from typing import Annotated

from pydantic import Field

from api.http.schemas import Answer, Body, Instant, Reason
from api.operators.request_schemas import GivenInstant


class WaitingRoomBody(Body):
    opens_at: GivenInstant
    closes_at: GivenInstant
    reason: Reason


class OpenedRoom(Answer):
    opens_at: Instant
    closes_at: Instant


class ClosedRoom(OpenedRoom):
    """The hour that was planned."""

    was_open: bool = Field(description="False for one that was cancelled before it opened.")


class Queue(Answer):
    open: bool = Field(description="Whether people are let in now; before, they can come already.")
    opens_at: Instant | None = Field(description="null where the office has no waiting room.")
    length: int = Field(description="How many people wait.")


class QueuePlace(Answer):
    place: int | None = Field(description="From 1, and the same for good; null before the opening, when it is drawn.")
    admitted: bool
    estimated_at: Instant
    pass_: Annotated[
        str,
        Field(
            serialization_alias="pass",
            description="For the header `Queue-Pass`: of `start` once `admitted` is true, and of this call to keep the "
            "place, whatever happens to the server.",
        ),
    ]
