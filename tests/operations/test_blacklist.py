"""Operators and the blacklist: list, early release, confirmation by another operator, SMS to the holder."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.applicants import Caller, Selection
from tests.support.country import Country
from tests.support.desk import miss_deadline, operator
from tests.support.waiting import eventually

REASON = {"reason": "系统中断，本人已到场"}


async def entry_of(caller: Caller, selection: Selection) -> dict[str, Any]:
    page = (await caller.get("/operations/blacklist", params={"preselection_id": selection.id})).ok()
    entry: dict[str, Any]
    [entry] = page["items"]
    return entry


@pytest.mark.slow
async def test_an_entry_shows_who_since_when_and_until_when(country: Country) -> None:
    selection = await miss_deadline(country)
    entry = await entry_of(operator(country), selection)
    assert (entry["holder"], entry["preselection_id"]) == ("王**", selection.id)
    assert entry["since"] < entry["until"]
    assert (entry["released_at"], entry["released_by"]) == (None, None)


@pytest.mark.slow
async def test_a_release_holds_at_once_is_notified_and_waits_for_a_second_operator(country: Country) -> None:
    selection, first, second = await miss_deadline(country), operator(country), operator(country)
    entry = await entry_of(first, selection)
    released = (await first.post(f"/operations/blacklist/{entry['id']}/release", REASON)).ok()
    assert (released["released_by"], released["release_reason"]) == (first.claims["sub"], REASON["reason"])
    assert released["released_at"]
    assert (await selection.applicant.post("/entries", {})).ok()["screen"] == "introduction"

    async def is_notified() -> bool:
        texts = country.stack.phone.of(selection.applicant.phone)
        return any(text.purpose == "ban_ended" for text in texts)

    await eventually(is_notified)
    assert entry["id"] in await unconfirmed_ids(second)
    refusal = await first.post(f"/operations/blacklist/{entry['id']}/confirmation")
    assert (refusal.status, refusal.code) == (409, "second_operator_needed")
    confirmed = (await second.post(f"/operations/blacklist/{entry['id']}/confirmation")).ok()
    assert confirmed["confirmed_by"] == second.claims["sub"]
    assert entry["id"] not in await unconfirmed_ids(first)


async def unconfirmed_ids(caller: Caller) -> list[str]:
    page = (await caller.get("/operations/blacklist", params={"unconfirmed": "true", "limit": "500"})).ok()
    return [item["id"] for item in page["items"]]


@pytest.mark.slow
async def test_what_was_released_is_released_once_and_confirmed_once(country: Country) -> None:
    selection, first, second = await miss_deadline(country), operator(country), operator(country)
    path = f"/operations/blacklist/{(await entry_of(first, selection))['id']}"
    assert (await second.post(f"{path}/confirmation")).code == "nothing_to_confirm"
    key = str(uuid4())
    released = (await first.post(f"{path}/release", REASON, key=key)).ok()
    assert (await first.post(f"{path}/release", REASON, key=key)).ok() == released
    assert (await second.post(f"{path}/release", REASON)).code == "already_released"
    (await second.post(f"{path}/confirmation")).ok()
    assert (await operator(country).post(f"{path}/confirmation")).code == "nothing_to_confirm"


@pytest.mark.slow
async def test_who_misses_another_deadline_after_a_release_is_banned_again(country: Country) -> None:
    missed, caller = await miss_deadline(country), operator(country)
    entry = await entry_of(caller, missed)
    (await caller.post(f"/operations/blacklist/{entry['id']}/release", REASON)).ok()
    # On the same day, so both bans end at the same instant.
    again = await miss_deadline(country, applicant=missed.applicant)
    other = await entry_of(caller, again)
    assert other["released_at"] is None
    assert (await again.view())["ban"] == {"until": other["until"], "released_at": None}


@pytest.mark.slow
async def test_an_unknown_entry_is_not_found_and_a_reason_is_needed_that_names_nobody(
    country: Country,
) -> None:
    caller = operator(country)
    for act in ("release", "confirmation"):
        for wrong in (uuid4(), "x"):
            assert (await caller.post(f"/operations/blacklist/{wrong}/{act}", REASON)).status == 404
    entry = await entry_of(caller, await miss_deadline(country))
    for reason in (" ", "申诉人 13800000000"):
        answer = await caller.post(f"/operations/blacklist/{entry['id']}/release", {"reason": reason})
        assert (answer.code, answer.body["errors"][0]["field"]) == ("validation_failed", "reason")
        assert reason not in answer.body["errors"][0]["message"]


@pytest.mark.slow
async def test_pages_of_the_list_hold_everything_once(country: Country) -> None:
    caller, ids = operator(country), set()
    for _ in range(3):
        ids.add((await entry_of(caller, await miss_deadline(country)))["id"])
    seen, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await caller.get("/operations/blacklist", params=params)).ok()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert ids <= set(seen)


@pytest.mark.parametrize("query", [{"limit": "x"}, {"preselection_id": "1"}, {"cursor": "?"}, {"who": "x"}], ids=str)
async def test_a_query_that_can_t_be_is_refused(country: Country, query: dict[str, str]) -> None:
    assert (await operator(country).get("/operations/blacklist", params=query)).code == "validation_failed"
