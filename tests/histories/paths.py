"""The ways through the workflows of which a history is kept. Time is real, so their countdowns are short."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle

from domain.errors import TooEarly
from domain.preselection.values import Stage
from embedded.postgres import Postgres
from process.clock import system_clock
from storage.appeals.repository import GRANTED, NewAppeal
from storage.audit.trail import Act
from tests.support.bans import BanRun, ban_of
from tests.support.people import Person
from tests.support.refusals import refusal_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.maintenance.types import MaintenanceInput, MaintenanceReport
from workflows.maintenance.workflow import MaintenanceWorkflow
from workflows.messages import AppealInput, Draw, PostponementInput, ReleaseBan, vehicle_workflow_id
from workflows.postponement.workflow import PostponementWorkflow
from workflows.start_options import appeal_options

Handle = WorkflowHandle[object, object]
Recorded = dict[str, Handle]
Path = Callable[[World], Awaitable[Recorded]]
OFTEN = {"code_resend": "PT0S"}


async def record_draw(world: World) -> Recorded:
    """With the button's countdown waited out, a wrong code, and the desk's confirmation."""
    vehicle = await world.vehicle(confirm_delay="PT1S")
    await vehicle.reach_identity()
    await repeat_until_accepted(vehicle.confirm_identity)
    number = numbers_of(await vehicle.draw(exclude_four=True))[0]
    await vehicle.put_aside(number)
    await vehicle.confirm(number)
    await vehicle.text("reserved")
    await vehicle.register()
    return await record_end("draw", vehicle)


async def record_composition(world: World) -> Recorded:
    """In vain first, after the interval again, and the desk rejects it."""
    office = await world.office("A123!")
    owner, vehicle = await world.reach_selection(office), await world.reach_selection(office, compose_interval="PT1S")
    taken, free = f"{office.prefixes[0]}A1230", f"{office.prefixes[0]}A1231"
    await owner.compose(taken)
    await repeat_until_accepted(lambda: vehicle.compose(taken))
    await repeat_until_accepted(lambda: vehicle.compose(taken, free))
    await vehicle.text("reserved")
    await vehicle.reject()
    return await record_end("compose", vehicle)


async def record_candidates(world: World) -> Recorded:
    """Over three batches, one choice replaced, left and entered again, and given back."""
    vehicle = await world.reach_selection(settings=OFTEN, cancellation="true")
    first, second, *_ = numbers_of(await vehicle.draw())
    await vehicle.put_aside(first)
    await vehicle.put_aside(second)
    await vehicle.put_aside(numbers_of(await vehicle.draw())[0])
    await vehicle.draw()
    await vehicle.enter()
    await vehicle.reach_selection()
    await vehicle.confirm(second)
    await vehicle.text("reserved")
    await vehicle.withdraw()
    return await record_end("candidates", vehicle)


async def record_expiries(world: World) -> Recorded:
    """Session, batch and candidate end by themselves, and so does the last chance."""
    vehicle = await world.reach_selection(
        draws="1", composed="0", session_idle="PT1S", batch_ttl="PT2S", candidate_ttl="PT3S"
    )
    await vehicle.put_aside(numbers_of(await vehicle.draw())[0])
    await vehicle.wait_for_stage(Stage.SERVICE_NOTES)
    await vehicle.wait_for_stage(Stage.EXHAUSTED)
    return await record_end("exhausted", vehicle)


async def record_dormancy(world: World) -> Recorded:
    """Unfinished and idle; another buyer is turned away before, and the first one comes back after."""
    vehicle = await world.reach_selection(settings=OFTEN, unfinished_idle="PT2S")
    rival = await world.new_vehicle(vehicle.office, vin=vehicle.vin)
    await refusal_of(rival.begin())
    await vehicle.draw()
    await vehicle.wait_until(lambda state: state.dormant)
    slept = await record_end("dormant", vehicle)
    await vehicle.revive()
    await vehicle.wait_until(lambda state: state.dormant)
    return slept | await record_end("revived", vehicle) | await record_end("turned_away", rival)


async def record_missed_deadline(world: World) -> Recorded:
    """Two deadlines missed by one party, whose other preselection loses its holds; the ban is extended, and ends."""
    person, policy = Person.new(), {"blacklist": "PT3S", **OFTEN}
    first = await world.reach_selection(None, policy, person=person, validity="PT2S")
    second = await world.reach_selection(None, policy, person=person, validity="PT4S")
    other = await world.reach_selection(None, policy, person=person)
    await other.draw()
    await asyncio.gather(*(one.compose(f"{one.office.prefixes[0]}20261") for one in (first, second)))
    await asyncio.gather(first.wait_for_stage(Stage.OVERDUE), second.wait_for_stage(Stage.OVERDUE))
    await other.wait_until(lambda state: not state.batch)
    run = BanRun(world, (await ban_of(first)).id)
    await run.wait_for_end()
    banned = await record_end("overdue", first) | await record_end("overdue_again", second)
    return banned | {"holds_lapsed": await current(other), "blacklist": await current_run(world, run.handle.id)}


async def record_early_release(world: World) -> Recorded:
    """A ban that an operator ends early."""
    vehicle = await world.reach_selection(validity="PT1S")
    await vehicle.compose(f"{vehicle.office.prefixes[0]}20261")
    await vehicle.wait_for_stage(Stage.OVERDUE)
    run = BanRun(world, (await ban_of(vehicle)).id)
    await eventually(run.runs)
    command = world.seals.seal(str(run.entry_id), "release", ReleaseBan("wang", "停业"))
    await run.handle.signal("release", command)
    await run.wait_for_end()
    return {"blacklist_released": await current_run(world, run.handle.id)}


async def record_appeal(world: World) -> Recorded:
    """Late, then granted: the ban ends."""
    vehicle = await world.reach_selection(settings=OFTEN, validity="PT1S")
    await vehicle.put_aside(number := numbers_of(await vehicle.draw())[0])
    await vehicle.confirm(number)
    ban, at, appeals = await ban_of(vehicle), system_clock(), world.repositories.appeals
    row = await vehicle.row()
    await appeals.file(NewAppeal(uuid4(), ban.id, row.id, at, at + timedelta(seconds=1), "理由"))
    [appeal] = [each for each in await appeals.list_unanswered(at) if each.office_code == row.office_code]
    handle: Handle = await world.client.start_workflow(
        "Appeal",
        AppealInput(str(appeal.id)),
        task_queue=world.task_queue,
        **appeal_options(str(appeal.id), row.office_code),
    )
    await vehicle.text("appeal_late")
    await appeals.decide(appeal.id, GRANTED, Act(at, "operator", "周一", "属实"))
    await appeals.confirm(appeal.id, Act(at, "operator", "周二"))
    await handle.signal("refresh")
    await handle.result()
    await vehicle.text("ban_ended")
    return {"appeal": handle}


async def record_signals(world: World) -> Recorded:
    """The whole way without one update but the first, refused signals among them; operators move the last day."""
    vehicle = await world.with_signals().reach_selection()
    await refusal_of(vehicle.confirm("京A00000"))
    await vehicle.handle.signal("draw", {"prefix": ["unreadable"]})
    await vehicle.handle.signal("draw")
    state = await vehicle.wait_until(lambda state: state.batch)
    await vehicle.release_holds()
    number = numbers_of(await vehicle.draw())[0]
    assert number not in numbers_of(state)
    await vehicle.put_aside(number)
    reservation = (await vehicle.confirm(number)).reservation
    assert reservation
    await vehicle.text("reserved")
    await vehicle.extend_validity(reservation.visit_by.replace(year=reservation.visit_by.year + 1))
    await vehicle.text("deadline_moved")
    await vehicle.cancel()
    return await record_end("signals", vehicle)


async def record_continue_as_new(world: World) -> Recorded:
    """Many choices, until the server suggests to continue as new, and the run after it."""
    vehicle = await world.reach_selection()
    first_run = await current(vehicle)
    pair = numbers_of(await vehicle.draw())[:2]
    while (await current(vehicle)).run_id == first_run.run_id:
        await vehicle.put_aside(pair[0])
        await vehicle.put_aside(pair[1])
    await vehicle.confirm(pair[1])
    await vehicle.text("reserved")
    await vehicle.register()
    return {"continued_as_new": first_run} | await record_end("continued_from", vehicle)


async def record_postponement(world: World) -> Recorded:
    """Two last days move; one vehicle has lost its workflow, and maintenance brings it back between two looks."""
    office = await world.office()
    kept, lost = await world.reach_selection(office), await world.reach_selection(office)
    days = set()
    for place, vehicle in enumerate((kept, lost)):
        reservation = (await vehicle.compose(f"{office.prefixes[0]}2026{place}")).reservation
        assert reservation
        days.add(reservation.visit_by.isoformat())
        await vehicle.text("reserved")
    await lost.handle.terminate("by hand")
    given = PostponementInput("wang", "停电", sorted(days), closed=False, office=office.code)
    workflow_id = f"postponement-{uuid4()}"
    moving = await world.client.start_workflow(
        PostponementWorkflow.run,
        world.seals.seal(workflow_id, "postpone", given),
        id=workflow_id,
        task_queue=world.task_queue,
    )
    await kept.text("deadline_moved")
    await eventually(lambda: is_revived(world, lost))
    await moving.result()
    return {"postponement": await current_run(world, moving.id), "brought_back": await current(lost)}


async def is_revived(world: World, vehicle: Vehicle) -> bool:
    """Whether a run of maintenance has brought the vehicle back: Temporal's lists are a little late."""
    await (await maintenance(world, "revived")).result()
    return (await vehicle.handle.describe()).status is WorkflowExecutionStatus.RUNNING


async def record_maintenance(world: World) -> Recorded:
    """Every step of maintenance."""
    await world.office()
    handle = await maintenance(world)
    await handle.result()
    return {"maintenance": await current_run(world, handle.id)}


async def maintenance(world: World, *steps: str) -> WorkflowHandle[MaintenanceWorkflow, MaintenanceReport]:
    return await world.client.start_workflow(
        MaintenanceWorkflow.run, MaintenanceInput(list(steps)), id=f"upkeep-{uuid4()}", task_queue=world.task_queue
    )


PATHS: tuple[Path, ...] = (
    record_draw, record_composition, record_candidates, record_expiries, record_dormancy, record_missed_deadline,
    record_early_release, record_appeal, record_signals, record_continue_as_new, record_postponement,
    record_maintenance,
)  # fmt: skip


async def dependency_unavailable(world: World, postgres: Postgres) -> Recorded:
    """A draw and a run of maintenance without a database. It stands still for everybody, so these go alone."""
    vehicle = await world.reach_selection()
    postgres.freeze()
    try:
        drawing = asyncio.create_task(vehicle.send("draw", Draw(request_id=str(uuid4()))))
        failing = await maintenance(world, "sealed", "texts")
        await eventually(lambda: has_paused(vehicle))
        with suppress(WorkflowFailureError):
            await failing.result()
    finally:
        postgres.thaw()
    await drawing
    return {
        "dependency_unavailable": await current(vehicle),
        "maintenance_failed": await current_run(world, failing.id),
    }


async def has_paused(vehicle: Vehicle) -> bool:
    events = (await vehicle.handle.fetch_history()).events
    return any(b"a dependency is unavailable" in event.user_metadata.summary.data for event in events)


async def repeat_until_accepted(action: Callable[[], Awaitable[object]]) -> None:
    """Do it as soon as its countdown is over."""

    async def try_action() -> bool:
        try:
            await action()
        except TooEarly:
            return False
        return True

    await eventually(try_action)


async def record_end(name: str, vehicle: Vehicle) -> Recorded:
    """The newest run of a vehicle, once it has completed."""
    await vehicle.wait_for_end()
    return {name: await current(vehicle)}


async def current(vehicle: Vehicle) -> Handle:
    return await current_run(vehicle.world, vehicle_workflow_id(str(vehicle.id)))


async def current_run(world: World, workflow_id: str) -> Handle:
    """A handle of the run that is the newest now, and stays with it."""
    run_id = (await world.client.get_workflow_handle(workflow_id).describe()).run_id
    return world.client.get_workflow_handle(workflow_id, run_id=run_id)
