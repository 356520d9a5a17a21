"""Server-sent events: every change of a view, including expiries, from any process."""

import asyncio

import pytest

from embedded.valkey import Valkey
from tests.support.country import Country
from tests.support.event_streams import open_events

STREAMS = 50


async def test_the_view_comes_at_once_and_after_every_action(country: Country, address: str) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    async with open_events(address, buyer, selection) as events:
        first = await events.next()
        assert first["stage"] == "service_notes"
        assert set(first) == set(await selection.view())
        started = (await selection.post("start")).ok()
        seen = await events.next()
        assert {**seen, "now": ""} == {**started, "now": ""}


async def test_what_time_does_is_pushed_too(country: Country, address: str) -> None:
    office, buyer = await country.office(batch_ttl="PT1S"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    async with open_events(address, buyer, selection) as events:
        assert (await events.next())["batch"] is None
        batch = (await selection.post("draws")).ok()["batch"]
        assert (await events.next())["batch"] == batch
        after = await events.next()
        assert after["batch"] is None
        assert after["now"] >= batch["expires_at"]


async def test_a_change_made_behind_the_api_is_pushed(country: Country, address: str) -> None:
    """For example by an operator's signal."""
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    async with open_events(address, buyer, selection) as events:
        await events.next()
        handle = country.stack.context.temporal.get_workflow_handle(f"vehicle-{selection.id}")
        await handle.signal("start", {"request_id": ""})
        assert (await events.next())["stage"] == "identity_verification"


@pytest.mark.slow
async def test_a_lost_redis_does_not_end_the_stream(country: Country, address: str, valkey: Valkey) -> None:
    office, buyer = await country.office(batch_ttl="PT2S"), country.applicant()
    selection = await buyer.reach_selection(country.car(buyer, office))
    (await selection.post("draws")).ok()
    async with open_events(address, buyer, selection) as events:
        assert (await events.next())["batch"]
        await valkey.kill()
        try:
            assert (await events.next())["batch"] is None
        finally:
            await valkey.bring_up()


async def test_the_stream_ends_with_the_token(country: Country, address: str) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    buyer.claims["exp"] = int(country.stack.context.clock().timestamp()) + 2
    async with open_events(address, buyer, selection) as events:
        await events.next()
        assert await events.has_ended()


@pytest.mark.slow
async def test_many_streams_hold_no_connection_to_the_database(country: Country, address: str) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    all_listen = asyncio.Barrier(STREAMS + 1)

    async def listen() -> str:
        async with open_events(address, buyer, selection) as events:
            await events.next()
            await all_listen.wait()
            return str((await events.next())["stage"])

    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(listen()) for _ in range(STREAMS)]
        await all_listen.wait()
        assert country.stack.repositories.database.at_work == 0
        (await selection.post("start")).ok()
    assert [listener.result() for listener in listeners] == ["identity_verification"] * STREAMS


@pytest.mark.parametrize("stranger", [True, False])
async def test_who_may_not_listen_is_refused(country: Country, *, stranger: bool) -> None:
    office, buyer = await country.office(), country.applicant()
    selection = await buyer.create_selection(country.car(buyer, office))
    caller = country.applicant() if stranger else country.caller("clerk")
    assert (await caller.get(f"{selection.path}/events")).code == ("not_found" if stranger else "forbidden")
