"""Vouchers are drawn by a helper process, which ends with the API's dependencies."""

import os
import signal
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psutil
import pytest

from api.preselections.voucher_drawing import VoucherDrawer
from config.settings import Settings
from documents.page_request import PageRequest
from documents.voucher import render_voucher
from documents.voucher_facts import VoucherProof
from tests.support.api_stack import keys_of, running_api
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.desk import reserve_plate
from tests.support.phones import Phone
from tests.support.vehicle_registry import Registry
from tests.support.vouchers import FACTS

PAGE = PageRequest(
    FACTS,
    VoucherProof("token", "ABCD-EFGH"),
    datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC),
)
PAGES = 3
MUCH_LESS = 5


@pytest.fixture
async def drawer() -> AsyncIterator[VoucherDrawer]:
    drawer = VoucherDrawer()
    yield drawer
    await drawer.close()


def render_here() -> bytes:
    return render_voucher(PAGE.facts, PAGE.proof, created_at=PAGE.created_at)


async def test_attack_new_vouchers_take_the_processor_of_the_api(drawer: VoucherDrawer) -> None:
    """Only the processor time of this process counts: it is the time in which no other call goes on."""
    assert await drawer.draw(PAGE) == render_here()
    there, here = [], []
    for _ in range(PAGES):
        began = time.process_time()
        await drawer.draw(PAGE)
        there.append(time.process_time() - began)
        began = time.process_time()
        render_here()
        here.append(time.process_time() - began)
    assert statistics.median(there) < statistics.median(here) / MUCH_LESS


async def test_a_killed_helper_costs_nobody_their_voucher(country: Country) -> None:
    office = await country.office()
    first, second = [await reserve_plate(country, office) for _ in range(2)]
    drawer = country.stack.context.voucher_drawer
    assert await status_of_voucher(first) == 200
    killed = drawer.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert await status_of_voucher(second) == 200
    assert drawer.pid not in {None, killed}


async def test_the_helper_ends_with_the_apis_dependencies(settings: Settings) -> None:
    async with running_api(settings, Phone(), Registry(), keys_of(settings)) as stack:
        drawer = stack.context.voucher_drawer
        await drawer.draw(PAGE)
        helper = drawer.pid
        assert helper is not None
        assert psutil.pid_exists(helper)
    assert not psutil.pid_exists(helper)


async def status_of_voucher(selection: Selection) -> int:
    applicant = selection.applicant
    return (await applicant.stack.client.get(f"{selection.path}/voucher", headers=applicant.headers)).status_code
