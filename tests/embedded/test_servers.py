from datetime import timedelta

import psycopg
import redis.asyncio
from temporalio import workflow
from temporalio.client import Client
from temporalio.testing import TimeSkipper
from temporalio.worker import Worker

from embedded.postgres import Postgres
from embedded.valkey import Valkey


async def test_postgres_does_not_listen_on_tcp(postgres: Postgres) -> None:
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres")) as connection:
        shown = await (await connection.execute("SHOW listen_addresses")).fetchone()
    assert shown == ("",)


async def test_valkey_forgets_everything_when_it_is_killed(valkey: Valkey, redis_url: str) -> None:
    async with redis.asyncio.from_url(redis_url) as client:
        await client.set("x", "1")
    await valkey.kill()
    await valkey.start()
    await valkey.ready()
    async with redis.asyncio.from_url(redis_url) as client:
        assert await client.get("x") is None


async def test_temporal_knows_the_search_attributes(temporal_client: Client) -> None:
    found = await temporal_client.count_workflows(
        'Stage = "completed" AND Office = "x" AND Deadline < "2026-11-23T00:00:00Z"'
    )
    assert found.count == 0


@workflow.defn(sandboxed=False)
class TwoYears:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(timedelta(days=730))


async def test_two_years_pass_in_seconds(temporal_env: TimeSkipper) -> None:
    client = temporal_env.client
    async with Worker(client, task_queue="two-years", workflows=[TwoYears]):
        handle = await client.start_workflow(TwoYears.run, id="two-years", task_queue="two-years")
        begun = await temporal_env.get_current_time(handle)
        await temporal_env.fast_forward(handle, timedelta(days=730, seconds=2))
        await handle.result()
        assert await temporal_env.get_current_time(handle) - begun >= timedelta(days=730)
