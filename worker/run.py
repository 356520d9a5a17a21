"""The worker of vehicles, bans and upkeep: the only place that knows every concrete activity."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.refusals import RefusalInterceptor
from workflows.blacklist import BlacklistWorkflow
from workflows.postponement import PostponementWorkflow
from workflows.upkeep import UpkeepWorkflow
from workflows.vehicle import VehicleWorkflow

WORKFLOWS = [VehicleWorkflow, BlacklistWorkflow, PostponementWorkflow, UpkeepWorkflow]
# Light, pure modules: passed through, shared by all workflows instead of imported anew for each. What is said to
# workflows must be among them: the sandbox's own `datetime` is no type that the SDK could decode a moment into.
PASSED_THROUGH = ("domain", "zoneinfo", "workflows.messages", "workflows.ports", "workflows.upkeep_ports")
# Python runs workflow tasks on one core. More at once would make a cold start with many vehicles replay them all
# together and run into the deadlock detector's two seconds.
MOST_WORKFLOW_TASKS = 20
MOST_ACTIVITIES = 50


def make_worker(client: Client, task_queue: str, activities: Sequence[Callable[..., Any]], **options: Any) -> Worker:
    """The worker as it runs in production and in the tests; `options` go beyond or replace what stands here."""
    runner = options.pop("workflow_runner", None) or sandboxed_runner()
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=activities,
        interceptors=[RefusalInterceptor()],
        workflow_runner=runner,
        max_concurrent_workflow_tasks=MOST_WORKFLOW_TASKS,
        max_concurrent_activities=MOST_ACTIVITIES,
        max_concurrent_local_activities=MOST_ACTIVITIES,
        graceful_shutdown_timeout=timedelta(seconds=10),
        **options,
    )


def sandboxed_runner() -> SandboxedWorkflowRunner:
    """The sandbox that keeps clock, chance and I/O out of workflows: all tests run in it."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))
