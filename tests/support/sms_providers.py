"""The APIs of Aliyun and Tencent Cloud for SMS, as their documents describe them: they check signatures."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.responses import JSONResponse, Response

from tests.support.http_server import Received

KEY, SECRET, APP_ID = "AKIDexample", "a very secret access key", "1400006666"


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), "sha256").digest()


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _lines_of(received: Received, signed: str) -> str:
    return "".join(f"{name}:{received.headers[name].strip()}\n" for name in signed.split(";"))


@dataclass
class Provider:
    """Accepts SMS with `code`, and keeps them as they came; `listed` are the keys in its list of sent SMS.

    `calls` are the names of all calls. `refused` is a code with which it answers a call of this name.
    """

    code: str
    sent: list[dict[str, Any]] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


class AliyunApi(Provider):
    def __init__(self) -> None:
        super().__init__("OK")

    async def answer(self, received: Received) -> Response:
        action, query = received.headers["x-acs-action"], dict(parse_qsl(received.query))
        self.calls.append(action)
        if not self.is_signed(received):
            return JSONResponse({"Code": "SignatureDoesNotMatch", "Message": "no", "RequestId": "1"}, 400)
        if action in self.refused:
            return JSONResponse({"Code": self.refused[action], "Message": "no", "RequestId": "1"}, 403)
        if action == "QuerySendDetails":
            items = [{"OutId": key, "SendStatus": 1} for key in self.listed]
            return JSONResponse({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": items}, "TotalCount": "1"})
        self.sent.append(query)
        return JSONResponse({"Code": self.code, "Message": "13800138000", "RequestId": "1", "BizId": "1^0"})

    @staticmethod
    def is_signed(received: Received) -> bool:
        """ACS3-HMAC-SHA256, <https://help.aliyun.com/document_detail/315526.html>."""
        given = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=(?P<key>\w+),SignedHeaders=(?P<signed>[\w;-]+),Signature=(?P<signature>\w+)",
            received.headers["authorization"],
        )
        assert given
        signed = given["signed"]
        assert {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce"} <= set(
            signed.split(";")
        )
        payload = _digest(received.body)
        query = sorted(parse_qsl(received.query, keep_blank_values=True))
        canonical = "\n".join(
            [
                received.method,
                received.path,
                "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in query),
                _lines_of(received, signed),
                signed,
                payload,
            ]
        )
        expected = _hmac(SECRET.encode(), f"ACS3-HMAC-SHA256\n{_digest(canonical.encode())}").hex()
        is_whole = received.headers["x-acs-content-sha256"] == payload
        return is_whole and (given["key"], given["signature"]) == (KEY, expected)


class TencentApi(Provider):
    def __init__(self) -> None:
        super().__init__("Ok")

    async def answer(self, received: Received) -> Response:
        action = received.headers["x-tc-action"]
        self.calls.append(action)
        if not self.is_signed(received):
            return self.error("AuthFailure.SignatureFailure")
        if action in self.refused:
            return self.error(self.refused[action])
        if action == "PullSmsSendStatusByPhoneNumber":
            items = [{"SessionContext": key, "ReportStatus": "SUCCESS"} for key in self.listed]
            return JSONResponse({"Response": {"PullSmsSendStatusSet": items, "RequestId": "1"}})
        self.sent.append(received.json)
        status = {"Code": self.code, "Message": "13800138000", "SerialNo": "1", "Fee": 1}
        return JSONResponse({"Response": {"SendStatusSet": [status], "RequestId": "1"}})

    @staticmethod
    def error(code: str) -> Response:
        return JSONResponse({"Response": {"Error": {"Code": code, "Message": "no"}, "RequestId": "1"}})

    @staticmethod
    def is_signed(received: Received) -> bool:
        """TC3-HMAC-SHA256, <https://cloud.tencent.com/document/api/382/52072>."""
        seconds = received.headers["x-tc-timestamp"]
        day = f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d}"
        given = re.fullmatch(
            r"TC3-HMAC-SHA256 Credential=(?P<key>\w+)/(?P<scope>[^,]+), "
            r"SignedHeaders=(?P<signed>[\w;-]+), Signature=(?P<signature>\w+)",
            received.headers["authorization"],
        )
        assert given
        signed, scope = given["signed"], f"{day}/sms/tc3_request"
        assert {"content-type", "host"} <= set(signed.split(";"))
        payload = _digest(received.body)
        canonical = "\n".join(
            [
                received.method,
                received.path,
                received.query,
                _lines_of(received, signed),
                signed,
                payload,
            ]
        )
        text = f"TC3-HMAC-SHA256\n{seconds}\n{scope}\n{_digest(canonical.encode())}"
        key = _hmac(_hmac(_hmac(f"TC3{SECRET}".encode(), day), "sms"), "tc3_request")
        return (given["key"], given["scope"], given["signature"]) == (KEY, scope, _hmac(key, text).hex())
