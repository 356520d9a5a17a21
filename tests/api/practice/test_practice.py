"""模拟选号: the whole second phase without a token, by the real rules, and without a trace."""

from typing import Any

from api.practice.numbers import is_taken
from domain.plates import serial_at
from tests.support.country import Country
from tests.support.http import Answer

TAKEN, FREE = (
    next("练A" + serial_at(place) for place in range(200) if is_taken("练A" + serial_at(place)) is wanted)
    for wanted in (True, False)
)


class Player:
    """A client without a token, which keeps the sealed state."""

    def __init__(self, country: Country) -> None:
        self.client = country.stack.client
        self.state = ""

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        answer = await self.client.post(path, json=body)
        return Answer(answer.status_code, answer.headers, answer.json())

    async def begin(self, office: str) -> dict[str, Any]:
        return self._keep(await self.post("/practice", {"office_code": office}))

    async def act(self, action: str, **fields: Any) -> dict[str, Any]:
        return self._keep(await self.refused(action, **fields))

    async def refused(self, action: str, **fields: Any) -> Answer:
        return await self.post("/practice/actions", {"state": self.state, "action": action} | fields)

    async def reach_selection(self, office: str) -> None:
        await self.begin(office)
        await self.act("start")
        await self.act("identity-code")
        await self.act("identity", code="000000")

    def _keep(self, answer: Answer) -> dict[str, Any]:
        body = answer.ok()
        self.state = body["state"]
        view: dict[str, Any] = body["view"]
        assert view["practice"] is True
        return view


async def test_by_draw_to_a_play_plate(country: Country) -> None:
    office, player = await country.office(), Player(country)
    await player.begin(office.code)
    assert (await player.refused("draws")).code == "wrong_stage"
    await player.act("start")
    assert (await player.refused("identity", code="000000")).code == "code_not_sent"
    await player.act("identity-code")
    assert (await player.refused("identity", code="000001")).code == "code_incorrect"
    await player.act("identity", code="000000")
    view = await player.act("draws", exclude_four=True)
    numbers = view["batch"]["numbers"]
    assert len(set(numbers)) == 10
    assert all(number.startswith("练A") and "4" not in number for number in numbers)
    assert view["draws"]["remaining"] == 4
    assert (await player.refused("confirmation", number=numbers[0])).code == "not_a_candidate"
    await player.act("candidates", number=numbers[0])
    view = await player.act("confirmation", number=numbers[0])
    assert (view["stage"], view["plate"]) == ("completed", numbers[0])
    assert view["visit_by"]


async def test_by_composition_taken_first_and_then_free(country: Country) -> None:
    office, player = await country.office(), Player(country)
    await player.reach_selection(office.code)
    keys = (await player.post("/practice/keyboard", {"state": player.state, "typed": "A"})).ok()
    assert (keys["position"], keys["available"][:2]) == (1, ["0", "1"])
    for impossible in ("粤", "A粤", "I", "ABC"):
        keys = (await player.post("/practice/keyboard", {"state": player.state, "typed": impossible})).ok()
        assert (keys["position"], keys["available"]) == (len(impossible), [])
    view = await player.act("compositions", numbers=[TAKEN])
    assert view["composed"]["remaining"] == 19
    assert view["last_submission"] == [{"number": TAKEN, "outcome": "taken"}]
    assert (await player.refused("compositions", numbers=["粤B12345"])).code == "number_malformed"
    view = await player.act("compositions", numbers=[TAKEN, FREE])
    assert (view["stage"], view["plate"]) == ("completed", FREE)


async def test_a_changed_or_foreign_state_is_refused_and_nothing_is_kept(country: Country) -> None:
    office, player = await country.office(), Player(country)
    await player.begin(office.code)
    content, mac = player.state.split(".")
    for state in (content + "." + mac[::-1], content[:-4] + "AAAA." + mac, "x", ""):
        answer = await player.post("/practice/actions", {"state": state, "action": "start"})
        assert (answer.status, answer.code) == (422, "state_invalid")
    buyer = country.applicant()
    assert (await buyer.get("/preselections")).ok()["items"] == []
