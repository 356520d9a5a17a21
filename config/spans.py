"""What is traced, and what of it leaves the process: from a request through update and activity to SQL.

A span keeps its name, its times and the attributes named here. Events with exceptions and descriptions of a status are
left out, because texts of drivers and validators repeat personal data.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from opentelemetry import context as current_context
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from temporalio.api.common.v1 import Payload
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.worker import (
    ExecuteWorkflowInput,
    HandleSignalInput,
    HandleUpdateInput,
    WorkflowInterceptorClassInput,
)

from config.release import RELEASE

ATTRIBUTES = frozenset({
    "http.request.method", "http.route", "http.response.status_code", "request_id", "db.system.name",
    "temporalWorkflowID", "temporalRunID", "temporalActivityID", "temporalUpdateID",
})  # fmt: skip
"""None of them has a value that a person typed; ids of workflows are ids of our rows."""

_CLOSE_SECONDS = 2.0
"""A collector that does not answer delays the end of a process by no more."""


class Tracing:
    """The tracer of this process, and the interceptor that carries its context through Temporal."""

    def __init__(self, program: str) -> None:
        resource = Resource.create({SERVICE_NAME: program, SERVICE_VERSION: RELEASE})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(WithoutTexts(OTLPSpanExporter())))
        self.tracer = self._provider.get_tracer("xuanhao")
        self.interceptor = ContextOfMessages(self.tracer)

    def close(self) -> None:
        """Send what is left."""
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)


class WithoutTexts(SpanExporter):
    """Sends spans without anything that may quote a value."""

    def __init__(self, following: SpanExporter) -> None:
        self._following = following

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._following.export([_strip(span) for span in spans])

    def shutdown(self) -> None:
        self._following.shutdown()


def _strip(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name in ATTRIBUTES},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


class ContextOfMessages(TracingInterceptor):
    """Makes what a workflow does for a message a part of the caller's trace, by the message's header."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 -- the SDK's name
    ) -> type[TracingWorkflowInboundInterceptor]:
        super().workflow_interceptor_class(input)
        return _InWorkflow


class _InWorkflow(TracingWorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002 -- the SDK's name
        # A workflow lives for months, and the trace of the request that started it does not: timers belong to none.
        return await self.next.execute_workflow(input)

    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002 -- the SDK's name
        with self._caller(input.headers):
            await self.next.handle_signal(input)

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 -- the SDK's name
        self.next.handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 -- the SDK's name
        with self._caller(input.headers):
            return await self.next.handle_update_handler(input)

    @contextmanager
    def _caller(self, headers: Mapping[str, Payload]) -> Iterator[None]:
        """The caller's context, in which the SDK makes a span for each activity, except in a replay."""
        header = headers.get(self.header_key)
        carrier = self.payload_converter.from_payload(header) if header else {}
        token = current_context.attach(self.text_map_propagator.extract(carrier, Context()))
        try:
            yield
        finally:
            current_context.detach(token)
