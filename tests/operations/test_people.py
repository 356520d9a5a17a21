"""One person's data is exported and deleted at their request; plates' records and a ban stay."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from config.settings import Settings
from domain.errors import IdNumberInvalid
from domain.instants import format_instant
from operations.commands import OperatorCommand
from operations.people import AT_REST, delete_person, export_person
from process.clock import system_clock
from storage.bans.repository import BanRepository
from storage.retention.person_records import PersonRecords
from tests.support.api_stack import keys_of
from tests.support.applicants import Selection
from tests.support.command_line import Run, run_process, variables
from tests.support.country import Country
from tests.support.desk import clerk_of, operator, reserve_plate
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow


def command(*, later: timedelta = AT_REST * 2) -> OperatorCommand:
    return OperatorCommand(uuid4(), "wang", system_clock() + later, "本人申请")


async def stored_row(selection: Selection) -> str:
    """The row as in a dump of the database."""
    context = selection.applicant.stack.context
    found = await context.repositories.database.row(
        text("SELECT CAST(preselection AS text) FROM preselection WHERE id = :id"), {"id": UUID(selection.id)}
    )
    assert found is not None
    return str(found[0])


async def test_a_person_gets_everything_and_the_number_is_never_an_argument(
    country: Country, settings: Settings, tmp_path: Path, xuanhao: Run
) -> None:
    office, applicant = await country.office(), country.applicant()
    car = country.car(applicant, office)
    selection = await applicant.reach_reservation(car)
    words = ("--operator", "wang", "person", "export", "--reason", "本人申请")
    ran = await run_process(words, variables(settings), f"{applicant.claims['id_number']}\n", tmp_path)
    assert ran.code == 0, ran.err
    records = [json.loads(line) for line in ran.out.splitlines()]
    [exported] = [record for record in records if record["kind"] == "preselection"]
    assert exported["party"]["phone"] == applicant.phone
    assert exported["vehicle"]["vin"] == car.vin
    assert exported["plate"] == (await selection.view())["plate"]
    assert "confirm" in {record.get("action") for record in records}
    as_seller = await xuanhao(*words, stdin=f"{car.seller.id_number}\n")
    assert [record["kind"] for record in as_seller.records] == ["sold"]
    for typed in ("", "x", "110101199002300014"):
        wrong = await xuanhao(*words, stdin=f"{typed}\n")
        assert (wrong.code, "id_number_invalid" in wrong.err) == (1, True)


async def test_export_and_deletion_stand_in_the_audit_without_the_number(country: Country) -> None:
    office, applicant = await country.office(), country.applicant()
    selection, operations = (
        await applicant.create_selection(country.car(applicant, office)),
        country.stack.context.operations,
    )
    # The audit has the acts of all tests that have used this database.
    began = format_instant(country.stack.context.clock())
    await export_person(operations, applicant.claims["id_number"], command())
    await delete_person(operations, applicant.claims["id_number"], command())
    times = {"since": began, "until": "2099-01-01T00:00:00Z", "limit": "1000"}
    acts = await operator(country).get("/operations/audit", params=times)
    mine = [act for act in acts.ok()["items"] if selection.id in act["facts"].get("preselections", ())]
    assert [act["action"] for act in mine] == ["export_person", "delete_person"]
    assert all(act["facts"]["reason"] == "本人申请" for act in mine)
    assert applicant.claims["id_number"] not in json.dumps(mine)


async def test_an_unfinished_preselection_ends_with_the_deletion_and_nothing_personal_is_left(
    country: Country,
) -> None:
    office, applicant, context = await country.office(), country.applicant(), country.stack.context
    car = country.car(applicant, office)
    selection = await applicant.reach_selection(car)
    (await selection.post("draws", {})).ok()
    number = applicant.claims["id_number"]
    recent = await delete_person(context.operations, number, command(later=timedelta(0)))
    assert recent.obstacles == [f"{selection.id}: something happened less than two minutes ago"]
    before = await stored_row(selection)
    done = await delete_person(context.operations, number, command())
    assert not done.obstacles
    assert (done.deleted["preselections"], done.deleted["codes"]) == (1, 2)
    assert any("plates' records" in kept for kept in done.kept)
    after = await stored_row(selection)
    assert context.repositories.hashes.party(number).hex() in before
    for trace in (
        context.repositories.hashes.party(number),
        context.repositories.hashes.owner(f"{applicant.claims['sub']}\n{number}"),
    ):
        assert trace.hex() not in after
    row = await context.repositories.preselections.get(UUID(selection.id))
    assert row is not None
    assert (row.party_name, row.party_id, row.phone, row.vin, row.seller_name_masked) == ("", "", "", "", "")
    assert (await applicant.get(selection.path)).code == "not_found"
    # Another person can transfer the car, and its chances stay used.
    assert (await applicant.submit(car)).ok()["draws"]["remaining"] == 4


async def test_a_live_hold_and_a_reservation_refuse_the_deletion(country: Country) -> None:
    office, context = await country.own_office(batch_ttl="PT1H"), country.stack.context
    holder, drawing = country.applicant(), country.applicant()
    selection = await reserve_plate(country, office, holder)
    held = await drawing.reach_selection(country.car(drawing, office))
    (await held.post("draws", {})).ok()
    refused = await delete_person(context.operations, holder.claims["id_number"], command())
    assert "a reservation waits for the office" in refused.obstacles[0]
    assert (await delete_person(context.operations, drawing.claims["id_number"], command())).obstacles == [
        f"{held.id}: a number is still held for some minutes"
    ]
    assert (await selection.view())["vehicle"]["vin"].startswith("L")
    clerk = clerk_of(country, office)
    (await clerk.post(f"/desk/preselections/{selection.id}/confirmation")).ok()
    assert not (await delete_person(context.operations, holder.claims["id_number"], command())).obstacles
    [kept] = (await clerk.get("/desk/reservations", params={"stage": "registered"})).ok()["items"]
    assert (kept["id"], kept["stage"]) == (selection.id, "registered")


async def test_a_ban_outlives_the_deletion(country: Country, settings: Settings) -> None:
    office, context = await country.own_office(validity="PT1S"), country.stack.context
    applicant = country.applicant()
    selection = await reserve_plate(country, office, applicant)
    bans = BanRepository(context.repositories.database, keys_of(settings))

    async def is_banned() -> bool:
        return (
            await bans.find_ban_end(context.repositories.hashes.party(applicant.claims["id_number"]), system_clock())
            is not None
        )

    await eventually(is_banned, within=20)
    done = await delete_person(context.operations, applicant.claims["id_number"], command())
    assert not done.obstacles
    assert any(kept.startswith("the ban until") for kept in done.kept)
    assert (await applicant.get(selection.path)).code == "not_found"
    assert (await applicant.post("/entries", {})).ok()["screen"] == "blacklisted"
    assert (await applicant.submit(country.car(applicant, office))).code == "blacklisted"


async def test_a_deletion_may_read_all_preselections(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, erase = list[str](), PersonRecords.erase

    async def observed(self: PersonRecords, connection: AsyncConnection, *given: Any) -> dict[str, int]:
        limits.extend((await connection.execute(text("SHOW statement_timeout"))).scalars())
        return await erase(self, connection, *given)

    monkeypatch.setattr(PersonRecords, "erase", observed)
    await delete_person(country.stack.context.operations, country.applicant().claims["id_number"], command())
    assert limits == ["30s"]


async def test_whom_it_is_about_must_be_named_rightly(country: Country) -> None:
    with pytest.raises(IdNumberInvalid):
        await delete_person(country.stack.context.operations, "110101199002300014", command())
