"""Event streams of our endpoints: counted by account, ended with the process, and published with their events."""

from collections.abc import AsyncIterator, Callable

import anyio
from sse_starlette import ServerSentEvent

from api.http.request_context import RequestContext
from api.http.responses import Responses
from api.limits.streams import CountedStream

PING_SECONDS = 15
GRACE_SECONDS = 1.0
CLEANUP_SECONDS = 2.0


def open_stream(
    context: RequestContext, events_until: Callable[[anyio.Event], AsyncIterator[ServerSentEvent]]
) -> CountedStream:
    """The response with these events; the event given to them is set when the process is about to stop.

    Raises `RateLimited` if the account has too many streams.
    """
    closing, places, account = anyio.Event(), context.app.streams, context.caller.account()
    places.open(account, context.now())
    return CountedStream(
        events_until(closing),
        places=places,
        account=account,
        ping=PING_SECONDS,
        sep="\n",
        shutdown_event=closing,
        shutdown_grace_period=GRACE_SECONDS,
        cleanup_timeout=CLEANUP_SECONDS,
    )


def published_stream(event: str, schema: str) -> Responses:
    """The published success: events of one name, whose data is this schema as JSON."""
    published = {
        "type": "object",
        "description": "The events of the stream.",
        "properties": {
            "event": {"const": event},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": f"#/components/schemas/{schema}"},
            },
        },
        "required": ["event", "data"],
    }
    return {200: {"content": {"text/event-stream": {"schema": published}}}}
