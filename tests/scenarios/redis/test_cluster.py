"""A cluster of three masters, with a user that has the documented rights and no others."""

import re
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import RedisCluster

from domain.dependencies import DependencyUnavailable
from embedded.folders import DataFolder
from operations.diagnosis import RUNNING
from operations.installation import Installation, run_step
from process.clock import system_clock
from storage.offices.offices import Office
from storage.pool.keys import key
from storage.redis.client import make_redis
from storage.redis.health import COMMANDS, ping
from tests.rules.source_files import ROOT
from tests.support.api_stack import Addresses, settings_for
from tests.support.country import Country
from tests.support.event_streams import open_events
from tests.support.services import Services
from tests.support.serving import serve
from tests.support.valkeys import TcpValkey, running_cluster, running_valkey

PASSWORD = "of-a-test"
OF_THE_DRIVER = {"asking", "client|setinfo", "cluster|slots", "command", "select"}
CALL = re.compile(r'redis\.call\("([A-Z]+)"')
KEY = re.compile(r'f"([a-z]+):\{\{\{')
OUTSIDE_SCRIPTS = {"eval", "evalsha", "exec", "info", "mget", "mset", "multi", "ping", "publish", "subscribe"}
LINE = re.compile(r"^ACL SETUSER xuanhao .+$", re.MULTILINE)


async def grant(node: TcpValkey) -> None:
    """Run the documents' line, with our password."""
    [line] = LINE.findall((ROOT / "docs" / "connections.md").read_text("utf-8"))
    await node.call(*line.replace("PASSWORD", PASSWORD).split())


async def denials(node: TcpValkey) -> object:
    return await node.call("ACL", "LOG")


async def offices_on_all_nodes(country: Country, nodes: Sequence[TcpValkey]) -> list[Office]:
    """One office for each master, which has its index."""
    offices: dict[str, Office] = {}
    redis = country.stack.repositories.redis
    assert isinstance(redis, RedisCluster)
    while len(offices) < len(nodes):
        office = await country.own_office("A!!!!", keyboard_per_minute="3")
        node = redis.get_node_from_key(key(office.prefixes[0], "free"))
        assert node
        offices[node.name] = office
    return list(offices.values())


async def whole_journey(country: Country, office: Office, address: str) -> None:
    """A repeated draw, the keyboard up to its limit, a candidate, and a composition, with the event stream."""
    buyer, request_id = country.applicant(), str(uuid4())
    selection = await buyer.reach_selection(country.car(buyer, office))
    async with open_events(address, buyer, selection) as events:
        assert (await events.next())["batch"] is None
        drawn, again = [(await selection.post("draws", {}, key=request_id)).ok() for _ in range(2)]
        assert drawn == again
        assert (await events.next())["batch"] == drawn["batch"]
    prefix = drawn["batch"]["numbers"][0][:2]
    params = {"prefix": prefix, "typed": "A"}
    keyboard = [(await buyer.get(f"{selection.path}/keyboard", params=params)).status for _ in range(4)]
    assert keyboard == [200, 200, 200, 429]
    (await selection.post("candidates", {"number": drawn["batch"]["numbers"][0]})).ok()
    view = (await selection.post("compositions", {"numbers": [f"{prefix}12345", f"{prefix}A7777"]})).ok()
    assert [each["outcome"] for each in view["last_submission"]] == ["taken", "accepted"]


@pytest.mark.slow
async def test_a_whole_journey_on_a_cluster_needs_the_documented_rights_only(
    services: Services, data_folder: DataFolder, tmp_path: Path
) -> None:
    async with running_cluster(data_folder, tmp_path) as nodes:
        for node in nodes:
            await grant(node)
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes[:2])
        async with services.running(f"redis-cluster://xuanhao:{PASSWORD}@{hosts}") as country:
            async with serve(country.stack.app) as port:
                for office in await offices_on_all_nodes(country, nodes):
                    await whole_journey(country, office, f"http://127.0.0.1:{port}/api/v1")
            assert (await country.stack.client.get("http://xuanhao.test/readyz")).status_code == 200
            assert await country.stack.reconciler.reconcile(country.stack.context.clock()) == []
        assert [await denials(node) for node in nodes] == [[], [], []]


async def test_readiness_names_each_right_that_is_missing(data_folder: DataFolder, tmp_path: Path) -> None:
    async with running_valkey(data_folder, tmp_path) as server:
        await grant(server)
        async with make_redis(server.url.replace("//", f"//xuanhao:{PASSWORD}@")) as redis:
            await ping(redis)
            missing = [f"-{command}" for command in COMMANDS] + ["resetkeys", "resetchannels"]
            for rule in missing:
                await server.call("ACL", "SETUSER", "xuanhao", rule)
                with pytest.raises(DependencyUnavailable, match="NOPERM"):
                    await ping(redis)
                await grant(server)
            await ping(redis)
        async with make_redis(server.url.replace("//", "//xuanhao:wrong@")) as stranger:
            with pytest.raises(DependencyUnavailable):
                await ping(stranger)


async def test_doctor_names_an_eviction_policy_under_the_same_rights(data_folder: DataFolder, tmp_path: Path) -> None:
    async with running_valkey(data_folder, tmp_path) as server:
        await grant(server)
        url = server.url.replace("//", f"//xuanhao:{PASSWORD}@")
        settings = settings_for(Addresses("postgresql://nobody@127.0.0.1/none", url, "127.0.0.1:1", "none"), tmp_path)
        installation = Installation(settings, system_clock(), apply=False)
        assert (await run_step("redis_policy", RUNNING["redis_policy"], installation)).ok
        await server.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        step = await run_step("redis_policy", RUNNING["redis_policy"], installation)
        assert (step.ok, step.is_usable, step.found) == (False, True, "maxmemory-policy allkeys-lru")
        await installation.close()


def test_the_documented_line_grants_what_the_code_calls() -> None:
    [line] = LINE.findall((ROOT / "docs" / "connections.md").read_text("utf-8"))
    granted = {word[1:] for word in line.split() if word.startswith("+")}
    assert granted == {*COMMANDS, *OF_THE_DRIVER}
    scripts = (ROOT / "storage").rglob("*.lua")
    called = {name.lower() for file in scripts for name in CALL.findall(file.read_text("utf-8"))}
    assert called | OUTSIDE_SCRIPTS == set(COMMANDS)
    programs = (ROOT / "storage").rglob("*.py")
    names = {name for file in programs for name in KEY.findall(file.read_text("utf-8"))}
    assert {word for word in line.split() if word.startswith("~")} == {"~health*", *(f"~{name}:*" for name in names)}
