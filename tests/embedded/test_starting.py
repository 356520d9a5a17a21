"""Whole instances as separate processes: killed, restarted, in parallel, refused with one line."""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypedDict

import psutil
import psycopg
import pytest

from config.settings import policy_from_environment
from embedded.folders import LONGEST_SOCKET_PATH, DataFolder
from embedded.key_file import ensure_key_file
from embedded.ports import free_port
from embedded.problems import StartProblem
from embedded.stack import Servers

ROOT = Path(__file__).parents[2]
LAUNCHER = ROOT / "embedded" / "launch.py"
SERVERS_IN_FOLDER = Path(__file__).with_name("servers_in_folder.py")
GONE_WITHIN_S = 2.0


class Facts(TypedDict):
    pids: list[int]
    dsn: str


@asynccontextmanager
async def instance(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Facts]]:
    """The servers with a parent that is not pytest, and that parent's output."""
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, str(SERVERS_IN_FOLDER), str(folder), str(free_port())),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout
    try:
        yield parent, json.loads(await parent.stdout.readline())
    finally:
        if parent.returncode is None:
            parent.kill()
        await parent.wait()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def wait_until_gone(pids: list[int]) -> None:
    async with asyncio.timeout(GONE_WITHIN_S):
        while any(map(is_alive, pids)):  # noqa: ASYNC110 - there is no event for the end of another process's children.
            await asyncio.sleep(0.01)


async def make_run(*arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code of `python -m embedded`, and its last output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "embedded", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
        env=os.environ | environment,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def ports() -> dict[str, str]:
    return {f"XUANHAO_{name}_PORT": str(free_port()) for name in ("HTTP", "TEMPORAL", "TEMPORAL_UI")}


@pytest.mark.slow
async def test_a_killed_parent_leaves_no_server_and_the_next_start_finds_the_data(tmp_path: Path) -> None:
    async with instance(tmp_path) as (parent, facts):
        async with await psycopg.AsyncConnection.connect(facts["dsn"]) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        trees = [psutil.Process(pid).children(recursive=True) for pid in facts["pids"]]
        parent.kill()
        await wait_until_gone([*facts["pids"], *(process.pid for tree in trees for process in tree)])
    async with (
        instance(tmp_path) as (_, facts),
        await psycopg.AsyncConnection.connect(facts["dsn"]) as connection,
    ):
        assert await (await connection.execute("SELECT number FROM kept")).fetchone() == (7,)


@pytest.mark.slow
async def test_two_instances_run_side_by_side_and_stop_in_order(tmp_path: Path) -> None:
    first, second = DataFolder(tmp_path / "first"), DataFolder(tmp_path / "second")
    with first.lock(), second.lock():
        async with (
            Servers.in_folder(first, temporal_port=free_port(), temporal_ui_port=free_port()) as one,
            Servers.in_folder(second, temporal_port=free_port()) as other,
        ):
            pids = [server.pid for server in (*one.all, *other.all)]
            assert await one.postgres.create_database("same_name")
            assert await other.postgres.create_database("same_name")
    assert not any(map(psutil.pid_exists, pids))
    assert not first.sockets.exists()


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["XUANHAO_HTTP_PORT", "XUANHAO_TEMPORAL_PORT", "XUANHAO_TEMPORAL_UI_PORT"])
async def test_a_taken_port_is_one_clear_line(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = await make_run(**ports() | {variable: port, "XUANHAO_DATA_DIR": str(tmp_path)})
    assert (code, said.count("\n")) == (1, 1)
    assert port in said
    assert variable in said


async def test_a_port_that_is_named_twice_is_one_clear_line(tmp_path: Path) -> None:
    port = str(free_port())
    environment = ports() | {"XUANHAO_HTTP_PORT": port, "XUANHAO_TEMPORAL_UI_PORT": port}
    code, said = await make_run(**environment, XUANHAO_DATA_DIR=str(tmp_path))
    twice = "XUANHAO_HTTP_PORT and XUANHAO_TEMPORAL_UI_PORT"
    assert (code, said) == (1, f"xuanhao: port {port} is named by {twice}; set one of them to another\n")


async def test_a_parent_that_was_gone_before_we_looked_leaves_nothing(tmp_path: Path) -> None:
    """make is killed while Python starts: the process that adopts us is not mistaken for it."""
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await parent.wait()
    started = await make_run("--with-parent", str(parent.pid), **ports(), XUANHAO_DATA_DIR=str(tmp_path / "data"))
    assert started == (0, "")


async def test_a_folder_that_can_not_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "data")
    code, said = await make_run(**ports(), XUANHAO_DATA_DIR=folder)
    assert (code, said) == (1, f"xuanhao: the data folder {folder} can't be written: Not a directory\n")


async def test_a_folder_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with DataFolder(tmp_path).lock():
        code, said = await make_run(**ports(), XUANHAO_DATA_DIR=str(tmp_path))
    assert (code, said) == (1, f"xuanhao: the data folder {tmp_path} is in use by another instance\n")


@pytest.mark.parametrize("variable", ["XUANHAO_HTTP_PORT", "XUANHAO_POLICY__BATCH_TTL", "XUANHAO_POLICY__NO_SUCH"])
async def test_a_malformed_variable_is_one_clear_line_without_its_value(variable: str) -> None:
    code, said = await make_run(**{variable: "eight thousand"})
    assert (code, said.count("\n")) == (2, 1)
    assert variable in said
    assert "eight thousand" not in said


def test_an_empty_setting_of_the_policy_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUANHAO_POLICY__DRAWS", "")
    monkeypatch.setenv("XUANHAO_POLICY__COMPOSED", "3")
    assert policy_from_environment() == {"composed": "3"}


def test_sockets_of_a_folder_with_a_long_path_have_short_paths(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / ("x" * 150))
    assert len(str(folder.sockets / "postgres" / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
    with folder.lock():
        assert stat.S_IMODE(folder.sockets.stat().st_mode) & 0o066 == 0


async def test_the_watchdog_kills_a_server_whose_parent_is_gone(tmp_path: Path) -> None:
    """The mechanism of systems without a parent-death signal, tested on this one."""
    reader, lifeline = os.pipe()
    orders = {"uid": None, "parent": os.getpid(), "lifeline": reader}
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(orders)),
        *(sys.executable, "-c", f"open({str(tmp_path / 'up')!r}, 'w').close(); import signal; signal.pause()"),
        pass_fds=(reader,),
    )
    os.close(reader)
    async with asyncio.timeout(10):
        while not (tmp_path / "up").exists():  # noqa: ASYNC110 - a file has no event.
            await asyncio.sleep(0.01)
    os.close(lifeline)
    assert await asyncio.wait_for(server.wait(), GONE_WITHIN_S) == -signal.SIGKILL


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    ensure_key_file(folder)
    made = folder.keys.read_text()
    ensure_key_file(folder)
    assert folder.keys.read_text() == made
    assert stat.S_IMODE(folder.keys.stat().st_mode) == 0o600


@pytest.mark.parametrize("demo", [True, False])
async def test_a_folder_of_the_other_mode_is_one_clear_line_before_anything_starts(
    tmp_path: Path,
    *,
    demo: bool,
) -> None:
    ensure_key_file(DataFolder(tmp_path), demo=not demo)
    code, said = await make_run(**ports(), XUANHAO_DATA_DIR=str(tmp_path), XUANHAO_DEMO=str(int(demo)))
    assert (code, said.count("\n")) == (1, 1)
    assert "XUANHAO_DEMO" in said
    assert str(tmp_path) in said
    assert not (tmp_path / "postgres").exists()


def test_lost_keys_are_not_replaced_where_data_exists(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.postgres.mkdir()
    with pytest.raises(StartProblem, match=r"keys\.json is missing"):
        ensure_key_file(folder)
    assert not folder.keys.exists()


def test_the_data_folder_and_its_lock_belong_to_the_owner_alone(tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir(mode=0o777)
    root.chmod(0o777)
    (root / "lock").touch(mode=0o666)
    (root / "lock").chmod(0o666)
    with DataFolder(root).lock():
        assert stat.S_IMODE((root / "lock").stat().st_mode) == 0o600
        assert not root.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_IRGRP | stat.S_IROTH)
