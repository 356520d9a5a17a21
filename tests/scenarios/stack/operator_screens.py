"""`python -m tests.scenarios.stack.operator_screens`: takes the screenshots of docs/operators.md from Temporal's UI."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
from PIL import Image
from sqlalchemy import text

from config.instance_file import read_instance
from domain.instants import format_instant, parse_instant
from process.clock import system_clock
from scripts.build_web import environment as with_node
from storage.postgres.database import Database
from tests.scenarios.stack.browser_fonts import with_chinese
from tests.support.running_stack import ROOT, Client, Json, RunningStack, json_of, run_stack

FOLDER = ROOT / "docs" / "screens" / "operators"
SCRIPT = Path(__file__).with_suffix(".mjs")
AT_ONCE = {"XUANHAO_POLICY__CONFIRM_DELAY": "PT0S", "XUANHAO_POLICY__COMPOSE_INTERVAL": "PT0S"}
RESERVED = 5
HASTY = "PT15S"
Shot = Json


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="xuanhao-") as folder:
        async with (
            run_stack(RunningStack(Path(folder), AT_ONCE)) as stack,
            httpx.AsyncClient(base_url=stack.url, timeout=20) as http,
        ):
            await take_all(stack, http)
    for picture in FOLDER.glob("*.png"):
        shrink(picture)
    sys.stdout.write(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER.relative_to(ROOT)}\n")


async def take_all(stack: RunningStack, http: httpx.AsyncClient) -> None:
    first = await Client.sign_in(http, "applicant-001")
    [office, *_] = [car["office_code"] for car in await first.cars()]
    stranger = await applicant_elsewhere(http, str(office))
    await give_little_time(stack, str((await stranger.cars())[0]["office_code"]))
    views = [await reserve_plate(http, number) for number in range(1, RESERVED + 1)]
    selecting = await reach_selection(http, RESERVED + 1)
    overdue = await stranger.reach_reservation((await stranger.cars())[0])
    await shoot_stuck_vehicle(stack, parse_instant(str(overdue["deadline"])))
    ban = await ban_of(http, str(overdue["id"]))
    postponement = await close_office(http, str(office), str(views[0]["visit_by"]))
    day = (await first.get(f"/preselections/{views[0]['id']}")).json()["visit_by"]
    shoot(stack, [
        list_shot("01-running", 'ExecutionStatus="Running"'),
        details_shot("02-vehicle", f"vehicle-{selecting['id']}", height=1180),
        details_shot("03-timeline", f"vehicle-{views[0]['id']}", ["wheel", "620"], tab="timeline"),
        list_shot("04-ends-today", deadline_query(str(office), date.fromisoformat(day))),
        details_shot("06-signal", f"vehicle-{views[1]['id']}", *extension_steps(day)),
        details_shot("07-ban", f"blacklist-{ban}"),
        details_shot("08-postponement", postponement),
    ])  # fmt: skip


# Data for the screenshots


async def applicant_elsewhere(http: httpx.AsyncClient, office: str) -> Client:
    for number in range(1, 200):
        client = await Client.sign_in(http, f"applicant-{number:03d}")
        if (await client.cars())[0]["office_code"] != office:
            return client
    raise AssertionError("the demo's applicants all have their cars at one office")


async def give_little_time(stack: RunningStack, office: str) -> None:
    """An office whose reservations end after seconds; the API reloads it within ten."""
    database = Database(read_instance(stack.folder)["XUANHAO_DATABASE_URL"], pool_size=1)
    statement = text("""UPDATE office SET policy = policy || CAST(:changed AS jsonb) WHERE code = :code""")
    await database.rows(statement, {"changed": json.dumps({"validity": HASTY}), "code": office})
    await database.close()


async def reserve_plate(http: httpx.AsyncClient, number: int) -> Json:
    client = await Client.sign_in(http, f"applicant-{number:03d}")
    return await client.reach_reservation((await client.cars())[0])


async def reach_selection(http: httpx.AsyncClient, number: int) -> Json:
    """At 预选号牌, with a live batch and a candidate."""
    client = await Client.sign_in(http, f"applicant-{number:03d}")
    view = await client.create((await client.cars())[0])
    await client.reach_selection(str(view["id"]))
    batch = (await client.post(f"/preselections/{view['id']}/draws", {})).json()["batch"]
    return json_of(await client.post(f"/preselections/{view['id']}/candidates", {"number": batch["numbers"][0]}))


async def shoot_stuck_vehicle(stack: RunningStack, deadline: datetime) -> None:
    """While the worker is frozen, a deadline passes without effect."""
    worker = next(process for process in stack.family() if process.cmdline()[-2:] == ["-m", "worker"])
    worker.suspend()
    try:
        await asyncio.sleep(max((deadline - system_clock()).total_seconds(), 0) + 1)
        now = format_instant(system_clock())
        shoot(stack, [list_shot("05-stuck", f'ExecutionStatus="Running" AND Deadline < "{now}"')])
    finally:
        worker.resume()


async def ban_of(http: httpx.AsyncClient, preselection_id: str) -> str:
    operator = await Client.sign_in(http, "operator-1")
    async with asyncio.timeout(30):
        while True:
            page = (await operator.get("/operations/blacklist", preselection_id=preselection_id)).json()
            if page["items"]:
                return str(page["items"][0]["id"])
            await asyncio.sleep(0.2)


async def close_office(http: httpx.AsyncClient, office: str, day: str) -> str:
    """Close an office on the day on which all reservations end; the workflow that moves them."""
    operator = await Client.sign_in(http, "operator-1")
    body = {"days": [{"day": day, "kind": "holiday"}], "reason": "台风停业一天"}
    answer = await http.put(
        f"/api/v1/operations/calendar?year={day[:4]}&office={office}", json=body,
        headers={"Authorization": f"Bearer {operator.token}"},
    )  # fmt: skip
    await asyncio.sleep(3)
    return str(answer.json()["postponement"]["workflow_id"])


# Screenshots


def list_shot(name: str, query: str) -> Shot:
    return {"name": name, "path": f"/workflows?query={quote(query)}", "await": "vehicle-"}


def details_shot(
    name: str, workflow_id: str, *acts: Sequence[str], tab: str = "user-metadata", height: int = 720
) -> Shot:
    path = f"/workflows/{workflow_id}"
    return {"name": name, "path": path, "await": workflow_id, "tab": tab, "height": height, "acts": acts}


def deadline_query(office: str, day: date) -> str:
    """The query for the reservations of an office with this last day: they end at the midnight after it."""
    noon, next_noon = (f"{each}T12:00:00+08:00" for each in (day, day + timedelta(days=1)))
    return f'Stage="completed" AND Office="{office}" AND Deadline > "{noon}" AND Deadline < "{next_noon}"'


def extension_steps(day: str) -> list[list[str]]:
    """Filling in the dialog that sends a signal."""
    later = (date.fromisoformat(day) + timedelta(days=7)).isoformat()
    message = json.dumps({"operator": "wang", "reason": "车管所停电", "visit_by": later}, ensure_ascii=False)
    return [
        ["button", "More Actions"], ["menu", "Send a Signal"],
        ["click", "dialog[open] [data-testid=signal-select-button]"],
        ["option", "extend_validity"], ["type", "dialog[open] .cm-content", message],
    ]  # fmt: skip


def shoot(stack: RunningStack, shots: list[Shot]) -> None:
    orders = {"folder": str(FOLDER), "ui": f"http://127.0.0.1:{stack.ui_port}/namespaces/default", "shots": shots}
    with with_chinese(with_node()) as environment:
        node = ["node", str(SCRIPT)]
        subprocess.run(node, input=json.dumps(orders), env=environment, text=True, check=True, timeout=180)


def shrink(picture: Path) -> None:
    """The UI has few colours; this many are enough, and take a third of the size."""
    with Image.open(picture) as image:
        image.convert("RGB").quantize(96).save(picture, optimize=True)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (subprocess.CalledProcessError, psutil.Error) as problem:
        sys.exit(f"the pictures could not be taken: {problem}")
