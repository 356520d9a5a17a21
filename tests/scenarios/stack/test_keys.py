"""The command rotates keys while the whole system runs, without restarting a process."""

import asyncio
import json

import httpx
import pytest
from sqlalchemy import delete

from config.instance_file import read_instance
from process.clock import system_clock
from storage.crypto.readers import KeyReaders
from storage.crypto.tables import key_reader
from storage.postgres.database import Database
from tests.support.running_stack import Client, Json, RunningStack, run_command
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

PROGRAMS = {"api", "worker"}


def kept_keys(stack: RunningStack) -> Json:
    keys: Json = json.loads((stack.folder / "keys.json").read_text())
    return keys


@pytest.fixture
async def living_readers(stack: RunningStack) -> None:
    """Only living processes have reported: a rotation waits a minute for those that other tests have killed."""
    database = Database(read_instance(stack.folder)["XUANHAO_DATABASE_URL"])

    async def have_reported() -> bool:
        return {each.program.name for each in await KeyReaders(database).live_readers(system_clock())} == PROGRAMS

    try:
        await database.rows(delete(key_reader))
        await eventually(have_reported)
    finally:
        await database.close()


@pytest.mark.usefixtures("living_readers")
async def test_both_keys_are_changed_under_a_running_system(stack: RunningStack, http: httpx.AsyncClient) -> None:
    buyer, holder = await Client.sign_in(http, "applicant-107"), await Client.sign_in(http, "applicant-108")
    begun = await buyer.create((await buyer.cars())[0])
    reserved = await holder.reach_reservation((await holder.cars())[0])
    programs = {name: stack.program(name).pid for name in ("worker", "demo.server")}
    before, mode = kept_keys(stack), (stack.folder / "keys.json").stat().st_mode
    changes = asyncio.create_task(change_both(stack))
    while not changes.done():
        assert (await buyer.get(f"/preselections/{begun['id']}")).status_code == 200
        assert (await holder.get(f"/preselections/{reserved['id']}")).json()["plate"] == reserved["plate"]
        await asyncio.sleep(0.05)
    assert await changes == [0, 0]
    after = kept_keys(stack)
    assert after["encryption"]["current"] not in before["encryption"]["keys"]
    assert next(iter(after["hashing"]["keys"].values())) == before["hashing"]
    assert (stack.folder / "keys.json").stat().st_mode == mode
    # The worker sends the code, and both find the person with the new keys.
    assert (await buyer.reach_selection(str(begun["id"])))["stage"] == "plate_selection"
    assert {name: stack.program(name).pid for name in programs} == programs
    status, states = await run_command(stack, "keys", "status")
    needed = {record["id"]: record["rows"] for record in map(json.loads, states.splitlines())}
    old = next(iter(before["encryption"]["keys"]))
    assert (status, needed[old], needed["first"]) == (0, 0, 0)


async def change_both(stack: RunningStack) -> list[int]:
    changed = []
    for kind in ("encryption", "hashing"):
        words = ("--operator", "wang", "keys", "new", kind, "--reason", "年度轮换")
        changed.append((await run_command(stack, *words))[0])
    return changed
