"""Dependencies of the operators' commands, created once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from config.settings import Settings
from domain.durations import Duration, parse_duration
from domain.policy import Policy
from operations.workflow_addresses import WorkflowAddresses
from storage.repositories import Repositories

if TYPE_CHECKING:
    from temporalio.client import Client

    from workflows.client import VehicleClient


@dataclass(frozen=True)
class OperationsContext:
    """Repositories, and the way to workflows."""

    repositories: Repositories
    temporal: "Client"
    task_queue: str
    addresses: WorkflowAddresses
    policy: Policy
    """The deployment's policy, which an office may override."""
    deployment_settings: frozenset[str]
    """The settings of the policy that the deployment has set."""
    vehicles: "VehicleClient"
    waiting_room_ahead: Duration
    """How far ahead a waiting room may open."""

    @classmethod
    def build(cls, settings: Settings, repositories: Repositories, temporal: "Client") -> Self:
        # The help of the command line comes without Temporal's SDK, which takes long to import.
        from workflows.client import VehicleClient  # noqa: PLC0415

        return cls(
            repositories=repositories,
            temporal=temporal,
            task_queue=settings.task_queue,
            addresses=WorkflowAddresses.from_settings(settings),
            policy=Policy().with_overrides(settings.policy),
            deployment_settings=frozenset(settings.policy),
            vehicles=VehicleClient(temporal, settings.task_queue, repositories.message_seals),
            waiting_room_ahead=parse_duration(settings.waiting_room_ahead),
        )
