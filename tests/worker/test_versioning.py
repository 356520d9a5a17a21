"""What lasts goes on with the current release, and what is short ends with the release that it began with."""

from temporalio.common import VersioningBehavior
from temporalio.workflow import _Definition

from config.release import RELEASE
from worker.run import WORKFLOWS, deployment_of
from workflows.appeals.workflow import AppealWorkflow
from workflows.bans.workflow import BlacklistWorkflow
from workflows.vehicle.workflow import VehicleWorkflow

LASTING = {AppealWorkflow, BlacklistWorkflow, VehicleWorkflow}


def test_only_what_lasts_is_upgraded_while_it_runs() -> None:
    for workflow in WORKFLOWS:
        expected = VersioningBehavior.AUTO_UPGRADE if workflow in LASTING else VersioningBehavior.PINNED
        assert _Definition.must_from_class(workflow).versioning_behavior is expected, workflow


def test_the_build_id_is_the_release() -> None:
    named = deployment_of("xuanhao")
    assert named
    assert (named.version.deployment_name, named.version.build_id) == ("xuanhao", RELEASE)
    assert named.use_worker_versioning
    assert deployment_of(None) is None
