"""The worker of vehicles, bans, appeals and maintenance."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from temporalio import workflow
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.failures import FailureInterceptor
from activities.local_decisions import LocalDecisions
from config.release import RELEASE
from process.garbage import without_collection
from worker.stopping import GRACE
from worker.unversioned import UnversionedRunner
from workflows.appeals.workflow import AppealWorkflow
from workflows.bans.workflow import BlacklistWorkflow
from workflows.maintenance.workflow import MaintenanceWorkflow
from workflows.postponement.workflow import PostponementWorkflow
from workflows.resending.workflow import ResendingWorkflow
from workflows.retries import STICKY_TIMEOUT
from workflows.vehicle.workflow import VehicleWorkflow

WORKFLOWS = [
    VehicleWorkflow, BlacklistWorkflow, AppealWorkflow, PostponementWorkflow, MaintenanceWorkflow, ResendingWorkflow,
]  # fmt: skip
# Light, pure modules are passed through: all workflows share them instead of importing them again. The modules of
# workflow messages must be among them: the SDK can't decode an instant into the sandbox's own `datetime`.
PASSED_THROUGH = (
    "domain", "zoneinfo", "workflows.messages", "workflows.ports", "workflows.maintenance.types", "worker.unversioned",
)  # fmt: skip
# Python runs workflow tasks on one core. With more in parallel, a cold start with many vehicles would replay them all
# at the same time and exceed the deadlock detector's two seconds.
MOST_WORKFLOW_TASKS = 20
MOST_ACTIVITIES = 50


def make_worker(
    client: Client,
    task_queue: str,
    activities: Sequence[Callable[..., Any]],
    *,
    deployment: WorkerDeploymentConfig | None = None,
    sandboxed: bool = True,
    **options: Any,
) -> Worker:
    """The worker of production and tests; `options` extend or replace the arguments here."""
    # The ids are separate fields, not part of a workflow's message, so that lines can be searched by either.
    workflow.logger.workflow_info_on_message = False
    runner = UnsandboxedWorkflowRunner if deployment else UnversionedRunner
    # A history shows operators which release has done each task.
    version = {"deployment_config": deployment} if deployment else {"build_id": RELEASE}
    # The sandbox imports all workflows again. A collection in between may import too, to warn of something that was not
    # closed, and Python's import locks then raise KeyError (CPython issue 106176).
    with without_collection() if sandboxed else nullcontext():
        return Worker(
            client,
            task_queue=task_queue,
            workflows=options.pop("workflows", WORKFLOWS),
            activities=activities,
            interceptors=[FailureInterceptor(), LocalDecisions()],
            workflow_runner=sandboxed_runner(runner) if sandboxed else runner(),
            max_concurrent_workflow_tasks=MOST_WORKFLOW_TASKS,
            max_concurrent_activities=MOST_ACTIVITIES,
            max_concurrent_local_activities=MOST_ACTIVITIES,
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            graceful_shutdown_timeout=GRACE,
            **version,
            **options,
        )


def deployment_of(name: str | None, build_id: str = RELEASE) -> WorkerDeploymentConfig | None:
    """The version of a worker where the deployment has a name; each workflow says whether it is pinned to it."""
    if name is None:
        return None
    return WorkerDeploymentConfig(WorkerDeploymentVersion(name, build_id), use_worker_versioning=True)


def sandboxed_runner(runner: type[WorkflowRunner] = UnsandboxedWorkflowRunner) -> SandboxedWorkflowRunner:
    """The sandbox that prevents clock, randomness and I/O in workflows; all tests use it."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return SandboxedWorkflowRunner(restrictions=restrictions, runner_class=runner)
