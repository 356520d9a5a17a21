"""A collector of OpenTelemetry: it receives spans over HTTP, as protocol buffers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.http_server import LocalServer
from tests.support.serving import serve


@dataclass(frozen=True)
class Span:
    """What a span is and where it stands; `service` is the process that made it."""

    id: str
    parent: str
    trace: str
    name: str
    service: str
    attributes: dict[str, Any]


class Collector:
    def __init__(self) -> None:
        self.server = LocalServer()
        self.server.answers(200)

    @property
    def content(self) -> str:
        """All bytes that arrived."""
        return "\n".join(received.body.decode("utf-8", "replace") for received in self.server.received)

    def spans(self) -> list[Span]:
        assert all(received.path == "/v1/traces" for received in self.server.received)
        messages = [ExportTraceServiceRequest.FromString(received.body) for received in self.server.received]
        return [
            _span(span, _values(of_process.resource.attributes))
            for message in messages
            for of_process in message.resource_spans
            for of_scope in of_process.scope_spans
            for span in of_scope.spans
        ]


@asynccontextmanager
async def running_collector() -> AsyncIterator[tuple[Collector, str]]:
    """A collector, and its address."""
    collector = Collector()
    async with serve(collector.server) as port:
        yield collector, f"http://127.0.0.1:{port}"


def _span(span: Any, resource: dict[str, Any]) -> Span:
    assert not span.events
    assert not span.status.message
    own, parent, trace = (value.hex() for value in (span.span_id, span.parent_span_id, span.trace_id))
    return Span(own, parent, trace, span.name, resource["service.name"], _values(span.attributes))


def _values(attributes: Any) -> dict[str, Any]:
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes}
