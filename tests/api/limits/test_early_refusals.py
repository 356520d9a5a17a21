"""What is refused at once is refused as everything else is, and fills no log."""

from datetime import timedelta

import pytest
import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from api.http import request_log
from api.http.problems import refusal_response
from api.http.request_log import RequestLog, log_with_others
from api.limits.early_refusals import send_busy
from domain.errors import Busy
from domain.instants import parse_instant
from locales.languages import Language
from process.clock import system_clock
from tests.support.waiting import eventually

MANY = 50


@pytest.mark.parametrize("language", Language)
async def test_the_response_is_that_of_every_refusal(language: Language) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    now = system_clock()
    for _ in range(3):
        await send_busy(send, language, now)
    for start, end in zip(sent[::2], sent[1::2], strict=True):
        retry_at = parse_instant(end["body"].partition(b'"retry_at": "')[2].partition(b'"')[0].decode())
        assert timedelta(seconds=1) - timedelta(milliseconds=1) <= retry_at - now <= timedelta(seconds=3)
        # Its milliseconds are cut off, its seconds are rounded up before.
        usual = [refusal_response(Busy(retry_at + timedelta(milliseconds=more)), language, now) for more in (0, 1)]
        assert start["status"] == usual[0].status_code
        assert end["body"] == usual[0].body
        assert sorted(start["headers"]) in [sorted(each.raw_headers) for each in usual]


async def test_refusals_of_a_second_have_one_line_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "_TOGETHER_SECONDS", 0.0)

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.contextvars.bind_contextvars(preselection_id="p1")
        log_with_others(scope)
        await Response(status_code=503)(scope, receive, send)

    async def nothing() -> Message:
        return {"type": "http.request"}

    async def unheard(_: Message) -> None:
        """The caller does not matter."""

    application = RequestLog(refuse, strict_transport=None)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        for _ in range(MANY):
            await application({"type": "http", "method": "POST", "path": "/", "headers": []}, nothing, unheard)

        async def is_logged() -> bool:
            return bool(lines)

        await eventually(is_logged)
    assert lines == [{"event": "requests refused", "log_level": "info", "requests": MANY, "code": "busy"}]
