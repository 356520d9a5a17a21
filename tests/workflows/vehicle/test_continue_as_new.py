"""A run continues as new after 500 decisions without loss: 3,000 acts on one vehicle."""

import asyncio
from itertools import cycle
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHistory

from domain.preselection.values import Stage
from tests.support.refusals import refusal_of
from tests.support.temporal_ui import attributes_of, details_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.world import World
from workflows.messages import Draw, OneNumber
from workflows.outcomes import KEPT
from workflows.vehicle.decisions import MOST_DECISIONS

ACTIONS = 3_000
AT_ONCE = 8
DRAW_EVERY = 40
LONG = {"batch_ttl": "PT1H", "candidate_ttl": "PT2H", "candidate_ttl_cap": "PT2H", "session_idle": "PT3H"}


async def runs_of(vehicle: Vehicle) -> list[WorkflowHistory]:
    """The histories of all runs, newest first."""
    found, run_id = [], (await vehicle.handle.describe()).run_id
    while run_id:
        handle = vehicle.world.client.get_workflow_handle(vehicle.handle.id, run_id=run_id)
        history = await handle.fetch_history()
        found.append(history)
        run_id = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return found


class Sender:
    """Sends many acts, several in parallel, and records the revision of each."""

    def __init__(self, vehicle: Vehicle) -> None:
        self.vehicle = vehicle
        self.revisions: dict[str, int] = {}
        self.draws = 0
        self.newest_draw = Draw()

    async def draw(self) -> tuple[str, ...]:
        self.draws += 1
        self.newest_draw = Draw(request_id=str(uuid4()))
        await self._send("draw", self.newest_draw)
        return numbers_of(await self.vehicle.state())

    async def put_aside(self, pair: tuple[str, ...], count: int) -> None:
        numbers = cycle(pair)
        await asyncio.gather(*(self._send("put_aside", OneNumber(next(numbers), str(uuid4()))) for _ in range(count)))

    async def _send(self, name: str, command: Draw | OneNumber) -> None:
        self.revisions[command.request_id] = (await self.vehicle.send(name, command)).revision


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_3000_actions_on_one_vehicle_lose_nothing(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A!!!!"), LONG, batch_size="2", draws="100")
    sender, first = Sender(vehicle), (await vehicle.row()).revision
    while len(sender.revisions) < ACTIONS:
        pair = await sender.draw()
        for _ in range(DRAW_EVERY // AT_ONCE):
            await sender.put_aside(pair, AT_ONCE)
        # A repeat of an old draw is one draw, like a repeat of a recent one.
        assert (await vehicle.send("draw", sender.newest_draw)).revision == sender.revisions[
            sender.newest_draw.request_id
        ]
    done = len(sender.revisions)
    assert sorted(sender.revisions.values()) == list(range(first + 1, first + 1 + done))
    await assert_intact(vehicle, sender)
    runs = await runs_of(vehicle)
    # Temporal itself may have suggested one more: the record of so many draws is long.
    assert len(runs) >= 1 + done // MOST_DECISIONS
    assert max(len(run.events) for run in runs) < MOST_DECISIONS * 9


async def assert_intact(vehicle: Vehicle, sender: Sender) -> None:
    """Counts, holds, the newest outcomes and the countdowns do not depend on the run."""
    state = await vehicle.state()
    assert state.draws_remaining == 100 - sender.draws
    assert len(set(state.shown)) == 2 * sender.draws
    await assert_newest_outcomes(vehicle, sender)
    assert state.candidates
    assert state.session_until
    await vehicle.skip_past(state.candidates.expires_at)
    assert (await refusal_of(vehicle.confirm(state.candidates.numbers[-1]))).code == "candidate_expired"
    await vehicle.skip_past(state.session_until)
    await vehicle.wait_for_stage(Stage.SERVICE_NOTES)


async def assert_newest_outcomes(vehicle: Vehicle, sender: Sender) -> None:
    newest = sorted(sender.revisions.items(), key=lambda item: item[1])[-KEPT:]
    outcomes = [await vehicle.outcome(request_id) for request_id, _ in newest]
    assert [outcome and outcome.revision for outcome in outcomes] == [revision for _, revision in newest]


@pytest.mark.slow
async def test_a_repeat_in_the_next_run_gets_the_recorded_result(world: World) -> None:
    vehicle = await world.reach_selection(await world.office("A!!!!"), LONG, batch_size="2")
    sender = Sender(vehicle)
    pair = await sender.draw()
    while len(sender.revisions) < MOST_DECISIONS - 30:
        await sender.put_aside(pair, AT_ONCE)
    await sender.draw()
    before = await vehicle.state()
    expected = sender.revisions[sender.newest_draw.request_id]
    for _ in range(8):
        repeats = (vehicle.send("draw", sender.newest_draw) for _ in range(3))
        _, answers = await asyncio.gather(sender.put_aside(numbers_of(before), 5), asyncio.gather(*repeats))
        assert {answer.revision for answer in answers} == {expected}
    state = await vehicle.state()
    assert (state.draws_remaining, state.batch) == (before.draws_remaining, before.batch)
    newest, earlier = await runs_of(vehicle)
    assert len(newest.events) < len(earlier.events)
    await assert_newest_outcomes(vehicle, sender)
    await assert_readable(vehicle)


async def assert_readable(vehicle: Vehicle) -> None:
    """Operators find and read the next run like the first one."""
    assert (await attributes_of(vehicle.handle)) == {
        "Stage": "selecting",
        "Office": vehicle.office.code,
        "Deadline": None,
        "Plate": None,
    }
    details = await details_of(vehicle.handle)
    # Temporal does not pass on title and guide.
    assert details.startswith(f"## 选号 {vehicle.office.code}")
    assert "`plate_selection`" in details
    assert "备选号牌失效" in details
    assert "extend_validity" in details
