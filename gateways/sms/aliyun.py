"""SMS by Aliyun (阿里云短信服务), through its SDK, which signs with ACS3-HMAC-SHA256."""

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import structlog
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_dysmsapi20170525.models import QuerySendDetailsRequest, SendSmsRequest
from alibabacloud_tea_openapi.exceptions import ClientException, ServerException, ThrottlingException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import UnretryableException
from darabonba.runtime import RuntimeOptions

from domain.dependencies import CallDeclined, DependencyUnavailable
from domain.durations import SHANGHAI
from domain.sms import Sms
from gateways.http import LIMIT_SECONDS, Clock
from gateways.sms.provider import ErrorCodes, ProviderAccount

CODES = ErrorCodes(
    final=(
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM", "isv.PARAM_LENGTH_LIMIT",
        "isv.PARAM_NOT_SUPPORT_URL", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL", "isv.DENY_IP_RANGE",
    ),
    broken=(
        "isp.", "isv.ACCOUNT_", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE", "isv.SIGN_NAME_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL", "InvalidAccessKeyId",
        "SignatureDoesNotMatch", "SignatureNonceUsed", "InvalidTimeStamp", "Forbidden", "NoPermission",
        "ServiceUnavailable", "InternalError",
    ),
)  # fmt: skip
_ACCEPTED = "OK"
_DENIED = ("isp.RAM_PERMISSION_DENY", "Forbidden", "NoPermission")
_PAGE = 50
_CONNECT_MS, _READ_MS = 1000, 2000

log = structlog.get_logger("gateways")


class AliyunSms:
    """Sends by template, and asks Aliyun's list before a repeat: the API has no idempotency key.

    The SDK's asynchronous calls load all certificates each time, on the event loop. So its synchronous ones run in our
    threads, of which there are as many as calls may be in flight.
    """

    def __init__(self, account: ProviderAccount, most_calls: int, clock: Clock) -> None:
        # The SDK's logger has its own handler, which would write numbers and signatures to stderr.
        logger = logging.getLogger("darabonba-core")
        logger.handlers.clear()
        logger.setLevel(logging.WARNING)
        self._account = account
        self._clock = clock
        self._threads = ThreadPoolExecutor(most_calls, thread_name_prefix="aliyun")
        self._options = RuntimeOptions(
            autoretry=False, max_attempts=1, connect_timeout=_CONNECT_MS, read_timeout=_READ_MS
        )
        self._client = Client(
            Config(
                access_key_id=account.access_key,
                access_key_secret=account.access_secret,
                endpoint=account.host,
                protocol=account.scheme,
            )
        )

    async def send(self, message: Sms) -> None:
        if message.is_repeat and await self._is_known(message):
            return
        account = self._account
        request = SendSmsRequest(
            phone_numbers=message.phone,
            sign_name=account.sign_name,
            template_code=account.templates[message.purpose],
            template_param=json.dumps(dict(message.parameters), ensure_ascii=False),
            out_id=message.reference,
        )
        await self._call(self._client.send_sms_with_options, request)

    async def _is_known(self, message: Sms) -> bool:
        """Whether Aliyun's list of SMS to this phone has ours, on the days since it was ordered."""
        first, last = (instant.astimezone(SHANGHAI).date() for instant in (message.at, self._clock()))
        for number in range((last - first).days + 1):
            request = QuerySendDetailsRequest(
                phone_number=message.phone,
                send_date=f"{first + timedelta(days=number):%Y%m%d}",
                page_size=_PAGE,
                current_page=1,
            )
            try:
                body = await self._call(self._client.query_send_details_with_options, request)
            except DependencyUnavailable as refused:
                if not refused.reason.startswith(_DENIED):
                    raise
                log.warning("list of sent sms not readable", reason=refused.reason)
                return False
            listed = body.sms_send_detail_dtos
            if listed and any(sms.out_id == message.reference for sms in listed.sms_send_detail_dto or []):
                return True
        return False

    async def _call(self, call: Callable[..., Any], request: object) -> Any:
        """The body of an answer with the code OK. Raises `DependencyUnavailable`."""
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, call, request, self._options)
        except TimeoutError:
            raise DependencyUnavailable("sms", "timeout") from None
        except ThrottlingException:
            raise CallDeclined("sms", "throttled") from None
        except ClientException as error:
            raise CODES.failure_of(error.code) from None
        except ServerException as error:
            raise DependencyUnavailable("sms", f"status {error.status_code}") from None
        except UnretryableException as error:
            # Not chained: the SDK's error has the whole request.
            raise DependencyUnavailable("sms", type(error.inner_exception).__name__) from None
        if answer.body is None or answer.body.code != _ACCEPTED:
            raise CODES.failure_of(answer.body and answer.body.code)
        return answer.body
