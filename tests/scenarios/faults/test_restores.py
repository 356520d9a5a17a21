"""The database is restored to an earlier instant, and Temporal is ahead of it; or Temporal has lost all it knew."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus

from embedded.temporal import Temporal
from gateways.identity.logout_tokens import LogoutToken
from operations.resync import resync_vehicles
from process.clock import system_clock
from tests.scenarios.faults.installation import Installation
from tests.support.applicants import Applicant, Car, Selection
from tests.support.country import Country
from tests.support.desk import clerk_of
from tests.support.maintenance import schedule_exists
from tests.support.temporal_ui import details_of
from tests.support.waiting import eventually
from worker.schedules import keep_schedule
from workflows.maintenance.schedule import ensure_schedule

pytestmark = pytest.mark.slow

OFTEN = timedelta(milliseconds=100)


async def buyer_with_car(country: Country) -> tuple[Applicant, Car]:
    buyer = country.applicant()
    return buyer, country.car(buyer, await country.office())


async def reach_selection(country: Country) -> Selection:
    buyer, car = await buyer_with_car(country)
    return await buyer.reach_selection(car)


async def reach_reservation(country: Country) -> Selection:
    buyer, car = await buyer_with_car(country)
    return await buyer.reach_reservation(car)


async def draw(selection: Selection) -> str:
    """A number that has become a candidate."""
    number = (await selection.post("draws", {})).ok()["batch"]["numbers"][0]
    (await selection.post("candidates", {"number": number})).ok()
    return str(number)


async def draw_after_restore(installation: Installation, selection: Selection) -> str:
    """The log of the pool in Redis is ahead of the database: the first draw finds that, and costs nothing.

    The worker's process looks for lost indexes every two seconds; here it is asked to.
    """
    refused = await selection.post("draws", {})
    assert refused.code == "unavailable"
    await installation.stack.reconciler.reconcile(system_clock())
    return await draw(selection)


async def register(country: Country, selection: Selection) -> str:
    clerk = clerk_of(country, await country.office())
    answer = await clerk.post(f"/desk/preselections/{selection.id}/confirmation", key=str(uuid4()))
    return str(answer.ok()["stage"])


async def sms_about(installation: Installation, selection: Selection, plate: str) -> None:
    async def has_sms() -> bool:
        return any(plate in message.text for message in installation.phone.of(selection.applicant.phone))

    await eventually(has_sms)


async def status_of(installation: Installation, selection: Selection) -> WorkflowExecutionStatus | None:
    return (await installation.workflow_of(selection.id).describe()).status


async def fails_visibly(installation: Installation, selection: Selection) -> bool:
    """Whether its workflow tasks fail, which Temporal's list and page show."""
    description = await installation.workflow_of(selection.id).describe()
    return description.raw_description.pending_workflow_task.attempt > 1


async def test_vehicles_go_on_with_the_rows_of_a_restored_database(installation: Installation) -> None:
    """The next acts come before maintenance has noticed anything."""
    country = installation.country
    reserving, at_the_desk, beginning = (
        await reach_selection(country),
        await reach_reservation(country),
        await reach_selection(country),
    )
    first = await draw(reserving)
    backup = await installation.back_up()

    (await reserving.post("confirmation", {"number": first})).ok()
    await sms_about(installation, reserving, first)
    assert await register(country, at_the_desk) == "registered"
    await draw(beginning)
    late_buyer, late_car = await buyer_with_car(country)
    lost = await late_buyer.create_selection(late_car)
    await installation.restore(backup)

    assert (await reserving.view())["stage"] == "plate_selection"
    second = await draw_after_restore(installation, reserving)
    assert (await reserving.post("confirmation", {"number": second})).ok()["stage"] == "completed"
    # The database has forgotten the first SMS, and the second one is another: it has another key.
    await sms_about(installation, reserving, second)
    assert await register(country, reserving) == "registered"
    assert await register(country, at_the_desk) == "registered"
    assert (await beginning.view())["draws"]["remaining"] == 5
    await draw(beginning)
    assert (await late_buyer.get(lost.path)).code == "not_found"
    again = await late_buyer.create_selection(late_car)
    assert (await again.post("start")).ok()["stage"] == "identity_verification"


async def test_maintenance_notices_a_restored_database_and_refreshes_everything_once(
    installation: Installation,
) -> None:
    country = installation.country
    reserving, at_the_desk, beginning = (
        await reach_selection(country),
        await reach_reservation(country),
        await reach_selection(country),
    )
    number = await draw(reserving)
    # The provider ends a session, so there is a deny list, which a restore may make shorter.
    logout = LogoutToken(str(uuid4()), system_clock(), "session of nobody here", None)
    await country.stack.context.live_sessions.end(logout)
    await installation.maintain("resynced")
    backup = await installation.back_up()
    (await reserving.post("confirmation", {"number": number})).ok()
    await register(country, at_the_desk)
    buyer, car = await buyer_with_car(country)
    lost = await buyer.create_selection(car)
    report = await installation.maintain("resynced")
    assert report.resynced
    assert not report.resynced.is_restored
    assert not await is_signed_out(reserving.applicant)
    await installation.restore(backup)

    report = await installation.maintain("resynced")
    assert report.resynced
    assert report.resynced.is_restored
    await eventually(lambda: is_signed_out(reserving.applicant), within=30)

    async def newcomers_are_let_in() -> bool:
        return not await is_signed_out(country.applicant())

    # A token's instant is in whole seconds: one of the second in which the restore was noticed is refused too.
    await eventually(newcomers_are_let_in, within=3)
    # Three rows that go on, and a workflow that runs without one.
    assert report.resynced.vehicles == 4
    for selection, stage in (
        (reserving, "plate_selection"),
        (at_the_desk, "completed"),
        (beginning, "plate_selection"),
    ):
        await shows(installation, selection, stage)
    await eventually(lambda: fails_visibly(installation, lost), within=30)
    assert await status_of(installation, lost) is WorkflowExecutionStatus.RUNNING
    report = await installation.maintain("resynced")
    assert report.resynced
    assert (report.resynced.is_restored, report.resynced.vehicles) == (False, 0)


async def is_signed_out(applicant: Applicant) -> bool:
    """Whether the token is refused that the applicant has had from the beginning."""
    return (await applicant.get("/preselections")).status == HTTPStatus.UNAUTHORIZED


async def shows(installation: Installation, selection: Selection, stage: str) -> None:
    """Its workflow runs, and knows this stage."""

    async def is_shown() -> bool:
        return f"`{stage}`" in await details_of(installation.workflow_of(selection.id))

    await eventually(is_shown)
    assert await status_of(installation, selection) is WorkflowExecutionStatus.RUNNING


async def test_resync_brings_every_vehicle_to_its_row_and_says_how_many(installation: Installation) -> None:
    """After a restore of the database, and again after a Temporal that has lost everything."""
    country = installation.country
    reserving, at_the_desk = await reach_selection(country), await reach_reservation(country)
    number = await draw(reserving)
    backup = await installation.back_up()
    (await reserving.post("confirmation", {"number": number})).ok()
    assert await register(country, at_the_desk) == "registered"
    await installation.restore(backup)

    async def resync() -> int:
        return await resync_vehicles(installation.stack.context.operations)

    async def are_shown() -> None:
        await shows(installation, reserving, "plate_selection")
        await shows(installation, at_the_desk, "completed")

    assert await resync() == 2
    await are_shown()
    await lose_everything(installation.temporal)
    assert await resync() == 2
    await are_shown()
    assert await resync() == 2


async def test_a_temporal_that_has_lost_everything_is_filled_again_by_acts_and_by_maintenance(
    installation: Installation,
) -> None:
    country = installation.country
    acting, alone = await reach_selection(country), await reach_reservation(country)
    office = await country.own_office(validity="PT2S")
    buyer = country.applicant()
    late = await buyer.reach_reservation(country.car(buyer, office))
    await sms_about(installation, late, (await late.view())["plate"])
    await installation.maintain("resynced")
    client, queue, schedule = installation.client, installation.task_queue, f"upkeep-{uuid4()}"
    await ensure_schedule(client, queue, schedule_id=schedule)
    keeping = asyncio.create_task(keep_schedule(client, queue, schedule_id=schedule, every=OFTEN))
    await lose_everything(installation.temporal)
    installation.last_report = None

    await draw(acting)
    await eventually(lambda: schedule_exists(client.get_schedule_handle(schedule)))
    keeping.cancel()
    # Without the mark, too, a missed deadline is found by its row.
    await installation.revive(system_clock() + timedelta(minutes=3))
    await eventually(lambda: is_banned(late))
    await sms_about(installation, late, "黑名单")

    report = await installation.maintain("resynced")
    assert report.resynced
    assert (report.resynced.is_restored, report.resynced.vehicles) == (True, 3)
    await shows(installation, acting, "plate_selection")
    await shows(installation, alone, "completed")
    assert await register(country, alone) == "registered"


async def lose_everything(temporal: Temporal) -> None:
    await temporal.kill()
    for file in temporal.folder.temporal.iterdir():
        file.unlink()
    await temporal.bring_up()


async def is_banned(selection: Selection) -> bool:
    answer = (await selection.applicant.post("/entries", {})).ok()
    return bool(answer["screen"] == "blacklisted")
