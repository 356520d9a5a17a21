"""Whole journeys per second, and the history events of the shortest one."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from bench.applicants import create_submissions
from bench.bare_workflow import BareWorkflow
from bench.figures import Figure, Half, Pair, Seconds, Target, by_turns, speed
from bench.sizes import Sizes
from bench.stack import AT_ONCE, BARE_QUEUE, Stack
from domain.policy import Policy
from workflows.client import VehicleClient
from workflows.messages import Action, Command, ConfirmIdentity, Draw, OneNumber, vehicle_workflow_id
from workflows.start_options import VehicleStart

Journey = Callable[[Stack, UUID, Policy], Awaitable[None]]
FASTEST = 0.75
# With all the timers of a real journey: the timer of `compose_interval` starts, and does not delay a draw.
POLICY = AT_ONCE.with_overrides({"compose_interval": "PT1H"})
MOST_EVENTS = 66
# What a client needs to continue: the typed code's hash, and a number of the batch.
CODE_HASH = b"SELECT encode(code_hash, 'hex') FROM code WHERE id = %(id)s"
A_NUMBER = b"SELECT state -> 'batch' -> 'numbers' ->> 0 FROM preselection WHERE id = %(id)s"


async def measure(stack: Stack, sizes: Sizes) -> list[Figure]:
    async with stack.worker(), stack.bare_worker():
        alone = await _race(stack, sizes, many=sizes.journeys_alone, at_once=1)
        together = await _race(stack, sizes, many=sizes.journeys_together, at_once=sizes.at_once)
        events = await history_events(stack, sizes.confirm_delay)
    return [
        speed("whole journeys, one at a time, against a bare workflow", alone, FASTEST, unit="journeys"),
        speed(f"whole journeys, {sizes.at_once} at once, against a bare workflow", together, FASTEST, unit="journeys"),
        Figure("history events of the shortest journey", [events], Target("at most", MOST_EVENTS), digits=0),
    ]


async def _race(stack: Stack, sizes: Sizes, *, many: int, at_once: int) -> list[Pair]:
    ours = make_journeys(stack, real_journey, many=many, at_once=at_once)
    bare = make_journeys(stack, bare_journey, many=many, at_once=at_once)
    # The first ones load modules, open connections and make plans.
    await make_journeys(stack, real_journey, many=at_once, at_once=at_once)()
    await make_journeys(stack, bare_journey, many=at_once, at_once=at_once)()
    return await by_turns(ours, bare, sizes.pairs)


def make_journeys(stack: Stack, journey: Journey, *, many: int, at_once: int) -> Half:
    """Run this many new journeys, `at_once` of them in parallel."""

    async def half() -> Seconds:
        waiting = await create_submissions(stack, many, policy=POLICY)

        async def traveller() -> None:
            while waiting:
                await journey(stack, waiting.pop(), POLICY)

        began = time.perf_counter()
        await asyncio.gather(*(traveller() for _ in range(at_once)))
        return (time.perf_counter() - began) / many

    return half


async def real_journey(stack: Stack, id_: UUID, policy: Policy) -> None:
    """From the first message to a reserved plate, by draw."""
    await begin(stack, id_)
    await send_update(stack, id_, "start", Action(str(uuid4())))
    code_id = uuid4()
    await send_update(stack, id_, "send_identity_code", Action(str(code_id)))
    typed = await read(stack, CODE_HASH, code_id)
    await asyncio.sleep(policy.confirm_delay.timedelta().total_seconds())
    await send_update(stack, id_, "confirm_identity", ConfirmIdentity(typed, str(uuid4())))
    await send_update(stack, id_, "draw", Draw(request_id=str(uuid4())))
    number = await read(stack, A_NUMBER, id_)
    await send_update(stack, id_, "put_aside", OneNumber(number, str(uuid4())))
    await send_update(stack, id_, "confirm", OneNumber(number, str(uuid4())))


def bare_workflow_id(id_: UUID) -> str:
    return f"bare-{id_}"


async def bare_journey(stack: Stack, id_: UUID, _: Policy, *, task_queue: str = BARE_QUEUE) -> None:
    """The same messages and reads, all empty."""
    workflow_id = bare_workflow_id(id_)
    started = WithStartWorkflowOperation(
        BareWorkflow.run,
        id=workflow_id,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    await stack.client.execute_update_with_start_workflow(BareWorkflow.begin, start_workflow_operation=started)
    handle = stack.client.get_workflow_handle(workflow_id)
    await handle.execute_update("start")
    await handle.execute_update("send_identity_code")
    await stack.repositories.database.fetch_raw(CODE_HASH, {"id": id_})
    await handle.execute_update("confirm_identity")
    await handle.execute_update("draw")
    await stack.repositories.database.fetch_raw(A_NUMBER, {"id": id_})
    await handle.execute_update("put_aside")
    await handle.execute_update("confirm")


def vehicle_client(stack: Stack) -> VehicleClient:
    """The client of the API, in this process."""
    return VehicleClient(stack.client, stack.settings.task_queue, stack.repositories.message_seals)


async def begin(stack: Stack, id_: UUID) -> None:
    """Start the workflow of a submission, as the API does."""
    office = stack.office
    vehicle = VehicleStart(str(id_), office.code, office.prefixes[:1])
    await vehicle_client(stack).start(vehicle, "begin", Action(str(id_)))


async def send_update(stack: Stack, id_: UUID, update: str, command: Command) -> None:
    """Send one update and wait for its answer."""
    await vehicle_client(stack).update(VehicleStart(str(id_), stack.office.code), update, command)


async def read(stack: Stack, query: bytes, id_: UUID) -> str:
    [[found]] = await stack.repositories.database.fetch_raw(query, {"id": id_})
    return str(found)


async def history_events(stack: Stack, confirm_delay: str) -> int:
    """The events of a journey that waits for its `confirm_delay`, once its SMS has been sent and no task is running."""
    policy = Policy().with_overrides({"confirm_delay": confirm_delay})
    [id_] = await create_submissions(stack, 1, policy=policy)
    await real_journey(stack, id_, policy)
    return (await events_at_rest(stack, vehicle_workflow_id(str(id_)))).total()


async def events_at_rest(stack: Stack, workflow_id: str) -> Counter[int]:
    """The number of events of each type in a workflow's history after its journey, including both SMS."""
    workflow = stack.client.get_workflow_handle(workflow_id)
    async with asyncio.timeout(timedelta(seconds=10).total_seconds()):
        while not _at_rest(counts := _by_type((await workflow.fetch_history()).events)):  # noqa: ASYNC110 -- it happens in other processes, which set no event of ours.
            await asyncio.sleep(0.05)
    return counts


def _by_type(events: Iterable[HistoryEvent]) -> Counter[int]:
    return Counter(event.event_type for event in events)


def _at_rest(counts: Counter[int]) -> bool:
    """Whether both SMS have been sent and no task is running."""
    tasks = (EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    return counts[EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED] == 1 and counts[tasks[0]] == counts[tasks[1]]
