"""The webhook for delivery receipts of SMS. The gateway signs its messages; it has no token."""

from typing import Annotated

from fastapi import Depends, Header, Request

from api.http.request_context import CurrentContext
from api.http.responses import WRITES, problems
from api.http.secured_route import area
from api.sms_receipts.schemas import ReceiptsAnswer, ReceiptsBody
from domain.dependencies import DependencyUnavailable
from domain.errors import NotFound, Unauthenticated
from domain.sms import key_of
from gateways.signatures import SIGNATURE, TIMESTAMP, TOLERANCE, is_genuine
from process.metrics import SMS_RECEIPTS
from storage.sms.receipts import Receipt

router = area("/sms-receipts", tags=["gateways"])

_KNOWN_FOR = 2 * TOLERANCE
"""A message is genuine for so long at most, with its sender's clock ahead."""


async def require_signature(
    request: Request,
    context: CurrentContext,
    timestamp: Annotated[str, Header(alias=TIMESTAMP)] = "",
    signature: Annotated[str, Header(alias=SIGNATURE)] = "",
) -> str:
    """The message's signature. Raises `NotFound` where no secret is set, and `Unauthenticated`."""
    secret = context.app.settings.sms_receipt_secret
    if not secret:
        raise NotFound
    headers = {TIMESTAMP: timestamp, SIGNATURE: signature}
    if not is_genuine(secret.encode(), headers, await request.body(), context.now()):
        raise Unauthenticated
    return signature


Signature = Annotated[str, Depends(require_signature)]


@router.post("", responses=problems("not_found", "unauthenticated", "busy", "unavailable", "outcome_unknown", *WRITES))
async def take_sms_receipts(context: CurrentContext, signature: Signature, body: ReceiptsBody) -> ReceiptsAnswer:
    """Record what became of SMS. A message that comes a second time is refused: sign a repeat again."""
    receipts = context.repositories.sms_receipts
    if not await receipts.take(signature, _KNOWN_FOR):
        raise Unauthenticated
    try:
        recorded = [
            await receipts.record(Receipt(key_of(item.key), item.state, item.at, item.reason)) for item in body.receipts
        ]
    except DependencyUnavailable:
        await receipts.give_back(signature)
        raise
    for item, is_recorded in zip(body.receipts, recorded, strict=True):
        SMS_RECEIPTS.labels(item.state.value if is_recorded else "ignored").inc()
    return ReceiptsAnswer(recorded=sum(recorded), ignored=len(recorded) - sum(recorded))
