"""The desk and the command line on the system of `make run`: neither leaves personal data behind."""

import asyncio
import io

import httpx
import pytest
import zxingcpp
from PIL.Image import Image
from pypdfium2 import PdfDocument

from tests.support.personal_values import histories, logs, personal_values, redis_content, values_in
from tests.support.running_stack import Client, RunningStack, run_command

pytestmark = pytest.mark.slow

APPLICANT = "applicant-120"


def page_of(pdf: bytes) -> Image:
    page: Image = PdfDocument(io.BytesIO(pdf))[0].render(scale=2).to_pil()
    return page


async def test_from_the_printed_voucher_to_the_rejection_nothing_personal_gets_about(
    stack: RunningStack, http: httpx.AsyncClient
) -> None:
    holder = await Client.sign_in(http, APPLICANT)
    car = (await holder.cars())[0]
    reservation = await holder.reach_reservation(car)
    voucher = await holder.get(f"/preselections/{reservation['id']}/voucher")
    [code] = zxingcpp.read_barcodes(page_of(voucher.content))
    users = (await http.get("/api/v1/demo/users")).json()["items"]
    clerk = await Client.sign_in(
        http, next(user["user"] for user in users if user.get("office_code") == car["office_code"])
    )
    inspected = (await clerk.post("/desk/vouchers/inspect", {"token": code.text})).json()
    assert (inspected["valid"], inspected["plate"]) == (True, reservation["plate"])
    name = next(user["name"] for user in users if user["user"] == APPLICANT)
    reason = f"{name}与卖方解除买卖合同"
    rejected = await clerk.post(f"/desk/preselections/{reservation['id']}/rejection", {"reason": reason})
    assert rejected.json()["stage"] == "cancelled", rejected.text
    status, found = await run_command(stack, "find", "--vin", stdin=f"{car['vin']}\n")
    assert (status, f"vehicle-{reservation['id']}" in found) == (0, True)
    values = await personal_values(holder) | {reason, holder.token, clerk.token, code.text}
    places = {"temporal": await histories(stack), "redis": await redis_content(stack), "logs": logs(stack)}
    places["command"] = found
    assert "register" in places["temporal"] or "reject" in places["temporal"], (
        "the search must be able to find something"
    )
    assert {where: values_in(text, values) for where, text in places.items()} == {where: set() for where in places}


async def test_the_audit_of_a_running_system_is_intact(stack: RunningStack) -> None:
    status, report = await run_command(stack, "audit", "verify")
    assert (status, '"intact": true' in report) == (0, True)


async def test_commands_exit_with_the_code_that_they_mean_every_time(stack: RunningStack) -> None:
    codes = {"pool levels 粤B": 0, "pool levels 京O": 1, "pool": 2}
    words = [words for words in codes for _ in range(2)]
    ended = await asyncio.gather(*(run_command(stack, *each.split()) for each in words))
    assert [(each, status) for each, (status, _) in zip(words, ended, strict=True)] == [(w, codes[w]) for w in words]
