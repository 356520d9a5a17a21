"""People who draw while something happens to Redis."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import uuid4

from domain.dependencies import DependencyUnavailable
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.event_streams import open_events
from tests.support.serving import serve

BUYERS = 4
DRAWS = 4
LONGEST = 60.0


@dataclass(frozen=True)
class Signals:
    """`struck`: draws meet the accident from now on; nobody makes the last one before. `noticed`: one was refused."""

    struck: asyncio.Event = field(default_factory=asyncio.Event)
    noticed: asyncio.Event = field(default_factory=asyncio.Event)


async def draw_through(country: Country, accident: Callable[[Signals], Awaitable[None]]) -> Counter[str]:
    """All draw; after everybody's first draw the accident happens. Nobody loses a chance, and a stream goes on.

    An accident that goes on while people draw sets `struck` itself. Returns the answers to draws.
    """
    office = await country.own_office(batch_size="2")
    buyers = [country.applicant() for _ in range(BUYERS)]
    selections = [await buyer.reach_selection(country.car(buyer, office)) for buyer in buyers]
    begun, signals = asyncio.Barrier(BUYERS + 1), Signals()
    async with _kept_indexes(country), asyncio.timeout(LONGEST), asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(country, selections[0]))
        drawing = [group.create_task(_draw_all(selection, begun, signals)) for selection in selections]
        await begun.wait()
        await accident(signals)
        signals.struck.set()
    answers = sum((each.result() for each in drawing), Counter[str]())
    assert watching.done()
    assert answers["drawn"] == BUYERS * DRAWS
    assert answers.keys() <= {"drawn", "unavailable", "outcome_unknown"}
    views = [await selection.view() for selection in selections]
    assert [view["draws"]["remaining"] for view in views] == [5 - DRAWS] * BUYERS
    numbers = [number for view in views for number in view["batch"]["numbers"]]
    assert len(numbers) == len(set(numbers)) == 2 * BUYERS
    assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
    return answers


async def _watch(country: Country, selection: Selection) -> None:
    """Follow one stream, over a connection, until it has shown the last draw."""
    async with (
        serve(country.stack.app) as port,
        open_events(f"http://127.0.0.1:{port}/api/v1", selection.applicant, selection) as events,
    ):
        while (await events.next())["draws"]["remaining"] > 5 - DRAWS:
            pass


async def _draw_all(selection: Selection, begun: asyncio.Barrier, signals: Signals) -> Counter[str]:
    """Draws one after the other, each repeated with its id until it succeeds; counts the answers."""
    answers = Counter[str]()
    for number in range(DRAWS):
        if number == DRAWS - 1:
            await signals.struck.wait()
        request_id, drawn = str(uuid4()), False
        while not drawn:
            answer = await selection.post("draws", {}, key=request_id)
            drawn = answer.status == 200
            answers["drawn" if drawn else answer.code] += 1
            if not drawn:
                signals.noticed.set()
                await asyncio.sleep(0.1)
                _raise_if_cancelled()
        if number == 0:
            await begun.wait()
    return answers


def _raise_if_cancelled() -> None:
    """The client of Temporal takes a cancellation for an answer, so the loop would go on after a failed accident."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


@asynccontextmanager
async def _kept_indexes(country: Country) -> AsyncIterator[None]:
    """What a worker's process does every two seconds."""
    is_over = asyncio.Event()

    async def keep() -> None:
        while not is_over.is_set():
            with suppress(DependencyUnavailable):
                await country.stack.reconciler.reconcile(country.stack.context.clock())
            await asyncio.sleep(0.2)

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        is_over.set()
        await keeping
