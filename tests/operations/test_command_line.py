"""`xuanhao …` as a process: the same commands as over REST, output for people and programs, and exit codes."""

import json
from datetime import date
from pathlib import Path

import pytest

from config.instance_file import note_instance
from config.settings import Settings
from tests.support.command_line import Run, run_process, variables
from tests.support.country import Country
from tests.support.desk import operator, reserve_plate
from tests.support.waiting import eventually


async def test_segments_are_released_and_numbers_taken_out_and_withheld(country: Country, xuanhao: Run) -> None:
    office = await country.own_office("B999!")
    prefix = office.prefixes[0]
    [segment] = (
        await xuanhao("--operator", "wang", "segments", "release", prefix, "a00!!", "--exclude", "***4*")
    ).records
    assert (segment["template"], segment["excluded"]) == ("A00!!", ["***4*"])
    excluding = ("segments", "exclude", prefix, "A00!!", "***7*", "--reason", "不吉利")
    [smaller] = (await xuanhao(*excluding, XUANHAO_OPERATOR="wang")).records
    assert smaller["excluded"] == ["***4*", "***7*"]
    [withheld] = (
        await xuanhao(
            *("--operator", "wang", "numbers", "withhold", f"{prefix}A0011"),
            *("--kind", "reserved_by_law", "--reason", "公务预留"),
        )
    ).records
    assert withheld["kind"] == "reserved_by_law"
    refused = await xuanhao("--operator", "wang", "numbers", "confirm", withheld["id"])
    assert (refused.code, refused.err.split(":")[1].strip()) == (1, "second_operator_needed")
    disguised = await xuanhao("--operator", " wang\u200b", "numbers", "confirm", withheld["id"])
    assert (disguised.code, disguised.err.split(":")[1].strip()) == (1, "second_operator_needed")
    [confirmed] = (await xuanhao("--operator", "li", "numbers", "confirm", withheld["id"])).records
    assert confirmed["confirmed_by"] == "li"
    [levels] = (await xuanhao("pool", "levels", prefix)).records
    assert (levels["total"], levels["withheld"]) == (90, 1)
    over_rest = (await operator(country).get(f"/operations/pool/{prefix}")).ok()
    assert over_rest == levels
    assert len((await xuanhao("segments", "list", prefix)).records) == 2
    assert [each["id"] for each in (await xuanhao("numbers", "list", prefix)).records] == [withheld["id"]]


async def test_a_day_is_closed_and_the_reservations_that_end_on_it_are_found_first(
    country: Country, xuanhao: Run
) -> None:
    office = await country.own_office()
    selection = await reserve_plate(country, office)
    day = (await selection.view())["visit_by"]
    [due] = (await xuanhao("deadlines", "due", day, "--office", office.code)).records
    assert due["id"] == selection.id
    assert due["address"].endswith(f"/vehicle-{selection.id}")
    [*_, look] = (await xuanhao("audit", "list", "--action", "look_reservations", "--limit", "1000")).records
    assert look["facts"] == {"office_code": office.code, "due": day, "shown": 1}
    closing = await xuanhao(
        "--operator", "wang", "calendar", "set", "holiday", day, "--office", office.code, "--reason", "停电"
    )
    assert closing.records == [{"day": day, "kind": "holiday", "office_code": office.code}]
    assert "1 reservations" in closing.err

    async def has_moved() -> bool:
        return bool((await selection.view())["visit_by"] > day)

    await eventually(has_moved)


async def test_an_outage_moves_deadlines_directly_too_while_no_worker_may_run(country: Country, xuanhao: Run) -> None:
    office = await country.own_office()
    selection = await reserve_plate(country, office)
    day = (await selection.view())["visit_by"]
    outage = ("deadlines", "extend", "--since", f"{day}T10:00", "--until", f"{day}T12:00", "--office", office.code)
    extending = await xuanhao("--operator", "wang", *outage, "--reason", "系统中断", "--directly")
    assert extending.records == [{"told": 1, "started": 0}]

    async def has_moved() -> bool:
        return bool((await selection.view())["visit_by"] > day)

    await eventually(has_moved)


async def test_a_year_is_shown_with_its_warning_and_declared_official(xuanhao: Run) -> None:
    shown = await xuanhao("calendar", "show", "2098")
    assert (shown.code, shown.out) == (0, "")
    assert "2098 has not been entered" in shown.err
    declared = await xuanhao("--operator", "wang", "calendar", "official", "2098", "--reason", "国办发明电")
    assert declared.records == [{"year": 2098, "official": True}]
    assert declared.err == ""
    assert (await xuanhao("calendar", "show", "2098")).err == ""


async def test_a_vehicle_is_found_and_its_vin_is_typed_nowhere_but_in_standard_input(
    country: Country, xuanhao: Run
) -> None:
    office, applicant = await country.office(), country.applicant()
    car = country.car(applicant, office)
    selection = await applicant.reach_reservation(car)
    ways = [
        await xuanhao("find", "--vin", stdin=f"{car.vin}\n"),
        await xuanhao("find", "--plate", (await selection.view())["plate"]),
        await xuanhao("find", "--preselection", selection.id),
    ]
    for way in ways:
        assert [found["workflow_id"] for found in way.records] == [f"vehicle-{selection.id}"]
    looks = [
        act for act in (await xuanhao("audit", "list", "--limit", "1000")).records if act["action"] == "look_workflows"
    ]
    assert [look["facts"]["shown"] for look in looks[-3:]] == [[selection.id]] * 3
    assert car.vin not in str(looks)
    nothing = await xuanhao("find", "--plate", "琼ZA0000")
    assert (nothing.code, nothing.out) == (1, "")


async def test_the_texts_about_a_preselection_are_listed_as_over_rest(country: Country, xuanhao: Run) -> None:
    selection = await reserve_plate(country, await country.office())

    async def is_handed_over() -> bool:
        answer = await operator(country).get("/operations/texts", params={"preselection_id": selection.id})
        return [(item["purpose"], item["state"]) for item in answer.ok()["items"]] == [("reserved", "handed_over")]

    await eventually(is_handed_over)
    [record] = (await xuanhao("texts", "list", "--preselection", selection.id)).records
    assert (record["purpose"], record["state"], record["attempts"]) == ("reserved", "handed_over", 1)
    assert selection.id not in (await xuanhao("texts", "list")).out


async def test_the_audit_is_verified_and_listed(country: Country, xuanhao: Run) -> None:
    office = await country.office()
    selection = await reserve_plate(country, office)
    verified = await xuanhao("audit", "verify")
    assert verified.records[0]["intact"] is True
    wrong = await xuanhao("audit", "verify", "--noted", "1=00ff")
    assert (wrong.code, json.loads(wrong.out)["intact"]) == (1, False)
    entries = (await xuanhao("audit", "list", "--preselection", selection.id)).records
    seen = (await xuanhao("audit", "list", "--actor", "command line", "--limit", "1000")).records[-1]
    assert (seen["action"], seen["facts"]) == ("look_workflows", {"by": "audit", "shown": [selection.id]})
    assert entries[-1]["action"] == "confirm"


async def test_whoever_acts_has_a_name_and_a_reason(xuanhao: Run) -> None:
    nameless = await xuanhao("calendar", "official", "2099", "--reason", "x")
    assert (nameless.code, "XUANHAO_OPERATOR" in nameless.err) == (2, True)
    for name, why in (("\u200b", "name the operator"), ("138-0013-8000", "must not contain")):
        unfit = await xuanhao("--operator", name, "calendar", "official", "2099", "--reason", "x")
        assert (unfit.code, why in unfit.err) == (2, True)
    assert (await xuanhao("--operator", "wang", "calendar", "official", "2099")).code == 2
    blank = await xuanhao("--operator", "wang", "calendar", "official", "2099", "--reason", " ")
    assert (blank.code, "reason: must not be blank" in blank.err) == (1, True)
    chinese = await xuanhao("--operator", "wang", "calendar", "official", "2099", "--reason", " ", LANG="zh_CN.UTF-8")
    assert "不能为空" in chinese.err


@pytest.mark.slow
async def test_people_get_tables_and_times_of_shanghai(country: Country, settings: Settings, tmp_path: Path) -> None:
    office = await country.own_office("A12!!")
    ran = await run_process(("pool", "levels", office.prefixes[0]), variables(settings), "", tmp_path)
    assert ran.out.splitlines()[:2] == [f"prefix    {office.prefixes[0]}", "total     100"]


@pytest.mark.slow
async def test_an_instance_is_found_by_its_data_folder(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    note_instance(folder, variables(settings) | {"XUANHAO_SMS_URL": "https://secret.example", "HOME": "/"})
    noted = (folder / "instance.json").read_text()
    assert "secret" not in noted
    year = str(date.max.year - 8000)
    for arguments, environment in (
        (("--data-dir", str(folder)), {"XUANHAO_DATABASE_URL": "postgresql://nowhere.invalid/x"}),
        ((), {"XUANHAO_DATA_DIR": str(folder)}),
    ):
        ran = await run_process((*arguments, "calendar", "show", year), environment, "", tmp_path)
        assert ran.code == 0, ran.err
    missing = await run_process(("--data-dir", str(tmp_path), "pool", "levels", "粤B"), {}, "", tmp_path)
    assert (missing.code, "instance.json" in missing.err) == (2, True)
    nothing = await run_process(("pool", "levels", "粤B"), {}, "", tmp_path)
    assert (nothing.code, "XUANHAO_DATABASE_URL" in nothing.err) == (2, True)


@pytest.mark.slow
async def test_a_part_that_is_down_is_named_and_the_command_can_be_repeated(settings: Settings, tmp_path: Path) -> None:
    down = variables(settings) | {"XUANHAO_DATABASE_URL": f"postgresql:///x?host={tmp_path}"}
    ran = await run_process(("--operator", "wang", "calendar", "official", "2099", "--reason", "x"), down, "", tmp_path)
    assert (ran.code, "unavailable" in ran.err, "--request-id" in ran.err) == (1, True, True)
    assert "Traceback" not in ran.err
