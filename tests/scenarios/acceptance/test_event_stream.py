"""`GET /preselections/{id}/events`: the view at once, and after every change, from any source."""

import asyncio

import httpx

from tests.scenarios.acceptance.people import DemoSelection, DemoService, instant, problem_of, wait_until
from tests.support.running_stack import Client


def without_clock(view: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in view.items() if name != "now"}


async def test_the_view_comes_at_once(service: DemoService) -> None:
    selection = await (await service.applicant()).submitted()
    async with asyncio.timeout(10), selection.events() as views:
        assert without_clock(await anext(views)) == without_clock(await selection.view())


async def test_what_another_device_does_is_seen_on_every_stream(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    elsewhere = await Client.sign_in(service.http, selection.owner.user)
    async with asyncio.timeout(10), selection.events() as views, selection.events() as others:
        await anext(views)
        await anext(others)
        answer = await elsewhere.post(f"{selection.path}/draws", {})
        number = answer.json()["batch"]["numbers"][0]
        for stream in (views, others):
            assert without_clock(await anext(stream)) == without_clock(answer.json())
        answer = await elsewhere.post(f"{selection.path}/candidates", {"number": number})
        assert without_clock(await anext(views)) == without_clock(answer.json())


async def test_what_time_does_is_seen_too(hasty_service: DemoService) -> None:
    selection = await (await hasty_service.applicant()).selecting()
    async with asyncio.timeout(10), selection.events() as views:
        await anext(views)
        await selection.draw()
        drawn = await anext(views)
        ends_at = drawn["batch"]["expires_at"]
        after = await anext(views)
        assert after["batch"] is None
        assert 0 <= (instant(after["now"]) - instant(ends_at)).total_seconds() <= 2


async def test_a_session_that_ends_is_seen(brief_service: DemoService) -> None:
    selection = await (await brief_service.applicant()).selecting()
    async with asyncio.timeout(10), selection.events() as views:
        seen = [(await anext(views))["stage"]]
        while seen[-1] != "service_notes":
            seen.append((await anext(views))["stage"])
    assert seen[0] == "plate_selection"


async def test_a_missed_deadline_is_seen(brief_service: DemoService) -> None:
    selection = await (await brief_service.applicant()).selecting()
    view = await selection.reserve()
    async with asyncio.timeout(10), selection.events() as views:
        while (seen := await anext(views))["stage"] != "overdue":
            assert seen["stage"] == "completed"
    assert seen["now"] >= view["deadline"]
    await wait_until(view["deadline"])


async def test_only_the_owner_may_listen(service: DemoService) -> None:
    selection, stranger = await (await service.applicant()).submitted(), await service.applicant()
    problem_of(await stranger.get(f"{selection.path}/events"), "not_found")
    problem_of(await service.http.get(f"/api/v1{selection.path}/events"), "unauthenticated")


async def test_a_stream_that_is_left_harms_nobody(service: DemoService) -> None:
    selection = await (await service.applicant()).selecting()
    for _ in range(5):
        async with selection.events() as views:
            await anext(views)
    await check_usable(selection)


async def check_usable(selection: DemoSelection) -> None:
    assert len(await selection.draw()) == 10
    async with httpx.AsyncClient(base_url=selection.owner.http.base_url) as client:
        assert (await client.get("/readyz")).status_code == 200
