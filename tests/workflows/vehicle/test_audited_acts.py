"""The audit has a preselection's whole history, with all actors, and names no person."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.preselection.values import Stage
from storage.audit.trail import AuditEntry
from tests.support.bans import ban_of
from tests.support.vehicles import CLERK, OPERATOR, Vehicle, numbers_of
from tests.support.waiting import eventually
from tests.support.world import World

TEN = "A123!"
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


async def story(vehicle: Vehicle) -> list[AuditEntry]:
    trail = vehicle.world.repositories.audit_trail
    return await trail.between(LONG_AGO, FAR_AHEAD, preselection_id=vehicle.id)


def summary_of(entries: list[AuditEntry]) -> list[tuple[str, str, str | None]]:
    return [(entry.action, entry.actor_kind, entry.actor) for entry in entries]


async def test_a_journey_by_draw_is_audited_from_its_chances_to_the_issued_plate(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    drawn = numbers_of(await vehicle.draw())
    chosen = drawn[0]
    await vehicle.put_aside(chosen)
    await vehicle.confirm(chosen)
    await vehicle.register()
    begin, draw, aside, confirm, register = entries = await story(vehicle)
    assert summary_of(entries) == [
        ("begin", "applicant", None),
        ("draw", "applicant", None),
        ("put_aside", "applicant", None),
        ("confirm", "applicant", None),
        ("register", "clerk", CLERK),
    ]
    assert begin.facts == {"draws_remaining": 5, "composed_remaining": 20}
    assert set(draw.plates) == set(drawn)
    assert draw.facts == {"draws_remaining": 4, "offered": list(draw.plates)}
    assert aside.facts == {"candidate": [chosen]}
    assert confirm.facts["reserved"] == [chosen]
    assert set(confirm.facts["freed"]) == set(drawn) - {chosen}
    assert (confirm.facts["stage"], "deadline" in confirm.facts) == ("completed", True)
    assert register.facts == {"stage": "registered", "issued": [chosen]}


async def test_composing_in_vain_is_audited_with_the_chances_that_it_cost(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    prefix = vehicle.office.prefixes[0]
    await vehicle.compose(f"{prefix}11111", f"{prefix}11112")
    entry = (await story(vehicle))[-1]
    assert (entry.action, entry.plates, entry.facts) == ("compose", [], {"composed_remaining": 18})


@pytest.mark.slow
async def test_a_missed_deadline_and_the_ban_are_audited_as_times_own_acts(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN), reminder="PT0S")
    plate = f"{vehicle.office.prefixes[0]}A1230"
    reservation = (await vehicle.compose(plate)).reservation
    assert reservation
    await vehicle.skip_past(reservation.deadline)
    await vehicle.wait_for_stage(Stage.OVERDUE)
    ban = await ban_of(vehicle)

    async def whole() -> list[AuditEntry]:
        entries = await story(vehicle)
        return entries if len(entries) == 4 else []

    entries = await eventually(whole)
    assert sorted(summary_of(entries)) == sorted(
        [
            ("begin", "applicant", None),
            ("compose", "applicant", None),
            ("settle", "timer", None),
            ("bar", "timer", None),
        ]
    )
    by_action = {entry.action: entry for entry in entries}
    assert by_action["settle"].facts == {"stage": "overdue", "cooling": [plate]}
    assert by_action["bar"].facts["entry_id"] == str(ban.id)


async def test_an_operators_act_is_audited_with_the_reason(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    await vehicle.cancel(reason="卖方撤回")
    entry = (await story(vehicle))[-1]
    assert (entry.action, entry.actor_kind, entry.actor) == ("reject", "operator", OPERATOR)
    assert (entry.facts["stage"], entry.facts["reason"]) == ("cancelled", "卖方撤回")


async def test_no_row_of_the_audit_holds_a_personal_value(world: World) -> None:
    vehicle = await world.reach_selection(await world.office(TEN))
    await vehicle.compose(f"{vehicle.office.prefixes[0]}A1230")
    row = await vehicle.row()
    written: Any = repr(await story(vehicle))
    for value in (row.party_name, row.party_id, row.phone, row.vin, row.certificate_number, row.seller_name_masked):
        assert value not in written
