"""Every row of the bench runs, with counts too small for meaningful figures."""

from typing import cast

import pytest
from temporalio.api.enums.v1 import EventType

from bench.__main__ import ROWS
from bench.applicants import create_submissions
from bench.figures import table
from bench.journeys import POLICY, bare_journey, bare_workflow_id, events_at_rest, real_journey
from bench.sizes import TINY
from bench.stack import Stack
from workflows.messages import vehicle_workflow_id


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ROWS if name != "peers"])
async def test_a_row_is_measured_to_its_end(stack: Stack, name: str) -> None:
    figures = await ROWS[name](stack, TINY)
    assert figures
    for figure in figures:
        assert len(figure.values) == TINY.pairs
        assert min(figure.values) >= 0


@pytest.mark.slow
async def test_the_shortest_journey_has_no_more_events_than_its_target(stack: Stack) -> None:
    [events] = [figure for figure in await ROWS["journeys"](stack, TINY) if "events" in figure.what]
    assert not events.is_missed


@pytest.mark.slow
async def test_the_bare_workflow_has_every_event_of_a_real_journey_but_what_operators_are_shown(stack: Stack) -> None:
    [id_] = await create_submissions(stack, 1, policy=POLICY)
    async with stack.worker(), stack.bare_worker():
        await real_journey(stack, id_, POLICY)
        await bare_journey(stack, id_, POLICY)
        real = await events_at_rest(stack, vehicle_workflow_id(str(id_)))
        bare = await events_at_rest(stack, bare_workflow_id(id_))
    assert real - bare == {EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: 1}
    assert not bare - real


async def test_a_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.peers.find_spec", lambda _: None)
    figures = await ROWS["peers"](cast("Stack", None), TINY)
    assert ["| not installed |" in line for line in table(figures).splitlines()[2:]] == [True, True]
    assert not any(figure.is_missed for figure in figures)
