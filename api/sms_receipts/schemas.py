"""Delivery receipts as the SMS gateway reports them."""

from typing import Annotated

from pydantic import Field

from api.http.schemas import Answer, Body
from api.operators.request_schemas import GivenInstant
from domain.sms import ReceiptState

MOST_RECEIPTS = 100
_LONGEST_KEY = 300


class ReceiptItem(Body):
    """`key` is the `Idempotency-Key` of the SMS, `reason` the provider's code of a failure."""

    key: Annotated[str, Field(min_length=1, max_length=_LONGEST_KEY)]
    state: Annotated[ReceiptState, Field(strict=False)]
    at: GivenInstant
    reason: Annotated[str | None, Field(pattern="^[A-Za-z0-9_.:-]{1,64}$")] = None


class ReceiptsBody(Body):
    receipts: Annotated[list[ReceiptItem], Field(min_length=1, max_length=MOST_RECEIPTS)]


class ReceiptsAnswer(Answer):
    """`ignored` are receipts of unknown SMS, of codes, and those older than a recorded one."""

    recorded: int
    ignored: int
