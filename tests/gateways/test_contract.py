"""The examples of docs/gateways.md are what the adapters send and read."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from domain.parties import Party, PartyKind
from domain.sms import Purpose, Sms, render, template_parameters
from domain.vehicle_eligibility import Obstacle, VehicleQuestion
from gateways.sms.http import HttpSms
from gateways.vehicle_registry import HttpVehicleRegistry
from tests.support.gateway_contract import CONTRACT, example
from tests.support.http_server import LocalServer

FACTS = dict.fromkeys(("code", "minutes", "plate", "last_day", "office", "until", "decide_by"), "x")
PERSON = Party(PartyKind.PERSON, "张三", "11010519491231002X")


async def test_an_sms_is_sent_as_its_example(http_server: LocalServer, client: httpx.AsyncClient) -> None:
    http_server.answers(202)
    facts = template_parameters(Purpose.CONFIRM_IDENTITY, code="123456", minutes="5")
    text = render(Purpose.CONFIRM_IDENTITY, **facts)
    now = datetime(2026, 11, 28, tzinfo=UTC)
    sms = Sms("13800138000", text, Purpose.CONFIRM_IDENTITY, "key", now, "123456", facts)
    await HttpSms(http_server.url, client, {"confirm_identity": "SMS_100001"}).send(sms)
    await HttpSms(http_server.url, client).send(sms)
    with_template, without = (received.json for received in http_server.received)
    assert with_template == example("sms")
    assert with_template == without | {"template": "SMS_100001"}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_the_parameters_of_each_purpose_are_documented(purpose: Purpose) -> None:
    row = re.search(rf"^\| `{purpose}` \|(.*)\|$", CONTRACT, re.MULTILINE)
    assert row
    assert re.findall(r"`(\w+)`", row[1]) == list(template_parameters(purpose, **FACTS))


async def test_the_registry_is_asked_and_read_as_in_the_examples(
    http_server: LocalServer, client: httpx.AsyncClient
) -> None:
    http_server.answers(200, example("registry response"))
    question = VehicleQuestion(
        certificate_number="440012345678", vin="LSVAA49J132047371", seller=PERSON, buyer=PERSON, office_code="440300"
    )
    facts = await HttpVehicleRegistry(http_server.url, client).look_up(question)
    assert http_server.received[0].json == example("registry request")
    assert facts
    assert (facts.owner, facts.obstacles) == (PERSON, frozenset({Obstacle.MORTGAGED}))
