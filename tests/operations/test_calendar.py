"""The calendar for operators: closed days move deadlines, and the holders get an SMS."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.calendar import end_of_day, shanghai_day
from domain.instants import format_instant
from process.clock import system_clock
from storage.offices.offices import Office
from tests.support.applicants import Caller, Selection
from tests.support.country import Country
from tests.support.desk import clerk_of, operator, reserve_plate
from tests.support.http import Answer
from tests.support.waiting import eventually
from workflows.search_attributes import DEADLINE

STORM = "台风停业"


def calendar_path(year: int, office: Office | None = None) -> str:
    return f"/operations/calendar?year={year}" + (f"&office={office.code}" if office else "")


async def enter(caller: Caller, year: int, days: dict[date, str], office: Office | None = None, **more: Any) -> Answer:
    body = {"days": [{"day": day.isoformat(), "kind": kind} for day, kind in days.items()], "reason": STORM} | more
    return await caller.call("PUT", calendar_path(year, office), json=body)


async def test_a_key_that_was_used_for_one_office_is_refused_for_another(country: Country) -> None:
    caller, offices = operator(country), [await country.own_office() for _ in range(2)]
    day, key = shanghai_day(system_clock()) + timedelta(days=200), {"Idempotency-Key": str(uuid4())}
    body = {"days": [{"day": day.isoformat(), "kind": "holiday"}], "reason": STORM}
    first, other = [
        await caller.call("PUT", calendar_path(day.year, office), json=body, headers=key) for office in offices
    ]
    assert first.ok()["days"]
    assert (other.status, other.code) == (400, "idempotency_key_invalid")
    again = await caller.call("PUT", calendar_path(day.year, offices[0]), json=body, headers=key)
    assert again.ok() == first.ok()


async def last_day_of(selection: Selection) -> date:
    return date.fromisoformat((await selection.view())["visit_by"])


def has_moved_from(selection: Selection, day: date) -> Callable[[], Awaitable[bool]]:
    async def has_moved() -> bool:
        return await last_day_of(selection) != day

    return has_moved


async def test_a_day_that_closes_moves_the_deadlines_that_fall_into_it_and_the_holders_get_an_sms(
    country: Country,
) -> None:
    office, caller = await country.own_office(), operator(country)
    ends_then, ends_elsewhere = (
        await reserve_plate(country, office),
        await reserve_plate(country, await country.own_office()),
    )
    day = await last_day_of(ends_then)
    following = await next_working_day(country, office, day)
    answer = (await enter(caller, day.year, {day: "holiday"}, office)).ok()
    assert {"day": day.isoformat(), "kind": "holiday", "office_code": office.code} in answer["days"]
    assert answer["postponement"]["reservations"] == 1
    assert answer["postponement"]["workflow_url"].endswith(answer["postponement"]["workflow_id"])
    await eventually(has_moved_from(ends_then, day))
    view = await ends_then.view()
    assert (view["visit_by"], view["deadline"]) == (following.isoformat(), format_instant(end_of_day(following)))
    await eventually(lambda: is_notified(country, ends_then, following))
    assert await last_day_of(ends_elsewhere) == day
    described = await country.stack.context.temporal.get_workflow_handle(f"vehicle-{ends_then.id}").describe()
    assert described.typed_search_attributes[DEADLINE] == end_of_day(following)


async def next_working_day(country: Country, office: Office, day: date) -> date:
    calendar = await country.stack.repositories.calendars.of_office(office.code)
    return calendar.working_day_from(day + timedelta(days=1))


async def is_notified(country: Country, selection: Selection, day: date) -> bool:
    texts = country.stack.phone.of(selection.applicant.phone)
    moved = [message.text for message in texts if message.purpose == "deadline_moved"]
    return any(f"{day.month}月{day.day}日" in text for text in moved)


async def test_a_confirmed_reservation_and_an_unfinished_one_stay_as_they_are(country: Country) -> None:
    office, applicant = await country.own_office(), country.applicant()
    confirmed = await reserve_plate(country, office)
    (await clerk_of(country, office).post(f"/desk/preselections/{confirmed.id}/confirmation")).ok()
    unfinished = await applicant.reach_selection(country.car(applicant, office))
    day = await last_day_of(confirmed)
    answer = (await enter(operator(country), day.year, {day: "holiday"}, office)).ok()
    assert answer["postponement"]["reservations"] == 0
    assert (await confirmed.view())["stage"] == "registered"
    assert (await unfinished.view())["stage"] == "plate_selection"


async def test_a_day_of_the_whole_country_leaves_alone_an_office_that_works_all_the_same(country: Country) -> None:
    busy, caller = await country.own_office(), operator(country)
    closing = await country.own_office()
    at_busy, at_closing = await reserve_plate(country, busy), await reserve_plate(country, closing)
    day = await last_day_of(at_busy)
    (await enter(caller, day.year, {day: "working"}, busy)).ok()
    try:
        (await enter(caller, day.year, {day: "holiday"})).ok()
        await eventually(has_moved_from(at_closing, day))
        assert await last_day_of(at_busy) == day
    finally:
        (await enter(caller, day.year, {day: "ordinary"})).ok()


async def test_our_own_outage_gives_everybody_another_day_and_can_be_asked_for_again(country: Country) -> None:
    office, caller, key = await country.own_office(), operator(country), str(uuid4())
    selection = await reserve_plate(country, office)
    day = await last_day_of(selection)
    noon = end_of_day(day) - timedelta(hours=12)
    body = {
        "since": format_instant(noon), "until": format_instant(noon + timedelta(hours=3)),
        "office_code": office.code, "reason": "系统中断",
    }  # fmt: skip
    answer = await caller.post("/operations/deadlines/extensions", body, key=key)
    assert (answer.status, answer.body["reservations"]) == (202, 1)
    await eventually(has_moved_from(selection, day))
    following = await next_working_day(country, office, day)
    assert await last_day_of(selection) == following
    assert (await caller.post("/operations/deadlines/extensions", body, key=key)).body == answer.body
    chosen = following + timedelta(days=20)
    later = body | {
        "since": format_instant(end_of_day(following) - timedelta(hours=1)),
        "until": format_instant(end_of_day(following)), "visit_by": chosen.isoformat(),
    }  # fmt: skip
    (await caller.post("/operations/deadlines/extensions", later)).ok()
    await eventually(has_moved_from(selection, following))
    assert await last_day_of(selection) == chosen


@pytest.mark.parametrize(
    "change, field",
    [
        ({"until": "2026-01-01T00:00:00.000Z"}, "until"), ({"until": "2026-06-01T00:00:00.000Z"}, "until"),
        ({"visit_by": "2026-03-01"}, "visit_by"), ({"visit_by": "2026-02-30"}, "visit_by"),
        ({"office_code": "999999"}, "office_code"), ({"reason": " "}, "reason"), ({"since": "x"}, "since"),
    ],
    ids=str,
)  # fmt: skip
async def test_an_outage_that_can_t_be_is_refused(country: Country, change: dict[str, Any], field: str) -> None:
    body = {"since": "2026-03-02T02:00:00.000Z", "until": "2026-03-02T04:00:00.000Z", "reason": "系统中断"}
    answer = await operator(country).post("/operations/deadlines/extensions", body | change)
    assert (answer.code, answer.body["errors"][0]["field"]) == ("validation_failed", field)


async def test_a_provisional_year_says_so_in_every_language_until_its_notice_is_entered(country: Country) -> None:
    caller, year = operator(country), 2093
    before = (await caller.get(calendar_path(year))).ok()
    assert before["provisional"] is True
    assert str(year) in before["warnings"][0]
    words = {(await caller.get(calendar_path(year), headers={"Accept-Language": language})).body["warnings"][0]
             for language in ("zh-CN", "zh-TW", "en")}  # fmt: skip
    assert len(words) == 3
    holiday = date(year, 10, 1)
    after = (await enter(caller, year, {holiday: "holiday"}, official=True)).ok()
    assert (after["provisional"], after["warnings"]) == (False, [])
    assert after["days"] == [{"day": holiday.isoformat(), "kind": "holiday", "office_code": None}]
    taken_back = (await enter(caller, year, {holiday: "ordinary"}, official=False)).ok()
    assert (taken_back["provisional"], taken_back["days"]) == (True, [])


async def test_a_year_is_seeded_from_the_library_and_what_operators_entered_stays(country: Country) -> None:
    caller, path, reason = operator(country), "/operations/calendar/seeding", {"reason": "首次录入"}
    known = (await caller.post(path, {"year": 2024, **reason})).ok()
    assert known["provisional"] is False
    kinds = {day["day"]: day["kind"] for day in known["days"]}
    # Spring Festival of 2024 with its two make-up days, and a holiday that falls on a Thursday.
    assert (kinds["2024-02-12"], kinds["2024-02-04"], kinds["2024-02-18"]) == ("holiday", "working", "working")
    assert kinds["2024-04-04"] == "holiday"
    predicted = (await caller.post(path, {"year": 2092, **reason})).ok()
    assert predicted["provisional"] is True
    assert predicted["days"]
    assert predicted["warnings"]
    (await enter(caller, 2092, {date(2092, 7, 1): "holiday"})).ok()
    again = (await caller.post(path, {"year": 2092, **reason})).ok()
    assert {"day": "2092-07-01", "kind": "holiday", "office_code": None} in again["days"]
    assert (await caller.post(path, {"year": 2092, "reason": " "})).code == "validation_failed"


async def test_the_same_change_again_changes_nothing(country: Country) -> None:
    caller, day = operator(country), date(2094, 5, 3)
    first = (await enter(caller, 2094, {day: "holiday"})).ok()
    again = (await enter(caller, 2094, {day: "holiday"})).ok()
    assert again["days"] == first["days"]


@pytest.mark.parametrize(
    "query, body, field",
    [
        ("year=2095", {"days": [{"day": "2096-01-01", "kind": "holiday"}]}, "days"),
        ("year=2095", {"days": [{"day": "2095-02-29", "kind": "holiday"}]}, "days.0.day"),
        ("year=2095", {"days": [{"day": "2095-01-01", "kind": "closed"}]}, "days.0.kind"),
        ("year=2095", {"days": [{"day": "2095-01-01", "kind": "holiday"}] * 2}, "days"),
        ("year=2095", {}, "days"), ("year=2095", {"official": True, "reason": " "}, "reason"),
        ("year=2095&office=999999", {"days": [{"day": "2095-01-01", "kind": "holiday"}]}, "office"),
        ("year=x", {"official": True}, "year"), ("", {"official": True}, "year"),
        ("year=1999", {"official": True}, "year"),
        ("year=2095&office={office}", {"official": True}, "official"), ("year=2095", {"office": "x"}, "office"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_change_that_can_t_be_is_refused(country: Country, query: str, body: Any, field: str) -> None:
    office = await country.office()
    path = f"/operations/calendar?{query.format(office=office.code)}"
    answer = await operator(country).call("PUT", path, json={"reason": STORM} | body)
    assert (answer.status, answer.code) == (422, "validation_failed")
    assert answer.body["errors"][0]["field"] == field


async def test_29_february_can_be_a_day_off(country: Country) -> None:
    answer = await enter(operator(country), 2096, {date(2096, 2, 29): "holiday"})
    assert answer.ok()["days"][0]["day"] == "2096-02-29"


async def test_closing_today_is_still_in_time(country: Country) -> None:
    office = await country.own_office(validity="PT6H", validity_working_days="false")
    selection = await reserve_plate(country, office)
    day, today = await last_day_of(selection), shanghai_day(system_clock())
    answer = (await enter(operator(country), day.year, {day: "holiday"}, office)).ok()
    assert answer["postponement"]["reservations"] == 1
    await eventually(has_moved_from(selection, day))
    assert await last_day_of(selection) > today
