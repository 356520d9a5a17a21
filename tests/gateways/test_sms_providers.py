"""The adapters for Aliyun and Tencent Cloud, against local servers that check the signatures.

The servers run on this event loop, so an adapter that blocked it would get no answer.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.sms import Purpose, Sms, SmsGateway, key_of, template_parameters
from gateways.sms import aliyun, tencent
from gateways.sms.choice import provider_sms
from gateways.sms.provider import ProviderAccount
from process.logging import LEVELS_OF_LIBRARIES
from tests.support.clocks import SettableClock
from tests.support.gateway_contract import example
from tests.support.http_server import LocalServer
from tests.support.sms_providers import APP_ID, KEY, SECRET, AliyunApi, Provider, TencentApi

KEYS = {"aliyun": "OutId", "tencent": "SessionContext"}
SENDS = {"aliyun": "SendSms", "tencent": "SendSms"}
LISTS = {"aliyun": "QuerySendDetails", "tencent": "PullSmsSendStatusByPhoneNumber"}
SMS = Sms(
    phone="13800138000",
    text="【选号】今天是确认预选号牌粤B12345的最后一天",
    purpose=Purpose.LAST_DAY,
    idempotency_key=key_of(example("aliyun request")["OutId"]),
    at=datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
    parameters=template_parameters(Purpose.LAST_DAY, plate="粤B12345", office="深圳车管所"),
)


@pytest.fixture(params=["aliyun", "tencent"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def api(name: str, http_server: LocalServer) -> Provider:
    api = AliyunApi() if name == "aliyun" else TencentApi()
    http_server.answer = api.answer
    return api


@pytest.fixture
def make_sms(name: str, http_server: LocalServer, clock: SettableClock) -> Callable[..., SmsGateway]:
    account = ProviderAccount(
        host=urlsplit(http_server.url).netloc,
        scheme="http",
        access_key=KEY,
        access_secret=SECRET,
        sign_name="深圳车管所",
        templates={Purpose.LAST_DAY: "SMS_100001"},
        app_id=APP_ID,
        region="ap-guangzhou",
    )

    def make(**changes: Any) -> SmsGateway:
        return provider_sms(name, replace(account, **changes), 2, clock)

    return make


@pytest.fixture
def sms(make_sms: Callable[..., SmsGateway]) -> SmsGateway:
    return make_sms()


async def test_an_sms_is_signed_and_sent_as_its_example(name: str, api: Provider, sms: SmsGateway) -> None:
    await sms.send(SMS)
    assert api.sent == [example(f"{name} request")]
    assert api.calls == [SENDS[name]]


CODES = [
    ("aliyun", "isv.BUSINESS_LIMIT_CONTROL", "retry"), ("aliyun", "isv.SMS_TEMPLATE_ILLEGAL", "retry"),
    ("aliyun", "isv.MOBILE_NUMBER_ILLEGAL", "final"), ("aliyun", "isv.INVALID_PARAMETERS", "final"),
    ("aliyun", "isv.AMOUNT_NOT_ENOUGH", "down"), ("aliyun", "isp.SYSTEM_ERROR", "down"),
    ("tencent", "LimitExceeded.PhoneNumberDailyLimit", "retry"), ("tencent", "FailedOperation.OtherError", "retry"),
    ("tencent", "InvalidParameterValue.IncorrectPhoneNumber", "final"), ("tencent", "InvalidParameter", "final"),
    ("tencent", "FailedOperation.ContainSensitiveWord", "final"), ("tencent", "InternalError.Timeout", "down"),
    ("tencent", "UnauthorizedOperation.ServiceSuspendDueToArrears", "down"),
]  # fmt: skip


@pytest.mark.parametrize("name, code, verdict", CODES, indirect=["name"])
async def test_a_code_decides_whether_it_is_sent_again(api: Provider, sms: SmsGateway, code: str, verdict: str) -> None:
    api.code = code
    with pytest.raises(DependencyUnavailable) as refused:
        await sms.send(SMS)
    failure = refused.value
    assert failure.reason == code
    found = "down" if not isinstance(failure, CallDeclined) else "final" if failure.is_final else "retry"
    assert found == verdict


async def test_a_wrong_secret_is_a_failure_of_the_whole_gateway(
    api: Provider, make_sms: Callable[..., SmsGateway]
) -> None:
    with pytest.raises(DependencyUnavailable, match="Signature") as refused:
        await make_sms(access_secret="another one").send(SMS)
    assert not isinstance(refused.value, CallDeclined)
    assert not api.sent


async def test_a_repeat_is_sent_only_if_the_provider_does_not_have_it(
    name: str, api: Provider, sms: SmsGateway
) -> None:
    repeat = replace(SMS, is_repeat=True)
    api.listed = ["another"]
    await sms.send(repeat)
    assert len(api.sent) == 1
    api.listed.append(api.sent[0][KEYS[name]])
    await sms.send(repeat)
    assert len(api.sent) == 1
    # Aliyun lists by day, and the SMS was ordered the evening before.
    lists = {"aliyun": 2, "tencent": 1}[name]
    assert api.calls[: lists + 1] == [*[LISTS[name]] * lists, SENDS[name]]


async def test_without_the_permission_to_look_it_is_sent_and_otherwise_not(
    name: str, api: Provider, sms: SmsGateway
) -> None:
    repeat = replace(SMS, is_repeat=True)
    api.refused[LISTS[name]] = "UnauthorizedOperation" if name == "tencent" else "NoPermission"
    await sms.send(repeat)
    assert len(api.sent) == 1
    api.refused[LISTS[name]] = "InternalError"
    with pytest.raises(DependencyUnavailable):
        await sms.send(repeat)
    assert len(api.sent) == 1


@pytest.mark.parametrize(
    "status, body", [(500, b""), (502, b"<html>"), (200, b"<html>"), (200, b"[]"), (200, b"{}"), (200, {"Code": 7})]
)
async def test_what_is_no_answer_of_the_provider_is_no_acceptance(
    http_server: LocalServer, sms: SmsGateway, status: int, body: object
) -> None:
    http_server.answers(status, body)
    with pytest.raises(DependencyUnavailable) as down:
        await sms.send(SMS)
    assert SMS.phone not in str(down.value)


async def test_a_provider_that_never_answers_counts_as_down(sms: SmsGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (aliyun, tencent):
        monkeypatch.setattr(module, "LIMIT_SECONDS", 0.1)
    with pytest.raises(DependencyUnavailable, match="timeout"):
        await sms.send(SMS)


async def test_neither_secrets_nor_numbers_reach_a_log(
    api: Provider,
    make_sms: Callable[..., SmsGateway],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DEBUG", "sdk")
    caplog.set_level(logging.DEBUG)
    for library, level in LEVELS_OF_LIBRARIES.items():
        caplog.set_level(level, library)
    await make_sms().send(SMS)
    api.code = "isv.AMOUNT_NOT_ENOUGH"
    with pytest.raises(DependencyUnavailable) as refused:
        await make_sms().send(SMS)
    out, err = capfd.readouterr()
    said = f"{caplog.text}{out}{err}{refused.value!r}{refused.value.__cause__}"
    assert not [value for value in (SECRET, SMS.phone, "粤B12345", "Signature=") if value in said]
