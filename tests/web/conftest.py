"""The built pages, and whole systems to drive them against."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from api.app import create_app
from api.published_document import document_of
from scripts.build_web import ROOT, WEB, environment, npm
from tests.stack.running_stack import RunningStack, running

Npm = Callable[..., None]


@pytest.fixture(scope="session")
def built() -> None:
    """`web/dist` as `make run` builds it, with its tools installed."""
    subprocess.run([sys.executable, str(ROOT / "scripts" / "build_web.py"), "--required"], check=True)


@pytest.fixture(scope="session")
def run_script(built: None) -> Npm:
    """Runs a script of web/package.json; a failure shows what it said."""

    def run(name: str, **variables: str) -> None:
        done = subprocess.run(
            [*npm(), "run", name],
            cwd=WEB,
            env=environment() | variables,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=540,
        )
        assert done.returncode == 0, done.stdout[-8000:]

    return run


@pytest.fixture(scope="session")
def openapi_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document that the service publishes."""
    file = tmp_path_factory.mktemp("openapi") / "openapi.json"
    file.write_text(json.dumps(document_of(create_app(None))), "utf-8")
    return file


@pytest.fixture
async def ordinary_stack(built: None, tmp_path: Path) -> AsyncIterator[RunningStack]:
    async with running(RunningStack(tmp_path)) as stack:
        yield stack


@pytest.fixture
async def hasty_stack(built: None, tmp_path: Path) -> AsyncIterator[RunningStack]:
    """Short countdowns and one chance of each kind, as web/README.md asks."""
    hasty = {"BATCH_TTL": "PT8S", "CANDIDATE_TTL": "PT12S", "VALIDITY": "PT15S", "COMPOSE_INTERVAL": "PT1S"}
    policy = hasty | {"DRAWS": "1", "COMPOSED": "1"}
    variables = {f"XUANHAO_POLICY__{name}": value for name, value in policy.items()}
    async with running(RunningStack(tmp_path, variables)) as stack:
        yield stack
