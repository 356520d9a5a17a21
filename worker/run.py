"""The worker of vehicles, bans, appeals and maintenance."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.failures import FailureInterceptor
from activities.local_decisions import LocalDecisions
from config.release import RELEASE
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
PASSED_THROUGH = ("domain", "zoneinfo", "workflows.messages", "workflows.ports", "workflows.maintenance.types")
# Python runs workflow tasks on one core. With more in parallel, a cold start with many vehicles would replay them all
# at the same time and exceed the deadlock detector's two seconds.
MOST_WORKFLOW_TASKS = 20
MOST_ACTIVITIES = 50


def make_worker(client: Client, task_queue: str, activities: Sequence[Callable[..., Any]], **options: Any) -> Worker:
    """The worker of production and tests; `options` extend or replace the arguments here."""
    runner = options.pop("workflow_runner", None) or sandboxed_runner()
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        interceptors=[FailureInterceptor(), LocalDecisions()],
        workflow_runner=runner,
        max_concurrent_workflow_tasks=MOST_WORKFLOW_TASKS,
        max_concurrent_activities=MOST_ACTIVITIES,
        max_concurrent_local_activities=MOST_ACTIVITIES,
        # A history shows operators which release has done each task.
        build_id=RELEASE,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        graceful_shutdown_timeout=timedelta(seconds=10),
        **options,
    )


def sandboxed_runner() -> SandboxedWorkflowRunner:
    """The sandbox that prevents clock, randomness and I/O in workflows; all tests use it."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
