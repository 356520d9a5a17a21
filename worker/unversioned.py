"""Workers without a deployment's name: their tasks must not name a versioning behaviour, or Temporal refuses them.

Nothing public does the same (tried with SDK 1.35 and server 1.32): the server also refuses a behaviour from a worker
with `WorkerDeploymentConfig(use_worker_versioning=False)`, and a class can't be given another definition.
"""

from typing import Any

from temporalio import workflow
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)


class WithoutVersioning(Interceptor):
    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 -- the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        return _WithoutBehaviour


class _WithoutBehaviour(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:  # noqa: A002 -- the SDK's name
        # The SDK sends what the workflow's definition says, and has no switch for a worker without versions.
        vars(workflow._Runtime.current())["_versioning_behavior"] = None  # noqa: SLF001 -- as said above
        return await super().execute_workflow(input)
