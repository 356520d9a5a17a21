"""Waiting rooms from the command line: they are those of REST."""

from datetime import timedelta
from functools import partial

from domain.durations import SHANGHAI
from process.clock import system_clock
from tests.support.command_line import Run
from tests.support.country import Country
from tests.support.desk import operator
from tests.support.waiting import eventually

HOUR = timedelta(hours=1)


async def test_a_room_is_opened_listed_and_closed_once(country: Country, xuanhao: Run) -> None:
    office = await country.own_office()
    since = system_clock()
    opens_at = (since + HOUR).replace(microsecond=0)
    shanghai = [(opens_at + after).astimezone(SHANGHAI).replace(tzinfo=None).isoformat() for after in (0 * HOUR, HOUR)]
    opening = ("--operator", "wang", "queue", "open", office.code, *shanghai, "--reason", "新号段投放")
    [room] = (await xuanhao(*opening)).records
    # The API keeps its list for a second, and the room was opened by another process.
    assert await eventually(partial(_opening_over_rest, country, office.code)) == room["opens_at"]
    listed = (await xuanhao("queue", "list")).records
    assert [each for each in listed if each["office_code"] == office.code] == [room | {"open": False}]
    closing = ("--operator", "wang", "queue", "close", office.code, "--reason", "推迟")
    assert (await xuanhao(*closing)).records == [room]
    again = await xuanhao(*closing)
    assert (again.code, again.out) == (1, "")
    assert "no waiting room" in again.err
    acts = (await xuanhao("audit", "list", "--since", since.isoformat(), "--limit", "1000")).records
    mine = [act["action"] for act in acts if act["facts"].get("office_code") == office.code]
    assert mine[-2:] == ["open_waiting_room", "close_waiting_room"]


async def test_a_room_in_the_past_or_of_an_unknown_office_is_refused(country: Country, xuanhao: Run) -> None:
    office = await country.own_office()
    late, far = system_clock() - HOUR, system_clock() + HOUR
    wang = ("--operator", "wang", "queue")
    past = await xuanhao(*wang, "open", office.code, late.isoformat(), far.isoformat(), "--reason", "投放")
    unknown = await xuanhao(*wang, "open", "999999", far.isoformat(), (far + HOUR).isoformat(), "--reason", "投放")
    assert (past.code, unknown.code) == (1, 1)
    assert "opens_at" in past.err
    assert "not_found" in unknown.err


async def _opening_over_rest(country: Country, office_code: str) -> str | None:
    opens_at: str | None = (await operator(country).get(f"/offices/{office_code}/queue")).ok()["opens_at"]
    return opens_at
