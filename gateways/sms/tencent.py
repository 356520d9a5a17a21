"""SMS by Tencent Cloud (腾讯云短信), through its SDK, which signs with TC3-HMAC-SHA256."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import structlog
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import PullSmsSendStatusByPhoneNumberRequest, SendSmsRequest
from tencentcloud.sms.v20210111.sms_client_async import SmsClient

from domain.dependencies import DependencyUnavailable
from domain.sms import Sms
from gateways.http import LIMIT_SECONDS, Clock
from gateways.sms.provider import ErrorCodes, ProviderAccount

CODES = ErrorCodes(
    final=(
        "FailedOperation.ContainSensitiveWord", "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.PhoneNumberParseFail", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "InvalidParameter", "MissingParameter", "UnsupportedOperation",
    ),
    broken=(
        "AuthFailure", "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.ProhibitSubAccountUse",
        "FailedOperation.SignatureIncorrectOrUnapproved", "InternalError", "InvalidParameterValue.SdkAppIdNotExist",
        "ResourceUnavailable", "ServerNetworkError", "UnauthorizedOperation", "UnsupportedOperation.UnsupportedRegion",
    ),
)  # fmt: skip
_ACCEPTED = "Ok"
_DENIED = ("UnauthorizedOperation", "UnsupportedOperation", "FailedOperation")
_MOST = 100

log = structlog.get_logger("gateways")


class TencentSms:
    """Sends by template, and asks Tencent's list before a repeat: the API has no idempotency key."""

    def __init__(self, account: ProviderAccount, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        # A connection for each call, so that none is left open when the process ends.
        profile = HttpProfile(protocol=account.scheme, endpoint=account.host, reqTimeout=LIMIT_SECONDS)
        credential = Credential(account.access_key, account.access_secret)
        self._client = SmsClient(credential, account.region, ClientProfile(httpProfile=profile))
        self._client.http_client.event_hooks = {"response": [_read_whole]}

    async def send(self, message: Sms) -> None:
        if message.is_repeat and await self._is_known(message):
            return
        account = self._account
        request = {
            "PhoneNumberSet": [f"+86{message.phone}"],
            "SmsSdkAppId": account.app_id,
            "SignName": account.sign_name,
            "TemplateId": account.templates[message.purpose],
            "TemplateParamSet": list(message.parameters.values()),
            "SessionContext": message.reference,
        }
        answer = await self._call(self._client.SendSms, SendSmsRequest(), request)
        code = answer.SendStatusSet[0].Code if answer.SendStatusSet else None
        if code != _ACCEPTED:
            raise CODES.failure_of(code)

    async def _is_known(self, message: Sms) -> bool:
        """Whether Tencent's list of SMS to this phone has ours, since it was ordered."""
        request = {
            "PhoneNumber": f"+86{message.phone}",
            "SmsSdkAppId": self._account.app_id,
            "BeginTime": int(message.at.timestamp()),
            "EndTime": int(self._clock().timestamp()),
            "Offset": 0,
            "Limit": _MOST,
        }
        look = self._client.PullSmsSendStatusByPhoneNumber
        try:
            answer = await self._call(look, PullSmsSendStatusByPhoneNumberRequest(), request)
        except DependencyUnavailable as refused:
            if not refused.reason.startswith(_DENIED):
                raise
            log.warning("list of sent sms not readable", reason=refused.reason)
            return False
        return any(sms.SessionContext == message.reference for sms in answer.PullSmsSendStatusSet or [])

    async def _call(self, call: Callable[[Any], Awaitable[Any]], model: Any, values: Mapping[str, Any]) -> Any:
        """The answer of the API. Raises `DependencyUnavailable`. Errors are not chained: they may have the request."""
        model.from_json_string(json.dumps(values))
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                return await call(model)
        except TimeoutError:
            raise DependencyUnavailable("sms", "timeout") from None
        except TencentCloudSDKException as error:
            raise CODES.failure_of(error.code) from None
        except httpx.HTTPError as error:
            raise DependencyUnavailable("sms", type(error).__name__) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DependencyUnavailable("sms", "malformed answer") from None


async def _read_whole(response: httpx.Response) -> None:
    """The SDK leaves the connection of an answer open that it does not understand; a whole answer has none."""
    await response.aread()
