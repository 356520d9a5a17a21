"""The number of history events of each act: Temporal's cost, counted and not timed. See docs/history-events.md."""

import re
from collections import Counter
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from domain.preselection.values import Stage
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World

MOST_EVENTS = 66
MOST_BYTES = 12_288
TABLE = Path(__file__).parents[3] / "docs" / "history-events.md"
ROW = re.compile(r"^\| (?P<action>[A-Za-z ]+) \| (?P<count>\d+) \| (?P<events>.+) \|$", re.MULTILINE)


def documented_events() -> dict[str, Counter[str]]:
    """The table of the page: the events of each act, by type."""
    table: dict[str, Counter[str]] = {}
    for row in ROW.finditer(TABLE.read_text("utf-8")):
        events = Counter[str]()
        for part in row["events"].split(", "):
            number, _, kind = part.partition(" × ")
            events[kind or part] = int(number) if kind else 1
        assert events.total() == int(row["count"]), f"the row of {row['action']} does not add up"
        table[row["action"]] = events
    return table


class Counting:
    """Counts the new events of a history since the last call, once no task is running."""

    def __init__(self, vehicle: Vehicle) -> None:
        self._vehicle = vehicle
        self._seen = 0
        self.added: dict[str, Counter[str]] = {}

    async def after(self, action: str) -> None:
        """Only a history that ends with a finished task is complete: a running task adds two more events."""
        events = await eventually(self._at_rest)
        self.added[action] = Counter(kind_of(event) for event in events[self._seen :])
        self._seen = len(events)

    async def _at_rest(self) -> list[HistoryEvent] | None:
        events = list((await self._vehicle.handle.fetch_history()).events)
        kinds = Counter(kind_of(event) for event in events[self._seen :])
        idle = kinds["WorkflowTaskScheduled"] == kinds["WorkflowTaskCompleted"] > 0
        done = kinds["ActivityTaskScheduled"] == kinds["ActivityTaskCompleted"]
        return events if idle and done else None


def kind_of(event: HistoryEvent) -> str:
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    return "".join(word.capitalize() for word in name.split("_"))


async def test_the_shortest_journey_adds_the_events_that_are_documented_and_no_more(real_time_world: World) -> None:
    vehicle = await real_time_world.vehicle(confirm_delay="PT2S", batch_ttl="PT1H", candidate_ttl="PT1H")
    counting = Counting(vehicle)
    await counting.after("create")
    await vehicle.start()
    await counting.after("start")
    await vehicle.send_code()
    await counting.after("identity code")
    await counting.after("countdown ends")
    await vehicle.confirm_identity()
    await counting.after("identity")
    number = numbers_of(await vehicle.draw())[0]
    await counting.after("draw")
    await vehicle.put_aside(number)
    await counting.after("put aside")
    assert (await vehicle.confirm(number)).stage is Stage.COMPLETED
    await vehicle.text("reserved")
    await counting.after("confirm and SMS")
    assert counting.added == documented_events()
    assert sum(added.total() for added in counting.added.values()) <= MOST_EVENTS
    history = await vehicle.handle.fetch_history()
    assert sum(event.ByteSize() for event in history.events) <= MOST_BYTES
