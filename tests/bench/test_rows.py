"""Every row of the bench runs, with counts too small for meaningful figures."""

from pathlib import Path

import pytest
from sqlalchemy import text
from temporalio.api.enums.v1 import EventType

from bench import peers
from bench.__main__ import ROWS
from bench.applicants import create_submissions
from bench.figures import table
from bench.journeys import (
    MOST_EVENTS,
    POLICY,
    bare_journey,
    bare_workflow_id,
    events_at_rest,
    history_events,
    real_journey,
)
from bench.sizes import TINY
from bench.stack import Stack
from workflows.messages import vehicle_workflow_id


@pytest.mark.slow
# The row of growth starts two further systems.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name in ROWS if name != "peers"])
async def test_a_row_is_measured_to_its_end(stack: Stack, name: str) -> None:
    figures = await ROWS[name](stack, TINY)
    assert figures
    for figure in figures:
        assert len(figure.values) == TINY.pairs
        assert min(figure.values) >= 0


@pytest.mark.slow
async def test_the_shortest_journey_has_no_more_events_than_its_target(stack: Stack) -> None:
    async with stack.worker():
        assert await history_events(stack, TINY.confirm_delay) <= MOST_EVENTS


@pytest.mark.slow
async def test_a_draw_passes_no_more_functions_than_its_target(stack: Stack) -> None:
    [passed] = [figure for figure in await ROWS["functions"](stack, TINY) if figure.target]
    assert not passed.is_missed, passed.values


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


@pytest.mark.slow
async def test_peers_that_are_not_installed_are_named_and_the_others_take_turns(stack: Stack, tmp_path: Path) -> None:
    figures = await peers.measure(stack, TINY, tmp_path)
    measured = {figure.what for figure in figures if len(figure.values) == TINY.pairs}
    assert measured == {
        f"journeys, {n} at once, against {name}" for n in (1, 2) for name in (peers.BARE, peers.WRITING)
    }
    assert ["| not installed |" in line for line in table(figures).splitlines()[-2:]] == [True, True]
    assert not any(figure.is_missed for figure in figures if not figure.values)
    async with stack.repositories.database.transaction() as connection:
        [[rows]] = (await connection.execute(text("SELECT count(*) FROM bare_decision"))).fetchall()
    # A warm-up and one turn, alone and with two at once: six journeys of seven decisions; an SMS may be under way.
    assert 6 * 7 <= rows <= 6 * 8
