"""The figures of the overview, previews, the inbox, and people's affairs, over REST."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from domain.calendar import shanghai_day
from process.clock import system_clock
from storage.rollups.writer import RollupWriter
from tests.support.country import Country, ban
from tests.support.desk import operator, reserve_plate
from tests.support.waiting import eventually

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def test_figures_by_day_and_hour_as_json_and_as_a_table(country: Country) -> None:
    office, caller = await country.own_office("A99!!"), operator(country)
    selection = await reserve_plate(country, office)
    prefix, now = office.prefixes[0], system_clock()
    writer, pool = RollupWriter(country.stack.repositories.database), country.stack.repositories.pool_records
    hour = now.replace(minute=0, second=0, microsecond=0)
    # What is counted together is within one day, and the hour before may be yesterday's.
    for begins in (hour - HOUR, hour):
        await writer.count((begins, begins + HOUR), now)
    free = await pool.free_by_pattern(prefix, now)
    assert {pattern: count for pattern, count in free.items() if count} == {"LDDDD": 99}
    await writer.sample(office.code, prefix, {"LDDDD": 200}, now - 2 * DAY)
    await writer.sample(office.code, prefix, free, now)
    today = shanghai_day(now).isoformat()

    async def figures(**query: str) -> list[dict[str, Any]]:
        return list((await caller.get("/operations/figures", params=query)).ok()["series"])

    [draws] = await figures(name="draws", office=office.code)
    assert draws == {"key": office.code, "points": [[today, 1]], "runs_out": None}
    [hours] = await figures(name="completions", office=office.code, by="hour")
    assert len(hours["points"]) == 1
    [level] = await figures(name="pool_free", office=office.code)
    assert level["key"] == prefix
    assert level["runs_out"] == (shanghai_day(now) + 2 * DAY).isoformat()
    patterns = await figures(name="pool_free", prefix=prefix.lower())
    assert [each["key"] for each in patterns if each["points"][-1][1]] == ["LDDDD"]
    headers = caller.headers | {"Accept": "text/csv"}
    query = {"name": "draws", "office": office.code}
    answer = await country.stack.client.get("/operations/figures", params=query, headers=headers)
    assert answer.text.splitlines() == ["key,at,value", f"{office.code},{today},1"]
    for query in (
        {"name": "no"}, {"name": "draws", "from": "yesterday"},
        {"name": "draws", "from": "2026-11-02", "to": "2026-11-01"},
        {"name": "draws", "from": "2001-01-01"}, {"name": "draws", "by": "hour", "from": "2026-11-01"},
    ):  # fmt: skip
        assert (await caller.get("/operations/figures", params=query)).code == "validation_failed", query
    assert (await selection.applicant.get("/operations/figures")).code == "forbidden"


async def test_a_segment_s_preview_counts_and_releases_nothing(country: Country) -> None:
    office, caller = await country.own_office("A!!!!"), operator(country)
    prefix = office.prefixes[0]
    body = {"prefix": prefix, "template": "C!!!!", "excluded": ["***4*", "C8888"]}
    found = (await caller.post("/operations/segments/preview", body)).ok()
    assert (found["numbers"], found["excluded"]) == (8999, 1001)
    assert len(found["samples"]) == 12
    assert all(sample.startswith(f"{prefix}C") and sample[5] != "4" for sample in found["samples"])
    for change in ({"template": "A123!"}, {"template": "C"}, {"prefix": "京O"}):
        assert (await caller.post("/operations/segments/preview", body | change)).code == "validation_failed"
    levels = (await caller.get(f"/operations/pool/{prefix}/segments")).ok()["items"]
    assert [(each["template"], each["numbers"], each["free"]) for each in levels] == [("A!!!!", 10_000, 10_000)]


async def test_an_extension_s_preview_counts_by_office_and_moves_nothing(country: Country) -> None:
    office, caller = await country.own_office(validity="P3D", validity_working_days="false"), operator(country)
    selection = await reserve_plate(country, office)
    view = await selection.view()
    day = f"{view['visit_by']}T"
    body = {"since": f"{day}10:00:00+08:00", "until": f"{day}11:00:00+08:00", "office_code": office.code}
    found = (await caller.post("/operations/deadlines/preview", body)).ok()
    assert found == {"affected": 1, "by_office": {office.code: 1}}
    assert (await selection.view())["visit_by"] == view["visit_by"]
    assert (
        await caller.post("/operations/deadlines/preview", body | {"office_code": "no"})
    ).code == "validation_failed"


async def test_bans_are_found_by_identity_document_which_is_in_no_address(country: Country) -> None:
    buyer, caller = country.applicant(), operator(country)
    await ban(country, buyer)
    [found] = (await caller.post("/operations/blacklist/search", {"id_number": buyer.party.id_number})).ok()["items"]
    assert found["holder"] == "王**"
    assert (await caller.post("/operations/blacklist/search", {"id_number": "nobody"})).ok()["items"] == []
    (await caller.post(f"/operations/blacklist/{found['id']}/release", {"reason": "误判"})).ok()
    inbox = (await operator(country).get("/operations/unconfirmed")).ok()
    assert found["id"] in [each["id"] for each in inbox["ban_releases"]]


async def test_an_sms_that_was_given_up_is_sent_again_and_a_delivered_one_is_not(country: Country) -> None:
    selection, caller = await reserve_plate(country, await country.own_office()), operator(country)

    async def sms() -> dict[str, str]:
        items = (await caller.get("/operations/texts", params={"preselection_id": selection.id})).ok()["items"]
        return {each["purpose"]: each["state"] for each in items}

    async def is_delivered() -> bool:
        return (await sms()).get("reserved") == "handed_over"

    await eventually(is_delivered)
    body = {"preselection_id": selection.id, "purpose": "reserved", "reason": "网关故障"}
    assert (await caller.post("/operations/texts/resending", body)).code == "validation_failed"
    assert (await caller.post("/operations/texts/resending", body | {"purpose": "overdue"})).code == "not_found"
    given_up = text("""
        UPDATE text_delivery SET handed_at = NULL, failure = 'down', give_up_at = :past
        WHERE preselection_id = CAST(:id AS uuid)
    """)
    values = {"id": selection.id, "past": system_clock()}
    await country.stack.repositories.database.rows(given_up, values)
    assert (await sms())["reserved"] == "given_up"
    assert (await caller.post("/operations/texts/resending", body | {"reason": " "})).code == "validation_failed"
    sending = await caller.post("/operations/texts/resending", body)
    assert (sending.status, sending.body["purpose"]) == (202, "reserved")
    await eventually(is_delivered)
    acts = (await caller.get("/operations/audit", params={"preselection_id": selection.id})).ok()["items"]
    assert [each["facts"] for each in acts if each["action"] == "resend_sms"] == [
        {"purpose": "reserved", "reason": "网关故障"}
    ]
