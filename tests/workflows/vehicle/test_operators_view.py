"""A vehicle in Temporal's UI: title, details, search attributes and readable timers."""

import json
import re
from datetime import timedelta
from pathlib import Path

from domain.preselection.values import Stage
from tests.support.temporal_ui import attributes_of, details_of
from tests.support.vehicles import Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World
from workflows.vehicle.ui_text import STAGES

GUIDE = Path(__file__).parents[3] / "docs" / "operators.md"
QUERY = re.compile(
    r"^(?:\|[^|`]*\| `)?((?:Stage|Plate|ExecutionStatus|WorkflowType|TemporalReportedProblems)\b[^`\n]*)", re.MULTILINE
)


async def finds_only(world: World, query: str, *vehicles: Vehicle) -> bool:
    """Whether Temporal's list comes to show these and no other; it follows the workflows a little later."""
    wanted = {vehicle.handle.id for vehicle in vehicles}

    async def agrees() -> bool:
        return {run.id async for run in world.client.list_workflows(query)} == wanted

    return await eventually(agrees)


async def summaries(vehicle: Vehicle) -> list[str]:
    """The summaries of the timers that were started, in order."""
    events = (await vehicle.handle.fetch_history()).events
    started = [event for event in events if event.HasField("timer_started_event_attributes")]
    return [json.loads(event.user_metadata.summary.data) for event in started]


async def test_the_search_attributes_follow_the_stage(world: World) -> None:
    vehicle = await world.vehicle(confirm_delay="PT0S")
    office = vehicle.office.code
    selecting = {"Stage": "selecting", "Office": office, "Deadline": None, "Plate": None}
    assert await attributes_of(vehicle.handle) == selecting
    await vehicle.start()
    await vehicle.send_code()
    await vehicle.confirm_identity()
    assert (await attributes_of(vehicle.handle))["Stage"] == "selecting"
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    reservation = (await vehicle.confirm(number)).reservation
    assert reservation
    assert await attributes_of(vehicle.handle) == {
        "Stage": "completed",
        "Office": office,
        "Deadline": reservation.deadline,
        "Plate": number,
    }
    later = (await vehicle.extend_validity(reservation.visit_by.replace(year=2030))).reservation
    assert later
    assert (await attributes_of(vehicle.handle))["Deadline"] == later.deadline
    await vehicle.register()
    attributes = await attributes_of(vehicle.handle)
    assert (attributes["Stage"], attributes["Plate"]) == ("registered", number)


async def test_the_guides_query_finds_a_vehicle_by_its_plate_until_the_plate_is_given_up(world: World) -> None:
    office = await world.office()
    vehicle, other = await world.reach_selection(office), await world.reach_selection(office)
    for place, each in enumerate((vehicle, other)):
        await each.compose(f"{office.prefixes[0]}2026{place}")
    plate = (await attributes_of(vehicle.handle))["Plate"]
    assert plate == f"{office.prefixes[0]}20260"
    [query] = [query for query in QUERY.findall(GUIDE.read_text("utf-8")) if query.startswith("Plate")]
    query = query.replace("粤BA1234", plate)

    assert await finds_only(world, query, vehicle)
    await vehicle.cancel()
    assert (await attributes_of(vehicle.handle))["Plate"] is None

    assert await finds_only(world, query)


async def test_vehicles_are_found_by_their_stage_and_office(world: World) -> None:
    office = await world.office()
    selecting, reserved = await world.reach_selection(office), await world.reach_selection(office)
    await reserved.compose(f"{office.prefixes[0]}20261")
    query = f'Stage = "selecting" AND Office = "{office.code}"'

    assert await finds_only(world, query, selecting)


async def test_every_query_of_the_operators_guide_is_one_that_temporal_takes(world: World) -> None:
    queries = [query.replace("<now>", "2026-11-27T12:00:00Z") for query in QUERY.findall(GUIDE.read_text("utf-8"))]
    assert len(queries) > 3
    for query in queries:
        # Raises for an invalid query.
        assert (await world.client.count_workflows(query)).count >= 0, query


async def test_the_guides_query_finds_the_reservations_of_an_office_that_end_on_a_day(world: World) -> None:
    office = await world.office()
    ending, later = await world.reach_selection(office), await world.reach_selection(office, validity="P9D")
    for place, vehicle in enumerate((ending, later)):
        await vehicle.compose(f"{office.prefixes[0]}2026{place}")
    reservation = (await ending.state()).reservation
    assert reservation
    [query] = [query for query in QUERY.findall(GUIDE.read_text("utf-8")) if "Office" in query]
    noons = (reservation.visit_by, reservation.visit_by + timedelta(days=1))
    for written, ours in zip(("440300", "2026-11-27", "2026-11-28"), (office.code, *map(str, noons)), strict=True):
        query = query.replace(written, ours)

    assert await finds_only(world, query, ending)


async def test_every_countdown_is_a_timer_that_can_be_read(world: World) -> None:
    vehicle = await world.vehicle(confirm_delay="PT1M")
    code = (await vehicle.reach_identity()).identity
    assert code
    await vehicle.skip_past(code.confirm_enabled_at)
    await vehicle.confirm_identity()
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    await vehicle.confirm(number)
    read = [summary.rpartition("(")[2].rstrip(")") for summary in await summaries(vehicle)]
    assert read[:2] == ["unfinished_idle", "confirm_delay"]
    assert set(read[2:4]) == {"compose_interval", "session"}
    assert read[4:6] == ["batch", "candidates"]
    assert len(read) == 7
    assert "validity" in read[6]


async def test_the_details_show_the_stage_the_chances_and_what_runs(world: World) -> None:
    vehicle = await world.reach_selection(draws="3", composed="7")
    number = numbers_of(await vehicle.draw())[0]
    await vehicle.put_aside(number)
    details = await details_of(vehicle.handle)
    assert "`plate_selection`" in details
    assert "随机 2 · 自编 7" in details
    assert number in details
    assert "备选号牌失效" in details
    await vehicle.confirm(number)
    details = await details_of(vehicle.handle)
    assert "完成号牌预选 `completed`" in details
    assert "备选号牌失效" not in details


def test_every_stage_has_its_name() -> None:
    assert set(STAGES) == set(Stage)


async def test_the_title_names_the_office_and_nobody(world: World) -> None:
    vehicle = await world.vehicle()
    title = await (await vehicle.handle.describe()).static_summary()
    assert title == f"选号 {vehicle.office.code} {vehicle.office.prefixes[0]}"
