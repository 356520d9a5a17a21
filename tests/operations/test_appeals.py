"""Appeals against bans: filed with a file, decided by one operator, confirmed by another person, answered by SMS."""

import asyncio
from base64 import b64encode
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.auth.policy import LARGEST_APPEAL
from storage.audit.trail import Act
from tests.support.applicants import Caller, Selection
from tests.support.command_line import Run
from tests.support.country import Country
from tests.support.desk import miss_deadline, operator, reserve_plate
from tests.support.maintenance import run_revival
from tests.support.waiting import eventually
from workflows.messages import appeal_workflow_id

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 30 + b"IEND\xae\x42\x60\x82"
PDF = b"%PDF-1.7\n" + b"x" * 40 + b"\n%%EOF\n"
WORDS = "车辆在运输途中受损，\n无法在期限内到场。我叫张三。"
ANSWER = {"decision": "granted", "reason": "材料属实，予以解除"}


def attached(content: bytes, name: str = "证明.png") -> dict[str, str]:
    return {"name": name, "content": b64encode(content).decode()}


async def listed(caller: Caller, appeal: str, **query: str) -> dict[str, Any] | None:
    page = (await caller.get("/operations/appeals", params={"limit": "500", **query})).ok()
    return next((item for item in page["items"] if item["id"] == appeal), None)


async def sms(country: Country, selection: Selection, purpose: str) -> str:
    def sent() -> list[Any]:
        return country.stack.phone.of(selection.applicant.phone, purpose)

    async def is_sent() -> bool:
        return bool(sent())

    await eventually(is_sent)
    assert len(sent()) == 1
    return str(sent()[0].text)


async def decide_and_be_refused(
    country: Country, buyer: Caller, first: Caller, second: Caller, item: dict[str, Any]
) -> None:
    """The first operator's decision, and everybody who may not decide or confirm."""
    path, address = f"/operations/appeals/{item['id']}", item["attachment"]["href"].removeprefix("/api/v1")
    themselves = operator(country)
    themselves.claims["id_number"] = buyer.claims["id_number"]
    assert (await themselves.post(f"{path}/decision", ANSWER)).code == "own_affair"
    assert (await themselves.stack.client.get(address, headers=themselves.headers)).status_code == 403
    assert (await second.post(f"{path}/confirmation")).code == "nothing_to_confirm"
    (await first.post(f"{path}/decision", ANSWER | {"decision": "refused"})).ok()
    assert (await first.post(f"{path}/decision", ANSWER)).ok()["decision"] == "granted"
    assert (await second.post(f"{path}/confirmation", {"decision": "refused"})).code == "nothing_to_confirm"
    same = operator(country)
    same.claims["id_number"] = first.claims["id_number"]
    for insider in (first, same):
        assert (await insider.post(f"{path}/confirmation")).code == "second_operator_needed"


@pytest.mark.slow
async def test_an_appeal_with_a_file_ends_the_ban_when_two_persons_have_granted_it(country: Country) -> None:
    selection = await miss_deadline(country, appeal_answer="PT1S")
    buyer, first, second = selection.applicant, operator(country), operator(country)
    for wrong in ({"reason": " "}, {}, {"reason": "\0"}, {"reason": "x", "attachment": {"name": "a", "content": "?"}}):
        assert (await selection.post("appeal", wrong)).code == "validation_failed"
    for content in (b"", b"GIF89a", PNG[:-1], b"<html>", PDF[:20]):
        answer = await selection.post("appeal", {"reason": WORDS, "attachment": attached(content)})
        assert answer.body["errors"][0]["field"] == "attachment.content"
    body, key = {"reason": WORDS, "attachment": attached(PNG)}, str(uuid4())
    filed = await selection.post("appeal", body, key=key)
    assert filed.status == 201
    appeal, path = filed.ok(), f"/operations/appeals/{filed.ok()['id']}"
    assert (await selection.post("appeal", body, key=key)).ok() == appeal
    assert (appeal["state"], appeal["answer"]) == ("open", None)
    assert (await selection.post("appeal", {"reason": "再次"})).code == "appeal_open"
    assert "仍在处理" in await sms(country, selection, "appeal_late")
    assert (await selection.view())["appeal"] == appeal | {"late": True}

    item = await listed(first, appeal["id"], state="open")
    assert item is not None
    assert (item["reason"], item["holder"], item["late"], item["decision"]) == (WORDS, "王**", True, None)
    assert (item["attachment"]["name"], item["attachment"]["kind"]) == ("证明.png", "png")
    address = item["attachment"]["href"].removeprefix("/api/v1")
    file = await first.stack.client.get(address, headers=first.headers)
    assert (file.content, file.headers["content-type"]) == (PNG, "image/png")
    assert file.headers["content-disposition"] == 'attachment; filename="appeal.png"'

    await decide_and_be_refused(country, buyer, first, second, item)
    assert (await selection.view())["appeal"]["state"] == "open"
    confirmed = (await second.post(f"{path}/confirmation")).ok()
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("granted", second.claims["sub"])
    assert (await second.post(f"{path}/confirmation")).ok() == confirmed

    assert (await buyer.post("/entries", {})).ok()["screen"] == "introduction"
    view = await selection.view()
    assert (view["appeal"]["state"], view["appeal"]["answer"]) == ("granted", ANSWER["reason"])
    assert view["ban"]["released_at"]
    bans = (await first.get("/operations/blacklist", params={"preselection_id": selection.id})).ok()["items"]
    assert (bans[0]["released_by"], bans[0]["confirmed_by"]) == (first.claims["sub"], second.claims["sub"])
    assert "已获准" in await sms(country, selection, "appeal_granted")
    assert await sms(country, selection, "ban_ended")
    assert (await selection.post("appeal", {"reason": "还有"})).code == "already_released"
    context = country.stack.context
    long_ago = context.clock().replace(year=2020)
    trail = await context.repositories.audit_trail.between(
        long_ago, context.clock(), preselection_id=UUID(selection.id)
    )
    acts = ["file_appeal", "appeal_late", "decide_appeal", "decide_appeal", "confirm_appeal", "release_ban_early"]
    assert [entry.action for entry in trail][-7:] == [*acts, "confirm_ban_release"]
    assert WORDS not in str(trail)


@pytest.mark.slow
async def test_a_refused_appeal_leaves_the_ban_and_a_lost_workflow_is_found_by_its_row(country: Country) -> None:
    selection, first, second = await miss_deadline(country), operator(country), operator(country)
    appeal = (await selection.post("appeal", {"reason": WORDS, "attachment": attached(PDF, "说明.pdf")})).ok()
    temporal = country.stack.context.temporal
    await temporal.get_workflow_handle(appeal_workflow_id(appeal["id"])).terminate("a restore")
    path = f"/operations/appeals/{appeal['id']}"
    (await first.post(f"{path}/decision", {"decision": "refused", "reason": "材料不足"})).ok()
    (await second.post(f"{path}/confirmation", {"decision": "refused"})).ok()
    assert (await first.post(f"{path}/decision", ANSWER)).code == "nothing_to_confirm"
    assert (await run_revival(temporal, country.stack.context.operations.task_queue)).appeals >= 1
    assert "未获准" in await sms(country, selection, "appeal_refused")
    view = await selection.view()
    assert (view["appeal"]["answer"], view["ban"]["released_at"]) == ("材料不足", None)
    assert (await selection.applicant.post("/entries", {})).ok()["screen"] == "blacklisted"
    again = await asyncio.gather(*(selection.post("appeal", {"reason": f"第{turn}次"}) for turn in range(3)))
    assert sorted(answer.status for answer in again) == [201, 409, 409]


async def test_a_decided_appeal_waits_in_both_lists_until_it_is_confirmed(country: Country, xuanhao: Run) -> None:
    selection, first, second = await miss_deadline(country), operator(country), operator(country)
    filed = (await selection.post("appeal", {"reason": WORDS})).ok()["id"]
    readers = ((country.caller("auditor"), "/audit/unconfirmed"), (second, "/operations/unconfirmed"))

    async def waiting() -> list[list[dict[str, Any]]]:
        lists = [(await reader.get(path)).ok()["appeals"] for reader, path in readers]
        return [[each for each in found if each["id"] == filed] for found in lists]

    assert await waiting() == [[], []]
    (await first.post(f"/operations/appeals/{filed}/decision", ANSWER | {"decision": "refused"})).ok()
    [[seen], [same]] = await waiting()
    assert seen == same
    assert (seen["decision"], seen["reason"], seen["decided_by"]) == ("refused", ANSWER["reason"], first.claims["sub"])
    assert (seen["preselection_id"], WORDS in str(seen)) == (selection.id, False)
    assert filed in [each["id"] for each in (await xuanhao("audit", "unconfirmed")).records]
    (await second.post(f"/operations/appeals/{filed}/confirmation")).ok()
    assert await waiting() == [[], []]


@pytest.mark.slow
async def test_an_answer_that_was_given_up_is_sent_again(country: Country) -> None:
    selection, first, second = await miss_deadline(country), operator(country), operator(country)
    path = f"/operations/appeals/{(await selection.post('appeal', {'reason': WORDS})).ok()['id']}"
    (await first.post(f"{path}/decision", ANSWER | {"decision": "refused"})).ok()
    (await second.post(f"{path}/confirmation")).ok()

    async def state() -> str | None:
        items = (await first.get("/operations/texts", params={"preselection_id": selection.id})).ok()["items"]
        return next((str(each["state"]) for each in items if each["purpose"] == "appeal_refused"), None)

    async def is_handed_over() -> bool:
        return await state() == "handed_over"

    await eventually(is_handed_over)
    give_up = text("""
        UPDATE text_delivery SET handed_at = NULL, failure = 'down', give_up_at = ordered_at
        WHERE preselection_id = CAST(:id AS uuid)
    """)
    await country.stack.repositories.database.rows(give_up, {"id": selection.id})
    assert await state() == "given_up"
    body = {"preselection_id": selection.id, "purpose": "appeal_refused", "reason": "网关故障"}
    assert (await first.post("/operations/texts/resending", body)).status == 202
    await eventually(is_handed_over)


async def test_an_appeal_is_only_for_a_missed_deadline_and_has_its_own_limit_of_size(country: Country) -> None:
    selection = await reserve_plate(country, await country.office())
    answer = await selection.post("appeal", {"reason": WORDS})
    assert (answer.code, answer.body["stage"]) == ("wrong_stage", "completed")
    assert (await country.applicant().post(f"{selection.path}/appeal", {"reason": WORDS})).code == "not_found"
    large = await selection.post("appeal", {"reason": WORDS, "attachment": attached(b"x" * LARGEST_APPEAL)})
    assert (large.status, large.code) == (413, "payload_too_large")
    assert (await selection.post("start", {"x": "y" * 70_000})).status == 413
    for decision in ("decision", "confirmation"):
        assert (await operator(country).post(f"/operations/appeals/{uuid4()}/{decision}", ANSWER)).code == "not_found"


async def test_a_decision_that_another_account_replaced_meanwhile_is_not_confirmed(country: Country) -> None:
    """The persons are compared before the lock: the confirmation must be of the decision that was compared."""
    selection = await miss_deadline(country)
    filed = (await selection.post("appeal", {"reason": WORDS})).ok()
    appeals, act = country.stack.repositories.appeals, Act(country.stack.context.clock(), "operator", "second", "理由")
    (await operator(country).post(f"/operations/appeals/{filed['id']}/decision", ANSWER)).ok()
    assert not await appeals.confirm(UUID(filed["id"]), act, decided_by="somebody else")
    entry = await appeals.entry(UUID(filed["id"]))
    assert entry
    assert entry.state == "open"
    assert await appeals.confirm(UUID(filed["id"]), act, decided_by=entry.decided_by)
