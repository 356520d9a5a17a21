"""Requests and responses of operators about appeals."""

from typing import Annotated, Literal

from pydantic import Field

from api.http.schemas import Answer, Body, EmptyIsNone, Instant, PageQuery, Reason

State = Literal["open", "granted", "refused"]
Decision = Literal["granted", "refused"]


class AppealQuery(PageQuery):
    state: Annotated[State | None, EmptyIsNone] = None


class DecisionBody(Body):
    """The reason is what the person reads as the answer."""

    decision: Decision
    reason: Reason


class DecisionConfirmationBody(Body):
    decision: Decision | None = Field(
        None, description="The decision that the operator has seen; nothing is confirmed if there is another by now."
    )


class AttachmentItem(Answer):
    name: str
    kind: Literal["pdf", "jpeg", "png"]
    size: int
    href: str


class AppealItem(Answer):
    """`reason` is what the person has written. `decision` has no effect before `confirmed_at`."""

    id: str
    entry_id: str = Field(description="The ban.")
    preselection_id: str
    holder: str
    state: State
    filed_at: Instant
    decide_by: Instant
    late: bool
    reason: str
    attachment: AttachmentItem | None
    decision: Decision | None
    decision_reason: str | None
    decided_at: Instant | None
    decided_by: str | None
    confirmed_at: Instant | None
    confirmed_by: str | None


class AppealPage(Answer):
    items: list[AppealItem]
    next: str | None
