"""Each act has one line in the log: its request's, with ids, act and outcome."""

from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import pytest
import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from api.http.action_log import log_action
from api.http.request_log import RequestLog
from domain.dependencies import DependencyUnavailable
from domain.errors import NotFound

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}
HOW_IT_ENDS = [
    (None, "done"),
    (NotFound(), "not_found"),
    (DependencyUnavailable("redis"), "unavailable"),
    (KeyError(), "failed"),
]


def make_log(failure: Exception | None) -> RequestLog:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.contextvars.bind_contextvars(preselection_id="p1", office="440300")
        with suppress(Exception), log_action("draw"):
            if failure:
                raise failure
        await Response()(scope, receive, send)

    return RequestLog(application, strict_transport=None)


async def lines_of(application: RequestLog) -> list[MutableMapping[str, Any]]:
    async def nothing() -> Message:
        return {"type": "http.request"}

    async def unheard(_: Message) -> None:
        """The caller does not matter."""

    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        await application(dict(SCOPE), nothing, unheard)
    return lines


@pytest.mark.parametrize("failure, outcome", HOW_IT_ENDS, ids=lambda value: type(value).__name__)
async def test_a_line_says_what_was_done_and_how_it_ended(failure: Exception | None, outcome: str) -> None:
    (line,) = await lines_of(make_log(failure))
    shown = {name: line[name] for name in ("event", "preselection_id", "office", "action", "outcome", "status")}
    assert shown == {
        "event": "request", "preselection_id": "p1", "office": "440300", "action": "draw", "outcome": outcome,
        "status": 200,
    }  # fmt: skip


async def test_what_is_said_while_it_is_done_does_not_foretell_how_it_ends() -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines, log_action("draw"):
        structlog.get_logger("actions").info("still at it")
    assert lines == [{"event": "still at it", "log_level": "info", "action": "draw"}]


async def test_what_one_request_did_stands_on_no_other_line_not_even_of_one_begun_in_its_context() -> None:
    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        await Response()(scope, receive, send)

    # One after the other in one context, as the server does with pipelined requests.
    await lines_of(make_log(None))
    (line,) = await lines_of(RequestLog(read, strict_transport=None))
    assert not line.keys() & {"action", "outcome", "preselection_id", "office"}
