"""Workers without a deployment's name: their tasks must not name a versioning behaviour, or Temporal refuses them.

No option does it (SDK 1.35, server 1.32): the server also refuses a behaviour from a worker with
`WorkerDeploymentConfig(use_worker_versioning=False)`.
"""

from dataclasses import replace

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance, WorkflowInstanceDetails


class UnversionedRunner(UnsandboxedWorkflowRunner):
    """Runs a workflow as if its definition named no versioning behaviour; a sandbox can run it inside."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return super().create_instance(replace(det, defn=replace(det.defn, versioning_behavior=None)))
