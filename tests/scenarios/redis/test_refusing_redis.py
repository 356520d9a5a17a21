"""A Redis that refuses costs no call an error of ours: what needs it is unavailable, and the rest goes on."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from embedded.folders import DataFolder
from tests.support.applicants import Selection
from tests.support.country import Country
from tests.support.desk import clerk_of, operator
from tests.support.http import Answer
from tests.support.redis_refusals import REFUSALS, refuse_for_memory
from tests.support.services import Services
from tests.support.valkeys import TcpValkey, running_valkey

pytestmark = pytest.mark.slow

UNAVAILABLE = (503, {"redis": "down"})


async def answers_of(country: Country, selection: Selection) -> dict[str, Answer]:
    """Calls of every kind of user, reads and writes."""
    buyer, office = selection.applicant, await country.office()
    clerk, wang, prefix = clerk_of(country, office), operator(country), office.prefixes[0]
    keyboard = {"prefix": prefix, "typed": "A"}
    segment = {"prefix": prefix, "template": "B12!!"}
    calls: dict[str, Awaitable[Answer]] = {
        "view": buyer.get(selection.path),
        "list": buyer.get("/preselections"),
        "offices": buyer.get("/offices"),
        "room": buyer.get(f"/offices/{office.code}/queue"),
        "code": buyer.post("/verification-codes", {"purpose": "confirm_information"}),
        "keyboard": buyer.get(f"{selection.path}/keyboard", params=keyboard),
        "suggestions": buyer.get(f"{selection.path}/suggestions", params={"prefix": prefix}),
        "draw": selection.post("draws", {}),
        "composition": selection.post("compositions", {"numbers": [f"{prefix}A1234"]}),
        "candidate": selection.post("candidates", {"number": f"{prefix}A1234"}),
        "practice": buyer.post("/practice", {}),
        "desk": clerk.get("/desk/reservations"),
        "counters": clerk.get("/desk/counters"),
        "levels": wang.get(f"/operations/pool/{prefix}"),
        "release": wang.post("/operations/segments", segment),
        "audit": wang.get("/operations/audit"),
        # The last: an entry begins the selection again.
        "entry": buyer.post("/entries", {}),
    }
    return {name: await call for name, call in calls.items()}


@pytest.mark.parametrize("refuse", [*(refuse for refuse, _ in REFUSALS), refuse_for_memory])
async def test_no_call_fails_otherwise_than_as_unavailable(
    services: Services, data_folder: DataFolder, tmp_path: Path, refuse: Callable[[TcpValkey], Awaitable[None]]
) -> None:
    async with running_valkey(data_folder, tmp_path) as server, services.running(server.url) as country:
        office, buyer = await country.office(), country.applicant()
        selection = await buyer.reach_selection(country.car(buyer, office))
        before = await selection.view()
        await refuse(server)
        answers = await answers_of(country, selection)
        failed = {name: answer for name, answer in answers.items() if answer.status >= 500}
        assert {name: (answer.status, answer.body["parts"]) for name, answer in failed.items()} == dict.fromkeys(
            failed, UNAVAILABLE
        )
        assert "draw" in failed
        assert {"view", "list", "offices", "audit"}.isdisjoint(failed)
        ready = await country.stack.client.get("http://xuanhao.test/readyz")
        assert (ready.status_code, ready.json()["parts"]) == UNAVAILABLE
        # A composition needs no memory of Redis, so it may succeed; what is refused costs nothing.
        view, spent = await selection.view(), int(answers["composition"].status == 200)
        assert view["draws"] == before["draws"]
        assert view["composed"]["remaining"] == before["composed"]["remaining"] - spent
