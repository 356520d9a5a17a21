"""Server-sent events of one preselection."""

import anyio
from sse_starlette import EventSourceResponse

from api.http.request_context import CurrentContext
from api.http.responses import Responses, responses_of_read
from api.http.secured_route import area
from api.limits.streams import CountedStream
from api.preselections.event_stream import views_of

PING_SECONDS = 15
GRACE_SECONDS = 1.0
CLEANUP_SECONDS = 2.0

router = area("/preselections/{preselection_id}", tags=["preselections"])

_EVENT = {
    "type": "object",
    "description": "The events of the stream.",
    "properties": {
        "event": {"const": "preselection"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"$ref": "#/components/schemas/PreselectionView"},
        },
    },
    "required": ["event", "data"],
}
_STREAM: Responses = {200: {"content": {"text/event-stream": {"schema": _EVENT}}}}


@router.get("/events", response_class=EventSourceResponse, responses=_STREAM | responses_of_read("not_found"))
async def stream_events(context: CurrentContext) -> CountedStream:
    """Event `preselection`, data the view: at once, and after every change, including expiries."""
    closing, places, account = anyio.Event(), context.app.streams, context.caller.account()
    places.open(account, context.now())
    return CountedStream(
        views_of(context, closing),
        places=places,
        account=account,
        ping=PING_SECONDS,
        sep="\n",
        shutdown_event=closing,
        shutdown_grace_period=GRACE_SECONDS,
        cleanup_timeout=CLEANUP_SECONDS,
    )
