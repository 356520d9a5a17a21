"""A tiny opening of `make scalpers`, so that what it measures is known to be played: people and scripts over REST."""

from random import Random

import httpx
import pytest

from tests.scenarios.acceptance.contract import Contract
from tests.scenarios.acceptance.people import DemoService, ok
from tests.scenarios.scalpers.opening import Budget, Preparation, is_wanted
from tests.support.running_stack import RunningStack

pytestmark = pytest.mark.slow

BUDGETS = (Budget("people", "honest", 4, 0.2), Budget("scripts", "scripted", 2, 0.02, at_once=2))
DRAWS = 5


# The stack of the session may start with this test, on a busy machine for more than a minute.
@pytest.mark.timeout(300)
async def test_people_and_scripts_wait_for_their_turns_draw_and_take_wanted_numbers_once(
    stack: RunningStack, http: httpx.AsyncClient
) -> None:
    service = DemoService(stack, http, Contract((await http.get("/openapi.json")).json()))
    await service.meet()
    opening = await Preparation(service, Random(1)).prepare(BUDGETS)
    try:
        await opening.play()
    finally:
        operator = await service.caller("operator")
        path = f"/operations/offices/{service.main_office}/queue/closing"
        ok(await operator.post(path, {"reason": "演练结束"}))
    views = [await player.selection.view() for player in opening.players]
    won = [view["plate"] for player, view in zip(opening.players, views, strict=True) if player.has_won]
    assert len(opening.players) == 6
    assert len(set(won)) == len(won)
    assert all(is_wanted(plate) and plate.startswith(opening.prefix) for plate in won)
    for player, view in zip(opening.players, views, strict=True):
        assert player.selection.queue_pass
        assert player.has_won == (view["stage"] == "completed")
        assert view["draws"]["remaining"] < DRAWS
    assert opening.success("honest") * 4 + opening.success("scripted") * 2 == len(won)
    assert opening.as_crowd().capacity > 0
