"""The delivery of automatic SMS, above all of those that were not delivered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from operations.context import OperationsContext
from storage.sms.deliveries import DeliveryState, SmsDelivery
from workflows.messages import vehicle_workflow_id


@dataclass(frozen=True)
class SmsStatus:
    """One SMS, and the workflow of its vehicle. It contains no personal data."""

    preselection_id: UUID
    purpose: str
    state: DeliveryState
    attempts: int
    ordered_at: datetime
    tried_at: datetime
    handed_at: datetime | None
    give_up_at: datetime
    failure: str | None
    receipt_at: datetime | None
    workflow_id: str
    address: str


async def sms_of(context: OperationsContext, preselection_id: UUID, at: datetime) -> list[SmsStatus]:
    """All SMS about one preselection, newest first."""
    return [
        _status_of(context, each, at)
        for each in await context.repositories.sms_deliveries.of_preselection(preselection_id)
    ]


async def sms_page(
    context: OperationsContext,
    at: datetime,
    *,
    state: DeliveryState | None = None,
    limit: int = 100,
    before: tuple[datetime, UUID] | None = None,
) -> list[SmsStatus]:
    """The newest in this state; without a state, those that were not handed over or failed."""
    found = await context.repositories.sms_deliveries.page(at, state=state, limit=limit, before=before)
    return [_status_of(context, each, at) for each in found]


def _status_of(context: OperationsContext, delivery: SmsDelivery, at: datetime) -> SmsStatus:
    workflow_id = vehicle_workflow_id(str(delivery.preselection_id))
    return SmsStatus(
        preselection_id=delivery.preselection_id,
        purpose=delivery.purpose,
        state=delivery.state_at(at),
        attempts=delivery.attempts,
        ordered_at=delivery.ordered_at,
        tried_at=delivery.tried_at,
        handed_at=delivery.handed_at,
        give_up_at=delivery.give_up_at,
        failure=delivery.failure,
        receipt_at=delivery.receipt_at,
        workflow_id=workflow_id,
        address=context.addresses.of(workflow_id),
    )
