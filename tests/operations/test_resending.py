"""An operator has an SMS sent again: one that was given up or that failed, once an order, and audited once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from domain.errors import ValidationFailed
from domain.sms import ReceiptState
from operations.commands import OperatorCommand
from operations.resending import send_again
from process.clock import system_clock
from storage.sms.deliveries import SmsDelivery
from storage.sms.receipts import Receipt
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.desk import operator, reserve_plate
from tests.support.waiting import eventually

SECOND = timedelta(seconds=1)


class Killed(BaseException):
    """The process ends here."""


async def deliveries_of(country: Country, selection: Selection) -> list[SmsDelivery]:
    """Those about the reserved plate, newest first."""
    known = await country.stack.repositories.sms_deliveries.of_preselection(UUID(selection.id))
    return [each for each in known if each.purpose == "reserved"]


def so_many_handed_over(country: Country, selection: Selection, count: int) -> Callable[[], Awaitable[bool]]:
    async def are_handed_over() -> bool:
        known = await deliveries_of(country, selection)
        return len(known) == count and all(each.handed_at for each in known)

    return are_handed_over


async def fail_newest(country: Country, selection: Selection) -> None:
    """The gateway reports that the newest SMS has not arrived."""
    newest = (await deliveries_of(country, selection))[0]
    at = system_clock() + SECOND
    assert await country.stack.repositories.sms_receipts.record(Receipt(newest.key, ReceiptState.FAILED, at, "MK:0001"))


async def failed_sms(country: Country) -> Selection:
    selection = await reserve_plate(country, await country.office())
    await eventually(so_many_handed_over(country, selection, 1))
    await fail_newest(country, selection)
    return selection


async def undelivered(country: Country) -> list[str]:
    """What operators see, newest first."""
    page = (await operator(country).get("/operations/texts", params={"limit": "500"})).ok()
    return [item["preselection_id"] for item in page["items"]]


def order_for(selection: Selection) -> dict[str, Any]:
    return {"preselection_id": selection.id, "purpose": "reserved", "reason": "号码已恢复"}


async def test_an_sms_whose_delivery_failed_is_sent_again_under_another_key(country: Country) -> None:
    selection, caller = await failed_sms(country), operator(country)
    for count in (2, 3):
        assert (await caller.post("/operations/texts/resending", order_for(selection))).status == 202
        await eventually(so_many_handed_over(country, selection, count))
        assert selection.id not in await undelivered(country)
        assert (await caller.post("/operations/texts/resending", order_for(selection))).code == "validation_failed"
        await fail_newest(country, selection)
        assert (await undelivered(country)).count(selection.id) == 1
    sent = [each for each in country.stack.phone.messages if each.phone == selection.applicant.phone]
    keys = [each.idempotency_key for each in sent if each.purpose == "reserved"]
    assert keys == [keys[0], f"{keys[0]}:again:1", f"{keys[0]}:again:2"]


async def test_orders_of_several_operators_at_once_send_it_once(country: Country) -> None:
    selection = await failed_sms(country)
    orders = (operator(country).post("/operations/texts/resending", order_for(selection)) for _ in range(3))
    assert 202 in {answer.status for answer in await asyncio.gather(*orders)}
    await eventually(so_many_handed_over(country, selection, 2))
    keys = {each.idempotency_key for each in country.stack.phone.messages if each.phone == selection.applicant.phone}
    assert len([key for key in keys if ":reserved:" in key]) == 2


async def test_a_command_whose_process_was_killed_is_audited_once_and_sent_once(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection, context = await failed_sms(country), country.stack.context.operations
    command = OperatorCommand(uuid4(), f"operator-{uuid4().hex[:8]}", system_clock(), "号码已恢复")

    async def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Client, "start_workflow", die)
        with pytest.raises(Killed):
            await send_again(context, command, UUID(selection.id), "reserved")
    await send_again(context, command, UUID(selection.id), "reserved")
    await eventually(so_many_handed_over(country, selection, 2))
    # Its answer was lost as well, and the SMS has been sent meanwhile.
    await send_again(context, command, UUID(selection.id), "reserved")
    trail, hour = country.stack.repositories.audit_trail, timedelta(hours=1)
    acts = await trail.between(command.at - hour, command.at + hour, actor=command.operator)
    assert [(act.action, act.request_id) for act in acts] == [("resend_sms", command.id)]
    other = OperatorCommand(uuid4(), command.operator, system_clock(), "号码已恢复")
    with pytest.raises(ValidationFailed):
        await send_again(context, other, UUID(selection.id), "reserved")
