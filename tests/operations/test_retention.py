"""The retention of finished workflows."""

from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client


async def test_a_finished_process_can_be_looked_at_for_30_days(temporal_client: Client) -> None:
    namespace = await temporal_client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)
