"""The wheel, installed into an environment that has nothing but the production packages, runs a whole journey."""

import asyncio
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest

from demo import seed
from domain.policy import Policy
from embedded.folders import DataFolder
from embedded.key_file import ensure_key_file
from embedded.ports import free_port
from embedded.stack import Servers
from process.clock import system_clock
from storage.postgres.database import Database
from tests.rules.source_files import ROOT
from tests.support.readiness import is_well
from tests.support.running_stack import Client
from tests.support.waiting import eventually

pytestmark = pytest.mark.slow

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
# The names under which an installation does not have our packages.
OURS = ("api", "cli", "config", "domain", "storage", "worker", "workflows")


def production_packages() -> list[str]:
    return LOCKED.findall((ROOT / "requirements" / "production.txt").read_text("utf-8"))


def link_production_packages(site: Path) -> None:
    """What the lock file names, as links into our own environment: an installation without a package registry."""
    ours = Path(sysconfig.get_path("purelib"))
    for name in production_packages():
        try:
            files = distribution(name).files or ()
        except PackageNotFoundError:
            # For other systems only.
            continue
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(ours / top)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "-w", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def xuanhao(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed program."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    site = next((environment / "lib").glob("python*")) / "site-packages"
    link_production_packages(site)
    options = ["--no-deps", "--no-index", "--quiet", "--no-warn-script-location"]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not {entry.name for entry in site.iterdir()} & set(OURS)
    return environment / "bin" / "xuanhao"


@asynccontextmanager
async def program(xuanhao: Path, name: str, environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A program of the installation in an empty folder; it is ended, and must end well, at the end."""
    process = await start(xuanhao, [name], environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        _, log = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, log.decode()[-3000:]


async def start(xuanhao: Path, arguments: Sequence[str], environment: dict[str, str]) -> asyncio.subprocess.Process:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("XUANHAO_", "PYTHON"))}
    return await asyncio.create_subprocess_exec(
        xuanhao, *arguments, cwd=xuanhao.parent, env=clean | environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
async def environment(servers: Servers, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """An empty database, the keys of a demo, and ports."""
    folder, name = DataFolder(tmp_path), f"wheel_{uuid4().hex[:8]}"
    ensure_key_file(folder, demo=True)
    await servers.postgres.create_database(name)
    yield {
        "XUANHAO_DATABASE_URL": servers.postgres.url(name),
        "OWNER": servers.postgres.owner_url(name),
        "XUANHAO_SMS_URL": "local:",
        "XUANHAO_REGISTRY_URL": "local:",
        "XUANHAO_REDIS_URL": servers.valkey.url(9),
        "XUANHAO_TEMPORAL_ADDRESS": servers.temporal.address,
        "XUANHAO_TASK_QUEUE": name,
        "XUANHAO_KEY_FILE": str(folder.keys),
        "XUANHAO_HTTP_PORT": str(free_port()),
        "XUANHAO_DEMO": "1",
        "XUANHAO_POLICY__CONFIRM_DELAY": "PT0S",
    }
    await servers.postgres.drop_database(name)


def test_the_wheel_has_pages_catalogues_scripts_and_migrations_and_no_cache(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    for part in ("web/dist/index.html", "locales/catalogues/zh-CN.toml", "storage/pool/lua/draw.lua",
                 "storage/postgres/migrations/env.py", "web/dist/assets/"):  # fmt: skip
        assert any(name.startswith(f"xuanhao/packages/{part}") for name in names), part
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name or name.startswith("tests/")]


async def test_an_installed_wheel_preselects_a_number(xuanhao: Path, environment: dict[str, str]) -> None:
    as_owner = environment | {"XUANHAO_DATABASE_URL": environment["OWNER"]}
    migration = await start(xuanhao, ["migrate"], as_owner)
    _, log = await migration.communicate()
    assert migration.returncode == 0, log.decode()
    database = Database(environment["XUANHAO_DATABASE_URL"], pool_size=2)
    await seed.seed(database, Policy(), system_clock())
    await database.close()
    base = f"http://127.0.0.1:{environment['XUANHAO_HTTP_PORT']}"
    async with (
        program(xuanhao, "worker", environment),
        program(xuanhao, "demo-api", environment),
        httpx.AsyncClient(base_url=base, timeout=30, trust_env=False) as http,
    ):
        await eventually(partial(is_well, http.get), within=60)
        user = await Client.sign_in(http, "applicant-002")
        view = await user.reach_reservation((await user.cars())[0])
        assert view["stage"] == "completed"
        voucher = await user.get(f"/preselections/{view['id']}/voucher")
        assert voucher.content.startswith(b"%PDF-")
        assert "<script" in (await http.get("/")).text


async def test_an_installed_wheel_is_set_up_and_serves_outside_the_demo(
    xuanhao: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    """The programs and commands of an installation, in an empty folder."""
    ours = environment | {"XUANHAO_OWNER_DATABASE_URL": environment["OWNER"], "XUANHAO_OPERATOR": "wang"}
    ours |= {"XUANHAO_KEY_FILE": str(tmp_path / "made.json"), "XUANHAO_DEMO": "0"}
    ours |= {"XUANHAO_TEMPORAL_NAMESPACE": environment["XUANHAO_TASK_QUEUE"]}
    (tmp_path / "offices.csv").write_text("code,name,address,province,prefixes\n440300,车管所,路,广东省,粤B\n")
    importing = ["offices", "import", str(tmp_path / "offices.csv"), "--reason", "首批"]
    for arguments in (["setup", "--apply"], importing, ["offices", "show", "440300"]):
        command = await start(xuanhao, arguments, ours)
        _, log = await command.communicate()
        assert (command.returncode, log) == (0, b""), arguments
    base = f"http://127.0.0.1:{ours['XUANHAO_HTTP_PORT']}"
    async with program(xuanhao, "api", ours), httpx.AsyncClient(base_url=base, timeout=30, trust_env=False) as http:
        await eventually(partial(is_well, http.get), within=60)
        [office] = (await http.get("/api/v1/offices")).json()["items"]
        assert (office["code"], office["prefixes"]) == ("440300", ["粤B"])
        assert "<script" in (await http.get("/")).text
        assert (await http.get("/api/v1/demo/users")).status_code == 404


async def test_a_program_takes_no_arguments(xuanhao: Path) -> None:
    process = await start(xuanhao, ["api", "--port"], {})
    _, log = await process.communicate()
    assert (process.returncode, b"takes no arguments" in log, log.count(b"\n")) == (2, True, 1), log
