"""What our namespace of Temporal needs: its retention and the search attributes. Checks it, and prepares it."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

RETENTION = timedelta(days=30)
"""How long Temporal keeps a workflow that has ended."""

SEARCH_ATTRIBUTES = {"Stage": "Keyword", "Office": "Keyword", "Deadline": "Datetime", "Plate": "Keyword"}
"""Names and types, as Temporal's commands write them."""

_KINDS = {
    name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}") for name, kind in SEARCH_ATTRIBUTES.items()
}
# Temporal Cloud lets no client list them; there they are made in its console.
_NOT_OURS_TO_READ = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED)


async def retention_of(client: Client) -> timedelta | None:
    """The retention of our namespace; None if the namespace does not exist. Raises `RPCError`, `RuntimeError`."""
    try:
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


async def missing_search_attributes(client: Client) -> list[str]:
    """The names that are missing or of another type; none where we may not look. Raises `RPCError`."""
    try:
        request = ListSearchAttributesRequest(namespace=client.namespace)
        known = (await client.operator_service.list_search_attributes(request)).custom_attributes
    except RPCError as error:
        if error.status in _NOT_OURS_TO_READ:
            return []
        raise
    return [name for name, kind in _KINDS.items() if known.get(name) != kind]


async def ensure_namespace(client: Client) -> None:
    """Register the namespace, or extend a shorter retention. Raises `RPCError`."""
    known = await retention_of(client)
    if known is None:
        request = RegisterNamespaceRequest(namespace=client.namespace, workflow_execution_retention_period=_retention())
        await client.workflow_service.register_namespace(request)
    elif known < RETENTION:
        await extend_retention(client)


async def extend_retention(client: Client) -> None:
    """Set the retention of our namespace, which exists. Raises `RPCError`."""
    config = NamespaceConfig(workflow_execution_retention_ttl=_retention())
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))


def _retention() -> Duration:
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    return retention


async def ensure_search_attributes(client: Client) -> None:
    """Add those that are missing. Raises `RPCError`."""
    missing = {name: _KINDS[name] for name in await missing_search_attributes(client)}
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request)
