"""Operators and the register of offices over REST: offices, policies with a second operator, notices in languages."""

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from domain.instants import format_instant
from domain.offices import PROVINCE_NAMES
from process.clock import system_clock
from tests.support.applicants import Caller
from tests.support.country import Country
from tests.support.desk import operator
from tests.support.http import Answer
from tests.support.offices import PREFIXES

NUMBERS = count(1)
ITS_PROVINCE = "新疆维吾尔自治区"


def details(**changes: Any) -> dict[str, Any]:
    return {
        "name": "乌鲁木齐车管所", "names": {"zh-TW": "烏魯木齊車管所", "en": "Urumqi Vehicle Office"},
        "address": "西山路99号", "hours": "9–17", "telephone": "0991-1234567", "province": ITS_PROVINCE,
        "coordinates": {"latitude": 43.8256, "longitude": 87.6168}, "prefixes": [], "reason": "新设",
    } | changes  # fmt: skip


async def put(caller: Caller, code: str, **changes: Any) -> Answer:
    return await caller.call("PUT", f"/operations/offices/{code}", json=details(**changes))


def a_code() -> str:
    return f"new-{next(NUMBERS)}"


async def public(country: Country, path: str, language: str = "zh-CN") -> Any:
    """As somebody without a token."""
    answer = await country.stack.client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_office_is_added_changed_and_read_by_anybody_in_their_language(country: Country) -> None:
    wang, code, prefix = operator(country), a_code(), next(PREFIXES)
    province = (await put(wang, code, province="省", prefixes=[prefix])).body["errors"][0]
    assert province["field"] == "province"
    its = {"province": PROVINCE_NAMES[prefix[0]], "prefixes": [prefix.lower()]}
    added = await put(wang, code, **its)
    assert added.status == 201, added.body
    assert added.body == {name: value for name, value in details(code=code, **its).items() if name != "reason"} | {
        "prefixes": [prefix]
    }
    again = await put(wang, code, **its)
    assert (again.status, again.body) == (200, added.body)
    changed = await put(wang, code, **its, name="新名", names={}, hours=None)
    assert (changed.status, changed.body["hours"], changed.body["names"]) == (200, None, {})
    await put(wang, code, **its)
    for language, name in (
        ("zh-CN", "乌鲁木齐车管所"),
        ("zh-TW", "烏魯木齊車管所"),
        ("en-GB", "Urumqi Vehicle Office"),
    ):
        items = (await public(country, "/offices", language))["items"]
        assert next(item for item in items if item["code"] == code)["name"] == name
    assert await public(country, f"/offices/{code}/segments") == {"items": []}
    listed = (await wang.get("/operations/offices")).ok()["items"]
    assert added.body in listed
    acts = (await wang.get("/operations/audit", params={"actor": wang.claims["sub"]})).ok()["items"]
    assert [act["action"] for act in acts] == ["add_office", "change_office", "change_office"]
    assert [act["facts"].get("removed") for act in acts] == [None, ["hours"], None]


async def test_what_can_not_be_an_office_is_refused_with_the_field(country: Country) -> None:
    wang, other = operator(country), await country.own_office()
    taken = other.prefixes[0]
    for changes, field in (
        ({"prefixes": [taken], "province": PROVINCE_NAMES[taken[0]]}, "prefixes.0"),
        ({"prefixes": ["新I"]}, "prefixes.0"),
        ({"prefixes": ["新A", "新O"]}, "prefixes.1"),
        ({"prefixes": ["龘A"]}, "prefixes.0"),
        ({"prefixes": ["粤A"]}, "prefixes.0"),
        ({"prefixes": ["新R", "新R"]}, "prefixes.1"),
        ({"province": "亚特兰蒂斯省"}, "province"),
        ({"name": " "}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"address": "\u3164\u2800"}, "address"),
        ({"names": {"fr": "x"}}, "names.fr"),
        ({"reason": " "}, "reason"),
        ({"address": None}, "address"),
    ):
        refused = await put(wang, a_code(), **changes)
        assert (refused.code, [error["field"] for error in refused.body["errors"]]) == ("validation_failed", [field])
    assert (await put(wang, "no office")).code == "validation_failed"
    assert (await put(country.applicant(), a_code())).code == "forbidden"


async def test_a_prefix_with_live_claims_stays_and_another_may_go_with_its_segments(country: Country) -> None:
    wang, office = operator(country), await country.own_office("A00!!")
    prefix = office.prefixes[0]
    its = {"province": PROVINCE_NAMES[prefix[0]]}
    applicant = country.applicant()
    await applicant.reach_reservation(country.car(applicant, office))
    held = await put(wang, office.code, **its)
    assert (held.status, held.code, held.body["prefixes"]) == (409, "prefix_in_use", [prefix])
    free = await country.own_office("B00!!")
    its = {"province": PROVINCE_NAMES[free.prefixes[0][0]]}
    assert (await put(wang, free.code, **its)).status == 200
    assert (await wang.post("/operations/segments", {"prefix": free.prefixes[0], "template": "C00!!"})).code == (
        "validation_failed"
    )
    taker = a_code()
    assert (await put(wang, taker, **its, prefixes=list(free.prefixes))).status == 201
    segments = (await public(country, f"/offices/{taker}/segments"))["items"]
    assert [segment["template"] for segment in segments] == ["B00!!"]


async def test_a_policy_holds_from_its_instant_after_a_second_operator(country: Country) -> None:
    wang, li, office = operator(country), operator(country), await country.own_office()
    path = f"/operations/offices/{office.code}"
    buyer = country.applicant()
    earlier = await buyer.create_selection(country.car(buyer, office))
    body = {"overrides": {"draws": 2, "cancellation": True}, "reason": "试点"}
    requested = await wang.post(f"{path}/policies", body)
    assert (requested.status, requested.body["effective_from"], requested.body["confirmed_by"]) == (201, None, None)
    values = (await wang.get(f"{path}/policy")).ok()["values"]
    assert values["draws"] == {"value": 5, "source": "default"}
    assert values["confirm_delay"] == {"value": "PT0S", "source": "office"}
    confirming = f"{path}/policies/{requested.body['id']}/confirmation"
    unconfirmed = (await country.caller("auditor").get("/audit/unconfirmed")).ok()
    assert requested.body["id"] in [item["id"] for item in unconfirmed["policies"]]
    assert (await wang.post(confirming)).code == "second_operator_needed"
    other = await country.own_office()
    elsewhere = f"/operations/offices/{other.code}/policies/{requested.body['id']}/confirmation"
    assert (await li.post(elsewhere)).code == "not_found"
    confirmed = (await li.post(confirming)).ok()
    assert (confirmed["confirmed_by"], confirmed["effective_from"]) == (li.claims["sub"], confirmed["confirmed_at"])
    assert (await li.post(confirming)).ok() == confirmed
    assert (await operator(country).post(confirming)).code == "nothing_to_confirm"
    assert (await wang.get(f"{path}/policy")).ok()["values"]["draws"] == {"value": 2, "source": "office"}
    before = {"at": format_instant(system_clock() - timedelta(hours=1))}
    assert (await wang.get(f"{path}/policy", params=before)).ok()["values"]["draws"]["value"] == 5
    buyer = country.applicant()
    later = await buyer.create_selection(country.car(buyer, office))
    assert (await later.view())["draws"]["remaining"] == 2
    assert (await earlier.view())["draws"]["remaining"] == 5
    removed = (await wang.post(f"{path}/policies", {"overrides": {"draws": None}, "reason": "试点结束"})).ok()
    (await li.post(f"{path}/policies/{removed['id']}/confirmation")).ok()
    assert (await wang.get(f"{path}/policy")).ok()["values"]["draws"] == {"value": 5, "source": "default"}


async def test_a_policy_may_begin_later_and_the_impossible_is_refused(country: Country) -> None:
    wang, li, office = operator(country), operator(country), await country.own_office()
    path = f"/operations/offices/{office.code}"
    tomorrow = format_instant(system_clock() + timedelta(days=1))
    body = {"overrides": {"composed": 0}, "effective_from": tomorrow, "reason": "试点"}
    first = (await wang.post(f"{path}/policies", body)).ok()
    second = (await wang.post(f"{path}/policies", {"overrides": {"draws": 0}, "reason": "试点"})).ok()
    confirmed = (await li.post(f"{path}/policies/{first['id']}/confirmation")).ok()
    assert confirmed["effective_from"] == tomorrow
    assert (await wang.get(f"{path}/policy")).ok()["values"]["composed"]["value"] == 20
    assert (await wang.get(f"{path}/policy", params={"at": tomorrow})).ok()["values"]["composed"]["value"] == 0
    # Each alone is possible, and together they leave no chance of either kind.
    both = await li.post(f"{path}/policies/{second['id']}/confirmation")
    assert (both.code, both.body["errors"][0]["field"]) == ("validation_failed", "overrides.draws")
    yesterday = format_instant(system_clock() - timedelta(days=1))
    for changes, field in (
        ({"overrides": {"draws": 100_001}}, "overrides.draws"),
        ({"overrides": {"batch_ttl": "PT0S"}}, "overrides.batch_ttl"),
        ({"overrides": {"no_such": 1}}, "overrides.no_such"),
        ({"overrides": {}}, "overrides"),
        ({"effective_from": yesterday}, "effective_from"),
        ({"reason": " "}, "reason"),
    ):
        refused = await wang.post(f"{path}/policies", {"overrides": {"draws": 3}, "reason": "试点"} | changes)
        assert (refused.code, refused.body["errors"][0]["field"]) == ("validation_failed", field)
    assert (await wang.post("/operations/offices/nowhere/policies", body)).code == "not_found"
    assert (await wang.get("/operations/offices/nowhere/policy")).code == "not_found"


async def test_a_notice_has_versions_and_is_read_in_the_readers_language(country: Country) -> None:
    wang, office = operator(country), await country.own_office()
    path, key = f"/operations/offices/{office.code}/notices", str(uuid4())
    texts = {
        "zh-CN": {"title": "业务须知", "body": "第一条\n第二条"}, "en": {"title": "Notice", "body": "First\nSecond"},
    }  # fmt: skip
    published = (await wang.post(path, {"texts": texts, "reason": "新规"}, key=key)).ok()
    assert published["version"] == "2"
    assert (await wang.post(path, {"texts": texts, "reason": "新规"}, key=key)).ok() == published
    for language, its in (("en", "en"), ("zh-TW", "zh-CN"), ("zh-CN", "zh-CN")):
        notice = await public(country, f"/offices/{office.code}/notice", language)
        assert (notice["language"], notice["version"]) == (its, "2")
        assert {name: notice[name] for name in ("title", "body")} == texts[its]
    buyer = country.applicant()
    outdated = await buyer.submit(country.car(buyer, office))
    assert (outdated.code, outdated.body["version"]) == ("notice_outdated", "2")
    assert (await wang.post("/operations/offices/nowhere/notices", {"texts": texts, "reason": "x"})).code == "not_found"


@pytest.mark.parametrize(
    "texts, field",
    [
        ({"en": {"title": "Notice", "body": "x"}}, "texts.zh-CN"),
        ({"zh-CN": {"title": " ", "body": "x"}}, "texts.zh-CN.title"),
        ({"zh-CN": {"title": "须知", "body": "x" * 20_001}}, "texts.zh-CN.body"),
        ({"zh-CN": {"title": "须知", "body": "x"}, "fr": {"title": "x", "body": "x"}}, "texts.fr"),
    ],
)
async def test_a_notice_without_chinese_or_without_text_is_refused(
    country: Country, texts: dict[str, Any], field: str
) -> None:
    office = await country.office()
    refused = await operator(country).post(
        f"/operations/offices/{office.code}/notices", {"texts": texts, "reason": "x"}
    )
    assert (refused.code, [error["field"] for error in refused.body["errors"]]) == ("validation_failed", [field])


async def test_coordinates_are_checked_published_audited_and_removed(country: Country) -> None:
    wang, code = operator(country), a_code()
    for wrong, fields in (
        ({"latitude": 87.6168, "longitude": 43.8256}, {"coordinates.latitude", "coordinates.longitude"}),
        ({"latitude": 43.8}, {"coordinates.longitude"}),
        ({"latitude": "43.8", "longitude": 87.6}, {"coordinates.latitude"}),
        ({"latitude": True, "longitude": 87.6}, {"coordinates.latitude"}),
        ({"latitude": 43.8, "longitude": 87.6, "datum": "GCJ-02"}, {"coordinates.datum"}),
    ):
        refused = await put(wang, code, coordinates=wrong)
        assert (refused.code, {each["field"] for each in refused.body["errors"]}) == ("validation_failed", fields)
    place = {"latitude": 43, "longitude": 87.61680000004}
    assert (await put(wang, code, coordinates=place)).body["coordinates"] == {"latitude": 43.0, "longitude": 87.6168}

    async def published() -> Any:
        items = (await public(country, "/offices"))["items"]
        return next(item["coordinates"] for item in items if item["code"] == code)

    assert await published() == {"latitude": 43.0, "longitude": 87.6168}
    acts = (await wang.get("/operations/audit", params={"action": "add_office", "limit": 1000})).ok()["items"]
    facts = next(act["facts"] for act in acts if act["facts"]["office_code"] == code)
    assert facts["coordinates"] == {"latitude": 43.0, "longitude": 87.6168}
    assert (await put(wang, code, coordinates=None)).body["coordinates"] is None
    assert await published() is None
