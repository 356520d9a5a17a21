"""The waiting room over REST: opened by an operator, entered by people, and demanded by `start` while it is open."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from domain.instants import format_instant
from gateways.identity.logout_tokens import LogoutToken
from process.clock import system_clock
from storage.offices.offices import Office
from tests.support.applicants import Applicant
from tests.support.country import Country
from tests.support.event_streams import Events
from tests.support.http import Answer
from tests.support.waiting import eventually

SOON = timedelta(seconds=1)
HOUR = timedelta(hours=1)


async def open_room(country: Country, office: Office, **changed: Any) -> Answer:
    now = system_clock()
    body = {
        "opens_at": format_instant(now + SOON),
        "closes_at": format_instant(now + HOUR),
        "reason": "新号段投放",
    } | changed
    return await country.caller("operator").post(f"/operations/offices/{office.code}/queue", body)


async def lose_answer(country: Country, key: str) -> None:
    """As after a process that died before it stored its answer: the next request with the key is a repeat."""
    lost = text("UPDATE idempotency SET status = NULL, answer = NULL, lease_until = created_at WHERE key = :key")
    await country.stack.repositories.database.rows(lost, {"key": UUID(key)})


async def test_from_the_opening_of_the_room_to_the_start_with_its_pass(country: Country) -> None:
    office, (buyer, other) = await country.own_office(), (country.applicant(), country.applicant())
    queue = f"/offices/{office.code}/queue"
    assert (await buyer.get(queue)).ok() == {"open": False, "opens_at": None, "length": 0}
    assert (await buyer.post(queue)).code == "queue_closed"
    opened = await open_room(country, office)
    assert opened.status == 201
    early = (await buyer.post(queue)).ok()
    assert (early["place"], early["admitted"]) == (None, False)
    assert early["estimated_at"] == opened.body["opens_at"]
    assert (await buyer.post(queue)).ok() == early
    assert (await buyer.get(queue)).ok() == {"open": False, "opens_at": opened.body["opens_at"], "length": 1}
    selection = await buyer.create_selection(country.car(buyer, office))

    async def is_open() -> bool:
        return bool((await buyer.get(queue)).ok()["open"])

    await eventually(is_open, within=20)
    key = str(uuid4())
    assert (await selection.post("start", key=key)).code == "forbidden"
    await lose_answer(country, key)
    assert (await selection.post("start", key=key)).code == "forbidden"
    assert (await selection.post("start", headers={"Queue-Pass": early["pass"]})).code == "forbidden"
    late = (await other.post(queue)).ok()
    assert late["place"] == 2

    async def has_a_turn(applicant: Applicant) -> bool:
        return bool((await applicant.post(queue)).ok()["admitted"])

    await eventually(lambda: has_a_turn(other), within=20)
    mine, theirs = (await buyer.post(queue)).ok(), (await other.post(queue)).ok()
    assert (mine["place"], mine["admitted"], theirs["place"]) == (1, True, 2)
    assert (await selection.post("start", headers={"Queue-Pass": theirs["pass"]})).code == "forbidden"
    assert (await selection.post("start", headers={"Queue-Pass": mine["pass"]})).ok()["stage"] == (
        "identity_verification"
    )


@pytest.mark.slow
async def test_the_stream_shows_the_place_and_the_turn(country: Country, address: str) -> None:
    office, buyer = await country.own_office(), country.applicant(sid=str(uuid4()))
    assert (await open_room(country, office)).status == 201
    url = f"{address}/offices/{office.code}/queue/events"
    async with (
        httpx.AsyncClient(timeout=30) as client,
        client.stream("GET", url, headers=buyer.headers) as response,
    ):
        events = Events(response.aiter_lines(), name="queue")
        first = await events.next()
        assert (first["place"], first["admitted"]) == (None, False)
        while not (seen := await events.next())["admitted"]:
            assert seen["place"] in (None, 1)
        assert seen["place"] == 1
        logout = LogoutToken(str(uuid4()), system_clock(), buyer.claims["sid"], None)
        await country.stack.context.live_sessions.end(logout)
        assert await events.has_ended()


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"opens_at": "2020-01-01T00:00:00Z"}, "opens_at"),
        ({"opens_at": "2098-12-31T23:00:00Z", "closes_at": "2099-01-01T00:00:00Z"}, "opens_at"),
        ({"closes_at": "2020-01-01T00:00:00Z"}, "closes_at"),
        ({"closes_at": "2099-01-01T00:00:00Z"}, "closes_at"),
        ({"reason": " "}, "reason"),
    ],
)
async def test_impossible_hours_are_refused(country: Country, changed: dict[str, str], field: str) -> None:
    office = await country.office()
    refused = await open_room(country, office, **changed)
    assert (refused.code, refused.body["errors"][0]["field"]) == ("validation_failed", field)


async def test_rooms_of_one_office_do_not_overlap_and_only_operators_open_them(country: Country) -> None:
    office = await country.own_office()
    assert (await open_room(country, office)).status == 201
    again = await open_room(country, office)
    assert (again.code, again.body["errors"][0]["field"]) == ("validation_failed", "opens_at")
    by_another = await country.applicant().post(f"/operations/offices/{office.code}/queue", {})
    assert by_another.code == "forbidden"
    acts = await country.stack.repositories.audit_trail.between(
        system_clock() - HOUR, system_clock() + HOUR, action="open_waiting_room"
    )
    assert office.code in [act.facts["office_code"] for act in acts]


async def test_other_offices_need_no_pass(country: Country) -> None:
    office, buyer = await country.own_office(), country.applicant()
    await open_room(country, await country.own_office())
    selection = await buyer.create_selection(country.car(buyer, office))
    assert (await selection.post("start")).ok()["stage"] == "identity_verification"


@pytest.mark.slow
async def test_an_operator_closes_a_room_early_and_cancels_a_coming_one(country: Country, address: str) -> None:
    office, buyer = await country.own_office(), country.applicant()
    queue, closing = f"/offices/{office.code}/queue", f"/operations/offices/{office.code}/queue/closing"
    operator, reason = country.caller("operator"), {"reason": "号段推迟投放"}
    assert (await operator.post(closing, reason)).code == "queue_closed"
    assert (await open_room(country, office)).status == 201
    far = {
        "opens_at": format_instant(system_clock() + 2 * HOUR),
        "closes_at": format_instant(system_clock() + 3 * HOUR),
    }
    assert (await open_room(country, office, **far)).status == 201
    async with (
        httpx.AsyncClient(timeout=60) as client,
        client.stream("GET", f"{address}{queue}/events", headers=buyer.headers) as response,
    ):
        events = Events(response.aiter_lines(), name="queue")
        while (await events.next())["place"] is None:
            pass
        assert (await buyer.post(closing, reason)).code == "forbidden"
        key = str(uuid4())
        closed = (await operator.post(closing, reason, key=key)).ok()
        assert closed["was_open"]
        await lose_answer(country, key)
        assert (await operator.post(closing, reason, key=key)).ok() == closed
        assert await events.has_ended()
    # The repeat has closed no other room: the next one is still to come.
    assert (await buyer.get(queue)).ok()["opens_at"] == far["opens_at"]
    selection = await buyer.create_selection(country.car(buyer, office))
    assert (await selection.post("start")).ok()["stage"] == "identity_verification"
    assert not (await operator.post(closing, reason)).ok()["was_open"]
    assert (await buyer.get(queue)).ok() == {"open": False, "opens_at": None, "length": 0}
    assert (await open_room(country, office)).status == 201
