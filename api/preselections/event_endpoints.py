"""Server-sent events of one preselection."""

from functools import partial

from sse_starlette import EventSourceResponse

from api.http.event_streams import open_stream, published_stream
from api.http.request_context import CurrentContext
from api.http.responses import responses_of_read
from api.http.secured_route import area
from api.limits.streams import CountedStream
from api.preselections.event_stream import EVENT, views_of
from api.preselections.schemas import PreselectionView

router = area("/preselections/{preselection_id}", tags=["preselections"])
RESPONSES = published_stream(EVENT, PreselectionView.__name__) | responses_of_read("not_found")


@router.get("/events", response_class=EventSourceResponse, responses=RESPONSES)
async def stream_events(context: CurrentContext) -> CountedStream:
    """Event `preselection`, data the view: at once, and after every change, including expiries."""
    return open_stream(context, partial(views_of, context))
